import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { iso, MINUTE } from "../../src/domain/time.ts";
import {
  countOverdue,
  countOwed,
  listDutiesOf,
  listOverdue,
  type DutyFilter,
  type ListedDuty,
} from "../../src/records/duties.ts";
import { listOrders } from "../../src/records/read.ts";
import { beginReport, writeLine } from "../../src/records/routine-reports.ts";
import { chance } from "../support/chance.ts";
import { MANY_UNTIL, manyOrders, publishAll } from "../support/many-orders.ts";
import { openRecords, type Fixture } from "./fixture.ts";

/** Lists of duties and the search by customer, held against plain loops over all rows. */

let records: Fixture;
let everything: readonly OwedRow[];
beforeAll(async () => {
  records = await openRecords();
  const { db } = records;
  const orders = manyOrders({ count: 120, from: "2026-10-01" });
  await publishAll(db, orders, MANY_UNTIL);
  for (const [reportId, dueAt] of [
    ["full-1", MANY_UNTIL - 30 * MINUTE],
    ["full-2", MANY_UNTIL + 30 * MINUTE],
  ] as const) {
    const head = { reportId, kind: "full", period: "2026-11", asOf: iso(MANY_UNTIL), about: { dueAt: iso(dueAt) } } as const;
    await beginReport(db, head, MANY_UNTIL);
    for (const { orderNo } of [...orders.slice(0, 30), { orderNo: "unknown" }])
      await writeLine(db, reportId, { orderNo, rank: 0, tags: [], body: {} });
  }
  await sql`update report_lines set answer = '{}' where order_no < 'MO-00010'`.execute(db);
  everything = await readOwed();
}, 240_000);
afterAll(() => records.end());

interface OwedRow {
  order_no: string;
  duty_id: string;
  duty: string;
  owner_role: string;
  owner_id: string | null;
  owner_except: string | null;
  due_at: Date;
  sales_rep: string | null;
}

/** All that is owed, with no index and no limit. */
async function readOwed(): Promise<OwedRow[]> {
  const { rows } = await sql<OwedRow>`
    select d.order_no, d.duty_id, d.duty, d.owner_role, d.owner_id, d.owner_except, d.due_at, o.sales_rep
      from duties d join orders o on o.order_no = d.order_no where d.closed_at is null
    union all
    select l.order_no, 'inspect-' || r.report_id, 'inspect', 'supervisor', null, null, (r.about ->> 'dueAt')::timestamptz, o.sales_rep
      from report_lines l join reports r on r.report_id = l.report_id join orders o on o.order_no = l.order_no
      where l.answer is null`.execute(records.db);
  return rows;
}

const administration = [
  {
    dutyId: "put-calendar-2027",
    duty: "put-calendar",
    owner: { role: "supervisor" },
    rule: "R1.1",
    openedAt: MANY_UNTIL - MINUTE,
    dueAt: MANY_UNTIL - 10 * MINUTE,
    level: 1,
  },
] as unknown as NonNullable<Parameters<typeof listOverdue>[4]>;
const administrationRow: OwedRow = {
  order_no: "",
  duty_id: "put-calendar-2027",
  duty: "put-calendar",
  owner_role: "supervisor",
  owner_id: null,
  owner_except: null,
  due_at: new Date(MANY_UNTIL - 10 * MINUTE),
  sales_rep: null,
};

const keyOf = (row: OwedRow) => `${iso(row.due_at.getTime())} ${row.order_no} ${row.duty_id}`;
const expectedKeys = (rows: readonly OwedRow[]) => rows.map(keyOf).toSorted();

async function readAll(page: (cursor: string | undefined) => Promise<{ items: readonly ListedDuty[]; next: string | null }>) {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await page(cursor);
    keys.push(...items.map(({ dueAt, orderNo, dutyId }) => `${dueAt} ${orderNo ?? ""} ${dutyId}`));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return keys;
}

function isWanted(row: OwedRow, { role, duty, salesRep, salesReps }: DutyFilter): boolean {
  if (role !== undefined && row.owner_role !== role) return false;
  if (duty !== undefined && row.duty !== duty) return false;
  if (salesRep !== undefined && row.sales_rep !== salesRep) return false;
  return salesReps === undefined || (row.sales_rep !== null && salesReps.includes(row.sales_rep));
}

function countBy(rows: readonly OwedRow[], key: (row: OwedRow) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const name = key(row);
    if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const filters: readonly DutyFilter[] = [
  {},
  { role: "supervisor" },
  { role: "sales_rep" },
  { role: "production" },
  { duty: "inspect" },
  { duty: "update-progress" },
  { duty: "put-calendar" },
  { duty: "confirm", salesRep: "li.na" },
  { salesRep: "li.na" },
  { salesRep: "nobody" },
  { salesReps: ["li.na"] },
  { salesReps: ["li.na", "zhang.wei", "li.na", "nobody"] },
  { salesReps: ["li.na"], salesRep: "zhang.wei" },
  { salesReps: [] },
];

test.each(filters)("what is overdue is listed and counted as plain loops find it: %j", async (filter) => {
  const all = [...everything, administrationRow].filter((row) => isWanted(row, filter));
  const moments = [MANY_UNTIL - 3 * 24 * 60 * MINUTE, MANY_UNTIL, MANY_UNTIL + 60 * MINUTE];
  for (const at of moments) {
    const overdue = all.filter((row) => row.due_at.getTime() < at);
    for (const limit of [7, 200]) {
      expect(await readAll((cursor) => listOverdue(records.db, filter, at, { limit, cursor }, administration))).toEqual(
        expectedKeys(overdue),
      );
    }
    expect(await countOverdue(records.db, filter, at, administration)).toEqual({
      total: overdue.length,
      byDuty: countBy(overdue, ({ duty }) => duty),
      byRole: countBy(overdue, ({ owner_role: role }) => role),
      bySalesRep: countBy(overdue, ({ sales_rep: rep }) => rep),
    });
  }
});

test.each([
  { id: "li.na", roles: ["sales_rep"], deputyFor: [] },
  { id: "li.na", roles: ["sales_rep"], deputyFor: ["zhang.wei", "li.na"] },
  { id: "wang.fang", roles: ["supervisor", "management", "supervisor"], deputyFor: [] },
  { id: "li.na", roles: ["supervisor", "sales_rep"], deputyFor: ["zhang.wei"] },
  { id: "nobody", roles: [], deputyFor: [] },
])("a work list holds what plain loops find: %j", async (who) => {
  const expected = [...everything, administrationRow].filter(({ owner_id: owner, owner_role: role, owner_except: except }) =>
    owner === null
      ? role !== "sales_rep" && who.roles.includes(role) && except !== who.id
      : owner === who.id || who.deputyFor.some((id) => id === owner),
  );
  for (const limit of [5, 200])
    expect(await readAll((cursor) => listDutiesOf(records.db, who, MANY_UNTIL, { limit, cursor }, administration))).toEqual(
      expectedKeys(expected),
    );
});

test("what is owed is counted by duty", async () => {
  const counted = await countOwed(records.db, MANY_UNTIL);
  const { rows: unknown } = await sql<{ n: number }>`
    select count(*)::int as n from report_lines where order_no = 'unknown' and answer is null`.execute(records.db);
  const expected = countBy(everything, ({ duty }) => duty);
  // Nobody can look at an order that is not there, but its line is still to be answered.
  expected["inspect"] = (expected["inspect"] ?? 0) + (unknown[0]?.n ?? 0);
  expect(Object.fromEntries(counted.map(({ duty, open }) => [duty, open]))).toEqual(expected);
  const overdue = everything.filter((row) => row.due_at.getTime() < MANY_UNTIL && row.duty !== "inspect");
  const counts = counted.flatMap(({ duty, overdue }) => (duty === "inspect" || overdue === 0 ? [] : [[duty, overdue]]));
  expect(Object.fromEntries(counts)).toEqual(countBy(overdue, ({ duty }) => duty));
});

test("an order that gets another representative is in that one's lists, whoever writes it", async () => {
  const { db } = records;
  const one = everything.find(({ sales_rep: rep }) => rep === "li.na");
  await db
    .updateTable("orders")
    .set({ sales_rep: "new.rep" })
    .where("order_no", "=", one?.order_no ?? "")
    .execute();
  const { rows } = await sql<{ order_rep: string }>`
    select distinct order_rep from duties where order_no = ${one?.order_no} and state in ('open', 'paused')`.execute(db);
  expect(rows).toEqual([{ order_rep: "new.rep" }]);
  await db
    .updateTable("orders")
    .set({ sales_rep: "li.na" })
    .where("order_no", "=", one?.order_no ?? "")
    .execute();
});

test("a customer is found by any part of the name, in any case and width", async () => {
  const { db } = records;
  const names = [
    "ＡＢＣ 灯饰",
    "abc照明",
    "Café Ｌumière",
    "e\u0301clat",
    "50%_off\\",
    "İstanbul",
    "客户A",
    "客",
    "𠮷野家照明",
    "一二三一二三",
  ];
  const { order_no: model } = await db.selectFrom("orders").select("order_no").orderBy("order_no").executeTakeFirstOrThrow();
  for (const [index, name] of names.entries()) {
    await sql`insert into orders select (jsonb_populate_record(o, jsonb_build_object('order_no', ${`Q-${index}`}::text, 'customer', ${name}::text))).*
      from orders o where order_no = ${model}`.execute(db);
  }
  const all = await db.selectFrom("orders").select(["order_no", "customer"]).execute();
  const c = chance(7);
  const parts = names.flatMap((name) => {
    const characters = Array.from(name);
    return Array.from({ length: 12 }, () => {
      const begin = c.whole(0, characters.length - 1);
      return characters.slice(begin, begin + c.whole(1, 4)).join("");
    });
  });
  for (const part of ["", "客户", "abc", "ABC", "无此客户", "照", "%", "CAFÉ", "一二三一", ...parts]) {
    const { rows } = await sql<{ order_no: string }>`
      select order_no from orders where position(lower(normalize(${part}::text, NFKC)) in lower(normalize(customer, NFKC))) > 0`.execute(
      db,
    );
    const { items } = await listOrders(db, { customer: part }, { limit: all.length });
    expect(items.map(({ orderNo }) => orderNo).toSorted(), part).toEqual(rows.map(({ order_no: no }) => no).toSorted());
  }
});
