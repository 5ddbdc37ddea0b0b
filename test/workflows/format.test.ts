import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openClient, openEngine, type Engine } from "../../src/temporal/engine.ts";
import { ORDER_WORKFLOW, type StartOrder } from "../../src/contracts/workflow.ts";
import { FORMAT } from "../../src/domain/order/events.ts";
import { by } from "../domain/order-fixture.ts";
import { bundle, devServer, testCodec } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { commandInput, noRequests, getOrder, ignoredSinks, makeActivities } from "./order-under-test.ts";

/**
 * The upgrade, on an engine: a run of today's code starts with the argument that released code wrote when it continued as new, carries the
 * order on, and continues as new itself (`docs/upgrading.md`). `test/histories/format.test.ts` checks that the events keep their meaning.
 */

const histories = new URL("../histories/", import.meta.url);
const formats = (await readdir(histories)).filter((name) => name.startsWith("format-") && !name.includes(".")).toSorted();
const carried = await Promise.all(
  formats.flatMap(async (format) =>
    (await readdir(new URL(`${format}/`, histories))).map((name) => ({ format, name: name.replace(".json", "") })),
  ),
).then((all) => all.flat());

async function handedOn(format: string, name: string): Promise<StartOrder> {
  const golden: { start: StartOrder } = JSON.parse(await readFile(new URL(`${format}/${name}.json`, histories), "utf8"));
  return golden.start;
}

const QUEUE = "format";
let env: TestWorkflowEnvironment;
let stop: () => Promise<void>;
beforeAll(async () => {
  const [engine, workflowBundle] = await Promise.all([devServer(), bundle()]);
  env = engine;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle,
    activities: { ...makeActivities(noRequests()) },
    sinks: ignoredSinks,
    shutdownGraceTime: 500,
  });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
  };
});
afterAll(async () => {
  await stop();
  await env.teardown();
});

/** Sends a command as the API does: starts a run where none is open, and asks the next run when one continues as new. */
const engine = (): Engine =>
  openEngine(openClient(env.connection, "default", { dataConverter: testCodec }), { taskQueue: QUEUE });
const asked = async (orderNo: string, start: StartOrder, key: string) => {
  const sent = commandInput(by("customer_service"), { about: "灯罩有划痕" }, { key });
  return engine().update(orderNo, "record-complaint", sent, { argument: start, isNew: false });
};
const runOf = async (orderNo: string) => (await env.client.workflow.getHandle(orderNo).describe()).runId;

test.each(carried)("an order of $format, $name, is carried on across continue-as-new", async ({ format, name }) => {
  const argument = await handedOn(format, name);
  const [before, orderNo] = [argument.events ?? [], `${format}-${name}`];
  const start = { ...argument, continueAfter: 15 };
  await asked(orderNo, start, "first");
  const first = await runOf(orderNo);
  let told = 0;
  for (; told < 40 && (await runOf(orderNo)) === first; told += 1) {
    const answer = await asked(orderNo, start, `after-${told}`);
    expect(answer).toMatchObject({ outcome: "answered", answer: { events: [{ event: "complaint-recorded" }] } });
  }
  expect(await runOf(orderNo)).not.toBe(first);
  const order = getOrder(env, QUEUE, orderNo);
  const after = await order.history();
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.map(({ number }) => number)).toEqual(after.map((_, index) => index + 1));
  expect(after.at(-1)?.version).toBe(FORMAT);
  expect(after.filter(({ event }) => event === "complaint-recorded").length).toBeGreaterThan(told);
  // The key of a command from before the upgrade is known.
  const key = before.find((event) => event.key !== undefined)?.key ?? "";
  expect((await order.state(key)).state).toBe("done");
  await order.handle.terminate();
});

test.each([
  ["a later format", { version: FORMAT + 1 }],
  ["a name that is not known", { event: "abducted" }],
])("an event of %s stops the order loudly, and loses nothing: it waits for newer code", async (what, newer) => {
  const start = await handedOn("format-1", "regular");
  const events = (start.events ?? []).map((event) => (event.event === "released" ? { ...event, ...newer } : event));
  const handle = await env.client.workflow.start(ORDER_WORKFLOW, {
    workflowId: `newer, ${what}`,
    taskQueue: QUEUE,
    args: [{ ...start, events }],
  });
  /** Why the task failed, decrypted. */
  const failed = async () => {
    const { events: all } = await handle.fetchHistory();
    const task = all?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes;
    const [why] = (await testCodec.payloadCodecs?.[0]?.decode([task?.failure?.encodedAttributes ?? {}])) ?? [];
    return task && Buffer.from(why?.data ?? []).toString();
  };
  expect(await until(failed, (message) => message !== undefined)).toMatch(/written by newer code: this knows format 1/u);
  expect((await handle.describe()).status.name).toBe("RUNNING");
  await handle.terminate();
});
