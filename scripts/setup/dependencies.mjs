/** The npm packages of the lock file. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone, say } from "./cache.mjs";
import { run } from "./run.mjs";

const project = fileURLToPath(new URL("../..", import.meta.url));

const changedAt = (path) =>
  stat(join(project, path)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

/** Whether what is installed is older than the lock file: npm writes its own copy of it last of all. */
async function areOld() {
  return (await changedAt("package-lock.json")) > (await changedAt("node_modules/.package-lock.json"));
}

/**
 * Runs `npm ci` when nothing is installed or the lock file is newer than what is.
 * @throws Error with npm's own last words
 */
export async function dependencies() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 20))
    throw new Error(`Node ${process.versions.node} is too old: 20.20 or newer is needed`);
  if (!(await areOld())) return;
  await alone(join(project, ".gendan-setup.lock"), "npm ci", async () => {
    if (!(await areOld())) return;
    say("installing the dependencies (npm ci)");
    // npm sets these for its own children; a second npm must find its settings by itself.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(?:config|lifecycle|package)_/u.test(name)),
    );
    await run(process.platform === "win32" ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--include=dev"], {
      limit: 15 * 60_000,
      telling: "installing the dependencies",
      cwd: project,
      env,
    }).catch((error) => {
      throw new Error(`npm ci failed: ${error.message}`, { cause: error });
    });
  });
}
