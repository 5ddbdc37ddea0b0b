/** `npm run check`: format, lint, types and unused code, side by side. What each has seen before is kept in `node_modules/.cache`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const cache = (name) => join(project, "node_modules", ".cache", "gendan", name);

/** The checks of `npm run check`, which `npm test` makes too. */
export const checks = [
  {
    name: "format (prettier)",
    tool: "prettier",
    args: ["--check", "--log-level", "warn", "--cache", "--cache-location", cache("prettier"), "."],
  },
  { name: "lint (oxlint)", tool: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  {
    name: "types (tsc)",
    tool: "tsc",
    args: ["-p", ".", "--incremental", "--tsBuildInfoFile", cache("tsconfig.tsbuildinfo")],
  },
  { name: "unused code (knip)", tool: "knip", args: ["--no-progress"] },
];

/** Runs one check; what it says is written in one piece at its end, as others run beside it. */
export function runCheck({ tool, args }) {
  return new Promise((resolve) => {
    const child = spawn(join(project, "node_modules", ".bin", tool), args, { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
    const end = (passed) => {
      process.stdout.write(Buffer.concat(said));
      resolve(passed);
    };
    child.once("error", (error) => {
      said.push(Buffer.from(`${error.message}\n`));
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = await Promise.all(checks.map(async (check) => ({ name: check.name, passed: await runCheck(check) })));
  const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
  process.stdout.write(failed.length === 0 ? `${results.length} checks passed\n` : `failed: ${failed.join(", ")}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
