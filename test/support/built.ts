import { build } from "../../scripts/setup/build.mjs";

/** Before any test: `dist/` is what `src/` is. */
export async function setup(): Promise<void> {
  await build();
}
