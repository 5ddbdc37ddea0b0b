import { sql, type Selectable, type SqlBool } from "kysely";
import type { LineAnswer, ReportHead, ReportKind, Scope, Totals } from "../contracts/workflow-routine.ts";
import { iso, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, pageOf, readCursor, type Page, type PageRequest } from "./paging.ts";
import type { ReportsTable } from "./schema.ts";

/** Routine reports and inspections: a head, and a line for each order. Made once, and kept. */

/** The head of a routine report, as stored. */
export interface RoutineReport extends ReportHead {
  readonly begunAt: Instant;
  /** `null` while it is being made. */
  readonly madeAt: Instant | null;
  readonly totals: Totals | null;
}

/** A report's line on one order. */
export interface ReportLine {
  readonly orderNo: string;
  /** Lines are listed by this, then by number. */
  readonly rank: number;
  /** The headings under which it is counted. */
  readonly tags: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A line with a person's answer. */
export interface AnsweredLine extends ReportLine {
  readonly answer: LineAnswer | null;
}

/** The tag of lines whose order could not be read; another try replaces such a line. */
export const NOT_CHECKED = "not-checked";
/** The tag of lines that have not been sent to their orders yet. */
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

/** Creates a report's head, or returns the one that is there. */
export async function beginReport(db: Database, head: ReportHead, at: Ms): Promise<RoutineReport> {
  const { reportId, kind, period, asOf, about } = head;
  await db
    .insertInto("reports")
    .values({ report_id: reportId, kind, period, as_of: asOf, about: JSON.stringify(about), begun_at: iso(at) })
    .onConflict((conflict) => conflict.column("report_id").doNothing())
    .execute();
  return reportOf(await db.selectFrom("reports").selectAll().where("report_id", "=", reportId).executeTakeFirstOrThrow());
}

/** Completes a report with its totals; a complete report does not change. */
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

/** Writes a line. A line that is there stays, unless it only says that the order could not be checked. */
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

/** Marks that the order has received what its line says. */
export async function markDelivered(db: Database, reportId: string, orderNo: string): Promise<void> {
  await db
    .updateTable("report_lines")
    .set({ tags: sql<string[]>`array_remove(tags, ${UNDELIVERED})` })
    .where("report_id", "=", reportId)
    .where("order_no", "=", orderNo)
    .execute();
}

/** Counts those of these orders that have not received what their lines say. */
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
 * Lines of a report, by rank. A question that was sent to the order is answered when the order has an event that says so.
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

/** Counts unanswered lines. */
export async function countUnanswered(db: Database, reportId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from report_lines line where line.report_id = ${reportId} and line.answer is null and not exists (
      select from events where events.order_no = line.order_no and events.event = 'inspection-answered'
        and events.body->'data'->>'inspectionId' = ${reportId})`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Raises the level to which it was told that a report is unanswered; never lowers it. */
export async function raiseLevel(db: Database, reportId: string, level: number): Promise<void> {
  await db.updateTable("reports").set({ level }).where("report_id", "=", reportId).where("level", "<", level).execute();
}

/** Stores a person's answer to a line. False when the line was answered before, or does not exist. */
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

/** A page of the orders of a scope, by number. */
export async function listOrdersIn(
  db: Database,
  scope: Scope,
  after: string | undefined,
  limit: number,
): Promise<{ orderNos: readonly string[]; next: string | undefined }> {
  if (scope.orders === "chosen") {
    // As named by the caller: an order that does not exist gets a line as not checked.
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

/** What weighs in a sample: whether an order is large, and whether it has a complaint. */
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
