import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DAY, HOUR, iso, startOfDay, type Ms } from "../../src/domain/time.ts";
import { findSumFaults, recountClosedDuties } from "../../src/records/closed-duties.ts";
import { readPerformance, type Dimension } from "../../src/records/performance.ts";
import { openRecords, type Fixture } from "./fixture.ts";

/** Sums of closed duties by day, held against the duties themselves, whatever happens to these. */

let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
}, 120_000);
afterAll(() => records.end());
beforeEach(() => sql`truncate orders, events, duties`.execute(records.db));

const FIRST = startOfDay("2026-11-02");
const NOW = startOfDay("2026-11-20") + 11 * HOUR;

interface Row {
  duty_id: string;
  duty: string;
  owner_role: string;
  owner_id: string | null;
  opened: Ms;
  closed: Ms | undefined;
  lapsed: boolean;
  late: boolean;
  exempt: boolean;
  took: number | null;
}
const row: fc.Arbitrary<Row> = fc.record({
  duty_id: fc.nat(25).map((number) => `duty-${number}`),
  duty: fc.constantFrom("confirm", "sign", "release"),
  owner_role: fc.constantFrom("sales_rep", "supervisor"),
  owner_id: fc.constantFrom("li.na", "zhang.wei", null),
  // The end of a day and the beginning of the next, too.
  opened: fc.nat(18 * 24).map((hours) => FIRST + hours * HOUR),
  closed: fc.option(
    fc.oneof(
      fc.nat(18 * DAY).map((time) => FIRST + time),
      fc.nat(17).map((day) => FIRST + day * DAY),
    ),
    { nil: undefined },
  ),
  lapsed: fc.boolean(),
  late: fc.boolean(),
  exempt: fc.boolean(),
  took: fc.option(fc.oneof(fc.nat(5_000), fc.nat(10 * DAY), fc.nat(2_000 * DAY)), { nil: null }),
});
type Act =
  { readonly kind: "write"; readonly row: Row } | { readonly kind: "delete" | "exempt" | "reopen"; readonly dutyId: string };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: row.map((written): Act => ({ kind: "write", row: written })) },
  fc
    .tuple(fc.constantFrom("delete" as const, "exempt" as const, "reopen" as const), fc.nat(25))
    .map(([kind, number]): Act => ({ kind, dutyId: `duty-${number}` })),
);

async function carryOut(done: Act): Promise<void> {
  const { db } = records;
  if (done.kind === "delete") await sql`delete from duties where duty_id = ${done.dutyId}`.execute(db);
  else if (done.kind === "exempt") await sql`update duties set exempt = not exempt where duty_id = ${done.dutyId}`.execute(db);
  else if (done.kind === "reopen")
    await sql`update duties set closed_at = null, late = null, took_ms = null, state = 'open' where duty_id = ${done.dutyId}`.execute(
      db,
    );
  else if (done.kind === "write") {
    const { opened, closed, lapsed, took, late, ...rest } = done.row;
    const values = {
      ...rest,
      order_no: "SO-1",
      rule: "R1.1",
      opened_at: iso(opened),
      due_at: iso(opened + DAY),
      state: closed === undefined ? "open" : lapsed ? "lapsed" : "met",
      level: 0,
      closed_at: closed === undefined ? null : iso(closed),
      late: closed === undefined ? null : late,
      took_ms: closed === undefined || lapsed ? null : took,
      as_of: 1,
    } as const;
    const { order_no: _no, duty_id: _id, ...changes } = values;
    await db
      .insertInto("duties")
      .values(values as never)
      .onConflict((conflict) => conflict.columns(["order_no", "duty_id"]).doUpdateSet(changes as never))
      .execute();
  }
}

/** The same figures in one statement over all duties, as they were computed before there were sums. */
async function expectedFigures(by: readonly Dimension[], begins: Ms, ends: Ms) {
  const inPerson = by.includes("rep");
  const { rows } = await sql<Record<string, unknown>>`
    with d as (
      select owner_id, duty, true as ended, state, late as breached, exempt, took_ms from duties
        where closed_at >= ${iso(begins)}::timestamptz and closed_at < ${iso(ends)}::timestamptz
          and (not ${inPerson} or (owner_role = 'sales_rep' and owner_id is not null))
      union all
      select owner_id, duty, false, state, due_at < ${iso(ends)}::timestamptz, exempt, took_ms from duties
        where opened_at < ${iso(ends)}::timestamptz and (closed_at is null or closed_at >= ${iso(ends)}::timestamptz)
          and (not ${inPerson} or (owner_role = 'sales_rep' and owner_id is not null))
    )
    select ${by.includes("rep") ? sql`owner_id` : sql`null`} as rep, ${by.includes("duty") ? sql`duty` : sql`null`} as duty,
      (count(*) filter (where ended and state = 'met' and not breached))::int as met,
      (count(*) filter (where ended and breached and not exempt))::int as late,
      (count(*) filter (where ended and breached and exempt))::int as exempt,
      (count(*) filter (where ended and state = 'lapsed' and not breached))::int as lapsed,
      floor(percentile_cont(0.5) within group (order by took_ms) filter (where ended and state = 'met') / 1000 + 0.5) as "medianSeconds",
      floor(percentile_cont(0.9) within group (order by took_ms) filter (where ended and state = 'met') / 1000 + 0.5) as "p90Seconds",
      (count(*) filter (where not ended))::int as open,
      (count(*) filter (where not ended and breached))::int as overdue
    from d group by 1, 2 order by 1, 2`.execute(records.db);
  return rows;
}

test("sums and reports are right after any writing, repeating, reopening, exempting and deleting", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 60 }), fc.nat(16), fc.nat(17), async (acts, first, length) => {
      await sql`truncate orders, events, duties`.execute(records.db);
      for (const each of acts) await carryOut(each);
      expect(await findSumFaults(records.db)).toEqual([]);
      const begins = FIRST + first * DAY;
      const last = begins + length * DAY;
      const ends = Math.min(last + DAY, NOW);
      const days = { from: iso(begins + 8 * HOUR).slice(0, 10), to: iso(last + 8 * HOUR).slice(0, 10) };
      for (const by of [["rep"], ["duty"], ["rep", "duty"]] as const) {
        const { items } = await readPerformance(records.db, { ...days, by }, NOW, { limit: 100 });
        const expected = begins >= ends ? [] : await expectedFigures(by, begins, ends);
        const found = items.map(({ salesRep = null, duty = null, orders: _, ...figures }) => ({
          rep: salesRep,
          duty,
          ...figures,
        }));
        const inOrder = (rows: readonly object[]) =>
          rows.map((each) => JSON.stringify(Object.entries(each).toSorted())).toSorted();
        expect(inOrder(found)).toEqual(inOrder(expected));
      }
    }),
    { numRuns: 40 },
  );
});

test("one figure for everything is answered also when nothing has ended", async () => {
  const { items } = await readPerformance(records.db, { from: "2026-11-02", to: "2026-11-19", by: [] }, NOW, { limit: 10 });
  expect(items).toMatchObject([{ met: 0, open: 0, medianSeconds: null }]);
});

test("a sum that is not what the duties amount to is found, and counted anew", async () => {
  const { db } = records;
  for (const written of fc.sample(row, { numRuns: 30, seed: 3 })) await carryOut({ kind: "write", row: written });
  expect(await findSumFaults(db)).toEqual([]);
  await sql`update closed_duties set count = count + 1 where day = (select min(day) from closed_duties)`.execute(db);
  expect((await findSumFaults(db)).length).toBeGreaterThan(0);
  await recountClosedDuties(db);
  expect(await findSumFaults(db)).toEqual([]);
});
