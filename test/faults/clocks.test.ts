import { Worker, type WorkflowBundle } from "@temporalio/worker";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followOrders } from "../../src/activities/records.ts";
import { SPREAD_CALENDAR_WORKFLOW, QUERIES } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { SECOND } from "../../src/domain/time.ts";
import type { Database } from "../../src/records/database.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { publish } from "../../src/records/write.ts";
import type { ClockName } from "../../src/watch/clocks.ts";
import { openEngineHealth } from "../../src/temporal/health.ts";
import { openOrderListings } from "../../src/temporal/listings.ts";
import { openLostOrders, type LostOrders } from "../../src/watch/lost-orders.ts";
import { openWatchman, type Watchman } from "../../src/watch/watchman.ts";
import { by } from "../domain/order-fixture.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { noRequests, getOrder, makeActivities } from "../workflows/order-under-test.ts";

/** The dead-man check on a real engine: each clock is stopped, and it is said; a restart is no alarm. */

const QUEUE = "clocks";
const PATIENCE = 6 * SECOND;
let env: TestWorkflowEnvironment;
let records: Fixture;
let db: Database;
let code: WorkflowBundle;
/** Two processes look; what they tell people is told by key. */
const told: string[] = [];
let watchmen: readonly Watchman[];
let lost: LostOrders;

beforeAll(async () => {
  // A worker that has nothing to do asks again every second, instead of every minute.
  [env, code, records] = await Promise.all([
    devServer(["--dynamic-config-value", 'matching.longPollExpirationInterval="1s"']),
    bundle(),
    openRecords(),
  ]);
  ({ db } = records);
  const engine = openEngineHealth(env.client, QUEUE, ["every-second"]);
  const listings = openOrderListings(env.client, QUEUE);
  const log = pino({ level: "silent" });
  const now = (): number => Date.now();
  // Looking after what it finds is another matter: `test/workflows/lost-orders.test.ts`.
  lost = openLostOrders({ listings, db, restore: async () => "carried-on", now, log, pause: 0 });
  const watchman = (): Watchman =>
    openWatchman({
      ...{ engine, db, lost, now, log },
      patience: PATIENCE,
      longestPoll: 3 * SECOND,
      tell: async (_clock, key) => {
        if (!told.includes(key)) told.push(key);
        return true;
      },
    });
  watchmen = [watchman(), watchman()];
});
afterAll(async () => {
  await records.end();
  await env.teardown();
});

/** Runs a worker until it is stopped. */
async function working(): Promise<() => Promise<void>> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: { ...makeActivities(noRequests()) },
    sinks: followOrders({ db, client: env.client, onError: () => undefined }).sinks,
    shutdownGraceTime: 500,
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

async function look(): Promise<string[]> {
  await lost.round();
  await Promise.all(watchmen.map((each) => each.look()));
  const found = watchmen.map((each) => Object.entries(each.states()).filter(([, state]) => state === "stopped"));
  return found[0]?.map(([name]) => name) ?? [];
}
/** Looks again and again until these clocks, and no others, are said to have stopped. */
const stopped = (...names: readonly ClockName[]): Promise<string[]> =>
  until(look, (found) => found.toSorted().join() === [...names].toSorted().join());
const toldOf = (): string[] => told.map((key) => key.split("-")[1] ?? "").toSorted();

const received = { customer: { name: "客户A", contact: { phone: "+8613800000000" } }, channel: "phone" } as const;
const history = (orderNo: string): Promise<readonly OrderEvent[]> =>
  env.client.workflow.getHandle(orderNo).query(QUERIES.history);

test(
  "each clock that stops is said, once however many look; it runs again; a restart is no alarm",
  { timeout: 180_000 },
  async () => {
    const schedule = await env.client.schedule.create({
      scheduleId: "every-second",
      spec: { intervals: [{ every: "1s" }] },
      action: { type: "startWorkflow", workflowType: SPREAD_CALENDAR_WORKFLOW, taskQueue: "nobody", args: [defaultCalendar] },
    });
    let stop = await working();
    const order = getOrder(env, QUEUE, "C-1");
    await order.receive(by("sales_rep"), received);
    await stopped();

    // A restart: nobody asks for work for a moment.
    const [restarting, restarted] = [stop(), Date.now()];
    while (Date.now() < restarted + 1_500) expect(await look()).toEqual([]);
    await restarting;
    stop = await working();
    while (Date.now() < restarted + PATIENCE + 4_500) expect(await look()).toEqual([]);
    expect(told).toEqual([]);

    // The worker stops for good; a duty passes its time, and nobody is there to tell it.
    await stop();
    await db
      .updateTable("duties")
      .set({ due_at: new Date(Date.now() - 1_000).toISOString(), level: 0 })
      .where("order_no", "=", "C-1")
      .execute();
    await stopped("worker", "duties", "records");
    expect(toldOf()).toEqual(["duties", "records", "worker"]);
    expect(watchmen[0]?.lag()).toBeGreaterThan(PATIENCE);
    expect(watchmen[0]?.standings().worker.why).toMatch(/no worker/u);
    stop = await working();
    await publish(db, publicationOf(await history("C-1"), Date.now()));
    await db.deleteFrom("duties").execute();
    await publish(db, publicationOf(await history("C-1"), Date.now()));
    await stopped();

    // The records lose an order that runs; rebuilt, they have it again.
    await db.deleteFrom("orders").execute();
    await stopped("records");
    await publish(db, publicationOf(await history("C-1"), Date.now()));
    await stopped();

    // A schedule is paused, and one is not there.
    await schedule.pause();
    await stopped("schedules");
    await schedule.unpause();
    await stopped();
    await schedule.delete();
    await stopped("schedules");
    await stop();
  },
);
