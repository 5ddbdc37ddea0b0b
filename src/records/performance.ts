import { sql, type RawBuilder } from "kysely";
import { addDays, endOfDay, iso, startOfDay, type Day, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, readCursor, type Page, type PageRequest } from "./paging.ts";

/** The supervisor's numbers (issue of the department's routine); what each of them means is in `docs/performance.md`. */

/** What figures can be broken down by, in the order in which they are sorted. */
export const dimensions = ["month", "customer", "rep", "duty"] as const;
export type Dimension = (typeof dimensions)[number];

export interface PerformanceQuery {
  /** The first and the last day, in the factory's zone. */
  readonly from: Day;
  readonly to: Day;
  readonly by: readonly Dimension[];
  /** Only what this representative owes, and their orders. */
  readonly salesRep?: string | undefined;
  readonly duty?: string | undefined;
}

/** The figures of one group: a representative, a duty, a customer, a month, or several of these together. */
export interface Figures {
  readonly month?: string;
  readonly customer?: string;
  readonly salesRep?: string;
  readonly duty?: string;
  /** Ended in the period: fulfilled in time; breached; breached without blame; no longer owed before it was due. */
  readonly met: number;
  readonly late: number;
  readonly exempt: number;
  readonly lapsed: number;
  /** Time taken of what was fulfilled, in whole seconds; `null` when nothing was. */
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
  /** Owed at the end of the period, and of these due before it. */
  readonly open: number;
  readonly overdue: number;
  /** Orders and their delays; absent where the figures are of single duties. */
  readonly orders?: OrderFigures;
}
interface OrderFigures {
  readonly received: number;
  /** Delays that began in the period, those of them that came to nothing, and the orders they befell. */
  readonly delays: number;
  readonly withdrawn: number;
  readonly delayed: number;
  /** By how many days the newest forecast missed the promise, of delays that were not withdrawn. */
  readonly medianDays: number | null;
  readonly longestDays: number | null;
}

type Key = Readonly<Record<Dimension, string | null>>;
interface DutyFigures extends Key, Omit<Figures, "month" | "customer" | "salesRep" | "duty" | "orders"> {}
interface DelayFigures extends Key, OrderFigures {}

/** The periods that figures are taken over: the whole one, or each month of it; none begins after the moment of asking. */
function periodsOf({ from, to, by }: PerformanceQuery, at: Ms): { month: string; begins: Ms; ends: Ms }[] {
  const end = Math.min(endOfDay(to), at);
  if (!by.includes("month")) return startOfDay(from) < end ? [{ month: "", begins: startOfDay(from), ends: end }] : [];
  const periods: { month: string; begins: Ms; ends: Ms }[] = [];
  for (let first = from; startOfDay(first) < end;) {
    const month = first.slice(0, 7);
    const next = `${addDays(`${month}-28`, 4).slice(0, 7)}-01`;
    periods.push({ month, begins: startOfDay(first), ends: Math.min(startOfDay(next), end) });
    first = next;
  }
  return periods;
}

function periodRows(periods: ReturnType<typeof periodsOf>): RawBuilder<unknown> {
  const rows = periods.map(
    ({ month, begins, ends }) => sql`(${month}::text, ${iso(begins)}::timestamptz, ${iso(ends)}::timestamptz)`,
  );
  return sql`periods (month, begins, ends) as (values ${sql.join(rows)})`;
}

/** The columns of the key: what is not asked for is `null` in every row. */
function keyColumns(by: readonly Dimension[], columns: Readonly<Record<Dimension, RawBuilder<unknown>>>) {
  const wanted = dimensions.filter((dimension) => by.includes(dimension));
  const select = dimensions.map((each) => sql`${by.includes(each) ? columns[each] : sql`null`} as ${sql.ref(each)}`);
  const group = wanted.map((each) => columns[each]);
  return { select: sql.join(select), groupBy: group.length === 0 ? sql`` : sql`group by ${sql.join(group)}` };
}

/** What was owed: ended in the period by business time, or owed at its end. */
async function readDutyFigures(db: Database, question: PerformanceQuery, periods: RawBuilder<unknown>) {
  const { by, salesRep, duty } = question;
  const { select, groupBy } = keyColumns(by, {
    month: sql`d.month`,
    customer: sql`o.customer`,
    rep: sql`d.owner_id`,
    duty: sql`d.duty`,
  });
  const inPerson = by.includes("rep") || salesRep !== undefined;
  const columns = sql`p.month, d.order_no, d.duty, d.owner_id, d.state, d.exempt, d.took_ms`;
  const which = sql`
    ${inPerson ? sql`and d.owner_role = 'sales_rep' and d.owner_id is not null` : sql``}
    ${salesRep === undefined ? sql`` : sql`and d.owner_id = ${salesRep}`}
    ${duty === undefined ? sql`` : sql`and d.duty = ${duty}`}`;
  const { rows } = await sql<DutyFigures>`
    with ${periods},
    d as (
      select ${columns}, true as ended, d.late as breached
        from periods p join duties d on d.closed_at >= p.begins and d.closed_at < p.ends ${which}
      union all
      select ${columns}, false, d.due_at < p.ends
        from periods p join duties d on d.state in ('open', 'paused') and d.opened_at < p.ends ${which}
      union all
      select ${columns}, false, d.due_at < p.ends
        from periods p join duties d on d.closed_at is not null
          and tstzrange(d.opened_at, greatest(d.opened_at, d.closed_at), '(]') @> p.ends ${which}
    )
    select ${select},
      (count(*) filter (where ended and state = 'met' and not breached))::int as met,
      (count(*) filter (where ended and breached and not exempt))::int as late,
      (count(*) filter (where ended and breached and exempt))::int as exempt,
      (count(*) filter (where ended and state = 'lapsed' and not breached))::int as lapsed,
      floor(percentile_cont(0.5) within group (order by took_ms) filter (where ended and state = 'met') / 1000 + 0.5) as "medianSeconds",
      floor(percentile_cont(0.9) within group (order by took_ms) filter (where ended and state = 'met') / 1000 + 0.5) as "p90Seconds",
      (count(*) filter (where not ended))::int as open,
      (count(*) filter (where not ended and breached))::int as overdue
    from d ${by.includes("customer") ? sql`join orders o on o.order_no = d.order_no` : sql``}
    ${groupBy}`.execute(db);
  return rows;
}

/** Orders that were received in the period, and delays that began in it. */
async function readOrderFigures(db: Database, { by, salesRep }: PerformanceQuery, periods: RawBuilder<unknown>) {
  const { select, groupBy } = keyColumns(by, {
    month: sql`x.month`,
    customer: sql`o.customer`,
    rep: sql`o.sales_rep`,
    duty: sql`null`,
  });
  const known = by.includes("rep") ? sql`and o.sales_rep is not null` : sql``;
  const { rows } = await sql<DelayFigures>`
    with ${periods},
    x as (
      select p.month, o.order_no, true as received, null::boolean as withdrawn, null::int as days
        from periods p join orders o on o.received_at >= p.begins and o.received_at < p.ends
      union all
      select p.month, e.order_no, false,
          exists (select from events w where w.order_no = e.order_no and w.event = 'delay-withdrawn'
            and w.body #>> '{data,delayId}' = e.body #>> '{data,delayId}'),
          coalesce((select n.body #>> '{data,forecastArrival}' from events n where n.order_no = e.order_no
            and n.event = 'delay-news' and n.body #>> '{data,delayId}' = e.body #>> '{data,delayId}'
            order by n.number desc limit 1), e.body #>> '{data,forecastArrival}')::date
            - (e.body #>> '{data,promisedDate}')::date
        from periods p join events e on e.event = 'delay-opened' and e.at >= p.begins and e.at < p.ends
    )
    select ${select},
      (count(*) filter (where received))::int as received,
      (count(*) filter (where not received))::int as delays,
      (count(*) filter (where withdrawn))::int as withdrawn,
      (count(distinct x.order_no) filter (where not received))::int as delayed,
      percentile_cont(0.5) within group (order by days) filter (where not withdrawn) as "medianDays",
      max(days) filter (where not withdrawn) as "longestDays"
    from x join orders o on o.order_no = x.order_no
    where true ${known} ${salesRep === undefined ? sql`` : sql`and o.sales_rep = ${salesRep}`}
    ${groupBy}`.execute(db);
  return rows;
}

const nothingOwed = { met: 0, late: 0, exempt: 0, lapsed: 0, medianSeconds: null, p90Seconds: null, open: 0, overdue: 0 };
const noOrders: OrderFigures = { received: 0, delays: 0, withdrawn: 0, delayed: 0, medianDays: null, longestDays: null };

function textOf(key: Key): string[] {
  return dimensions.map((dimension) => key[dimension] ?? "");
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((text, nth) => text !== b[nth]);
  return index < 0 ? 0 : (a[index] ?? "") < (b[index] ?? "") ? -1 : 1;
}

/** A page of the figures of a period, as it stood at its end, or stands at the moment of asking if that is earlier. */
export async function readPerformance(
  db: Database,
  question: PerformanceQuery,
  at: Ms,
  { limit, cursor }: PageRequest,
): Promise<Page<Figures>> {
  const after = cursor === undefined ? undefined : readCursor(cursor, ...dimensions.map(() => "text" as const));
  const periods = periodsOf(question, at);
  if (periods.length === 0) return { items: [], next: null };
  const single = question.by.includes("duty") || question.duty !== undefined;
  const [owed, ordered] = await Promise.all([
    readDutyFigures(db, question, periodRows(periods)),
    single ? [] : readOrderFigures(db, question, periodRows(periods)),
  ]);
  const groups = new Map<string, { key: Key; figures: Figures }>();
  for (const row of [...owed, ...ordered]) {
    const { month, customer, rep, duty, ...figures } = row;
    const key = { month, customer, rep, duty };
    const text = JSON.stringify(textOf(key));
    const before = groups.get(text)?.figures ?? { ...nothingOwed, ...(single ? {} : { orders: noOrders }) };
    groups.set(text, { key, figures: "met" in figures ? { ...before, ...figures } : { ...before, orders: figures } });
  }
  const sorted = [...groups.values()]
    .toSorted((a, b) => compareKeys(textOf(a.key), textOf(b.key)))
    .filter(({ key }) => after === undefined || compareKeys(textOf(key), after) > 0);
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ key: { month, customer, rep, duty }, figures }) => ({
    ...(month === null ? {} : { month }),
    ...(customer === null ? {} : { customer }),
    ...(rep === null ? {} : { salesRep: rep }),
    ...(duty === null ? {} : { duty }),
    ...figures,
  }));
  return { items, next: sorted.length > limit && last ? cursorOf(...textOf(last.key)) : null };
}
