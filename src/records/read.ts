import { sql, type RawBuilder, type SqlBool } from "kysely";
import type { OrderEvent } from "../domain/order/events.ts";
import { concerning, isConcerned } from "../domain/order/hands.ts";
import type { Status } from "../domain/order/state.ts";
import { iso, startOfDay, endOfDay, type Day, type Instant } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, readCursor, pageOf, type Page, type PageRequest } from "./paging.ts";

/** Whose orders a caller may see: those of these representatives; absent: all. */
export interface Visibility {
  readonly salesReps?: readonly string[] | undefined;
}

export interface OrderFilter extends Visibility {
  readonly status?: Status | undefined;
  readonly salesRep?: string | undefined;
  readonly class?: "ordinary" | "large" | "custom" | undefined;
  /** Part of the customer's name, in any case and width (NFKC). */
  readonly customer?: string | undefined;
  /** The first and the last day on which the order was received, in the factory's time zone. */
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}

/** An order in a list. */
export interface ListedOrder {
  readonly orderNo: string;
  readonly status: Status;
  readonly stage: string;
  readonly cancelling: boolean;
  readonly class: { readonly large: boolean; readonly custom: boolean };
  readonly customer: { readonly name: string };
  readonly salesRep: string | null;
  readonly amountFen: number;
  readonly requestedDate: Day | null;
  readonly promisedDate: Day | null;
  readonly receivedAt: Instant;
  readonly nextDueAt: Instant | null;
}

/** A text as searches compare it: lower case, NFKC (`ＡＢＣ` is `abc`, and `é` is one character). */
function normalised(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`lower(normalize(${text}, NFKC))`;
}

/**
 * Whether a column contains a text. An index on `search_grams` (`migrations.ts`) finds the candidates. Every row contains an empty text.
 */
function contains(column: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> {
  const found = sql<SqlBool>`position(${normalised(sql`${text}::text`)} in ${normalised(column)}) > 0`;
  return text === "" ? found : sql<SqlBool>`search_grams(${column}) @> search_grams(${text}::text) and ${found}`;
}

/** How representatives are involved in an order: whether it is one of theirs, and whether a duty on it is or was owed by one in person. */
export interface Involvement {
  readonly follows: boolean;
  readonly concerned: boolean;
}

/** How representatives are involved in an order; `undefined` when the records have no such order. */
export async function involvementOf(db: Database, orderNo: string, reps: readonly string[]): Promise<Involvement | undefined> {
  const row = await db
    .selectFrom("orders")
    .select(["sales_rep"])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom("duties")
            .select("duty_id")
            .where("duties.order_no", "=", orderNo)
            .where("owner_id", "in", [...reps, ""]),
        )
        .as("concerned"),
    )
    .where("order_no", "=", orderNo)
    .executeTakeFirst();
  return row && { follows: row.sales_rep !== null && reps.includes(row.sales_rep), concerned: Boolean(row.concerned) };
}

/** The orders, newest first. */
export async function listOrders(db: Database, filter: OrderFilter, { limit, cursor }: PageRequest): Promise<Page<ListedOrder>> {
  let query = db
    .selectFrom("orders")
    .selectAll()
    .orderBy("received_at", "desc")
    .orderBy("order_no", "desc")
    .limit(limit + 1);
  if (filter.salesReps) query = query.where("sales_rep", "in", [...filter.salesReps, ""]);
  if (filter.status) query = query.where("status", "=", filter.status);
  if (filter.salesRep !== undefined) query = query.where("sales_rep", "=", filter.salesRep);
  if (filter.class === "large" || filter.class === "custom") query = query.where(filter.class, "=", true);
  if (filter.class === "ordinary") query = query.where("large", "=", false).where("custom", "=", false);
  if (filter.customer !== undefined) query = query.where(contains(sql`customer`, filter.customer));
  if (filter.from !== undefined) query = query.where("received_at", ">=", new Date(startOfDay(filter.from)));
  if (filter.to !== undefined) query = query.where("received_at", "<", new Date(endOfDay(filter.to)));
  if (cursor !== undefined) {
    const [at, orderNo] = readCursor(cursor, "time", "text");
    query = query.where(sql<SqlBool>`(received_at, order_no) < (${at}::timestamptz, ${orderNo})`);
  }
  const rows = await query.execute();
  const items = rows.map((row): ListedOrder => ({
    orderNo: row.order_no,
    status: row.status,
    stage: row.stage,
    cancelling: row.cancelling,
    class: { large: row.large, custom: row.custom },
    customer: { name: row.customer },
    salesRep: row.sales_rep,
    amountFen: Number(row.amount_fen),
    requestedDate: row.requested_date,
    promisedDate: row.promised_date,
    receivedAt: iso(row.received_at.getTime()),
    nextDueAt: row.next_due_at && iso(row.next_due_at.getTime()),
  }));
  return pageOf(items, limit, ({ receivedAt, orderNo }) => cursorOf(receivedAt, orderNo));
}

/** The hash of one event (`hash-chain.ts`); `undefined` while the records do not hold it. */
export async function hashOf(db: Database, orderNo: string, number: number): Promise<string | undefined> {
  const row = await db
    .selectFrom("events")
    .select("hash")
    .where("order_no", "=", orderNo)
    .where("number", "=", number)
    .executeTakeFirst();
  return row?.hash;
}

/** All events of an order, oldest first; none when there is no such order. */
export async function eventsOf(db: Database, orderNo: string): Promise<readonly OrderEvent[]> {
  const rows = await db.selectFrom("events").select("body").where("order_no", "=", orderNo).orderBy("number").execute();
  return rows.map(({ body }) => body);
}

/** All events of several orders, each oldest first. */
export async function eventsOfSeveral(
  db: Database,
  orderNos: readonly string[],
): Promise<ReadonlyMap<string, readonly OrderEvent[]>> {
  const events = new Map<string, OrderEvent[]>(orderNos.map((orderNo) => [orderNo, []]));
  if (orderNos.length === 0) return events;
  const rows = await db
    .selectFrom("events")
    .select(["order_no", "body"])
    .where("order_no", "in", orderNos)
    .orderBy("order_no")
    .orderBy("number")
    .execute();
  for (const { order_no: orderNo, body } of rows) events.get(orderNo)?.push(body);
  return events;
}

/** Those of these orders in which a person is involved, so that they may not inspect them. */
export async function findConcerned(db: Database, orderNos: readonly string[], id: string): Promise<ReadonlySet<string>> {
  if (orderNos.length === 0) return new Set();
  const rows = await db
    .selectFrom("events")
    .select(["order_no", "body"])
    .where("order_no", "in", orderNos)
    .where("event", "in", [...concerning])
    .execute();
  return new Set(rows.filter(({ body }) => isConcerned([body], { id })).map(({ order_no: orderNo }) => orderNo));
}

/** The number of an order's last recorded event; 0: none. */
export async function lastEventOf(db: Database, orderNo: string): Promise<number> {
  const row = await db.selectFrom("orders").select("last_event").where("order_no", "=", orderNo).executeTakeFirst();
  return row?.last_event ?? 0;
}
