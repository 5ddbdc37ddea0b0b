import { sql, type RawBuilder, type SqlBool } from "kysely";
import type { DutyRow } from "../domain/order/rows.ts";
import type { Status } from "../domain/order/state.ts";
import type { Recipient } from "../domain/people.ts";
import type { DutyName } from "../domain/order/duty.ts";
import type { AdministrationDuty, AdministrationDutyName } from "../domain/routine/put-calendar.ts";
import { iso, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, pageOf, readCursor, type Page, type PageRequest } from "./paging.ts";
import type { Visibility } from "./read.ts";

/**
 * Lists of duties that are owed. They come from three sources: duties of orders; unanswered lines of full inspections, which are the
 * supervisor's duties (R6.1); and duties of the administration, which belong to no order. Each source is ordered and limited by itself,
 * so that a page reads as many index rows as it shows, however many duties are owed.
 */

export interface DutyFilter extends Visibility {
  /** The owner's role. */
  readonly role?: string | undefined;
  readonly salesRep?: string | undefined;
  readonly duty?: DutyName | AdministrationDutyName | undefined;
}

/** A duty in a list, with where its order stands. */
export interface ListedDuty {
  /** `null`: of the administration and not of an order. */
  readonly orderNo: string | null;
  readonly status: Status | null;
  readonly salesRep: string | null;
  readonly dutyId: string;
  readonly duty: DutyName | AdministrationDutyName;
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

/** A row of a list of duties; `order_no` is empty where it is of no order. */
interface OwedRow {
  order_no: string;
  status: Status | null;
  sales_rep: string | null;
  duty_id: string;
  duty: DutyName | AdministrationDutyName;
  about: string | null;
  owner_role: Recipient["role"];
  owner_id: string | null;
  owner_except: string | null;
  rule: string;
  opened_at: Date;
  due_at: Date;
  state: DutyRow["state"];
  level: number;
  acknowledged_by: string | null;
}

type Condition = RawBuilder<SqlBool>;
type Rows = RawBuilder<unknown>;

/** All of these conditions; true when there are none. */
function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
}

/** Duties that are owed. Written as in the partial indexes (`migrations.ts`): Postgres uses them only for the same condition. */
const ordersOwed = sql<SqlBool>`d.state in ('open', 'paused')`;

/** Unanswered lines of full inspections, with the columns of a duty. */
const inspectionsOwed = sql`(
  select l.order_no, 'inspect-' || r.report_id as duty_id, 'inspect' as duty, r.report_id as about, 'supervisor' as owner_role,
    null::text as owner_id, null::text as owner_except, 'R6.1' as rule, r.begun_at as opened_at,
    (r.about ->> 'dueAt')::timestamptz as due_at, 'open' as state, r.level, null::text as acknowledged_by
  from report_lines l join reports r on r.report_id = l.report_id
  where r.kind = 'full' and l.answer is null)`;

const columns = sql`d.order_no, d.duty_id, d.duty, d.about, d.owner_role, d.owner_id, d.owner_except, d.rule, d.opened_at, d.due_at,
  d.state, d.level, d.acknowledged_by`;

/** Duties of the administration, with the columns of a duty. */
function administrationRows(administration: readonly AdministrationDuty[]): Rows {
  const rows = administration.map(
    ({ dutyId, duty, owner, rule, openedAt, dueAt, level }) => sql`(
      ''::text, ${dutyId}::text, ${duty}::text, null::text, ${owner.role}::text, null::text, null::text, ${rule}::text,
      ${iso(openedAt)}::timestamptz, ${iso(dueAt)}::timestamptz, 'open'::text, ${level}::int, null::text)`,
  );
  return sql`(values ${sql.join(rows)}) as d (order_no, duty_id, duty, about, owner_role, owner_id, owner_except, rule, opened_at,
    due_at, state, level, acknowledged_by)`;
}

/** Which duties are listed. */
interface Wanted {
  /** Only of these representatives' orders; `undefined`: of all orders. */
  readonly reps: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
  /** Only duties that meet one of these conditions. No duty meets two: each is read from its own index. */
  readonly owners?: readonly Condition[];
}

function repsOf({ salesReps, salesRep }: DutyFilter): readonly string[] | undefined {
  if (salesRep === undefined) return salesReps && [...new Set(salesReps)];
  return salesReps === undefined || salesReps.includes(salesRep) ? [salesRep] : [];
}

function wantedBy(filter: DutyFilter): Wanted {
  const { role, duty } = filter;
  return {
    reps: repsOf(filter),
    conditions: [
      ...(role === undefined ? [] : [sql<SqlBool>`d.owner_role = ${role}`]),
      ...(duty === undefined ? [] : [sql<SqlBool>`d.duty = ${duty}`]),
    ],
  };
}

/** Selects from all sources. `limited`, an `order by` with a `limit`, ends each part, so that none reads more than a page. */
function selectOwed(wanted: Wanted, administration: readonly AdministrationDuty[], limited: Rows): Rows {
  const { reps, conditions, owners = [sql<SqlBool>`true`] } = wanted;
  const parts: Rows[] = [];
  for (const owner of owners) {
    for (const rep of reps ?? [undefined]) {
      const where = allOf([ordersOwed, ...conditions, owner, ...(rep === undefined ? [] : [sql<SqlBool>`d.order_rep = ${rep}`])]);
      parts.push(sql`(select ${columns}, o.status, o.sales_rep from duties d join orders o on o.order_no = d.order_no
        where ${where} ${limited})`);
    }
    const ofReps = reps && (reps.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`o.sales_rep in (${sql.join([...reps])})`);
    parts.push(sql`(select ${columns}, o.status, o.sales_rep from ${inspectionsOwed} d join orders o on o.order_no = d.order_no
      where ${allOf([...conditions, owner, ...(ofReps ? [ofReps] : [])])} ${limited})`);
    if (administration.length > 0 && reps === undefined)
      parts.push(sql`(select ${columns}, null::text as status, null::text as sales_rep from ${administrationRows(administration)}
        where ${allOf([...conditions, owner])} ${limited})`);
  }
  return sql`${sql.join(parts, sql` union all `)}`;
}

/** A page of duties, the one that is due first at the head. */
async function readDutyPage(
  db: Database,
  wanted: Wanted,
  administration: readonly AdministrationDuty[],
  at: Ms,
  { limit, cursor }: PageRequest,
): Promise<Page<ListedDuty>> {
  const key = cursor === undefined ? undefined : readCursor(cursor, "time", "text", "text");
  const after =
    key && sql<SqlBool>`(d.due_at, d.order_no, d.duty_id) > (${key[0]}::timestamptz, ${key[1]}::text, ${key[2]}::text)`;
  const conditions = [...wanted.conditions, ...(after ? [after] : [])];
  const limited = sql`order by d.due_at, d.order_no, d.duty_id limit ${limit + 1}`;
  const { rows } = await sql<OwedRow>`
    select d.* from (${selectOwed({ ...wanted, conditions }, administration, limited)}) d ${limited}`.execute(db);
  const items = rows.map((row): ListedDuty => {
    const late = at - row.due_at.getTime();
    return {
      orderNo: row.order_no === "" ? null : row.order_no,
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
  return pageOf(items, limit, ({ dueAt, orderNo, dutyId }) => cursorOf(dueAt, orderNo ?? "", dutyId));
}

function dueBefore(at: Ms): Condition {
  return sql<SqlBool>`d.due_at < ${iso(at)}::timestamptz`;
}

/** Duties that are overdue at `at`, the earliest due first. Overdue is stored nowhere: due times are compared with `at`. */
export function listOverdue(
  db: Database,
  filter: DutyFilter,
  at: Ms,
  page: PageRequest,
  administration: readonly AdministrationDuty[] = [],
): Promise<Page<ListedDuty>> {
  const wanted = wantedBy(filter);
  return readDutyPage(db, { ...wanted, conditions: [...wanted.conditions, dueBefore(at)] }, administration, at, page);
}

/** Numbers of overdue duties. */
export interface OverdueCount {
  readonly total: number;
  readonly byDuty: Readonly<Record<string, number>>;
  readonly byRole: Readonly<Record<string, number>>;
  readonly bySalesRep: Readonly<Record<string, number>>;
}

/** Counts the duties that are overdue at `at`, from an index with all columns that are counted by. */
export async function countOverdue(
  db: Database,
  filter: DutyFilter,
  at: Ms,
  administration: readonly AdministrationDuty[] = [],
): Promise<OverdueCount> {
  const { reps, conditions } = wantedBy(filter);
  const where = allOf([...conditions, dueBefore(at)]);
  const ofReps = (column: RawBuilder<unknown>) =>
    reps === undefined ? sql`` : reps.length === 0 ? sql`and false` : sql`and ${column} in (${sql.join([...reps])})`;
  interface CountRow {
    duty: string;
    owner_role: string;
    sales_rep: string | null;
    count: number;
  }
  const administrationPart =
    administration.length > 0 && reps === undefined
      ? sql`union all select d.duty, d.owner_role, null, 1 from ${administrationRows(administration)} where ${where}`
      : sql``;
  const { rows } = await sql<CountRow>`
    select d.duty, d.owner_role, d.order_rep as sales_rep, count(*)::int as count from duties d
      where ${ordersOwed} and ${where} ${ofReps(sql`d.order_rep`)} group by d.duty, d.owner_role, d.order_rep
    union all
    select d.duty, d.owner_role, o.sales_rep, count(*)::int from ${inspectionsOwed} d join orders o on o.order_no = d.order_no
      where ${where} ${ofReps(sql`o.sales_rep`)} group by d.duty, d.owner_role, o.sales_rep
    ${administrationPart}`.execute(db);
  const sums = (key: (row: CountRow) => string | null) => {
    // A person's id may be any text, `constructor` and `__proto__` too: a Map has no names of its own.
    const sum = new Map<string, number>();
    for (const row of rows) {
      const name = key(row);
      if (name !== null) sum.set(name, (sum.get(name) ?? 0) + row.count);
    }
    return Object.fromEntries(sum);
  };
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    byDuty: sums(({ duty }) => duty),
    byRole: sums(({ owner_role: role }) => role),
    bySalesRep: sums(({ sales_rep: rep }) => rep),
  };
}

/** The person whose work list is read: id, roles, and the people whose deputy they are now. */
export interface Assignee {
  readonly id: string;
  readonly roles: readonly string[];
  readonly deputyFor: readonly string[];
}

/** A person's work list, most urgent first: their own duties, and those of their roles that are not owed in person. */
export function listDutiesOf(
  db: Database,
  { id, roles, deputyFor }: Assignee,
  at: Ms,
  page: PageRequest,
  administration: readonly AdministrationDuty[] = [],
): Promise<Page<ListedDuty>> {
  const owners = [
    ...[...new Set([id, ...deputyFor])].map((owner) => sql<SqlBool>`d.owner_id = ${owner}`),
    // A representative's duties are owed in person: an order without one waits for `assign-rep`, not for all of them.
    ...[...new Set(roles)]
      .filter((role) => role !== "sales_rep")
      .map(
        (role) =>
          sql<SqlBool>`d.owner_id is null and d.owner_role = ${role} and (d.owner_except is null or d.owner_except <> ${id})`,
      ),
  ];
  return readDutyPage(db, { reps: undefined, conditions: [], owners }, administration, at, page);
}

/** Counts the duties that are owed, and those of them overdue at `at`, by name. */
export async function countOwed(
  db: Database,
  at: Ms,
): Promise<readonly { readonly duty: DutyName; readonly open: number; readonly overdue: number }[]> {
  const counts = sql`count(*)::int as open, (count(*) filter (where d.due_at < ${iso(at)}::timestamptz))::int as overdue`;
  const { rows } = await sql<{ duty: DutyName; open: number; overdue: number }>`
    select d.duty, sum(open)::int as open, sum(overdue)::int as overdue from (
      select d.duty, ${counts} from duties d where ${ordersOwed} group by d.duty
      union all
      select d.duty, ${counts} from ${inspectionsOwed} d group by d.duty) d
    group by d.duty`.execute(db);
  return rows;
}
