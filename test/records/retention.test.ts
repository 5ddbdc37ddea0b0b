import { sql } from "kysely";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { isRemoved, withPersonal } from "../../src/domain/order/personal.ts";
import { weeklyLineSchema } from "../../src/contracts/reports.ts";
import { weekOf } from "../../src/domain/routine/period.ts";
import { weeklyLine } from "../../src/domain/routine/weekly.ts";
import { findLine, writeLine } from "../../src/records/routine-reports.ts";
import { dutyRows, view } from "../../src/domain/order/view.ts";
import { DAY, iso, type Ms } from "../../src/domain/time.ts";
import { withoutPersonal } from "../../src/records/hash-chain.ts";
import { eventsOf, listOrders } from "../../src/records/read.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { removePersonalData } from "../../src/records/retention.ts";
import { verifyRecords } from "../../src/records/verify.ts";
import { publish } from "../../src/records/write.ts";
import { by, MONDAY, when } from "../domain/order-fixture.ts";
import { customer, upTo } from "../domain/regular.ts";
import { openRecords, SALT, salted, type Fixture } from "./fixture.ts";

let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
}, 120_000);
afterAll(() => records.end());
beforeEach(() => sql`truncate orders, events, duties, report_lines`.execute(records.db));

const PERIOD = "P1096D";
const KEPT = 1_096 * DAY;
const ended = salted(upTo("receipt").events, "SO-ended");
/** Texts that must not be left anywhere. */
const PERSONAL = /客户A|陈先生|13800000000|古镇路|528400/u;

async function write(events: readonly OrderEvent[], at: Ms = MONDAY): Promise<void> {
  await publish(records.db, publicationOf(events, at));
}
async function readEverything(): Promise<string> {
  const [orders, events, duties, lines] = await Promise.all([
    records.db.selectFrom("orders").selectAll().execute(),
    records.db.selectFrom("events").selectAll().execute(),
    records.db.selectFrom("duties").selectAll().execute(),
    records.db.selectFrom("report_lines").selectAll().orderBy("report_id").execute(),
  ]);
  return JSON.stringify({ orders, events, duties, lines });
}
const remove = (at: Ms) => removePersonalData(records.db, at, PERIOD);

test("personal texts are removed when the period has passed since the order's end, not a day earlier", async () => {
  await write(ended);
  expect(await remove(MONDAY + KEPT)).toMatchObject({ orders: 0 });
  expect(await readEverything()).toMatch(PERSONAL);
  expect(await remove(MONDAY + KEPT + DAY)).toEqual({ orders: 1, failed: [] });
  const after = await readEverything();
  expect(after).not.toMatch(PERSONAL);
  expect(after).not.toContain(SALT);
  // The second time changes nothing.
  expect(await remove(MONDAY + KEPT + 2 * DAY)).toMatchObject({ orders: 0 });
  expect(await readEverything()).toBe(after);
});

test("the customer's name is removed from report lines too, and the rest of them stays", async () => {
  const late = when(upTo("sign"), "report-delay", by("production"), { cause: "no chips", newFinish: "2026-12-30" });
  const told = when(late, "tell-customer-of-delay", by("sales_rep"), {
    reason: "chips came late",
    remedy: { kind: "discount", valueFen: 100 },
    newDate: "2027-01-05",
    channel: "phone",
  });
  const agreed = when(told, "agree-remedy", by("sales_rep"), { accepted: true });
  const asked = when(agreed, "request-cancellation", by("sales_rep"), { askedBy: "customer", reason: "too late" });
  const story = when(asked, "cancel", by("supervisor"), { reason: "agreed" });
  expect(story.order?.stage).toBe("cancelled");
  await write(salted(story.events, "SO-ended"));
  const line = weeklyLine(replay(told.events), weekOf("2026-11-23"), MONDAY, "P3D");
  expect(JSON.stringify(line)).toMatch(PERSONAL);
  const put = (reportId: string, orderNo: string) =>
    writeLine(records.db, reportId, { orderNo, rank: 0, tags: ["delayed"], body: { ...line, orderNo } });
  await put("weekly-1", "SO-ended");
  await put("weekly-1", "SO-other");
  await writeLine(records.db, "weekly-2", { orderNo: "SO-ended", rank: 1, tags: ["not-checked"], body: { notChecked: "Error" } });
  expect(await remove(MONDAY + KEPT + DAY)).toEqual({ orders: 1, failed: [] });

  const kept = await findLine(records.db, "weekly-1", "SO-ended");
  expect(JSON.stringify(kept)).not.toMatch(PERSONAL);
  expect(weeklyLineSchema.parse(kept?.body)).toMatchObject({
    salesRep: "li.na",
    sections: ["delayed"],
    delays: [{ delayId: line?.delays[0]?.delayId, newDate: "2027-01-05", remedy: { kind: "discount", valueFen: 100 } }],
  });
  expect((await findLine(records.db, "weekly-2", "SO-ended"))?.body).toEqual({ notChecked: "Error" });
  expect((await findLine(records.db, "weekly-1", "SO-other"))?.body).toMatchObject({ customer: "客户A" });
});

test("who did what, when and why stays, and the hash chain still proves it", async () => {
  await write(ended);
  const kept = (events: readonly OrderEvent[]) =>
    events.map(({ number, at, receivedAt, actor, command, event, reason, key }) => ({
      number,
      at,
      receivedAt,
      actor,
      command,
      event,
      reason,
      key,
    }));
  await remove(MONDAY + KEPT + DAY);
  const events = await eventsOf(records.db, "SO-ended");
  expect(kept(events)).toEqual(kept(ended));
  expect(await verifyRecords(records.db)).toMatchObject({ orders: 1, faults: [] });
  await sql`update events set body = jsonb_set(body, '{data,signedBy}', '"[removed AAAAAAAAAAAAAAAAAAAAAA]"') where event = 'delivered'`.execute(
    records.db,
  );
  expect((await verifyRecords(records.db)).faults).toHaveLength(1);
});

test("the order is read as before, with marks in place of texts, and says so", async () => {
  await write(ended);
  await remove(MONDAY + KEPT + DAY);
  const [before, after] = [replay(ended), replay(await eventsOf(records.db, "SO-ended"))];
  const seen = view(after, by("supervisor"), MONDAY);
  expect(seen.personalDataRemoved).toEqual({ at: iso(MONDAY + KEPT + DAY), after: PERIOD });
  expect(isRemoved(seen.customer.name)).toBe(true);
  expect(seen).toMatchObject({ status: "completed", amountFen: 350_000, lines: before.lines, salesRep: "li.na" });
  expect(dutyRows(after, MONDAY)).toEqual(dutyRows(before, MONDAY));
  const { items } = await listOrders(records.db, {}, { limit: 5 });
  expect(items).toMatchObject([{ orderNo: "SO-ended", status: "completed" }]);
  expect(isRemoved(items[0]?.customer.name ?? "")).toBe(true);
});

test("an order that is open, owes a duty or has a recent event is left alone", async () => {
  await write(salted(upTo("dispatch").events, "SO-runs"));
  const complaint = when(upTo("receipt"), "record-complaint", by("customer_service"), { about: "陈先生 is angry" });
  await write(salted(complaint.events, "SO-owes"));
  const { events: all } = upTo("receipt");
  const lately = salted(
    all.map((event, index) => (index === all.length - 1 ? { ...event, receivedAt: MONDAY + 10 * DAY } : event)),
    "SO-lately",
  );
  await write(lately);
  expect(await remove(MONDAY + KEPT + DAY)).toMatchObject({ orders: 0, failed: [] });
  expect((await remove(MONDAY + KEPT + 11 * DAY)).orders).toBe(1);
});

test("later events continue the hash chain, and are removed in their turn", async () => {
  await write(ended);
  await remove(MONDAY + KEPT + DAY);
  const stored = await eventsOf(records.db, "SO-ended");
  const later = MONDAY + KEPT + 2 * DAY;
  const story = { order: replay(stored), events: stored, now: later, policy: replay(stored).policy };
  const said = when(story, "record-communication", by("sales_rep"), {
    with: "陈先生",
    channel: "phone",
    summary: "asked after an invoice",
  });
  // As a reopened run publishes it: with all earlier events.
  await publish(records.db, { ...publicationOf(said.events, later), events: said.events.slice(stored.length) });
  expect(await readEverything()).toMatch(/陈先生/u);
  expect(await verifyRecords(records.db)).toMatchObject({ faults: [] });
  expect(await remove(later + KEPT)).toMatchObject({ orders: 0 });
  expect(await remove(later + KEPT + DAY)).toMatchObject({ orders: 1 });
  expect(await readEverything()).not.toMatch(/陈先生|invoice/u);
  expect(await verifyRecords(records.db)).toMatchObject({ faults: [] });
});

test("a rebuild from an engine that still knows the texts does not bring them back", async () => {
  await write(ended);
  await remove(MONDAY + KEPT + DAY);
  const after = await readEverything();
  await write(ended);
  expect(await readEverything()).toBe(after);
});

test("orders are processed page by page", async () => {
  const { db } = records;
  await write(salted(upTo("receive").events.slice(0, 1), "SO-000"));
  await sql`truncate duties`.execute(db);
  await sql`update orders set status = 'cancelled', stage = 'cancelled'`.execute(db);
  for (const table of ["orders", "events"]) {
    const renamed = `jsonb_build_object('order_no', 'SO-' || lpad(copy::text, 3, '0'))`;
    await sql
      .raw(
        `insert into ${table} select (jsonb_populate_record(original, ${renamed})).* from ${table} as original, generate_series(1, 102) as copy`,
      )
      .execute(db);
  }
  const first = await remove(MONDAY + KEPT + DAY);
  expect([first.orders, first.next]).toEqual([100, "SO-099"]);
  expect(await removePersonalData(records.db, MONDAY + KEPT + DAY, PERIOD, first.next)).toEqual({ orders: 3, failed: [] });
});

test("equal texts have equal marks, different texts different marks, and a mark says nothing without the salt", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      const marks = [a, b].map((name) => {
        const [first] = salted(upTo("receive").events, "SO-1");
        if (first?.event !== "received") throw new Error("no order");
        const bare = withoutPersonal({ ...first, data: { ...first.data, customer: { ...customer, name } } }, SALT);
        return bare.event === "received" ? bare.data.customer.name : "";
      });
      expect(marks.every(isRemoved)).toBe(true);
      expect(marks[0] === marks[1]).toBe(a === b);
    }),
    { numRuns: 50 },
  );
  const [first] = salted(upTo("receive").events, "SO-1");
  if (first) expect(withoutPersonal(first, "another")).not.toEqual(withoutPersonal(first, SALT));
});

test("no personal text of any command is left", () => {
  const secret = "机密文字";
  const texts = {
    customer: { name: secret, contact: { person: secret, phone: secret, email: secret } },
    deliveryAddress: { street: secret },
    custom: { brief: secret },
  };
  const bodies: readonly object[] = [
    texts,
    { recipient: secret, phone: secret, address: { province: secret, city: secret, street: secret, postcode: secret } },
    { signedBy: secret },
    { askedBy: secret },
    { question: secret },
    { answer: secret },
    { with: secret, summary: secret },
    { about: secret },
    { why: secret, patch: { deliveryAddress: { street: secret }, custom: { brief: secret } } },
    { kind: "damaged", detail: secret },
    { event: secret, place: secret },
    { body: { ...texts, note: secret }, hash: secret },
  ];
  const [first] = ended;
  if (!first) throw new Error("no event");
  for (const data of bodies) {
    // Only the shape of the data matters here, not the kind of event.
    const event = { ...first, event: "communication-recorded", note: secret, hash: secret, data } as unknown as OrderEvent;
    expect(JSON.stringify(withPersonal(event, () => ""))).not.toContain(secret);
  }
  const staff = {
    ...first,
    event: "finding-recorded",
    data: { rule: "R3.2", person: "li.na", action: "do it", reason: "why not" },
  };
  expect(withPersonal(staff as unknown as OrderEvent, () => "")).toMatchObject({ actor: { id: "li.na" }, data: staff.data });
});
