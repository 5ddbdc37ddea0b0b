import { sql, type Selectable, type SqlBool } from "kysely";
import type { LineAnswer, ReportHead, ReportKind, Scope, Totals } from "../contracts/workflow-routine.ts";
import { iso, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, pageOf, readCursor, type Page, type PageRequest } from "./paging.ts";
import type { ReportsTable } from "./schema.ts";

/** Reports and inspections: a head each, and a line an order. Made once, and kept. */

/** A report as it is kept. */
export interface RoutineReport extends ReportHead {
  readonly begunAt: Instant;
  /** `null` while it is being made. */
  readonly madeAt: Instant | null;
  readonly totals: Totals | null;
}

/** What a report says of one order. */
export interface ReportLine {
  readonly orderNo: string;
  /** Lines are listed by this, then by number. */
  readonly rank: number;
  /** What it is counted under. */
  readonly tags: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A line as it is read, with the answer that a person gave. */
export interface AnsweredLine extends ReportLine {
  readonly answer: LineAnswer | null;
}

/** Under this tag are lines of orders that could not be read: another try replaces them. */
export const NOT_CHECKED = "not-checked";
/** Under this tag are lines that their orders have not been told yet. */
export const UNDELIVERED = "undelivered";

function reportOf(row: Selectable<ReportsTable>): RoutineReport {
  return {
    reportId: row.report_id,
    kind: row.kind,
    period: row.period,
    asOf: iso(row.as_of.getTime()),
    about: row.about,
    begunAt: iso(row.begun_at.getTime()),
    madeAt: row.made_at && iso(row.made_at.getTime()),
    totals: row.totals,
  };
}

/** Opens a report; when it is there already, answers the head that it has. */
export async function beginReport(db: Database, head: ReportHead, at: Ms): Promise<RoutineReport> {
  const { reportId, kind, period, asOf, about } = head;
  await db
    .insertInto("reports")
    .values({ report_id: reportId, kind, period, as_of: asOf, about: JSON.stringify(about), begun_at: iso(at) })
    .onConflict((conflict) => conflict.column("report_id").doNothing())
    .execute();
  return reportOf(await db.selectFrom("reports").selectAll().where("report_id", "=", reportId).executeTakeFirstOrThrow());
}

/** Closes a report with what its lines amount to; once closed it stays as it is. */
export async function finishReport(db: Database, reportId: string, at: Ms): Promise<Totals> {
  const counted = await db
    .selectFrom("report_lines")
    .where("report_id", "=", reportId)
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  const { rows } = await sql<{ tag: string; count: string }>`
    select tag, count(*) as count from report_lines, unnest(tags) as tag where report_id = ${reportId} group by tag order by tag`.execute(
    db,
  );
  const totals: Totals = {
    orders: Number(counted.count),
    tags: Object.fromEntries(rows.map(({ tag, count }) => [tag, Number(count)])),
  };
  await db
    .updateTable("reports")
    .set({ totals: JSON.stringify(totals), made_at: iso(at) })
    .where("report_id", "=", reportId)
    .where("made_at", "is", null)
    .execute();
  return totals;
}

/** Puts a line down; one that is there already stays, unless it says only that the order could not be checked. */
export async function writeLine(db: Database, reportId: string, { orderNo, rank, tags, body }: ReportLine): Promise<void> {
  const values = { rank, tags: [...tags], body: JSON.stringify(body) };
  await db
    .insertInto("report_lines")
    .values({ report_id: reportId, order_no: orderNo, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(["report_id", "order_no"])
        .doUpdateSet(values)
        .where(sql<SqlBool>`${NOT_CHECKED} = any (report_lines.tags)`),
    )
    .execute();
}

/** The line of one order; `undefined` when the report has none. */
export async function findLine(db: Database, reportId: string, orderNo: string): Promise<ReportLine | undefined> {
  const row = await db
    .selectFrom("report_lines")
    .select(["rank", "tags", "body"])
    .where("report_id", "=", reportId)
    .where("order_no", "=", orderNo)
    .executeTakeFirst();
  return row && { orderNo, ...row };
}

/** The order has been told what its line says. */
export async function markDelivered(db: Database, reportId: string, orderNo: string): Promise<void> {
  await db
    .updateTable("report_lines")
    .set({ tags: sql<string[]>`array_remove(tags, ${UNDELIVERED})` })
    .where("report_id", "=", reportId)
    .where("order_no", "=", orderNo)
    .execute();
}

/** How many of some orders have not been told what their lines say. */
export async function countUndelivered(db: Database, reportId: string, orderNos: readonly string[]): Promise<number> {
  const { count } = await db
    .selectFrom("report_lines")
    .where("report_id", "=", reportId)
    .where("order_no", "in", [...orderNos])
    .where(sql<SqlBool>`${UNDELIVERED} = any (tags)`)
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function findReport(db: Database, reportId: string): Promise<RoutineReport | undefined> {
  const row = await db.selectFrom("reports").selectAll().where("report_id", "=", reportId).executeTakeFirst();
  return row && reportOf(row);
}

/** Reports of some kinds, newest first. */
export async function listReports(
  db: Database,
  kinds: readonly ReportKind[],
  { limit, cursor }: PageRequest,
): Promise<Page<RoutineReport>> {
  let query = db
    .selectFrom("reports")
    .selectAll()
    .where("kind", "in", [...kinds])
    .orderBy("as_of", "desc")
    .orderBy("report_id", "desc");
  if (cursor !== undefined) {
    const [asOf, reportId] = readCursor(cursor, "time", "text");
    query = query.where(sql<SqlBool>`(as_of, report_id) < (${asOf}::timestamptz, ${reportId})`);
  }
  const rows = await query.limit(limit + 1).execute();
  return pageOf(rows.map(reportOf), limit, ({ asOf, reportId }) => cursorOf(asOf, reportId));
}

/**
 * Lines of a report, those that need looking at first. What was asked of an order itself has been answered when the order's
 * own events say so.
 */
export async function listLines(
  db: Database,
  reportId: string,
  { limit, cursor, unanswered = false, tag }: PageRequest & { readonly unanswered?: boolean; readonly tag?: string },
): Promise<Page<AnsweredLine>> {
  let query = db
    .selectFrom("report_lines")
    .leftJoin("events", (join) =>
      join
        .onRef("events.order_no", "=", "report_lines.order_no")
        .on("events.event", "=", "inspection-answered")
        .on(sql<SqlBool>`events.body->'data'->>'inspectionId' = ${reportId}`),
    )
    .where("report_id", "=", reportId)
    .select(["report_lines.order_no", "rank", "tags", "report_lines.body", "answer", "events.actor_id", "events.at"])
    .select(sql<"in_order" | "finding" | null>`events.body->'data'->>'result'`.as("result"))
    .orderBy("rank")
    .orderBy("report_lines.order_no")
    .limit(limit + 1);
  if (unanswered) query = query.where("answer", "is", null).where("events.number", "is", null);
  if (tag !== undefined) query = query.where(sql<SqlBool>`${tag} = any (tags)`);
  if (cursor !== undefined) {
    const [rank, orderNo] = readCursor(cursor, "number", "text");
    query = query.where(sql<SqlBool>`(rank, report_lines.order_no) > (${rank}::bigint, ${orderNo})`);
  }
  const rows = await query.execute();
  const items = rows.map((row): AnsweredLine => {
    const said =
      row.result && row.actor_id !== null && row.at ? { result: row.result, by: row.actor_id, at: iso(row.at.getTime()) } : null;
    return { orderNo: row.order_no, rank: row.rank, tags: row.tags, body: row.body, answer: said ?? row.answer };
  });
  return pageOf(items, limit, ({ rank, orderNo }) => cursorOf(rank, orderNo));
}

/** Every line of a report, a page at a time. */
export async function readAllLines(db: Database, reportId: string): Promise<readonly AnsweredLine[]> {
  const all: AnsweredLine[] = [];
  let cursor: string | undefined;
  do {
    const page = await listLines(db, reportId, { limit: 500, cursor });
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** How many lines nobody has answered. */
export async function countUnanswered(db: Database, reportId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from report_lines line where line.report_id = ${reportId} and line.answer is null and not exists (
      select from events where events.order_no = line.order_no and events.event = 'inspection-answered'
        and events.body->'data'->>'inspectionId' = ${reportId})`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Keeps how far up it has been told that a list is not answered; never less than before. */
export async function raiseLevel(db: Database, reportId: string, level: number): Promise<void> {
  await db.updateTable("reports").set({ level }).where("report_id", "=", reportId).where("level", "<", level).execute();
}

/** Keeps a person's answer to a line; the first one stays. False when it was answered before, or there is no such line. */
export async function answerLine(db: Database, reportId: string, orderNo: string, answer: LineAnswer): Promise<boolean> {
  const { numUpdatedRows: updated } = await db
    .updateTable("report_lines")
    .set({ answer: JSON.stringify(answer) })
    .where("report_id", "=", reportId)
    .where("order_no", "=", orderNo)
    .where("answer", "is", null)
    .executeTakeFirst();
  return updated > 0n;
}

/** A page of orders of a scope, by number; never more than `limit` at a time. */
export async function listOrdersIn(
  db: Database,
  scope: Scope,
  after: string | undefined,
  limit: number,
): Promise<{ orderNos: readonly string[]; next: string | undefined }> {
  if (scope.orders === "chosen") {
    // As they were asked for: one that is not there is put down as not checked.
    const chosen = [...new Set(scope.orderNos)].toSorted().filter((orderNo) => after === undefined || orderNo > after);
    return { orderNos: chosen.slice(0, limit), next: chosen.length > limit ? chosen[limit - 1] : undefined };
  }
  let query = db
    .selectFrom("orders")
    .select("order_no")
    .orderBy("order_no")
    .limit(limit + 1);
  if (scope.orders === "open" || scope.orders === "large") query = query.where("status", "not in", ["completed", "cancelled"]);
  if (scope.orders === "large") query = query.where("large", "=", true);
  if (scope.orders === "since") {
    const { from, to } = scope;
    query = query.where(
      sql<SqlBool>`(status not in ('completed', 'cancelled') or exists (
        select from events where events.order_no = orders.order_no and events.received_at >= ${from}::timestamptz))`,
    );
    if (to !== undefined) query = query.where("received_at", "<", new Date(to));
  }
  if (after !== undefined) query = query.where("order_no", ">", after);
  const rows = await query.execute();
  const orderNos = rows.slice(0, limit).map(({ order_no: orderNo }) => orderNo);
  return { orderNos, next: rows.length > limit ? orderNos.at(-1) : undefined };
}

/** Whether orders are large, and whether a customer has complained about them. */
export async function readSampleWeights(
  db: Database,
  orderNos: readonly string[],
): Promise<readonly { orderNo: string; large: boolean; complained: boolean }[]> {
  if (orderNos.length === 0) return [];
  const rows = await db
    .selectFrom("orders")
    .where("order_no", "in", [...orderNos])
    .select(["order_no", "large"])
    .select(
      sql<boolean>`exists (select from events where events.order_no = orders.order_no and event = 'complaint-recorded')`.as(
        "complained",
      ),
    )
    .execute();
  return rows.map(({ order_no: orderNo, large, complained }) => ({ orderNo, large, complained }));
}
