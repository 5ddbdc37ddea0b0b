import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventsOf, lastEventOf } from "../../src/records/read.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { startProjector } from "../../src/records/projection.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { until } from "../support/until.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { DivergentRunError, publish } from "../../src/records/write.ts";
import { openRunningOrder } from "../../src/workflows/order/running-order.ts";
import { openRecords, salted, type Fixture } from "./fixture.ts";

/** The records become what the engine holds. */

const signed = upTo("sign").events;
let records: Fixture;
beforeAll(async () => {
  records = await openRecords();
}, 120_000);
afterAll(() => records.end());
beforeEach(() => sql`truncate orders, events, duties`.execute(records.db));

/** Starts a projector on an engine that holds this many events of each order. */
function startWithEngine(held: Map<string, number>) {
  const asked: string[] = [];
  const faults = new Set<string>();
  const errors: string[] = [];
  const projector = startProjector({
    db: records.db,
    again: 20,
    onError: (orderNo) => errors.push(orderNo),
    publication: async (orderNo, after) => {
      asked.push(`${orderNo} ${after}`);
      if (faults.has(orderNo)) throw new Error("no worker");
      const events = salted(signed, orderNo).slice(0, held.get(orderNo) ?? 0);
      if (events.length <= after) return undefined;
      return { ...publicationOf(events, MONDAY), events: events.slice(after) };
    },
  });
  return { projector, asked, faults, errors };
}
const lastEventIn = (orderNo: string) => lastEventOf(records.db, orderNo);

test("events that do not follow those in the records are not written", async () => {
  const events = salted(signed, "SO-1");
  const fork = events.map((event) => ({ ...event, at: event.at + 1 }));
  await publish(records.db, publicationOf(events.slice(0, 2), MONDAY));
  const news = { ...publicationOf(fork, MONDAY), events: fork.slice(2), follows: fork[1] };
  await expect(publish(records.db, news)).rejects.toThrow(DivergentRunError);
  expect(await eventsOf(records.db, "SO-1")).toEqual(events.slice(0, 2));
  await publish(records.db, { ...publicationOf(events, MONDAY), events: events.slice(2), follows: events[1] });
  expect(await lastEventIn("SO-1")).toBe(signed.length);
});

test("events since the last recorded one are queried and written", async () => {
  const held = new Map([["SO-1", 2]]);
  const { projector, asked } = startWithEngine(held);
  projector.changed("SO-1");
  await until(
    () => lastEventIn("SO-1"),
    (number) => number === 2,
  );
  held.set("SO-1", signed.length);
  projector.changed("SO-1");
  await until(
    () => lastEventIn("SO-1"),
    (number) => number === signed.length,
  );
  await projector.stop();
  expect(asked).toEqual(["SO-1 0", "SO-1 2"]);
  expect(await eventsOf(records.db, "SO-1")).toEqual(salted(signed, "SO-1"));
});

test("an order whose query fails is tried again, and does not delay others", async () => {
  const orders = Array.from({ length: 30 }, (_, index) => `SO-${index}`);
  const { projector, faults, errors } = startWithEngine(new Map(orders.map((orderNo) => [orderNo, 2])));
  faults.add("SO-0");
  for (const orderNo of orders) projector.changed(orderNo);
  await until(
    () => lastEventIn("SO-29"),
    (number) => number === 2,
  );
  expect(await lastEventIn("SO-0")).toBe(0);
  expect(errors).toContain("SO-0");
  faults.clear();
  await until(
    () => lastEventIn("SO-0"),
    (number) => number === 2,
  );
  await projector.stop();
});

test("a projector that starts finds what another had not written", async () => {
  const held = new Map(Array.from({ length: 40 }, (_, index) => [`SO-${index}`, 1 + (index % signed.length)] as const));
  const { projector } = startWithEngine(held);
  async function* orders() {
    for (const orderNo of held.keys()) yield { orderNo };
  }
  await projector.sweep(orders());
  const missing = async () => {
    const numbers = await Promise.all([...held].map(async ([orderNo, number]) => number - (await lastEventIn(orderNo))));
    return numbers.filter((number) => number !== 0).length;
  };
  await until(missing, (count) => count === 0);
  await projector.stop();
});

test("a projector that starts finds it while other orders change all the time", async () => {
  const held = new Map(Array.from({ length: 20 }, (_, index) => [`SO-${index}`, 2] as const));
  const { projector, asked } = startWithEngine(held);
  let changing = Array.from({ length: 12 }, (_, index) => `SO-changing-${index}`);
  const changeAll = (): void => {
    for (const orderNo of changing) projector.changed(orderNo);
  };
  changeAll();
  // Each query is followed by more changes.
  asked.push = (...items) => {
    changeAll();
    return Array.prototype.push.apply(asked, items);
  };
  async function* orders() {
    for (const orderNo of held.keys()) yield { orderNo };
  }
  await projector.sweep(orders());
  expect(await Promise.all([...held.keys()].map(lastEventIn))).toEqual(Array.from(held, () => 2));
  changing = [];
  await projector.stop();
});

test("a sweep whose list of orders breaks off fails, so that the caller lists them again", async () => {
  const { projector } = startWithEngine(new Map([["SO-1", 2]]));
  async function* orders() {
    yield { orderNo: "SO-1" };
    throw new Error("the engine is away");
  }
  await expect(projector.sweep(orders())).rejects.toThrow("the engine is away");
  await projector.stop();
});

test("a change that may wait is queried with later changes, and at once when the projector stops", async () => {
  const held = new Map([
    ["SO-1", 2],
    ["SO-2", 2],
  ]);
  const { projector, asked } = startWithEngine(held);
  projector.changed("SO-1", "soon");
  projector.changed("SO-2", "soon");
  projector.changed("SO-1");
  await until(
    () => lastEventIn("SO-1"),
    (number) => number === 2,
  );
  await projector.stop();
  expect(asked).toEqual(["SO-1 0", "SO-2 0"]);
  expect(await lastEventIn("SO-2")).toBe(2);
});

test("an order of 5,000 events is recorded in pages, as the running order answers them, and rebuilt in one publication", async () => {
  const shipped = salted(upTo("dispatch").events, "SO-1");
  const dispatched = shipped.at(-1);
  if (!dispatched) throw new Error("no event");
  const tracking = Array.from({ length: 5_000 }, (_, index): OrderEvent => ({
    ...dispatched,
    number: shipped.length + index + 1,
    at: dispatched.at + index,
    command: "report-tracking",
    event: "tracking-reported",
    data: { trackingNumber: "SF1", event: `在途 ${index}`, place: "中山" },
  }));
  const events = [...shipped, ...tracking];
  const running = openRunningOrder({ orderNo: "SO-1", policy: defaultPolicy, calendar: defaultCalendar, events });
  const asked: number[] = [];
  const projector = startProjector({
    db: records.db,
    onError: (_, error) => expect.fail(String(error)),
    publication: async (_, after) => {
      asked.push(after);
      return running.publication(after, MONDAY);
    },
  });
  projector.changed("SO-1");
  await until(
    () => lastEventIn("SO-1"),
    (number) => number === events.length,
  );
  await projector.stop();
  expect(asked.length).toBeGreaterThan(3);
  expect(await eventsOf(records.db, "SO-1")).toEqual(events);
  const paged = await records.db.selectFrom("duties").selectAll().orderBy("duty_id").execute();
  await sql`truncate orders, events, duties`.execute(records.db);
  await publish(records.db, publicationOf(events, MONDAY));
  expect(await records.db.selectFrom("duties").selectAll().orderBy("duty_id").execute()).toEqual(paged);
  expect(await eventsOf(records.db, "SO-1")).toEqual(events);
}, 120_000);
