import { Client } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openClient, openEngine, type Engine } from "../../src/temporal/engine.ts";
import type { CommandOutcome } from "../../src/temporal/outcomes.ts";
import type { CommandInput } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/state.ts";
import type { Actor } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { by, machine } from "../domain/order-fixture.ts";
import { customer, entry, upTo } from "../domain/regular.ts";
import { bundle, devServer, testCodec } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { commandInput, noRequests, ignoredSinks, makeActivities } from "./order-under-test.ts";

/** No request, however valid, ends or blocks an order's run (`docs/http.md`, Size): through the codec, as in production. */

const QUEUE = "size";
const R = by("sales_rep");
const dataConverter = testCodec;
let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
let engine: Engine;
let client: Client;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
  client = openClient(env.connection, "default", { dataConverter });
  engine = openEngine(client, { taskQueue: QUEUE, answerWithin: 60_000, queryWithin: 60_000 });
}, 120_000);
afterAll(() => env.teardown());

async function working<T>(body: () => Promise<T>): Promise<T> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    dataConverter,
    activities: { ...makeActivities(noRequests()) },
    sinks: ignoredSinks,
    shutdownGraceTime: 1_000,
  });
  return worker.runUntil(body);
}

async function begin(orderNo: string, events?: readonly OrderEvent[], continueAfter?: number): Promise<void> {
  const args = [{ orderNo, policy: defaultPolicy, calendar: defaultCalendar, events, continueAfter }];
  await client.workflow.start("order", { taskQueue: QUEUE, workflowId: orderNo, args });
}
const ask = (orderNo: string, name: CommandName, actor: Actor, body: object): Promise<CommandOutcome> =>
  engine.update(orderNo, name, commandInput(actor, body));
async function report(orderNo: string, name: CommandName, actor: Actor, body: object, more: Partial<CommandInput> = {}) {
  const sent = commandInput(actor, body, { receivedAt: new Date().toISOString(), ...more });
  expect(await engine.signal(orderNo, name, sent)).toEqual({ outcome: "taken-in" });
}
async function read(orderNo: string): Promise<Order> {
  const run = await engine.history(orderNo);
  if (run.outcome !== "answered") throw new Error(run.outcome);
  return replay(run.answer);
}
/** Sends a command until it is answered: a busy machine may answer that the caller has to come again. */
async function isAnswered(orderNo: string): Promise<void> {
  const answer = await until(
    () => ask(orderNo, "record-communication", R, called),
    ({ outcome }) => outcome === "answered",
  );
  const told = { events: expect.arrayContaining([expect.objectContaining({ event: "communication-recorded" })]) };
  expect(answer).toMatchObject({ answer: told });
}
async function runsOf(orderNo: string): Promise<string[]> {
  const runs: string[] = [];
  for await (const { status } of client.workflow.list({ query: `WorkflowId="${orderNo}"` })) runs.push(status.name);
  return runs;
}
const eventsOf = (last: "release" | "dispatch", orderNo: string): readonly OrderEvent[] =>
  upTo(last).events.map((event) =>
    event.event === "received" ? { ...event, data: { ...event.data, orderNo, requestedDate: "2099-12-20" } } : event,
  );
const called = { with: "customer", channel: "phone", summary: "hello" } as const;

test("150 lines of 2,000 characters: confirmed, the entry refused, and the order goes on", async () => {
  const lines: Bodies["confirm"]["lines"] = Array.from({ length: 150 }, (_, index) => ({
    model: `LED-${index}`,
    specification: "灯".repeat(2_000),
    quantity: 10,
    unitPriceFen: 100,
  }));
  await working(async () => {
    const start = { argument: { orderNo: "SO-150", policy: defaultPolicy, calendar: defaultCalendar }, isNew: true };
    await engine.update("SO-150", "receive", commandInput(R, { customer, salesRep: "li.na" }), start);
    await ask("SO-150", "confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
    expect(await ask("SO-150", "enter", R, { ...entry, lines, requestedDate: "2099-12-20" })).toMatchObject({
      outcome: "refused",
      refusal: { refused: "order-full", permitted: expect.arrayContaining(["cancel"]) },
    });
    expect(await ask("SO-150", "record-communication", R, called)).toMatchObject({ answer: { events: [{}] } });
    expect((await read("SO-150")).lines).toEqual(lines);
    expect(await runsOf("SO-150")).toEqual(["RUNNING"]);
    await client.workflow.getHandle("SO-150").terminate();
  });
}, 120_000);

test("what the engine refuses for its size is reported as too large, and starts no run", async () => {
  const noise = randomBytes(2_500_000).toString("base64");
  const start = { argument: { orderNo: "SO-huge", policy: defaultPolicy, calendar: defaultCalendar }, isNew: true };
  const huge = commandInput(R, { customer, salesRep: "li.na", note: noise });
  expect(await engine.signal("SO-huge", "receive", huge, start)).toEqual({ outcome: "too-large" });
  expect(await runsOf("SO-huge")).toEqual([]);
}, 120_000);

test("320 reports that do not fit, of 2,000 characters, while no worker runs: all taken up, within the budget, and commands are answered", async () => {
  await begin("SO-320", eventsOf("release", "SO-320"));
  const bodies = Array.from({ length: 320 }, (_, index) => ({
    carrier: "SF",
    trackingNumber: `SF${index}`,
    expectedArrival: "2099-12-18",
    note: `${index} ${"货".repeat(1_990)}`,
  }));
  for (const body of bodies) await report("SO-320", "dispatch", machine("logistics"), body);
  await working(async () => {
    await isAnswered("SO-320");
    // They are taken up in turns. Until then a query may come between an event and its workflow task.
    const order = await until(
      () => read("SO-320").catch(() => undefined),
      (now) => (now?.discrepancies ?? []).reduce((sum, { count }) => sum + count, 0) > 200,
    );
    expect(order?.discrepancies.length).toBeLessThanOrEqual(100);
    expect(new Set(await runsOf("SO-320"))).not.toContain("TERMINATED");
    await client.workflow.getHandle("SO-320").terminate();
  });
}, 120_000);

test("5,000 events: commands are answered, the order continues as new with them, and its history replays", async () => {
  const [first, ...others] = eventsOf("dispatch", "SO-5000");
  const last = others.at(-1);
  if (!first || !last) throw new Error("no events");
  const hex = (index: number) => index.toString(16).padStart(64, "0123456789abcdef");
  const more = Array.from({ length: 5_000 }, (_, index): OrderEvent => {
    const stamp = { ...last, number: others.length + 2 + index, at: last.at + index, key: `machine/${index}`, hash: hex(index) };
    return index % 2 === 0
      ? {
          ...stamp,
          command: "report-tracking",
          event: "tracking-reported",
          data: { trackingNumber: "SF1", event: `在途 ${index}` },
        }
      : { ...stamp, command: "record-communication", event: "communication-recorded", data: { ...called, summary: `${index}` } };
  });
  await begin("SO-5000", [first, ...others, ...more], 40);
  // And 2,000 reports that no worker has taken up yet.
  await Promise.all(
    Array.from({ length: 20 }, async (_, lane) => {
      for (let index = 0; index < 100; index++)
        await report("SO-5000", "report-tracking", machine("logistics"), {
          trackingNumber: "SF1",
          event: `派件 ${lane}-${index}`,
        });
    }),
  );
  await working(async () => {
    const runs = await until(
      async () => {
        await ask("SO-5000", "record-communication", R, called);
        return runsOf("SO-5000");
      },
      // Visibility lags: a run that has continued as new may be listed as running for a moment.
      (all) => all.length > 1 && all.filter((status) => status === "RUNNING").length === 1,
    );
    expect(runs.filter((status) => status !== "CONTINUED_AS_NEW")).toHaveLength(1);
    await isAnswered("SO-5000");
    // While reports are taken up, a query may come between an event and its workflow task several times.
    await until(
      () => read("SO-5000").catch(() => undefined),
      (order) => (order?.lastEvent ?? 0) > 5_100,
    );
    const history = await client.workflow.getHandle("SO-5000").fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: code, dataConverter }, history, "SO-5000");
    await client.workflow.getHandle("SO-5000").terminate();
  });
}, 240_000);
