import { ApplicationFailure, WorkflowFailedError } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OrderActivities } from "../../src/contracts/workflow.ts";
import type { RewardsActivities, RewardsTelling } from "../../src/contracts/workflow-rewards.ts";
import type {
  InspectionStart,
  ReportHead,
  RoutineActivities,
  RoutineStart,
  SampleStart,
  CalendarOwed,
  WatchInspectionStart,
} from "../../src/contracts/workflow-routine.ts";
import type { Message } from "../../src/domain/order/effects.ts";
import { defaultRoutinePolicy, type RoutineName } from "../../src/domain/routine/policy.ts";
import { DAY, iso } from "../../src/domain/time.ts";
import { ensureSchedules } from "../../src/temporal/schedules.ts";
import { bundle, devServer, timeSkipping } from "../support/engines.ts";
import { until } from "../support/until.ts";

/** The workflows of the routine on an engine: which activities they call, when, and how often. */

/** Skips time. It has no schedules, and suggests to continue as new only after thousands of events. */
let flying: TestWorkflowEnvironment;
/** A dev server that suggests to continue as new after a few dozen events. */
let small: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [flying, small, code] = await Promise.all([
    timeSkipping(),
    devServer(["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60"]),
    bundle(),
  ]);
});
afterAll(() => Promise.all([flying.teardown(), small.teardown()]));

/** The routine's activities on orders in memory, and a note of each call. */
class Department {
  readonly heads = new Map<string, ReportHead & { made: boolean; begun: number }>();
  readonly inspected: string[] = [];
  readonly summarised: string[] = [];
  readonly drawn: string[] = [];
  readonly asked: string[] = [];
  readonly told: { readonly key: string; readonly message: Message }[] = [];
  readonly levels: number[] = [];
  /** How many times the list is still found unanswered. */
  unansweredFor = 0;
  /** How many times the calendar is still found to be owed, and what is answered then. */
  calendarOwedFor = 0;
  calendar: CalendarOwed | undefined;
  /** Whether any of these recipients is reached. */
  reaches: (message: Message) => boolean = () => true;
  readonly orders: readonly string[];
  readonly page: number;

  constructor(orders: number, page = 2) {
    this.orders = Array.from({ length: orders }, (_, index) => `SO-${String(index).padStart(3, "0")}`);
    this.page = page;
  }

  activities(): RoutineActivities {
    return {
      beginReport: async (head) => {
        const known = this.heads.get(head.reportId) ?? { ...head, made: false, begun: 0 };
        const now = { ...known, begun: known.begun + 1 };
        this.heads.set(head.reportId, now);
        return now;
      },
      finishReport: async (reportId) => {
        const known = this.heads.get(reportId);
        if (known) this.heads.set(reportId, { ...known, made: true });
        return { orders: reportId.startsWith("sample") ? this.asked.length : this.orders.length, tags: { undelivered: 1 } };
      },
      orderPage: async (_scope, after) => {
        const rest = this.orders.filter((orderNo) => after === undefined || orderNo > after);
        const orderNos = rest.slice(0, this.page);
        return { orderNos, next: rest.length > this.page ? orderNos.at(-1) : undefined };
      },
      summarise: async ({ orderNos }) => void this.summarised.push(...orderNos),
      inspectOrders: async ({ orderNos }) => void this.inspected.push(...orderNos),
      drawLots: async (_seed, _sample, orderNos) => {
        this.drawn.push(...orderNos);
        // The best lots are on the first pages: those of later pages must not displace them.
        return orderNos.map((orderNo) => ({ orderNo, weight: 1, lot: this.orders.indexOf(orderNo) }));
      },
      askInspection: async ({ orderNos }) => void this.asked.push(...orderNos),
      unanswered: async () => {
        this.unansweredFor -= 1;
        return this.unansweredFor >= 0 ? 3 : 0;
      },
      calendarOwed: async () => {
        this.calendarOwedFor -= 1;
        return this.calendarOwedFor >= 0 ? this.calendar : undefined;
      },
      raiseInspection: async (_reportId, level) => void this.levels.push(level),
      announce: async (key, message) => {
        if (!this.reaches(message)) return false;
        this.told.push({ key, message });
        return true;
      },
      removePersonalData: async () => ({ orders: 0 }),
    };
  }
}

let queues = 0;
async function working<T>(env: TestWorkflowEnvironment, activities: object, body: (taskQueue: string) => Promise<T>): Promise<T> {
  queues += 1;
  const taskQueue = `routine-${queues}`;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: code,
    activities: { ...activities },
    // As many as run here: an evicted one would be replayed.
    maxCachedWorkflows: 50,
  });
  return worker.runUntil(() => body(taskQueue));
}

const policy = { ...defaultRoutinePolicy, sample: { ...defaultRoutinePolicy.sample, share: 0.5, atLeast: 2, atMost: 3 } };
const started = (routine: RoutineName, scheduledAt: string): RoutineStart => ({ routine, policy, scheduledAt });

let ids = 0;
function run(env: TestWorkflowEnvironment, taskQueue: string, type: string, argument: object): Promise<string> {
  ids += 1;
  return env.client.workflow.execute<(argument: object) => Promise<string>>(type, {
    ...{ taskQueue, workflowId: `${type}-test-${ids}`, args: [argument] },
  });
}
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => error,
  );

/** In the far future, so that no duty of it is due while the test runs. */
const FIRST = "2126-12-01T01:00:00.000Z";

test("the monthly inspection goes through all pages, asks for the sample, and tells once, however often it is triggered", async () => {
  const department = new Department(7);
  await working(small, department.activities(), async (queue) => {
    expect(await run(small, queue, "monthlyInspection", started("monthly-inspection", FIRST))).toBe(
      "full-2126-11, sample-2126-11",
    );
    expect(department.inspected).toEqual(department.orders);
    expect(department.drawn).toEqual(department.orders);
    // Half of seven, three at most: the best lots of all pages.
    expect(department.asked).toEqual(["SO-000", "SO-001", "SO-002"]);
    expect(department.heads.get("full-2126-11")).toMatchObject({
      kind: "full",
      asOf: FIRST,
      about: { dueAt: "2126-12-08T01:00:00.000Z" },
    });
    expect(department.heads.get("sample-2126-11")?.about["seed"]).toMatch(/^[\da-f-]{36}$/u);
    const told = department.told.map(({ key, message: { to, message, params } }) => [
      key,
      message,
      to[0]?.role,
      params["undelivered"],
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["full-2126-11", "inspection-to-answer", "supervisor", 1],
        ["sample-2126-11", "sample", "management", 1],
      ]),
    );
    expect(told).toHaveLength(2);

    // Triggered again while the answers are still watched, and once more by hand at another time.
    const isWatched = async () => (await small.client.workflow.getHandle("watch:full-2126-11").describe()).status.name;
    expect(await isWatched()).toBe("RUNNING");
    for (const at of [FIRST, "2126-12-24T09:30:00.000Z"])
      await run(small, queue, "monthlyInspection", started("monthly-inspection", at));
    expect(department.inspected).toEqual(department.orders);
    expect(department.told).toHaveLength(2);
    expect([...department.heads.values()].map(({ begun }) => begun)).toEqual([3, 3]);
    expect(await isWatched()).toBe("RUNNING");
  });
});

test("an inspection list that is not answered is reminded of by a ladder, up to management and daily, until its last answer", async () => {
  const department = new Department(1);
  const from = await flying.currentTimeMs();
  const start: WatchInspectionStart = {
    ...{ reportId: "full-w", from: iso(from), dueAt: iso(from + 8 * DAY), ladder: policy.ladder, told: [] },
  };
  department.unansweredFor = 5;
  // The first reminder reaches nobody, not even management: the next one is sent all the same.
  const reachesNobody = (message: Message) =>
    department.told.length === 3 && message.to.some(({ role }) => role === "management");
  let refused = 0;
  department.reaches = (message) => !(reachesNobody(message) && (refused += 1) <= 2);
  await working(flying, department.activities(), async (queue) => {
    expect(await run(flying, queue, "watchInspection", start)).toBe("full-w is answered");
  });
  const told = department.told.map(({ key, message: { to, message, params } }) => [
    key,
    message,
    to.map(({ role }) => role),
    params,
  ]);
  const params = { inspectionId: "full-w", open: 3, dueAt: start.dueAt };
  expect(told).toEqual([
    [`full-w-warn-${iso(from + 6 * DAY)}`, "inspection-warning", ["supervisor"], params],
    [`full-w-due-${iso(from + 8 * DAY)}`, "inspection-overdue", ["supervisor"], params],
    [`full-w-escalate-${iso(from + 12 * DAY)}`, "inspection-overdue", ["management"], params],
    [`full-w-remind-${iso(from + 14 * DAY)}`, "inspection-overdue", ["supervisor", "management"], params],
  ]);
  expect(refused).toBeGreaterThanOrEqual(2);
  expect(department.levels).toEqual([1, 2, 3, 4, 5]);
});

test("a calendar that is owed is reminded of by the ladder, once a rung however often the watch is started, until it is put", async () => {
  const department = new Department(1);
  const from = await flying.currentTimeMs();
  const owed = { year: 2126, from: iso(from), dueAt: iso(from + 30 * DAY), ladder: policy.ladder };
  department.calendar = owed;
  department.calendarOwedFor = 5;
  await working(flying, department.activities(), async (queue) => {
    expect(await run(flying, queue, "watchCalendar", { ...owed, told: [] })).toBe("the year after 2126 is known");
  });
  const told = department.told.map(({ key, message: { to, message } }) => [key, message, to.map(({ role }) => role)]);
  expect(told).toEqual([
    [`put-calendar-2126-warn-${iso(from + 22.5 * DAY)}`, "calendar-warning", ["supervisor"]],
    [`put-calendar-2126-due-${iso(from + 30 * DAY)}`, "calendar-overdue", ["supervisor"]],
    [`put-calendar-2126-escalate-${iso(from + 45 * DAY)}`, "calendar-overdue", ["management"]],
    [`put-calendar-2126-remind-${iso(from + 46 * DAY)}`, "calendar-overdue", ["supervisor", "management"]],
    [`put-calendar-2126-remind-${iso(from + 47 * DAY)}`, "calendar-overdue", ["supervisor", "management"]],
  ]);
});

test("the daily inspection starts a watch of the calendar while it is owed, one for each year", async () => {
  const department = new Department(1);
  const now = await small.currentTimeMs();
  department.calendar = { year: 2126, from: iso(now), dueAt: iso(now + 30 * DAY), ladder: policy.ladder };
  department.calendarOwedFor = 100;
  await working(small, department.activities(), async (queue) => {
    for (const at of ["2126-11-05T01:00:00.000Z", "2126-11-06T01:00:00.000Z"])
      await run(small, queue, "dailyInspection", started("daily-inspection", at));
    const watch = small.client.workflow.getHandle("put-calendar:2126");
    expect((await watch.describe()).status.name).toBe("RUNNING");
    await watch.terminate("shown");
  });
});

test("when the sample fails, or nobody can be told, the full inspection is made and watched all the same, and the run says so", async () => {
  const sampleless = new Department(2);
  const noLots = {
    ...sampleless.activities(),
    drawLots: () => Promise.reject(ApplicationFailure.nonRetryable("no lots", "broken")),
  };
  await working(small, noLots, async (queue) => {
    const october = started("monthly-inspection", "2026-11-01T01:00:00.000Z");
    expect(await outcomeOf(run(small, queue, "monthlyInspection", october))).toBeInstanceOf(WorkflowFailedError);
    expect(sampleless.heads.get("full-2026-10")?.made).toBe(true);
    expect(sampleless.heads.get("sample-2026-10")?.made).toBe(false);
    expect(await small.client.workflow.getHandle("watch:full-2026-10").result()).toBe("full-2026-10 is answered");
  });
  const untold = new Department(2);
  untold.reaches = ({ message }) => message !== "inspection-to-answer";
  untold.unansweredFor = 1;
  await working(small, untold.activities(), async (queue) => {
    const september = started("monthly-inspection", "2026-10-01T01:00:00.000Z");
    expect(await outcomeOf(run(small, queue, "monthlyInspection", september))).toBeInstanceOf(WorkflowFailedError);
    expect([...untold.heads.values()].every(({ made }) => made)).toBe(true);
    // It was due long ago: its rungs are told at once.
    await until(
      async () => untold.told.map(({ message: { message } }) => message),
      (told) => told.includes("inspection-overdue"),
    );
  });
});

test("rewards: months are derived oldest first; a person who cannot be reached holds up no other, and is told later", async () => {
  const derived: string[] = [];
  const told: string[] = [];
  const about = (effectId: string): RewardsTelling => ({
    ...{ effectId, tells: [{ what: "waiting", of: 1, proposalId: effectId }] },
    message: { to: [{ role: "management" }], message: "rewards-waiting", params: {} },
  });
  const activities: RewardsActivities & Pick<OrderActivities, "tellAgain"> = {
    deriveRewards: async (month) => {
      derived.push(month);
      return { orders: 1, changed: 0 };
    },
    untoldRewards: async (month) => [about(`${month}-lost`), about(`${month}-unreached`), about(`${month}-reached`)],
    toldRewards: async ({ effectId }) => void told.push(effectId),
    tellAgain: async ({ effectId }) => {
      if (effectId.endsWith("lost")) throw ApplicationFailure.nonRetryable("the message system is gone", "gone");
      return { effectId, result: effectId.endsWith("unreached") ? "unreached" : "done", at: 0 };
    },
  };
  await working(flying, activities, async (queue) => {
    await run(flying, queue, "rewardsReview", started("rewards-review", "2126-12-05T01:30:00.000Z"));
    expect(derived).toEqual(["2126-09", "2126-10", "2126-11"]);
    await run(flying, queue, "monthlyRewards", started("rewards-month", FIRST));
    expect(derived.slice(3)).toEqual(["2126-11"]);
    expect(told).toEqual(["2126-09-reached", "2126-10-reached", "2126-11-reached", "2126-11-reached"]);
  });
});

async function runsOf(env: TestWorkflowEnvironment, workflowId: string): Promise<number> {
  let runs = 0;
  for await (const _ of env.client.workflow.list({ query: `WorkflowId="${workflowId}"` })) runs += 1;
  return runs;
}

test("a long routine continues as new: each order once, with the lots drawn so far and the time when it was due", async () => {
  const department = new Department(50);
  const head = { period: "2026-11", asOf: FIRST, about: { seed: "s" } };
  const scope = { orders: "open" } as const;
  await working(small, department.activities(), async (queue) => {
    const sampled: SampleStart = { head: { ...head, reportId: "sample-long", kind: "sample" }, scope, sample: policy.sample };
    expect(await run(small, queue, "sampleInspection", sampled)).toBe("sample-long");
    expect(department.drawn).toEqual(department.orders);
    expect(department.asked).toEqual(["SO-000", "SO-001", "SO-002"]);
    expect(department.told.at(-1)?.message.params).toMatchObject({ orders: 3, candidates: 50 });

    const inspected: InspectionStart = { head: { ...head, reportId: "asked-long", kind: "asked" }, scope, carrierGrace: "PT2H" };
    expect(await run(small, queue, "inspection", inspected)).toBe("asked-long");
    expect(department.inspected).toEqual(department.orders);
    // A routine that continues as another workflow type keeps the routine report that it began.
    expect(await run(small, queue, "dailyInspection", started("daily-inspection", FIRST))).toBe("daily-2126-12-01");
    expect(department.inspected).toEqual([...department.orders, ...department.orders]);

    expect(await run(small, queue, "weeklySummary", started("weekly-summary", "2126-11-25T01:00:00.000Z"))).toBe(
      "weekly-2126-W47",
    );
    expect(department.summarised).toEqual(department.orders);
    expect(department.heads.get("weekly-2126-W47")).toMatchObject({ asOf: "2126-11-25T01:00:00.000Z", made: true });
    expect([...department.heads.keys()]).toHaveLength(4);
    for (const workflowId of Array.from({ length: 4 }, (_, index) => ids - index)) {
      const types = ["weeklySummary", "dailyInspection", "inspection", "sampleInspection"] as const;
      const name = `${types[ids - workflowId] ?? ""}-test-${workflowId}`;
      await until(
        () => runsOf(small, name),
        (runs) => runs > 1,
      );
    }

    // A ladder without an end continues as new too, from the rung where it was.
    department.unansweredFor = 6;
    const ladder = { ...policy.ladder, escalateAtLeast: "PT0S", remindEvery: "PT1S" };
    const now = Date.now();
    const watch: WatchInspectionStart = { reportId: "full-long", from: iso(now), dueAt: iso(now), ladder, told: [] };
    const before = department.told.length;
    expect(await run(small, queue, "watchInspection", watch)).toBe("full-long is answered");
    const keys = department.told.slice(before).map(({ key }) => key);
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(6);
    expect(department.levels.at(-1)).toBeGreaterThanOrEqual(6);
    await until(
      () => runsOf(small, `watchInspection-test-${ids}`),
      (runs) => runs > 1,
    );
  });
}, 120_000);

test("months that were missed while everything was down are made up, each once and for its own period", async () => {
  const department = new Department(3);
  const derived: string[] = [];
  const rewards: RewardsActivities = {
    deriveRewards: async (month) => {
      derived.push(month);
      return { orders: 0, changed: 0 };
    },
    untoldRewards: async () => [],
    toldRewards: async () => undefined,
  };
  await working(small, { ...department.activities(), ...rewards }, async (queue) => {
    await ensureSchedules(small.client, policy, queue);
    for (const name of ["monthly-inspection", "rewards-month"] as const) {
      const schedule = small.client.schedule.getHandle(name);
      await schedule.backfill([
        { start: new Date("2026-07-20T00:00:00Z"), end: new Date("2026-09-10T00:00:00Z"), overlap: "BUFFER_ALL" },
      ]);
    }
    const isMade = () =>
      ["full-2026-07", "sample-2026-07", "full-2026-08", "sample-2026-08"].every((id) => department.heads.get(id)?.made);
    await until(
      async () => isMade() && derived.length >= 2,
      (made) => made,
      60_000,
    );
    expect(derived).toEqual(["2026-07", "2026-08"]);
    expect([...department.heads.keys()].filter((id) => /^(?:full|sample)-/u.test(id)).toSorted()).toEqual([
      "full-2026-07",
      "full-2026-08",
      "sample-2026-07",
      "sample-2026-08",
    ]);
    expect(department.heads.get("full-2026-07")?.asOf).toBe("2026-08-01T01:00:00.000Z");
  });
}, 120_000);
