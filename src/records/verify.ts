import { sql } from "kysely";
import type { OrderEvent } from "../domain/order/events.ts";
import { isRemoved, withPersonal } from "../domain/order/personal.ts";
import { replay } from "../domain/order/evolve.ts";
import { orderRow } from "../domain/order/view.ts";
import { initialHashOf, hashEvents, hashEvent, saltOf } from "./hash-chain.ts";
import { findDifferences } from "./compare.ts";
import type { Database } from "./database.ts";
import type { EngineOrder } from "./rebuild.ts";
import { toStorableEvents } from "./storable.ts";
import { eventValues, orderValues } from "./write.ts";

/** Something in the records that this service did not write. */
export interface Fault {
  readonly orderNo: string;
  readonly number?: number;
  readonly what: string;
}

/** The result of a verification. */
export interface VerifyResult {
  orders: number;
  events: number;
  readonly faults: Fault[];
}

/** Orders read at once. */
const PAGE = 100;

interface EventRow {
  readonly order_no: string;
  readonly number: number;
  readonly at: Date;
  readonly received_at: Date;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly command: string;
  readonly event: string;
  readonly body: OrderEvent;
  readonly hash: string;
}

async function orderNosAfter(db: Database, after: string): Promise<string[]> {
  const { rows } = await sql<{ order_no: string }>`
    select order_no from (select order_no from orders union select order_no from events) as every_order
    where order_no > ${after} order by order_no limit ${PAGE}`.execute(db);
  return rows.map(({ order_no: orderNo }) => orderNo);
}

/** Columns of an event that differ from its body. */
function findColumnFaults(row: EventRow): string[] {
  const { body: _, ...expected } = eventValues(row.order_no, row.body, row.hash);
  return findDifferences(expected, row);
}

function hasRemoved(event: OrderEvent): boolean {
  let found = false;
  withPersonal(event, (text) => {
    found ||= isRemoved(text);
    return text;
  });
  return found;
}

/** Faults in the hash chain of one order. */
function findChainFaults(orderNo: string, rows: readonly EventRow[], removedTo: number): Fault[] {
  const faults: Fault[] = [];
  // The salt is in the first event: without it no hash can be computed, and only the gap is reported.
  const whole = rows[0]?.number === 1;
  const salt = saltOf(rows[0]?.body);
  let previous: string | undefined = initialHashOf(orderNo);
  let expected = 1;
  for (const row of rows) {
    const { number } = row;
    if (number > expected) {
      const missing =
        number - expected === 1 ? `event ${expected} is missing` : `events ${expected} to ${number - 1} are missing`;
      faults.push({ orderNo, number: expected, what: missing });
      previous = undefined;
    }
    const differ = findColumnFaults(row);
    if (differ.length > 0) faults.push({ orderNo, number, what: `columns differ from the event itself: ${differ.join(", ")}` });
    // After a gap the stored hash is taken as it is.
    if (whole && previous !== undefined && hashEvent(previous, row.body, salt) !== row.hash) {
      faults.push({ orderNo, number, what: "the event was altered, or does not follow on the one before it" });
    }
    if (number > removedTo && hasRemoved(row.body)) {
      faults.push({ orderNo, number, what: "personal texts are gone that the retention routine did not remove" });
    }
    previous = row.hash;
    expected = number + 1;
  }
  return faults;
}

/** Columns of the order's row that differ from its events; `next_due_at`, which depends on the time, is not compared. */
function findRowFaults(rows: readonly EventRow[], row: object): string[] {
  const order = replay(rows.map(({ body }) => body));
  const { next_due_at: _, ...expected } = orderValues(orderRow(order, rows.at(-1)?.received_at.getTime() ?? 0));
  return findDifferences(expected, row);
}

/**
 * Searches all records for rows that were edited, removed or inserted outside this service. `docs/audit.md` says what this can find and
 * what it cannot.
 */
export async function verifyRecords(db: Database): Promise<VerifyResult> {
  const verified: VerifyResult = { orders: 0, events: 0, faults: [] };
  for (
    let orderNos = await orderNosAfter(db, "");
    orderNos.length > 0;
    orderNos = await orderNosAfter(db, orderNos.at(-1) ?? "")
  ) {
    const [orders, events] = await Promise.all([
      db.selectFrom("orders").selectAll().where("order_no", "in", orderNos).execute(),
      db.selectFrom("events").selectAll().where("order_no", "in", orderNos).orderBy("order_no").orderBy("number").execute(),
    ]);
    for (const orderNo of orderNos) {
      const rows = events.filter((event) => event.order_no === orderNo);
      const order = orders.find((row) => row.order_no === orderNo);
      verified.orders += 1;
      verified.events += rows.length;
      const faults = findChainFaults(orderNo, rows, order?.personal_removed_to ?? 0);
      const last = rows.at(-1)?.number ?? 0;
      if (!order) faults.push({ orderNo, what: "the order's row is missing" });
      else if (order.last_event > last) {
        faults.push({ orderNo, number: last + 1, what: `events are missing at the end: there were ${order.last_event}` });
      } else if (order.last_event < last) {
        faults.push({ orderNo, number: order.last_event + 1, what: "there are more events than the order's row knows of" });
      } else if (faults.length === 0) {
        const differ = findRowFaults(rows, order);
        if (differ.length > 0)
          faults.push({ orderNo, what: `the order's row does not follow from its events: ${differ.join(", ")}` });
      }
      verified.faults.push(...faults);
    }
  }
  return verified;
}

/** Compares the records with the engine: the only way to find a hash chain that was completely rewritten. */
export async function compareWithEngine(db: Database, orders: AsyncIterable<EngineOrder>): Promise<VerifyResult> {
  const verified: VerifyResult = { orders: 0, events: 0, faults: [] };
  for await (const { orderNo, events: read } of orders) {
    const events = toStorableEvents(await read());
    const last = events.at(-1);
    if (!last) continue;
    verified.orders += 1;
    verified.events += events.length;
    const row = await db
      .selectFrom("events")
      .select("hash")
      .where("order_no", "=", orderNo)
      .where("number", "=", last.number)
      .executeTakeFirst();
    const hash = hashEvents(initialHashOf(orderNo), events, saltOf(events[0])).at(-1);
    if (!row) verified.faults.push({ orderNo, number: last.number, what: "the engine holds this event, the records do not" });
    else if (row.hash !== hash)
      verified.faults.push({ orderNo, number: last.number, what: "the engine's events have another hash" });
  }
  return verified;
}
