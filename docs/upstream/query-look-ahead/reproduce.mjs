// usage: node docs/upstream/query-look-ahead/reproduce.mjs [tries]     (TEMPORAL_CLI: a Temporal CLI, else one is downloaded)
// Reproduces what docs/upstream/query-look-ahead.md reports, on a dev server of its own.
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "@temporalio/worker";

const tries = Number(process.argv[2] ?? 20);
const taskQueue = "ahead";
const cli = process.env["TEMPORAL_CLI"];

Runtime.install({ logger: new DefaultLogger("ERROR"), telemetryOptions: { logging: { forward: {}, filter: "ERROR" } } });
const env = await TestWorkflowEnvironment.createLocal(
  cli ? { server: { executable: { type: "existing-path", path: cli } } } : {},
);
const workflowsPath = fileURLToPath(new URL("./workflow.mjs", import.meta.url));
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger("ERROR") });

/** Runs a worker of its own, with an empty cache, while `body` runs. */
async function withWorker(body) {
  const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle });
  return worker.runUntil(body);
}

/** The value of a query, once there is one. */
async function answerOf(handle) {
  for (;;) {
    const answer = await handle.query("wait");
    if (answer !== undefined && answer !== null) return answer;
    await wait(50);
  }
}

const handles = [];
for (let number = 0; number < tries; number++)
  handles.push(await env.client.workflow.start("ahead", { workflowId: `ahead-${number}`, taskQueue }));
await withWorker(() => Promise.all(handles.map((handle) => handle.query("wait"))));
await wait(2_000);

// No worker runs: a query of each waits. Then a signal comes, of which there is no workflow task yet.
const asked = handles.map((handle) => handle.query("wait").catch((error) => error));
await wait(200);
await Promise.all(handles.map((handle) => handle.signal("go")));
const live = await withWorker(async () => {
  await Promise.all(asked);
  return Promise.all(handles.map(answerOf));
});

let [ahead, failed] = [0, 0];
const messages = new Set();
for (const [number, handle] of handles.entries()) {
  const history = await handle.fetchHistory();
  const signal = history.events.find((event) => event.workflowExecutionSignaledEventAttributes);
  const first = history.events[0];
  const ms = ({ eventTime }) => Number(eventTime.seconds) * 1_000 + eventTime.nanos / 1e6;
  const sent = Math.round(ms(signal) - ms(first));
  const isAhead = live[number] < sent - 500;
  if (isAhead) ahead += 1;
  const outcome = await Worker.runReplayHistory({ workflowBundle }, history, handle.workflowId).then(
    () => "replays",
    (error) => {
      failed += 1;
      messages.add(error.message.replaceAll(/\s+/g, " ").slice(0, 1_200));
      return "cannot be replayed";
    },
  );
  console.log(`${handle.workflowId}: signalled after ${sent} ms, handled "after" ${live[number]} ms; ${outcome}`);
}
console.log(
  `${ahead} of ${tries} handled the signal at the time of the workflow task before it; ${failed} of ${tries} cannot be replayed`,
);
for (const message of messages) console.log(`  ${message}`);
await env.teardown();
