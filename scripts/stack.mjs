/** `npm run stack`: production's stack without containers. Brings the Temporal server, finds Postgres, starts everything. */
import { build } from "./setup/build.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { bringPostgres, bringServer } from "./setup/stack.mjs";

process.env.TZ = "UTC";
try {
  await dependencies();
  await build();
  const { server, sqlTool, schemas } = await bringServer();
  process.env.STACK_SERVER = server;
  process.env.STACK_SQL_TOOL = sqlTool;
  process.env.STACK_SCHEMAS = schemas;
  process.env.STACK_POSTGRES = await bringPostgres();
} catch (error) {
  process.stderr.write(`gendan: ${error.message}\n`);
  process.exit(1);
}
process.setSourceMapsEnabled(true);
await import("../dist/dev/start.js");
