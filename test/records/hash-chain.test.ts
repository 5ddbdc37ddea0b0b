import { sql, type RawBuilder } from "kysely";
import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { canonicalJson } from "../../src/contracts/canonical-json.ts";
import { initialHashOf, hashEvents, hashEvent } from "../../src/records/hash-chain.ts";
import { migrations } from "../../src/records/migrations.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { compareWithEngine, verifyRecords, type Fault } from "../../src/records/verify.ts";
import { publish } from "../../src/records/write.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { openRecords, SALT, salted, type Fixture } from "./fixture.ts";

const second = salted(upTo("receipt").events, "SO-2");
const COUNT = second.length;
const first = salted(upTo("enter").events, "SO-1");
const third = salted(upTo("dispatch").events, "SO-3");

let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
  const { db } = records;
  await publish(db, publicationOf(first, MONDAY));
  // One event at a time, as a running order publishes them.
  for (let last = 1; last <= COUNT; last++) {
    const publication = publicationOf(second.slice(0, last), MONDAY);
    await publish(db, { ...publication, events: publication.events.slice(-1) });
  }
  await publish(db, publicationOf(third, MONDAY));
  for (const table of ["orders", "events", "duties"]) await sql.raw(`create table kept_${table} as table ${table}`).execute(db);
}, 120_000);
afterAll(() => records.end());

/** Restores the rows as they were written. */
beforeEach(async () => {
  await sql`truncate orders, events, duties`.execute(records.db);
  for (const table of ["orders", "events", "duties"])
    await sql.raw(`insert into ${table} select * from kept_${table}`).execute(records.db);
});

async function hashes(): Promise<string[]> {
  const rows = await records.db.selectFrom("events").select("hash").orderBy("order_no").orderBy("number").execute();
  return rows.map(({ hash }) => hash);
}

async function faults(): Promise<Fault[]> {
  return (await verifyRecords(records.db)).faults;
}

test("canonical JSON is RFC 8785's: sorted by UTF-16 units, numbers and strings as ECMAScript writes them", () => {
  // The standard's examples, 3.2.2 and 3.2.3.
  const sample: unknown = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  );
  expect(canonicalJson(sample)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
  expect(Object.values(JSON.parse(canonicalJson(keys)) as object)).toHaveLength(7);
  expect(canonicalJson(keys).match(/:\d/gu)?.join("")).toBe(":2:4:6:7:1:5:3");
  expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
});

test("verification finds no fault in what was written, however it was published; a rebuild gives the same hashes", async () => {
  const { db } = records;
  expect(await verifyRecords(db)).toMatchObject({ orders: 3, faults: [] });
  const before = await hashes();
  expect(before).toEqual(
    [first, second, third].flatMap((events, index) => hashEvents(initialHashOf(`SO-${index + 1}`), events, SALT)),
  );
  // Repeated, late, and in other parts.
  await publish(db, publicationOf(second, MONDAY));
  const half = publicationOf(second, MONDAY);
  await publish(db, { ...half, events: half.events.slice(4) });
  expect(await hashes()).toEqual(before);
  await sql`truncate orders, events, duties`.execute(db);
  for (const events of [third, second, first]) await publish(db, publicationOf(events, MONDAY));
  expect(await hashes()).toEqual(before);
  expect(await faults()).toEqual([]);
});

describe("found", () => {
  const body = (path: string, value: string) =>
    sql`update events set body = jsonb_set(body, ${`{${path}}`}::text[], ${value}::jsonb) where order_no = 'SO-2' and number = 3`;
  const edits: readonly (readonly [string, RawBuilder<unknown> | readonly RawBuilder<unknown>[], readonly Partial<Fault>[]])[] = [
    ["a word of what was said", body("data,requestedDate", '"2026-12-21"'), [{ number: 3 }]],
    ["a personal text", body("data,customer,name", '"客户X"'), [{ number: 3 }]],
    ["an amount", body("data,lines,0,unitPriceFen", "1"), [{ number: 3 }]],
    ["who did it", body("actor,id", '"wang.fang"'), [{ number: 3 }, { number: 3 }]],
    ["when", body("at", "1"), [{ number: 3 }, { number: 3 }]],
    ["a field more", body("data,extra", "true"), [{ number: 3 }]],
    [
      "who did it, in its column alone",
      sql`update events set actor_id = 'wang.fang' where order_no = 'SO-2' and number = 3`,
      [{ number: 3, what: "columns differ from the event itself: actor_id" }],
    ],
    ["the hash", sql`update events set hash = 'f' where order_no = 'SO-2' and number = 3`, [{ number: 3 }, { number: 4 }]],
    [
      "an event that is gone",
      sql`delete from events where order_no = 'SO-2' and number = 3`,
      [{ number: 3, what: "event 3 is missing" }],
    ],
    ["the first event gone", sql`delete from events where order_no = 'SO-2' and number = 1`, [{ number: 1 }]],
    [
      "the newest events gone",
      sql`delete from events where order_no = 'SO-2' and number > ${COUNT - 2}`,
      [{ number: COUNT - 1, what: `events are missing at the end: there were ${COUNT}` }],
    ],
    [
      "all events gone",
      sql`delete from events where order_no = 'SO-2'`,
      [{ number: 1, what: `events are missing at the end: there were ${COUNT}` }],
    ],
    [
      "an event put in between, the later ones moved up",
      [
        sql`update events set number = number + 1000 where order_no = 'SO-2' and number > 3`,
        sql`update events set number = number - 999 where order_no = 'SO-2' and number > 1000`,
        sql`insert into events select order_no, 4, at, received_at, actor_id, actor_role, command, event, body, hash
          from events where order_no = 'SO-2' and number = 3`,
      ],
      [{ number: 4 }],
    ],
    [
      "an event put at the end",
      sql`insert into events select order_no, number + 1, at, received_at, actor_id, actor_role, command, event,
        jsonb_set(body, '{number}', to_jsonb(number + 1)), hash from events where order_no = 'SO-2' and number = ${COUNT}`,
      [{ number: COUNT + 1 }, { number: COUNT + 1, what: "there are more events than the order's row knows of" }],
    ],
    ["an order's row gone", sql`delete from orders where order_no = 'SO-2'`, [{ what: "the order's row is missing" }]],
    [
      "an order's row edited",
      sql`update orders set amount_fen = 1, status = 'shipped' where order_no = 'SO-2'`,
      [{ what: "the order's row does not follow from its events: status, amount_fen" }],
    ],
    [
      "a personal text removed by somebody else",
      body("data,customer,name", '"[removed AAAAAAAAAAAAAAAAAAAAAA]"'),
      [{ number: 3, what: "the event was altered, or does not follow on the one before it" }, { number: 3 }],
    ],
    [
      "a salt of one's own",
      sql`update events set body = jsonb_set(body, '{data,salt}', '"x"') where order_no = 'SO-2' and number = 1`,
      [],
    ],
  ];
  test.each(edits)("%s", async (what, edit, expected) => {
    for (const each of [edit].flat()) await each.execute(records.db);
    const found = await faults();
    expect(found.every(({ orderNo }) => orderNo === "SO-2")).toBe(true);
    expect(found.length).toBeGreaterThan(0);
    for (const fault of expected) expect(found).toContainEqual(expect.objectContaining(fault));
    if (expected.length > 0 && !what.startsWith("an event put in between")) expect(found).toHaveLength(expected.length);
  });

  test("an edited event with a new hash: the next event does not follow", async () => {
    const { db } = records;
    const third = second[2];
    const previous = hashEvents(initialHashOf("SO-2"), second.slice(0, 2), SALT).at(-1) ?? "";
    if (third?.event !== "entered") throw new Error("no entry");
    const forged: OrderEvent = { ...third, data: { ...third.data, requestedDate: "2027-12-20" } };
    const hash = hashEvent(previous, forged, SALT);
    await sql`update events set body = ${JSON.stringify(forged)}::jsonb, hash = ${hash} where order_no = 'SO-2' and number = 3`.execute(
      db,
    );
    expect(await faults()).toEqual([{ orderNo: "SO-2", number: 4, what: expect.stringContaining("does not follow") }]);
  });

  test("an order's events given to another order", async () => {
    await sql`update events set order_no = 'SO-4' where order_no = 'SO-2'`.execute(records.db);
    await sql`update orders set order_no = 'SO-4' where order_no = 'SO-2'`.execute(records.db);
    expect((await faults())[0]).toMatchObject({ orderNo: "SO-4", number: 1 });
  });

  test("a completely rewritten chain: only by comparing with the engine, while it holds the order", async () => {
    const { db } = records;
    const forged = second.map((event) => (event.event === "receipt-confirmed" ? { ...event, data: { satisfaction: 1 } } : event));
    await sql`delete from events where order_no = 'SO-2'`.execute(db);
    await sql`delete from orders where order_no = 'SO-2'`.execute(db);
    await publish(db, publicationOf(forged, MONDAY));
    expect(await faults()).toEqual([]);
    async function* engine() {
      yield { orderNo: "SO-2", events: async () => second };
    }
    expect((await compareWithEngine(db, engine())).faults).toEqual([
      { orderNo: "SO-2", number: COUNT, what: "the engine's events have another hash" },
    ]);
    await sql`delete from events where order_no = 'SO-2'`.execute(db);
    expect((await compareWithEngine(db, engine())).faults).toHaveLength(1);
  });
});

test("the migration adds hashes to events that were stored before there were any", async () => {
  const { db } = records;
  const before = await hashes();
  await sql`alter table events drop column hash`.execute(db);
  await sql`alter table orders drop column personal_removed_to`.execute(db);
  await migrations["0003-chain"]?.up(db);
  expect(await hashes()).toEqual(before);
  expect(await faults()).toEqual([]);
});

test("npm run verify-records exits with 0, or with 1 and names the order and event", async () => {
  const run = () =>
    new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        ["scripts/run.mjs", "bin/admin/verify-records"],
        { env: { ...process.env, DATABASE_URL: records.url } },
        (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
      );
    });
  const events = first.length + COUNT + third.length;
  expect(await run()).toEqual({ code: 0, out: `records: 3 orders with ${events} events, 0 faults\n`, err: "" });
  await sql`delete from events where order_no = 'SO-2' and number = 3`.execute(records.db);
  expect(await run()).toEqual({
    code: 1,
    out: `records: 3 orders with ${events - 1} events, 1 faults\n`,
    err: "order SO-2, event 3: event 3 is missing\n",
  });
});
