import { sql } from "kysely";
import type { Publication } from "../contracts/workflow.ts";
import { isSameEvent, type OrderEvent } from "../domain/order/events.ts";
import type { DutyRow, OrderRow } from "../domain/order/rows.ts";
import { dayOf, instant, iso } from "../domain/time.ts";
import { initialHashOf, hashEvents, saltOf } from "./hash-chain.ts";
import { findDifferences } from "./compare.ts";
import type { Database } from "./database.ts";
import { lastEventOf } from "./read.ts";
import { toStorable } from "./storable.ts";
import { enqueueDeliveries } from "./webhooks.ts";

/** An order's row as it is stored. */
export function orderValues(row: OrderRow) {
  return {
    order_no: row.orderNo,
    status: row.status,
    stage: row.stage,
    cancelling: row.cancelling,
    large: row.large,
    custom: row.custom,
    customer: row.customer,
    sales_rep: row.salesRep,
    amount_fen: row.amountFen,
    requested_date: row.requestedDate,
    promised_date: row.promisedDate,
    received_at: row.receivedAt,
    next_due_at: row.nextDueAt,
    last_event: row.lastEvent,
  };
}

/** An event's row as it is stored. */
export function eventValues(orderNo: string, event: OrderEvent, hash: string) {
  return {
    order_no: orderNo,
    number: event.number,
    at: iso(event.at),
    received_at: iso(event.receivedAt),
    actor_id: event.actor.id,
    actor_role: event.actor.role,
    command: event.command,
    event: event.event,
    body: JSON.stringify(event),
    hash,
  };
}

function dutyValues(row: DutyRow) {
  return {
    order_no: row.orderNo,
    duty_id: row.dutyId,
    duty: row.duty,
    about: row.about,
    owner_role: row.owner.role,
    owner_id: row.owner.id ?? null,
    owner_except: row.owner.except ?? null,
    rule: row.rule,
    opened_at: row.openedAt,
    due_at: row.dueAt,
    state: row.state,
    level: row.level,
    warned_at: row.warnedAt,
    acknowledged_by: row.acknowledgedBy,
    closed_at: row.closedAt,
    late: row.late,
    took_ms: row.tookMs,
    exempt: row.exempt,
    as_of: row.asOf,
  };
}

/** Compares duties in the order of `closed_duties`' key, in which their sums are locked. */
function compareForSums(a: ReturnType<typeof dutyValues>, b: ReturnType<typeof dutyValues>): number {
  const keyOf = (row: typeof a) => [
    ...[row.closed_at === null ? "" : dayOf(instant(row.closed_at)), row.duty, row.owner_role, row.owner_id ?? ""],
    ...[row.state, String(row.late), String(row.exempt)],
  ];
  const [first, second] = [keyOf(a), keyOf(b)];
  const index = first.findIndex((part, nth) => part !== second[nth]);
  if (index >= 0) return (first[index] ?? "") < (second[index] ?? "") ? -1 : 1;
  return (a.took_ms ?? -1) - (b.took_ms ?? -1);
}

/** An upsert's assignments: each column gets the new row's value. */
function takeExcluded(columns: readonly string[]) {
  return Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]));
}

/** A run's events do not follow those in the records: the run was reset, or the engine was restored from a backup. */
export class DivergentRunError extends Error {
  override readonly name = "DivergentRunError";
}

/**
 * The hash before an order's event `first`, and the order's salt.
 * @throws Error when the previous event is missing; {@link DivergentRunError} when it is not `follows`
 */
async function readPrevious(
  db: Database,
  orderNo: string,
  first: number,
  follows: OrderEvent | undefined,
): Promise<{ hash: string; salt: string | null }> {
  const last = await db
    .selectFrom("events")
    .leftJoin("events as received", (join) =>
      join.onRef("received.order_no", "=", "events.order_no").on("received.number", "=", 1),
    )
    .select(["events.hash", "events.body", sql<string | null>`received.body -> 'data' ->> 'salt'`.as("salt")])
    .where("events.order_no", "=", orderNo)
    .where("events.number", "=", first - 1)
    .executeTakeFirst();
  if (!last) throw new Error(`order ${orderNo}: event ${first - 1} is not recorded yet, so ${first} cannot follow`);
  if (follows && !isSameEvent(follows, last.body))
    throw new DivergentRunError(`order ${orderNo}: its run has another event ${first - 1} than the records`);
  return last;
}

/** Rows of one statement: Postgres takes 65,535 parameters. */
const ROWS_AT_ONCE = 1_000;

function splitRows<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, part) =>
    rows.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE),
  );
}

/** Writes the events that are not recorded yet, and adds them to the webhooks' outbox. */
async function writeEvents(trx: Database, orderNo: string, events: readonly OrderEvent[], hashes: readonly string[]) {
  const rows = events.map((event, index) => eventValues(orderNo, event, hashes[index] ?? ""));
  const written = new Set<number>();
  for (const some of splitRows(rows)) {
    const inserted = await trx
      .insertInto("events")
      .values(some)
      .onConflict((conflict) => conflict.columns(["order_no", "number"]).doNothing())
      .returning("number")
      .execute();
    for (const { number } of inserted) written.add(number);
  }
  const news = events.filter(({ number }) => written.has(number));
  if (news.length > 0) await enqueueDeliveries(trx, orderNo, news);
}

/**
 * Writes the order's row if it is newer. The row is locked until the transaction ends, so that an order's publications are written one
 * after another.
 * @returns false when the records hold a newer row
 */
async function writeOrder(trx: Database, order: OrderRow): Promise<boolean> {
  const row = orderValues(order);
  const { order_no: _key, ...columns } = row;
  const written = await trx
    .insertInto("orders")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column("order_no")
        .doUpdateSet(takeExcluded(Object.keys(columns)))
        .whereRef("excluded.last_event", ">", "orders.last_event"),
    )
    .returning("order_no")
    .executeTakeFirst();
  return written !== undefined || (await lastEventOf(trx, order.orderNo)) === order.lastEvent;
}

/**
 * Writes the duties that have changed; most of an order's duties are closed and stay the same. They are written in the order in which
 * triggers lock their sums (`closed-duties.ts`), so that two transactions cannot deadlock.
 */
async function writeDuties(trx: Database, orderNo: string, duties: readonly DutyRow[]): Promise<void> {
  const stored = await trx.selectFrom("duties").selectAll().where("order_no", "=", orderNo).execute();
  const known = new Map(stored.map((row) => [row.duty_id, row]));
  const changed = duties.map(dutyValues).filter(({ as_of: _, ...values }) => {
    const before = known.get(values.duty_id);
    return before === undefined || findDifferences(values, before).length > 0;
  });
  for (const rows of splitRows(changed.toSorted(compareForSums))) {
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "order_no" && column !== "duty_id");
    await trx
      .insertInto("duties")
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(["order_no", "duty_id"])
          .doUpdateSet(takeExcluded(columns))
          .whereRef("excluded.as_of", ">=", "duties.as_of"),
      )
      .execute();
  }
}

/**
 * Writes a publication in one short transaction. Late and repeated publications change nothing: an event is written once, and a row
 * is replaced only by a newer one.
 * @throws Error when events before the first one are missing: nothing is written, and the projector tries again.
 *   {@link DivergentRunError} when the previous event is another one
 */
export async function publish(db: Database, publication: Publication): Promise<void> {
  const { order, events, duties, follows } = toStorable(publication);
  const { orderNo } = order;
  const first = events[0]?.number ?? 1;
  await db.transaction().execute(async (trx) => {
    const { hash, salt } =
      first > 1 ? await readPrevious(trx, orderNo, first, follows) : { hash: initialHashOf(orderNo), salt: saltOf(events[0]) };
    if (events.length > 0) await writeEvents(trx, orderNo, events, hashEvents(hash, events, salt ?? ""));
    const isNewest = await writeOrder(trx, order);
    if (isNewest && duties.length > 0) await writeDuties(trx, orderNo, duties);
  });
}
