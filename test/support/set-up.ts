import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Finds or brings the executables that engine tests run on, once a run; the tests read their paths from the environment. */
export async function setup(): Promise<void> {
  for (const [variable, script] of [
    ["TEMPORAL_CLI", "engine.mjs"],
    ["TEMPORAL_TEST_SERVER", "test-server.mjs"],
  ] as const) {
    const path = fileURLToPath(new URL(`../../scripts/setup/${script}`, import.meta.url));
    const { stdout } = await run(process.execPath, [path]);
    process.env[variable] = stdout.trim();
  }
}
