/** Programs that Go's own installer builds; it checks every module against Go's checksum database. */
import { join } from "node:path";
import { say } from "./cache.mjs";
import { run } from "./run.mjs";

const MINUTE = 60_000;

/**
 * Builds a program into a folder; answers its path.
 * @param {string} what how it is called when one speaks of it
 * @param {string} program `{package}@{version}`
 * @throws Error when there is no Go here, or it fails
 */
export async function goInstall(folder, what, program) {
  await run("go", ["version"]);
  say(`${what}: building it with go install, once; this takes some minutes`);
  await run("go", ["install", "-trimpath", "-ldflags=-s -w", program], {
    limit: 30 * MINUTE,
    telling: `building ${what}`,
    env: { ...process.env, GOBIN: folder },
  });
  const name = program.split("@")[0].split("/").at(-1);
  return join(folder, process.platform === "win32" ? `${name}.exe` : name);
}
