/** `npm start`: brings what is missing, then starts everything. */
import { build } from "./setup/build.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { bringEngine } from "./setup/engine.mjs";
import { bringRecordsTemplate } from "./setup/records-template.mjs";

process.env.TZ = "UTC";
try {
  await dependencies();
  await build();
  if (!process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_CLI = await bringEngine();
  if (!process.env.DATABASE_URL) process.env.RECORDS_TEMPLATE = await bringRecordsTemplate();
} catch (error) {
  process.stderr.write(`gendan: ${error.message}\n`);
  process.exit(1);
}
process.setSourceMapsEnabled(true);
await import("../dist/dev/start.js");
