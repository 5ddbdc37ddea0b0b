import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calendarActivities } from "../../src/activities/calendar.ts";
import { openEngine, type Engine } from "../../src/temporal/engine.ts";
import { orderNumber } from "../../src/contracts/bodies.ts";
import { ownIds } from "../../src/contracts/workflow-ids.ts";
import type { RoutineActivities, RoutineStart, WatchInspectionStart } from "../../src/contracts/workflow-routine.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { by } from "../domain/order-fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { commandInput, noRequests, getOrder, ignoredSinks, makeActivities } from "./order-under-test.ts";

/** An order number cannot collide with the ids of the service's own workflows. */

const QUEUE = "own-ids";
const received = { customer: { name: "客户A", contact: { phone: "+8613800000000" } }, channel: "phone" } as const;
let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
let engine: Engine;
let worker: Worker;
let running: Promise<void>;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
  engine = openEngine(env.client, { taskQueue: QUEUE });
  const reports: Partial<RoutineActivities> = {
    beginReport: async (head) => ({ ...head, made: false }),
    orderPage: async () => ({ orderNos: [], next: undefined }),
    finishReport: async () => ({ orders: 0, tags: {} }),
    unanswered: async () => 1,
    calendarOwed: async () => undefined,
    raiseInspection: async () => undefined,
    announce: async () => true,
  };
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: { ...makeActivities(noRequests()), ...calendarActivities(env.client), ...reports },
    sinks: ignoredSinks,
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await env.teardown();
});

const receive = (orderNo: string) => getOrder(env, QUEUE, orderNo).receive(by("sales_rep"), received);

test("an order number never is one of the service's own ids", () => {
  const ids = [
    ownIds.calendar(1),
    ownIds.inspection("full-2026-10"),
    ownIds.watch("full-2026-10"),
    ownIds.rewards("rewards", { month: "2026-10" }, "1"),
  ];
  expect(ids.filter((id) => orderNumber.safeParse(id).success)).toEqual([]);
});

test("orders with such numbers hold up neither calendar nor inspections", async () => {
  for (const orderNo of ["calendar-1", "full-2026-10", "sample-2026-10", "watch-full-2026-10"]) await receive(orderNo);
  const calendar = { ...defaultCalendar, version: 1 };
  await engine.spreadCalendar(calendar);
  await until(
    async () => (await getOrder(env, QUEUE, "calendar-1").history()).map(({ event }) => event),
    (events) => events.includes("calendar-set"),
  );
  const start: RoutineStart = {
    routine: "monthly-inspection",
    policy: defaultRoutinePolicy,
    scheduledAt: "2026-11-01T01:00:00.000Z",
  };
  expect(
    await env.client.workflow.execute("monthlyInspection", { taskQueue: QUEUE, workflowId: "routine:monthly", args: [start] }),
  ).toBe("full-2026-10, sample-2026-10");
  expect((await env.client.workflow.getHandle(ownIds.watch("full-2026-10")).describe()).status.name).toBe("RUNNING");
  for (const orderNo of ["calendar-1", "full-2026-10"]) {
    const run = await engine.history(orderNo);
    expect(run.outcome === "answered" && run.answer[0]).toMatchObject({ event: "received", data: { orderNo } });
  }
});

test("a workflow of another type under an order number is no order: it is neither read nor commanded as one", async () => {
  const orderNo = "watch-full-2026-09";
  const start: WatchInspectionStart = {
    ...{ reportId: "full-2026-09", from: "2126-10-01T01:00:00.000Z", dueAt: "2126-10-08T01:00:00.000Z" },
    ...{ ladder: defaultRoutinePolicy.ladder, told: [] },
  };
  const old = await env.client.workflow.start("watchInspection", { taskQueue: QUEUE, workflowId: orderNo, args: [start] });
  const sent = commandInput(by("sales_rep"), received);
  const argument = { orderNo, policy: defaultPolicy, calendar: defaultCalendar };
  const asked = [
    await engine.update(orderNo, "sign", sent),
    await engine.update(orderNo, "receive", sent, { argument, isNew: true }),
    await engine.lastRunHistory(orderNo),
    await engine.history(orderNo),
    await engine.commandState(orderNo, "key"),
  ];
  const none = { outcome: "no-run" };
  expect(asked).toEqual([none, none, none, none, { outcome: "answered", answer: { state: "no-order" } }]);
  expect((await old.describe()).status.name).toBe("RUNNING");
  await old.terminate();
  expect(await engine.lastRunHistory(orderNo)).toEqual(none);
});

test("a signal that nobody can decode, from whoever reaches Temporal, fails no question about a command", async () => {
  const order = getOrder(env, QUEUE, "undecodable-asked");
  await order.receive(by("sales_rep"), received);
  await env.client.workflowService.signalWorkflowExecution({
    namespace: "default",
    workflowExecution: { workflowId: "undecodable-asked" },
    signalName: "sign",
    input: { payloads: [{ metadata: { encoding: Buffer.from("no/such") }, data: Buffer.from("{") }] },
  });
  expect(await engine.commandState("undecodable-asked", "key")).toEqual({ outcome: "answered", answer: { state: "unknown" } });
});
