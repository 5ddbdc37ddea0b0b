import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refuseResetRuns } from "../../src/activities/reset-runs.ts";
import { followOrders } from "../../src/activities/records.ts";
import { openEngine } from "../../src/temporal/engine.ts";
import { ORDER_WORKFLOW, type StartOrder } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { OrderEvent, Restored } from "../../src/domain/order/events.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { SECOND } from "../../src/domain/time.ts";
import { projectOrder } from "../../src/records/projection.ts";
import { eventsOf } from "../../src/records/read.ts";
import { openCommands } from "../../src/application/commands.ts";
import { startArgumentsFrom } from "../../src/application/start-argument.ts";
import { openRestoring, type RestoreOrder } from "../../src/application/restore.ts";
import { openOrderListings } from "../../src/temporal/listings.ts";
import { openOrderRuns, queryPublication } from "../../src/temporal/runs.ts";
import { openLostOrders, type LostOrders } from "../../src/watch/lost-orders.ts";
import { by } from "../domain/order-fixture.ts";
import { entry, lines } from "../domain/regular.ts";
import { silence } from "../faults/silencing.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { runRegularOrder } from "./regular-order.ts";
import {
  commandInput,
  noRequests,
  getOrder,
  makeActivities,
  type OrderUnderTest,
  type OutsideRequests,
} from "./order-under-test.ts";

/** Orders without a run are found, opened again with their events, and reported, whatever was done to their runs. */

const QUEUE = "lost";
const log = pino({ level: "silent" });
const R = by("sales_rep");
let env: TestWorkflowEnvironment;
let records: Fixture;
let code: WorkflowBundle;
const seen: OutsideRequests = noRequests();
/** Why orders were opened again, by either of two processes. */
const restored: Restored[] = [];
let guards: readonly LostOrders[];
let restore: RestoreOrder;
let stop = async (): Promise<void> => undefined;

const makeStartArgument = startArgumentsFrom({
  policy: async () => defaultPolicy,
  calendar: async () => defaultCalendar,
});

async function work(): Promise<void> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: { ...makeActivities(seen) },
    sinks: followOrders({ db: records.db, client: env.client, onError: () => undefined }).sinks,
    interceptors: { activity: [refuseResetRuns(env.client, restore)] },
    shutdownGraceTime: 500,
  });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
    stop = async () => undefined;
  };
}

beforeAll(async () => {
  [env, code, records] = await Promise.all([devServer(), bundle(), openRecords()]);
  const { client } = env;
  const { db } = records;
  const open = (): RestoreOrder =>
    openRestoring({
      ...{ taskQueue: QUEUE, db, log, now: () => Date.now(), makeStartArgument },
      runs: openOrderRuns(client, QUEUE, 3 * SECOND),
      record: (orderNo) => projectOrder({ db, publication: (no, after) => queryPublication(client, no, after) }, orderNo),
      onRestored: (why) => void restored.push(why),
    });
  restore = open();
  const listings = openOrderListings(client, QUEUE);
  guards = [open(), open()].map((each) => openLostOrders({ listings, db, restore: each, now: () => Date.now(), log, pause: 0 }));
  await work();
});
afterAll(async () => {
  await stop();
  await records.end();
  await env.teardown();
});

const rounds = (): Promise<unknown> => Promise.all(guards.map((guard) => guard.round()));
const recordOf = (orderNo: string): Promise<readonly OrderEvent[]> => eventsOf(records.db, orderNo);

/** An order that waits for its signature, with all its events recorded. */
async function entered(orderNo: string): Promise<OrderUnderTest> {
  const order = getOrder(env, QUEUE, orderNo);
  await order.receive(R, { customer: entry.customer, salesRep: R.id, lines, requestedDate: "2099-12-20", channel: "phone" });
  await order.ask("confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
  await order.ask("enter", R, { ...entry, requestedDate: "2099-12-20" });
  await isRecorded(order);
  return order;
}

/** Waits until no request is pending and the records hold every event. */
async function isRecorded(order: OrderUnderTest): Promise<readonly OrderEvent[]> {
  const { events } = await until(
    async () => ({
      events: await order.history(),
      recorded: await recordOf(order.handle.workflowId),
      pending: (await order.read()).effects.filter(({ state }) => state === "pending").length,
    }),
    ({ events, recorded, pending }) => pending === 0 && events.length === recorded.length,
  );
  return events;
}

/** Makes rounds until an order has been opened again for this reason, once more than before, and is recorded again. */
async function waitUntilRestored(order: OrderUnderTest, why: Restored): Promise<readonly OrderEvent[]> {
  const reasons = (events: readonly OrderEvent[]) =>
    events.flatMap((event) => (event.event === "order-restored" ? event.data.why : [])).filter((each) => each === why).length;
  const before = reasons(await recordOf(order.handle.workflowId));
  await until(
    async () => {
      await rounds();
      return reasons(await order.history().catch(() => []));
    },
    (found) => found > before,
    60_000,
  );
  return isRecorded(order);
}

async function runsOf(orderNo: string): Promise<string[]> {
  const runs: string[] = [];
  for await (const { status } of env.client.workflow.list({ query: `WorkflowId="${orderNo}"` })) runs.push(status.name);
  return runs;
}

test.each([
  ["terminate", "terminated"],
  ["reset", "reset"],
  ["delete", "missing"],
] as const)("an order whose run was ended by %s goes on from its record, once, and it is told", async (act, why) => {
  const orderNo = `LOST-${act}`;
  const order = await entered(orderNo);
  const before = await recordOf(orderNo);
  restored.length = 0;
  await silence(env.client, act, orderNo, 0.4);
  const after = await waitUntilRestored(order, why);
  expect(after.slice(0, before.length)).toEqual(before);
  const since = after.slice(before.length).map(({ event }) => event);
  expect(since[0]).toBe("order-restored");
  expect(since.filter((event) => event === "order-restored")).toHaveLength(1);
  expect(restored).toEqual([why]);
  const told = seen.tells.filter((tell) => tell.orderNo === orderNo && tell.message.message === "order-restored");
  expect(told.map(({ message: { to, params } }) => [to, params["why"]])).toEqual([[[{ role: "supervisor" }], why]]);
  // The order is as it was, and takes commands.
  expect((await order.ask("sign", by("supervisor"), {})).events.map(({ event }) => event)).toContain("signed");
  expect((await runsOf(orderNo)).filter((status) => status === "RUNNING")).toHaveLength(1);
  await until(
    async () => {
      await rounds();
      return guards.flatMap((guard) => [guard.orders(), guard.records()]);
    },
    (all) => all.every((clock) => typeof clock === "object" && clock.runs),
  );
  await order.handle.terminate();
  await rounds();
});

test("a command that an ended run had accepted and that is not recorded is sent to the new run: nothing that was accepted is lost", async () => {
  const order = await entered("LOST-taken");
  await stop();
  // In the history, but not handled yet.
  const note = { with: "customer", channel: "phone", summary: "按期" } as const;
  const key = await order.send("record-communication", R, note);
  await order.handle.terminate();
  await work();
  const after = await waitUntilRestored(order, "terminated");
  expect(after.filter((event) => event.key === key).map(({ event }) => event)).toEqual(["communication-recorded"]);

  // Commands that the reset run carried out.
  await silence(env.client, "reset", "LOST-taken", 0.3);
  const sent = commandInput(by("customer_service"), { about: "灯罩有划痕" }, { key: "while-reset" });
  await order.handle.executeUpdate("record-complaint", { args: [sent], updateId: "while-reset" });
  const again = await waitUntilRestored(order, "reset");
  expect(again.slice(0, after.length)).toEqual(after);
  expect(again.filter((event) => event.key === "while-reset").map(({ event }) => event)).toEqual(["complaint-recorded"]);
  await order.handle.terminate();
});

test("nothing of a reset run is recorded: the order goes on from what the run before it had done, also where the records were behind", async () => {
  const order = await entered("LOST-records-behind");
  await order.ask("sign", by("supervisor"), {});
  const before = await isRecorded(order);
  for (const table of ["duties", "events", "orders"] as const)
    await records.db.deleteFrom(table).where("order_no", "=", "LOST-records-behind").execute();
  await silence(env.client, "reset", "LOST-records-behind", 0.3);
  // Carried out by the reset run. It would be recorded in place of the events that are missing.
  await order.ask("record-complaint", by("customer_service"), { about: "灯罩有划痕" });
  const after = await waitUntilRestored(order, "reset");
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.map(({ event }) => event)).toContain("complaint-recorded");
  await order.handle.terminate();
});

test("a run that was reset asks nothing outside: only what is recorded is asked", async () => {
  const order = await entered("LOST-asks");
  await order.ask("sign", by("supervisor"), {});
  await order.ask("release", by("order_admin"), {});
  await isRecorded(order);
  // The reset is found by the activity that it starts, before any round.
  await silence(env.client, "reset", "LOST-asks", 0.3);
  await order.ask("record-finding", by("supervisor"), { rule: "R3.2", person: "li.na", action: "补录生产进度" });
  await until(
    async () => (await order.history().catch(() => [])).map(({ event }) => event),
    (events) => events.includes("order-restored"),
    20_000,
  );
  for (const part of [0.2, 0.8]) {
    await silence(env.client, "reset", "LOST-asks", part);
    await waitUntilRestored(order, "reset");
  }
  const { effects } = await order.read();
  const asked = [...seen.asks, ...seen.tells].map(({ effectId }) => effectId).filter((id) => id.startsWith("LOST-asks-"));
  // A request that was under way when its run was ended is asked again, under the same key.
  expect([...new Set(asked)].toSorted()).toEqual(effects.map(({ effectId }) => effectId).toSorted());
  expect(effects.filter(({ system }) => system === "production").length).toBeGreaterThan(0);
  await order.handle.terminate();
});

test("a run that knows less than the records, as after restoring a backup, is ended: the records hold", async () => {
  const order = await entered("LOST-behind");
  const before = await recordOf("LOST-behind");
  await silence(env.client, "delete", "LOST-behind");
  await until(
    () => order.handle.describe().catch(() => undefined),
    (found) => found === undefined,
  );
  const args: [StartOrder] = [
    { orderNo: "LOST-behind", policy: defaultPolicy, calendar: defaultCalendar, events: before.slice(0, 1) },
  ];
  await env.client.workflow.start(ORDER_WORKFLOW, { workflowId: "LOST-behind", taskQueue: QUEUE, args });
  const after = await waitUntilRestored(order, "behind");
  expect(after.slice(0, before.length)).toEqual(before);
  await order.handle.terminate();
});

test("an order that runs and that the records do not know is recorded", async () => {
  const order = await entered("LOST-unrecorded");
  const before = await isRecorded(order);
  for (const table of ["duties", "events", "orders"] as const)
    await records.db.deleteFrom(table).where("order_no", "=", "LOST-unrecorded").execute();
  await until(
    async () => {
      await rounds();
      return recordOf("LOST-unrecorded");
    },
    (events) => events.length === before.length,
  );
  await order.handle.terminate();
});

test("an order that is over stays over, however its run ended; one without a run is opened by the next command", async () => {
  const order = getOrder(env, QUEUE, "LOST-over");
  await runRegularOrder(order);
  await until(
    async () => (await recordOf("LOST-over")).at(-1)?.event ?? "",
    (last) => last === "receipt-confirmed",
  );
  await silence(env.client, "delete", "LOST-over");
  await until(
    () => order.handle.describe().catch(() => undefined),
    (found) => found === undefined,
  );
  await rounds();
  expect(await restore("LOST-over")).toBe("over");
  expect(await restore("LOST-never-was")).toBe("over");

  const silent = await entered("LOST-asked");
  await silent.handle.terminate();
  const engine = openEngine(env.client, { taskQueue: QUEUE });
  const commands = openCommands({ engine, db: records.db, makeStartArgument, restore, now: () => Date.now() });
  const sent = { command: "sign", body: {}, actor: by("supervisor"), key: "asked", hash: "hash" } as const;
  const answer = await commands.send("LOST-asked", sent);
  expect(answer).toMatchObject({
    outcome: "answered",
    events: expect.arrayContaining([expect.objectContaining({ event: "signed" })]),
  });
  expect((await silent.history()).map(({ event }) => event)).toContain("order-restored");
  await silent.handle.terminate();
});

test("a run that ends as soon as it is begun is begun a few times, and then reported", async () => {
  const order = await entered("LOST-poison");
  await stop();
  await order.handle.terminate();
  const found: string[] = [];
  for (let times = 0; times < 5; times += 1) {
    // No worker can answer for the ended run: after some tries the records are taken as complete.
    found.push(
      await until(
        () => restore("LOST-poison").catch(() => ""),
        (said) => said !== "",
      ),
    );
    await order.handle.terminate().catch(() => undefined);
    const closed = times + 2;
    await until(
      () => runsOf("LOST-poison"),
      (runs) => runs.filter((status) => status === "TERMINATED").length >= Math.min(closed, 4),
    );
  }
  expect(found).toEqual(["restored", "restored", "restored", "stuck", "stuck"]);
  await until(
    async () => {
      await rounds();
      return guards[0]?.orders();
    },
    (clock) => typeof clock === "object" && !clock.runs,
  );
  await work();
}, 240_000);
