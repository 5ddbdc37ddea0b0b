/**
 * `npm run test:faults [-- --orders 1000 --kills 60 --acts 60 --seed 7]`: the crash tests in full size. Each process is killed again and
 * again while orders are carried through it; then orders' runs are terminated, reset and cancelled. The figures are printed at the end. Bounded: it ends when the orders have ended.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "1000" },
    kills: { type: "string", default: "60" },
    /** How often something is done to an order's run. */
    acts: { type: "string", default: "60" },
    /** Shortest and longest time between two kills, ms. */
    from: { type: "string", default: "3000" },
    to: { type: "string", default: "15000" },
    seed: { type: "string" },
  },
});
const project = fileURLToPath(new URL("..", import.meta.url));
const child = spawn(
  join(project, "node_modules", ".bin", "vitest"),
  // An option without a value comes last: it would take the file's name for its value, and everything would run.
  [
    ...["run", "test/faults/crash.test.ts", "test/faults/silenced.test.ts"],
    ...["--project", "engines", "--no-file-parallelism", "--disable-console-intercept"],
  ],
  {
    cwd: project,
    env: {
      ...process.env,
      TZ: "UTC",
      FAULTS_ORDERS: values.orders,
      FAULTS_KILLS: values.kills,
      FAULTS_ACTS: values.acts,
      FAULTS_PAUSE_FROM: values.from,
      FAULTS_PAUSE_TO: values.to,
      ...(values.seed === undefined ? {} : { FAULTS_SEED: values.seed }),
    },
    stdio: "inherit",
  },
);
child.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
