import type { OrderActivities } from "../contracts/workflow.ts";
import { ask } from "./http.ts";

/** Requests to production, below the base address `url` (`openapi/production.json`). */
export function productionActivities({ url }: { readonly url: string }): Pick<OrderActivities, "askProduction"> {
  return { askProduction: (asked) => ask(url, asked) };
}
