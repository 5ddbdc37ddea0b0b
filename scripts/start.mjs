/** `npm start`: brings what is missing, then starts everything. */
import { dependencies } from "./setup/dependencies.mjs";
import { bringEngine } from "./setup/engine.mjs";

process.env.TZ = "UTC";
try {
  await dependencies();
  if (!process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_CLI = await bringEngine();
} catch (error) {
  process.stderr.write(`gendan: ${error.message}\n`);
  process.exit(1);
}
const { register } = await import("tsx/esm/api");
register();
await import("../src/main/start.ts");
