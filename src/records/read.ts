import { sql, type Expression, type RawBuilder, type SqlBool } from "kysely";
import type { Recipient } from "../domain/people.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { concerning, isConcerned } from "../domain/order/hands.ts";
import type { Status } from "../domain/order/state.ts";
import type { DutyRow } from "../domain/order/rows.ts";
import type { DutyName, HouseDutyName } from "../domain/policy.ts";
import type { HouseDuty } from "../domain/routine/put-calendar.ts";
import { iso, startOfDay, endOfDay, type Day, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, readCursor, pageOf, type Page, type PageRequest } from "./paging.ts";

/** Whose orders the reader may see: those of these representatives; absent: everybody's. */
export interface Visibility {
  readonly salesReps?: readonly string[] | undefined;
}

export interface OrderFilter extends Visibility {
  readonly status?: Status | undefined;
  readonly salesRep?: string | undefined;
  readonly class?: "ordinary" | "large" | "custom" | undefined;
  /** Part of the customer's name, in any case and width (NFKC). */
  readonly customer?: string | undefined;
  /** Received on this day or later, or earlier, in the factory's zone. */
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

/** A text as it is compared in a search: `ＡＢＣ` is `abc`, and `é` is one character however it was typed (NFKC). */
function normalised(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`lower(normalize(${text}, NFKC))`;
}

/** What representatives are to an order: whether one of them follows it, and whether some duty on it is or was one's in person. */
export interface Involvement {
  readonly follows: boolean;
  readonly concerned: boolean;
}

/** What representatives are to an order; `undefined` when the records have no such order. */
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
  if (filter.customer !== undefined)
    query = query.where(sql<SqlBool>`position(${normalised(sql`${filter.customer}::text`)} in ${normalised(sql`customer`)}) > 0`);
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

export interface DutyFilter extends Visibility {
  /** The owner's role. */
  readonly role?: string | undefined;
  readonly salesRep?: string | undefined;
  readonly duty?: DutyName | HouseDutyName | undefined;
}

/** A duty in a list, with where its order stands. */
export interface ListedDuty {
  /** `null`: of the house and not of an order. */
  readonly orderNo: string | null;
  readonly status: Status | null;
  readonly salesRep: string | null;
  readonly dutyId: string;
  readonly duty: DutyName | HouseDutyName;
  readonly about: string | null;
  readonly owner: Recipient;
  readonly rule: string;
  readonly openedAt: Instant;
  readonly dueAt: Instant;
  readonly state: "open" | "paused" | "overdue";
  readonly overdueSeconds: number;
  readonly level: number;
  readonly acknowledgedBy: string | null;
}

/**
 * All that is owed: duties of orders, and each order of a full inspection that nobody has answered (R6.1), which is the
 * supervisor's duty as much as if it stood on the order.
 */
export function selectOwed(db: Database) {
  const unanswered = db
    .selectFrom("report_lines")
    .innerJoin("reports", "reports.report_id", "report_lines.report_id")
    .where("reports.kind", "=", "full")
    .where("report_lines.answer", "is", null)
    .select(["report_lines.order_no", sql<string>`'inspect-' || reports.report_id`.as("duty_id")])
    .select(sql<DutyName>`'inspect'`.as("duty"))
    .select(sql<string | null>`reports.report_id`.as("about"))
    .select(sql<Recipient["role"]>`'supervisor'`.as("owner_role"))
    .select([
      sql<string | null>`null`.as("owner_id"),
      sql<string | null>`null`.as("owner_except"),
      sql<string>`'R6.1'`.as("rule"),
    ])
    .select(["reports.begun_at as opened_at", sql<Date>`(reports.about ->> 'dueAt')::timestamptz`.as("due_at")])
    .select([sql<DutyRow["state"]>`'open'`.as("state"), "reports.level", sql<string | null>`null`.as("acknowledged_by")]);
  return db
    .selectFrom("duties")
    .where("state", "in", ["open", "paused"])
    .select(["order_no", "duty_id", "duty", "about", "owner_role", "owner_id", "owner_except", "rule", "opened_at", "due_at"])
    .select(["state", "level", "acknowledged_by"])
    .unionAll(unanswered)
    .as("duties");
}

/** What the house owes beside its orders, as rows like theirs; an order has a number. */
const NO_ORDER = "";

function selectAdministrationDuty(db: Database, { dutyId, duty, owner, rule, openedAt, dueAt, level }: HouseDuty) {
  const nothing = sql<string | null>`null::text`;
  return db
    .selectNoFrom([sql<string>`${NO_ORDER}::text`.as("order_no"), sql<string>`${dutyId}::text`.as("duty_id")])
    .select([sql<DutyName | HouseDutyName>`${duty}::text`.as("duty"), nothing.as("about")])
    .select([sql<Recipient["role"]>`${owner.role}::text`.as("owner_role"), nothing.as("owner_id"), nothing.as("owner_except")])
    .select([sql<string>`${rule}::text`.as("rule"), sql<Date>`${iso(openedAt)}::timestamptz`.as("opened_at")])
    .select([sql<Date>`${iso(dueAt)}::timestamptz`.as("due_at"), sql<DutyRow["state"]>`'open'::text`.as("state")])
    .select([sql<number>`${level}::int`.as("level"), nothing.as("acknowledged_by")]);
}

function selectOwedWith(db: Database, filter: DutyFilter, house: readonly HouseDuty[]) {
  const ofOrders = db
    .selectFrom(selectOwed(db))
    .innerJoin("orders as known", "known.order_no", "duties.order_no")
    .select(["duties.order_no", "duties.duty_id", sql<DutyName | HouseDutyName>`duties.duty`.as("duty"), "duties.about"])
    .select(["duties.owner_role", "duties.owner_id", "duties.owner_except", "duties.rule", "duties.opened_at", "duties.due_at"])
    .select(["duties.state", "duties.level", "duties.acknowledged_by"]);
  const all = house.reduce((rows, each) => rows.unionAll(selectAdministrationDuty(db, each)), ofOrders);
  let query = db.selectFrom(all.as("duties")).leftJoin("orders", "orders.order_no", "duties.order_no");
  if (filter.salesReps) query = query.where("orders.sales_rep", "in", [...filter.salesReps, ""]);
  if (filter.role !== undefined) query = query.where(sql<SqlBool>`duties.owner_role = ${filter.role}`);
  if (filter.salesRep !== undefined) query = query.where("orders.sales_rep", "=", filter.salesRep);
  if (filter.duty !== undefined) query = query.where("duties.duty", "=", filter.duty);
  return query;
}

type Owed = ReturnType<typeof selectOwedWith>;

/** A page of duties, the one that is due first at the head. */
async function readDutyPage(query: Owed, at: Ms, { limit, cursor }: PageRequest): Promise<Page<ListedDuty>> {
  let ordered = query
    .selectAll("duties")
    .select(["orders.status", "orders.sales_rep"])
    .orderBy("duties.due_at")
    .orderBy("duties.order_no")
    .orderBy("duties.duty_id")
    .limit(limit + 1);
  if (cursor !== undefined) {
    const [due, orderNo, dutyId] = readCursor(cursor, "time", "text", "text");
    ordered = ordered.where(
      sql<SqlBool>`(duties.due_at, duties.order_no, duties.duty_id) > (${due}::timestamptz, ${orderNo}, ${dutyId})`,
    );
  }
  const rows = await ordered.execute();
  const items = rows.map((row): ListedDuty => {
    const late = at - row.due_at.getTime();
    return {
      orderNo: row.order_no === NO_ORDER ? null : row.order_no,
      status: row.status,
      salesRep: row.sales_rep,
      dutyId: row.duty_id,
      duty: row.duty,
      about: row.about,
      owner: {
        role: row.owner_role,
        ...(row.owner_id === null ? {} : { id: row.owner_id }),
        ...(row.owner_except === null ? {} : { except: row.owner_except }),
      },
      rule: row.rule,
      openedAt: iso(row.opened_at.getTime()),
      dueAt: iso(row.due_at.getTime()),
      state: late > 0 ? "overdue" : row.state === "paused" ? "paused" : "open",
      overdueSeconds: Math.max(0, Math.floor(late / 1_000)),
      level: row.level,
      acknowledgedBy: row.acknowledged_by,
    };
  });
  return pageOf(items, limit, ({ dueAt, orderNo, dutyId }) => cursorOf(dueAt, orderNo ?? NO_ORDER, dutyId));
}

/** What is overdue at a moment, worst first: due times are compared with that moment, whatever was written. */
export function listOverdue(
  db: Database,
  filter: DutyFilter,
  at: Ms,
  page: PageRequest,
  house: readonly HouseDuty[] = [],
): Promise<Page<ListedDuty>> {
  return readDutyPage(selectOwedWith(db, filter, house).where("duties.due_at", "<", new Date(at)), at, page);
}

/** How much is overdue at a moment. */
export interface OverdueCount {
  readonly total: number;
  readonly byDuty: Readonly<Record<string, number>>;
  readonly byRole: Readonly<Record<string, number>>;
  readonly bySalesRep: Readonly<Record<string, number>>;
}

export async function countOverdue(
  db: Database,
  filter: DutyFilter,
  at: Ms,
  house: readonly HouseDuty[] = [],
): Promise<OverdueCount> {
  const rows = await selectOwedWith(db, filter, house)
    .where("duties.due_at", "<", new Date(at))
    .select(["duties.duty", "duties.owner_role", "orders.sales_rep", (eb) => eb.fn.countAll<string>().as("count")])
    .groupBy(["duties.duty", "duties.owner_role", "orders.sales_rep"])
    .execute();
  const sums = (key: (row: (typeof rows)[number]) => string | null) => {
    // Ids are anybody's words: an object has a `constructor` already, and takes no `__proto__`.
    const sum = new Map<string, number>();
    for (const row of rows) {
      const name = key(row);
      if (name !== null) sum.set(name, (sum.get(name) ?? 0) + Number(row.count));
    }
    return Object.fromEntries(sum);
  };
  return {
    total: rows.reduce((sum, { count }) => sum + Number(count), 0),
    byDuty: sums(({ duty }) => duty),
    byRole: sums(({ owner_role: role }) => role),
    bySalesRep: sums(({ sales_rep: rep }) => rep),
  };
}

/** Whose work list is asked for: one person, by id, by the roles they hold, by those whose deputy they are now. */
export interface Assignee {
  readonly id: string;
  readonly roles: readonly string[];
  readonly deputyFor: readonly string[];
}

/** What somebody owes, most urgent first: duties of their own, and those of their role that are nobody's in person. */
export function listDutiesOf(
  db: Database,
  { id, roles, deputyFor }: Assignee,
  at: Ms,
  page: PageRequest,
  house: readonly HouseDuty[] = [],
): Promise<Page<ListedDuty>> {
  // What a representative owes is owed in person: an order without one waits for `assign-rep`, not for all of them.
  const shared = roles.filter((role) => role !== "sales_rep");
  const query = selectOwedWith(db, {}, house).where((eb) => {
    const role: Expression<SqlBool> =
      shared.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`duties.owner_role in (${sql.join(shared)})`;
    const notBarred = eb.or([eb("duties.owner_except", "is", null), eb("duties.owner_except", "!=", id)]);
    return eb.or([eb("duties.owner_id", "in", [id, ...deputyFor]), eb.and([eb("duties.owner_id", "is", null), role, notBarred])]);
  });
  return readDutyPage(query, at, page);
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

/** Which of some orders somebody follows, followed or entered: not theirs to inspect. */
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

/** The number of the last event that is recorded of an order; 0: none. */
export async function lastEventOf(db: Database, orderNo: string): Promise<number> {
  const row = await db.selectFrom("orders").select("last_event").where("order_no", "=", orderNo).executeTakeFirst();
  return row?.last_event ?? 0;
}
