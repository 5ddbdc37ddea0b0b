import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { orderNumber } from "../../src/contracts/bodies.ts";
import type { RoutineActivities } from "../../src/contracts/workflow-routine.ts";
import { defaultRoutinePolicy, type RoutinePolicy } from "../../src/domain/routine/policy.ts";
import { ensureSchedules } from "../../src/temporal/schedules.ts";
import { bundle, devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";

let env: TestWorkflowEnvironment;
let code: WorkflowBundle;
beforeAll(async () => {
  [env, code] = await Promise.all([devServer(), bundle()]);
});
afterAll(() => env.teardown());

const QUEUE = "schedules";
const WEEKLY = "weekly-summary";
const every = (cron: string): RoutinePolicy => ({
  ...defaultRoutinePolicy,
  schedules: { ...defaultRoutinePolicy.schedules, [WEEKLY]: { cron, catchUp: "P28D" } },
});
const ensure = (policy: RoutinePolicy) => ensureSchedules(env.client, policy, QUEUE);
const schedule = () => env.client.schedule.getHandle(WEEKLY);

/** Activities that keep the heads of routine reports in memory. */
function keeping(heads: Map<string, { asOf: string; made: boolean; begun: number }>): Partial<RoutineActivities> {
  return {
    beginReport: async (head) => {
      const known = heads.get(head.reportId) ?? { asOf: head.asOf, made: false, begun: 0 };
      heads.set(head.reportId, { ...known, begun: known.begun + 1 });
      return { ...head, asOf: known.asOf, made: known.made };
    },
    finishReport: async (reportId) => {
      const known = heads.get(reportId);
      if (known) heads.set(reportId, { ...known, made: true });
      return { orders: 0, tags: {} };
    },
    orderPage: async () => ({ orderNos: [], next: undefined }),
    announce: async () => true,
  };
}

test("each routine has a schedule, in the factory's time zone; a second start changes nothing, and a paused one stays paused", async () => {
  await Promise.all([ensure(defaultRoutinePolicy), ensure(defaultRoutinePolicy)]);
  const first = await schedule().describe();
  expect(first.spec.timezone).toBe("Asia/Shanghai");
  expect(first.info.nextActionTimes.map((at) => at.toISOString().slice(11, 16))).toEqual(
    Array.from({ length: 10 }, () => "01:00"),
  );
  expect(first.info.nextActionTimes.every((at) => at.getUTCDay() === 1)).toBe(true);

  await schedule().pause("holidays");
  await ensure(defaultRoutinePolicy);
  const second = await schedule().describe();
  expect(second.state).toMatchObject({ paused: true, note: "holidays" });
  expect(second.info.lastUpdatedAt).toEqual(first.info.lastUpdatedAt);

  // The policy names another time of day: the schedule changes, and is still paused.
  await ensure(every("30 8 * * 2"));
  const changed = await schedule().describe();
  expect(changed.state).toMatchObject({ paused: true, note: "holidays" });
  expect(changed.info.nextActionTimes[0]?.toISOString().slice(11, 16)).toBe("00:30");
  await schedule().unpause();
});

/** How late a schedule may act, ms. */
const PATIENCE = 45_000;

test("runs on schedule, by hand and after downtime: each period once, by when it was due", async () => {
  const heads = new Map<string, { asOf: string; made: boolean; begun: number }>();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: keeping(heads),
  });
  await worker.runUntil(async () => {
    // On schedule, every second.
    await ensure(every("* * * * * * *"));
    await until(
      async () => [...heads.values()],
      (all) => all.some(({ begun }) => begun >= 2),
      PATIENCE,
    );
    await ensure(defaultRoutinePolicy);
    expect(heads.size).toBeLessThanOrEqual(2);

    // A backfill of three weeks, as after downtime.
    await schedule().backfill([
      { start: new Date("2026-10-18T00:00:00Z"), end: new Date("2026-11-03T00:00:00Z"), overlap: "BUFFER_ALL" },
    ]);
    await until(
      async () => [...heads.keys()],
      (all) => all.includes("weekly-2026-W44"),
      PATIENCE,
    );
    expect(heads.get("weekly-2026-W42")).toMatchObject({ asOf: "2026-10-19T01:00:00.000Z", made: true });
    expect(heads.get("weekly-2026-W43")).toMatchObject({ asOf: "2026-10-26T01:00:00.000Z", made: true });
    expect(heads.get("weekly-2026-W44")).toMatchObject({ asOf: "2026-11-02T01:00:00.000Z" });

    // By hand: the last complete week, each time the same routine report.
    const before = [...heads.values()].reduce((sum, { begun }) => sum + begun, 0);
    const known = heads.size;
    for (const more of [1, 2]) {
      await schedule().trigger("BUFFER_ALL");
      await until(
        async () => [...heads.values()].reduce((sum, { begun }) => sum + begun, 0),
        (sum) => sum >= before + more,
        PATIENCE,
      );
    }
    expect(heads.size).toBe(known);
    // The engine appends the time to the id, which no order number can contain.
    for await (const { workflowId } of env.client.workflow.list({ query: 'WorkflowType="weeklySummary"' }))
      expect(orderNumber.safeParse(workflowId).success).toBe(false);
  });
}, 150_000);

test("retention goes through all pages with the policy's period", async () => {
  const asked: unknown[] = [];
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: "retention",
    workflowBundle: code,
    activities: {
      removePersonalData: async (after: string, cursor: string) => {
        asked.push([after, cursor]);
        return cursor === "" ? { orders: 100, next: "SO-99" } : { orders: 3 };
      },
    } satisfies Pick<RoutineActivities, "removePersonalData">,
  });
  const start = { routine: "retention" as const, policy: { ...defaultRoutinePolicy, personalDataKept: "P30D" } };
  const run = env.client.workflow.execute("retention", { taskQueue: "retention", workflowId: "retention-test", args: [start] });
  expect(await worker.runUntil(run)).toBe("personal data of 103 orders removed");
  expect(asked).toEqual([
    ["P30D", ""],
    ["P30D", "SO-99"],
  ]);
});
