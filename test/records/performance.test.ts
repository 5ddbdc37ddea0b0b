import { afterAll, beforeAll, expect, test } from "vitest";
import { renewMonth } from "../../src/activities/rewards.ts";
import { routineActivities } from "../../src/activities/routine.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { monthNamed, weekBefore } from "../../src/domain/routine/period.ts";
import { defaultRewardsPolicy } from "../../src/domain/routine/rewards-policy.ts";
import { iso } from "../../src/domain/time.ts";
import { findRewardsMonth } from "../../src/records/rewards.ts";
import { activityWith } from "../activities/environment.ts";
import { standingsOf, weekOf } from "./expected-routine.ts";
import type { Database } from "../../src/records/database.ts";
import { readPerformance, type Figures } from "../../src/records/performance.ts";
import { MANY_UNTIL, manyOrders, publishAll, type MadeOrder } from "../support/many-orders.ts";
import { openRecords, type Fixture } from "./fixture.ts";
import { figuresOf, type Asked } from "./expected-performance.ts";

/** Making and publishing orders takes most of the time; `PERFORMANCE_ORDERS=2000` makes more. */
const COUNT = Number(process.env["PERFORMANCE_ORDERS"] ?? 400);

let records: Fixture;
let db: Database;
let orders: readonly MadeOrder[];
beforeAll(async () => {
  records = await openRecords();
  ({ db } = records);
  orders = manyOrders({ count: COUNT });
  await publishAll(db, orders, MANY_UNTIL);
}, 600_000);
afterAll(async () => {
  await records.end();
});

/** Reads the whole report, page by page. */
async function reported(asked: Asked, limit = 1_000): Promise<Figures[]> {
  const all: Figures[] = [];
  let cursor: string | undefined;
  do {
    const page = await readPerformance(db, asked, MANY_UNTIL, { limit, cursor });
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const year = { from: "2026-01-01", to: "2026-12-31" };
/** Begins and ends within months: many duties were owed at its end and have closed since. */
const summer = { from: "2026-05-10", to: "2026-09-17" };

test.each<Asked>([
  { ...year, by: ["rep"] },
  { ...year, by: ["duty"] },
  { ...summer, by: ["rep", "duty"] },
  { ...summer, by: ["customer"] },
  { ...summer, by: ["month"] },
  { ...year, by: ["month", "rep"] },
  { ...summer, by: ["month", "customer", "rep", "duty"] },
  { ...summer, by: ["duty"], salesRep: "li.na" },
  { ...summer, by: ["customer"], salesRep: "zhang.wei" },
])(`the figures are those of an independent computation over ${COUNT} orders: %j`, async (asked) => {
  const expected = figuresOf(orders, asked);
  expect(expected.length).toBeGreaterThan(4);
  expect(await reported(asked)).toEqual(expected);
});

test.each(["2026-09", "2026-10", "2026-11"])("so are the standings of a month's rewards: %s", async (name) => {
  await renewMonth({ db, policy: async () => defaultRewardsPolicy, staff: async () => undefined, now: () => MANY_UNTIL }, name);
  const standings = (await findRewardsMonth(db, name))?.standings ?? [];
  const expected = standingsOf(orders, monthNamed(name), MANY_UNTIL);
  expect(expected.size).toBeGreaterThan(1);
  const counted = standings.map(({ person, met, late, scores, scoreSum }) => [person, { met, late, scores, scoreSum }] as const);
  expect(new Map(counted)).toEqual(expected);
});

test("the weekly summary lists what an independent computation lists", async () => {
  const { beginReport, orderPage, summarise, finishReport } = routineActivities({
    ...{
      db,
      policy: defaultPolicy,
      calendar: async () => defaultCalendar,
      carrierRecord: async () => undefined,
    },
    // Reports to orders are not tested here.
    reportCommand: async () => ({ outcome: "taken-in" }),
    tell: async ({ effectId }) => ({ effectId, result: "done" }),
  });
  const [asOf, period] = [iso(MANY_UNTIL), weekBefore(MANY_UNTIL)];
  const reportId = `weekly-${period.name}`;
  await beginReport({ reportId, kind: "weekly", period: period.name, asOf, about: {} });
  let after: string | undefined;
  do {
    const { orderNos, next } = await orderPage({ orders: "since", from: iso(period.from) }, after);
    await activityWith(600_000).run(async () => summarise({ reportId, orderNos, period, asOf, atRiskWithin: "P3D" }));
    after = next;
  } while (after !== undefined);
  const { tags } = await finishReport(reportId);
  const expected = weekOf(orders, period, MANY_UNTIL);
  for (const [section, count] of Object.entries(expected)) expect([section, tags[section] ?? 0]).toEqual([section, count]);
  expect(Object.values(expected).every((count) => count > 0)).toBe(true);
  expect(tags["not-checked"]).toBeUndefined();
}, 600_000);

test("the generated orders cover all kinds of outcomes", () => {
  const months = figuresOf(orders, { ...year, by: ["month"] });
  for (const field of ["met", "late", "exempt", "lapsed", "open"] as const) {
    expect(months.reduce((sum, month) => sum + month[field], 0)).toBeGreaterThan(20);
  }
  expect(months.reduce((sum, month) => sum + (month.orders?.withdrawn ?? 0), 0)).toBeGreaterThan(5);
});

test("each group is on one page", async () => {
  const asked: Asked = { ...summer, by: ["customer", "rep"] };
  expect(await reported(asked, 90)).toEqual(await reported(asked));
});

test("a period that has not begun has no figures", async () => {
  expect(await reported({ from: "2027-01-01", to: "2027-01-31", by: ["rep"] })).toEqual([]);
});
