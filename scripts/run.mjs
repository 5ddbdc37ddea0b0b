/** `node scripts/run.mjs bin/api …`: runs `src/bin/api.ts` in this process, as it is built. */
import { build } from "./setup/build.mjs";

const [name] = process.argv.splice(2, 1);
process.env.TZ = "UTC";
process.setSourceMapsEnabled(true);
await build().catch((error) => {
  process.stderr.write(`gendan: the build failed: ${error.message}\n`);
  process.exit(1);
});
await import(`../dist/${name}.js`);
