import { Client } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calendarActivities } from "../../src/activities/calendar.ts";
import { ORDER_WORKFLOW, SPREAD_CALENDAR_WORKFLOW, type OrderActivities, type StartOrder } from "../../src/contracts/workflow.ts";
import { defaultCalendar, type Calendar } from "../../src/domain/clock/calendar.ts";
import { RULES } from "../../src/domain/order/events.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { iso } from "../../src/domain/time.ts";
import { by } from "../domain/order-fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { noRequests, getOrder, ignoredSinks, makeActivities } from "./order-under-test.ts";

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
});
afterAll(() => env.teardown());

const R = by("sales_rep");
const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
/** `confirm` in working time, so that the calendar moves it. */
const policy: Policy = {
  ...defaultPolicy,
  duties: { ...defaultPolicy.duties, confirm: { ...defaultPolicy.duties.confirm, within: "PT40H", calendar: "working" } },
};
/** Works round the clock, every day: 40 hours are 40 hours. */
const night: Calendar = {
  version: 1,
  week: Array.from({ length: 7 }, () => [["00:00", "24:00"]]),
  holidays: [],
  makeUpDays: [],
  knownUntil: 2099,
};
const holiday: Calendar = { ...night, version: 2, holidays: [iso(Date.now() + 86_400_000).slice(0, 10)] };

/** A worker that runs orders and spreads calendars in pages of two. */
async function working<T>(activities: OrderActivities, run: () => Promise<T>): Promise<T> {
  const pages = calendarActivities(new Client({ connection: env.connection, namespace: env.namespace ?? "default" }), 2);
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? "default",
    taskQueue: "calendar",
    workflowBundle: code,
    activities: { ...activities, ...pages },
    sinks: ignoredSinks,
  });
  return worker.runUntil(run());
}

function spread(calendar: Calendar, again: number) {
  return env.client.workflow.start(SPREAD_CALENDAR_WORKFLOW, {
    workflowId: `calendar-${calendar.version}`,
    taskQueue: "calendar",
    args: [calendar, again],
  });
}

/** A run that begins with events. */
async function goOn(orderNo: string, more: Partial<StartOrder>) {
  const args: [StartOrder] = [{ orderNo, policy, calendar: defaultCalendar, rules: RULES, ...more }];
  await env.client.workflow.start<(start: StartOrder) => Promise<void>>(ORDER_WORKFLOW, {
    workflowId: orderNo,
    taskQueue: "calendar",
    args,
  });
  return getOrder(env, "calendar", orderNo);
}

test("a calendar reaches every running order, in pages, moves what is due, and reaches the order that was received during it", async () => {
  const activities = makeActivities(noRequests());
  await working(activities, async () => {
    const orders = [1, 2, 3, 4, 5].map((number) => getOrder(env, "calendar", `SO-cal-${number}`, {}, policy));
    const before = await Promise.all(
      orders.map(async (order) => (await order.receive(R, { customer, salesRep: "li.na" })).order),
    );
    const listed = () => env.client.workflow.count(`WorkflowType="order" AND ExecutionStatus="Running"`);
    await until(listed, ({ count }) => count === 5);

    const spreading = await spread(night, 4_000);
    const due = async (order: (typeof orders)[number]) => Date.parse((await order.read()).duties[0]?.dueAt ?? "");
    for (const [index, order] of orders.entries()) {
      await until(
        () => due(order),
        (at) => at !== Date.parse(before[index]?.duties[0]?.dueAt ?? ""),
      );
      const { openedAt = "" } = (await order.read()).duties[0] ?? {};
      expect((await due(order)) - Date.parse(openedAt)).toBe(40 * 3_600_000);
    }
    // Received with the old calendar, after the first sending.
    const late = getOrder(env, "calendar", "SO-cal-late", {}, policy);
    const received = await late.receive(R, { customer, salesRep: "li.na" });
    expect(received.order.duties[0]?.dueAt).toBeDefined();
    await spreading.result();
    await until(
      async () => (await late.history()).filter(({ event }) => event === "calendar-set").length,
      (count) => count === 1,
    );
    // Each took it once, although it was sent twice.
    for (const order of orders) {
      const events = (await order.history()).map(({ event }) => event);
      expect(events.filter((event) => event === "calendar-set")).toHaveLength(1);
    }
    await Promise.all([...orders.slice(1), late].map((order) => order.handle.terminate()));
  });
});

test("an order that continues as new keeps its calendar, and one that is opened again has the newest", async () => {
  const activities = makeActivities(noRequests());
  await working(activities, async () => {
    const order = getOrder(env, "calendar", "SO-cal-1", {}, policy);
    await (await spread(holiday, 1)).result();
    await until(
      async () => (await order.history()).at(-1)?.event,
      (event) => event === "calendar-set",
    );
    const [dueAt, events] = [(await order.read()).duties[0]?.dueAt, await order.history()];
    await order.handle.terminate();
    // The argument of the next run: the events, and the calendar that the order started with.
    const again = await goOn("SO-cal-again", { events });
    await until(
      async () => (await again.read()).duties[0]?.dueAt,
      (due) => due === dueAt,
    );
    // Opened again years later, it takes the calendar of that time.
    const newest: Calendar = { ...night, version: 7 };
    await again.handle.terminate();
    const reopened = await goOn("SO-cal-reopened", { events, calendar: newest });
    await until(
      async () => (await reopened.history()).filter(({ event }) => event === "calendar-set").map(({ data }) => data),
      (set) => set.length === 3,
    );
    await reopened.handle.terminate();
  });
});
