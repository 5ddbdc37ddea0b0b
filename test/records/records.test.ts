import fc from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Publication } from "../../src/contracts/workflow.ts";
import { apply } from "../../src/domain/order/evolve.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { dutyRows, orderRow } from "../../src/domain/order/view.ts";
import { DAY, HOUR } from "../../src/domain/time.ts";
import { migrate, openDatabase, type Database } from "../../src/records/database.ts";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "../../src/records/embedded.ts";
import { BadCursor } from "../../src/records/paging.ts";
import { countOverdue, listDutiesOf, listOverdue } from "../../src/records/duties.ts";
import { eventsOf, listOrders } from "../../src/records/read.ts";
import { publicationOf, rebuildRecords } from "../../src/records/rebuild.ts";
import { publish } from "../../src/records/write.ts";
import { MONDAY, type Story } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";

let folder: string;
let embedded: EmbeddedDatabase;
let db: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-records-"));
  embedded = await startEmbeddedDatabase(join(folder, "records"));
  db = openDatabase(embedded.url);
  // Two processes that start at the same time both migrate.
  const second = openDatabase(embedded.url);
  await Promise.all([migrate(db), migrate(second)]);
  await second.destroy();
}, 120_000);
afterAll(async () => {
  await db.destroy();
  await embedded.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sql`truncate orders, events, duties`.execute(db);
});

/** The events of an order under another number, and `shift` ms later. */
function moveEvents({ events }: Story, orderNo: string, shift = 0) {
  return events.map((event) => ({
    ...event,
    at: event.at + shift,
    receivedAt: event.receivedAt + shift,
    ...(event.event === "received" ? { data: { ...event.data, orderNo } } : {}),
  })) as Story["events"];
}

/** The publications of a workflow that publishes each event by itself. */
function publicationsOf({ events }: Story): Publication[] {
  let order: Order | undefined;
  return events.map((event) => {
    order = apply(order, event);
    return { order: orderRow(order, event.receivedAt), events: [event], duties: dutyRows(order, event.receivedAt) };
  });
}

async function readEverything() {
  const [orders, events, duties] = await Promise.all([
    db.selectFrom("orders").selectAll().orderBy("order_no").execute(),
    db.selectFrom("events").selectAll().orderBy("order_no").orderBy("number").execute(),
    db.selectFrom("duties").selectAll().orderBy("duty_id").execute(),
  ]);
  return { orders, events, duties };
}

describe("writing", () => {
  test("late and repeated publications change nothing", async () => {
    const story = upTo("receipt");
    const all = publicationsOf(story);
    for (const each of all) await publish(db, each);
    const expected = await readEverything();
    expect(expected.events).toHaveLength(story.events.length);
    expect(expected.orders[0]).toMatchObject({ status: "completed", last_event: story.events.length, amount_fen: "350000" });
    expect(expected.duties.every(({ state }) => state === "met" || state === "lapsed")).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(all.length - 1), { maxLength: 12 }), async (order) => {
        for (const index of order) {
          const again = all[index];
          if (again) await publish(db, again);
        }
        expect(await readEverything()).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  test("a command writes the duties that it changes, in six statements", async () => {
    const statements: string[] = [];
    const counted = db.withPlugin({
      transformQuery({ node }) {
        statements.push(node.kind);
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const versions = async () =>
      (
        await sql<{ row: object }>`select to_jsonb(d) || jsonb_build_object('xmin', d.xmin::text) as row from duties d`.execute(
          db,
        )
      ).rows
        .map(({ row }) => JSON.stringify(row))
        .toSorted();
    const valuesOf = (rows: readonly string[]) =>
      new Set(rows.map((row) => JSON.stringify({ ...JSON.parse(row), xmin: 0, as_of: 0 } as object)));
    const all = publicationsOf(upTo("receipt"));
    let written = 0;
    for (const publication of all) {
      const before = await versions();
      statements.length = 0;
      await publish(counted, publication);
      expect(statements.length).toBeLessThanOrEqual(6);
      const after = await versions();
      const known = valuesOf(before);
      const touched = after.filter((row) => !before.includes(row));
      expect([...valuesOf(touched)].filter((row) => known.has(row))).toEqual([]);
      written += touched.length;
    }
    // Each duty is written when it begins, when it ends, and when a rung is told.
    expect(written).toBeLessThan(4 * (await versions()).length);
  });

  test("a late publication does not replace a duty that has changed back since", async () => {
    const [first, ...rest] = publicationsOf(upTo("enter"));
    const [duty] = first?.duties ?? [];
    const last = rest.at(-1);
    if (!first || !duty || !last) throw new Error("no publications");
    const at = (lastEvent: number, level: number): Publication => ({
      order: { ...first.order, lastEvent },
      events: [],
      duties: [{ ...duty, asOf: lastEvent, level }],
    });
    await publish(db, first);
    await publish(db, at(3, duty.level));
    await publish(db, at(2, duty.level + 1));
    expect((await readEverything()).duties.find(({ duty_id: id }) => id === duty.dutyId)?.level).toBe(duty.level);
  });

  test("an event that would leave a gap is refused, and nothing of it is written", async () => {
    const [first, , third] = publicationsOf(upTo("enter"));
    if (!first || !third) throw new Error("no publications");
    await publish(db, first);
    await expect(publish(db, third)).rejects.toThrow(/event 2 is not recorded yet/u);
    expect((await readEverything()).events).toHaveLength(1);
  });

  test("lost records are rebuilt as they were", async () => {
    const story = upTo("dispatch");
    for (const each of publicationsOf(story)) await publish(db, each);
    const before = await readEverything();
    await sql`truncate orders, events, duties`.execute(db);
    async function* engine() {
      yield { orderNo: "SO-1", events: async () => story.events };
      yield { orderNo: "SO-2", events: () => Promise.reject(new Error("no worker")) };
    }
    const rebuilt = await rebuildRecords(db, engine(), story.now);
    expect(rebuilt).toMatchObject({ orders: 1, events: story.events.length, failed: [{ orderNo: "SO-2", why: "no worker" }] });
    const after = await readEverything();
    expect(after.orders).toEqual(before.orders);
    expect(after.events).toEqual(before.events);
    const told = ({ duties }: typeof before) => duties.map(({ as_of: _, ...duty }) => duty);
    expect(told(after)).toEqual(told(before));
  });
});

describe("lists", () => {
  const late = MONDAY + 5 * DAY;
  beforeEach(async () => {
    const received = upTo("receive");
    for (let index = 0; index < 7; index++) {
      await publish(db, publicationOf(moveEvents(received, `SO-${index}`, index * HOUR), MONDAY));
    }
    await publish(db, publicationOf(moveEvents(upTo("enter"), "SO-entered", DAY), MONDAY));
  });

  test("orders come newest first, page by page, each once", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listOrders(db, {}, { limit: 3, cursor });
      seen.push(...page.items.map(({ orderNo }) => orderNo));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(["SO-entered", "SO-6", "SO-5", "SO-4", "SO-3", "SO-2", "SO-1", "SO-0"]);
  });

  test("orders are found by status, representative, class, customer and day; a rep sees their own", async () => {
    const found = async (filter: Parameters<typeof listOrders>[1]) => (await listOrders(db, filter, { limit: 50 })).items.length;
    expect(await found({ status: "pending_confirmation" })).toBe(8);
    expect(await found({ status: "shipped" })).toBe(0);
    expect(await found({ customer: "客户a" })).toBe(8);
    expect(await found({ customer: "50%" })).toBe(0);
    expect(await found({ class: "ordinary" })).toBe(8);
    expect(await found({ class: "large" })).toBe(0);
    expect(await found({ from: "2026-11-24" })).toBe(1);
    expect(await found({ to: "2026-11-23" })).toBe(7);
    expect(await found({ salesReps: ["li.na"] })).toBe(8);
    expect(await found({ salesReps: ["zhang.wei"] })).toBe(0);
    expect(await found({ salesReps: [] })).toBe(0);
  });

  test("overdue duties are found by the time of the query, worst first", async () => {
    expect((await listOverdue(db, {}, MONDAY, { limit: 50 })).items).toEqual([]);
    const { items } = await listOverdue(db, {}, late, { limit: 50 });
    expect(items[0]).toMatchObject({
      orderNo: "SO-0",
      duty: "confirm",
      owner: { role: "sales_rep", id: "li.na" },
      rule: "R2.1",
      state: "overdue",
    });
    expect(items.map(({ overdueSeconds }) => overdueSeconds)).toEqual(
      items.map(({ overdueSeconds }) => overdueSeconds).toSorted((a, b) => b - a),
    );
    expect(items).toHaveLength(8);
    const first = await listOverdue(db, {}, late, { limit: 5 });
    const rest = await listOverdue(db, {}, late, { limit: 5, cursor: first.next ?? "" });
    expect([...first.items, ...rest.items]).toEqual(items);
    expect(rest.next).toBeNull();
    expect(await countOverdue(db, {}, late)).toEqual({
      total: 8,
      byDuty: { confirm: 7, sign: 1 },
      byRole: { sales_rep: 7, supervisor: 1 },
      bySalesRep: { "li.na": 8 },
    });
    expect((await countOverdue(db, { duty: "sign" }, late)).total).toBe(1);
    expect((await countOverdue(db, { salesReps: ["nobody"] }, late)).total).toBe(0);
  });

  test("a work list has a person's own duties, their role's, and those of people they stand in for; never their own entry to sign", async () => {
    const list = async (id: string, roles: string[], deputyFor: string[] = []) =>
      (await listDutiesOf(db, { id, roles, deputyFor }, MONDAY, { limit: 50 })).items.map(({ duty }) => duty);
    expect(await list("li.na", ["sales_rep"])).toHaveLength(7);
    expect(await list("zhang.wei", ["sales_rep"])).toEqual([]);
    expect(await list("zhang.wei", ["sales_rep"], ["li.na"])).toHaveLength(7);
    expect(await list("wang.fang", ["supervisor"])).toEqual(["sign"]);
    expect(await list("li.na", ["supervisor"])).not.toContain("sign");
  });

  test("a cursor that no list issued is refused", async () => {
    for (const cursor of ["nonsense", Buffer.from("[]").toString("base64url"), Buffer.from('["x","y"]').toString("base64url")]) {
      await expect(listOrders(db, {}, { limit: 5, cursor })).rejects.toBeInstanceOf(BadCursor);
    }
  });

  test("events are read oldest first; none of an order that is not there", async () => {
    expect((await eventsOf(db, "SO-entered")).map(({ event }) => event)).toEqual(["received", "confirmed", "entered"]);
    expect(await eventsOf(db, "SO-none")).toEqual([]);
  });
});
