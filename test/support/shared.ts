import { inject } from "vitest";
import type { ServedAt } from "./shared-start.ts";
import { tokenFrom, type Served } from "./gendan.ts";

declare module "vitest" {
  interface ProvidedContext {
    served: ServedAt;
  }
}

/** The `npm start` that the scenarios share: each of them keeps to orders of its own. */
export function sharedGendan(): Served & { readonly home: string } {
  const { url, urls, home } = inject("served");
  return { url, urls, home, token: (id, role, machine) => tokenFrom(home, id, role, machine) };
}
