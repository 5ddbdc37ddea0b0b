/** `npm run bench -- lists …`: runs one of `bench/`, on Gendan as it is built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { build } from "./setup/build.mjs";

const name = process.argv[2] ?? "";
const file = join(fileURLToPath(new URL("../bench", import.meta.url)), `${name}.ts`);
if (!/^[a-z]+$/u.test(name) || !existsSync(file)) {
  process.stderr.write("usage: npm run bench -- lists [--records postgres|pglite] [--orders 131000] [--requests 60]\n");
  process.exit(1);
}
process.env.TZ = "UTC";
await build();
await runnerImport(file, { configFile: false, logLevel: "error" });
process.exit(0);
