import { sql, type RawBuilder } from "kysely";
import { addDays, dayOf, endOfDay, iso, startOfDay, type Day, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { cursorOf, readCursor, type Page, type PageRequest } from "./paging.ts";

/** The supervisor's figures; `docs/performance.md` defines each of them. */

/** Figures can be broken down by these, and are sorted in this order. */
export const dimensions = ["month", "customer", "rep", "duty"] as const;
export type Dimension = (typeof dimensions)[number];

export interface PerformanceQuery {
  /** The first and the last day, in the factory's zone. */
  readonly from: Day;
  readonly to: Day;
  readonly by: readonly Dimension[];
  /** Only the duties of this representative, and their orders. */
  readonly salesRep?: string | undefined;
  readonly duty?: string | undefined;
}

/** The figures of one group: a representative, a duty, a customer, a month, or several of these together. */
export interface Figures {
  readonly month?: string;
  readonly customer?: string;
  readonly salesRep?: string;
  readonly duty?: string;
  /** Duties closed in the period: met in time; late; late but exempt; lapsed before they were due. */
  readonly met: number;
  readonly late: number;
  readonly exempt: number;
  readonly lapsed: number;
  /** Time taken by duties that were met, in whole seconds; `null` when there are none. */
  readonly medianSeconds: number | null;
  readonly p90Seconds: number | null;
  /** Owed at the end of the period, and those of them due before it. */
  readonly open: number;
  readonly overdue: number;
  /** Orders and their delays; absent where figures are by duty. */
  readonly orders?: OrderFigures;
}
interface OrderFigures {
  readonly received: number;
  /** Delays that began in the period, those of them withdrawn, and the number of delayed orders. */
  readonly delays: number;
  readonly withdrawn: number;
  readonly delayed: number;
  /** Days from the promised date to the newest forecast, of delays that were not withdrawn. */
  readonly medianDays: number | null;
  readonly longestDays: number | null;
}

type Key = Readonly<Record<Dimension, string | null>>;
interface DutyFigures extends Key, Omit<Figures, "month" | "customer" | "salesRep" | "duty" | "orders"> {}
interface DelayFigures extends Key, OrderFigures {}

/** The whole period, or each month of it; no period ends after `at`. */
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

/**
 * The periods as rows. The days from `first_day` to before `last_day` are whole; from `rest` to `ends` is part of a day.
 */
function periodRows(periods: ReturnType<typeof periodsOf>): RawBuilder<unknown> {
  const rows = periods.map(({ month, begins, ends }) => {
    const last = dayOf(ends);
    return sql`(${month}::text, ${iso(begins)}::timestamptz, ${iso(ends)}::timestamptz, ${dayOf(begins)}::date, ${last}::date,
      ${iso(startOfDay(last))}::timestamptz)`;
  });
  return sql`periods (month, begins, ends, first_day, last_day, rest) as (values ${sql.join(rows)})`;
}

/** The columns of the key; dimensions that are not asked for are `null` in every row. */
function keyColumns(by: readonly Dimension[], columns: Readonly<Record<Dimension, RawBuilder<unknown>>>) {
  const wanted = dimensions.filter((dimension) => by.includes(dimension));
  const select = dimensions.map((each) => sql`${by.includes(each) ? columns[each] : sql`null`} as ${sql.ref(each)}`);
  const group = wanted.map((each) => columns[each]);
  return { select: sql.join(select), groupBy: group.length === 0 ? sql`` : sql`group by ${sql.join(group)}` };
}

/** Conditions on duties: owed in person, by one person, of one name. */
function dutiesWanted({ by, salesRep, duty }: PerformanceQuery, row: "d" | "s"): RawBuilder<unknown> {
  const column = (name: string) => sql.ref(`${row}.${name}`);
  const inPerson = by.includes("rep") || salesRep !== undefined;
  return sql`
    ${inPerson ? sql`and ${column("owner_role")} = 'sales_rep' and coalesce(${column("owner_id")}, '') <> ''` : sql``}
    ${salesRep === undefined ? sql`` : sql`and ${column("owner_id")} = ${salesRep}`}
    ${duty === undefined ? sql`` : sql`and ${column("duty")} = ${duty}`}`;
}

function keyOfDuties(by: readonly Dimension[]) {
  return keyColumns(by, { month: sql`d.month`, customer: sql`o.customer`, rep: sql`d.owner_id`, duty: sql`d.duty` });
}

/** Duties owed at the end of a period: still owed, or closed since. */
function owedAtEnd(query: PerformanceQuery): RawBuilder<unknown> {
  const which = dutiesWanted(query, "d");
  const columns = sql`p.month, d.order_no, d.duty, d.owner_id, d.due_at < p.ends as overdue`;
  return sql`
    select ${columns} from periods p join duties d on d.state in ('open', 'paused') and d.opened_at < p.ends ${which}
    union all
    select ${columns} from periods p join duties d on d.closed_at is not null
      and tstzrange(d.opened_at, greatest(d.opened_at, d.closed_at), '(]') @> p.ends ${which}`;
}

const endedFigures = sql`
  coalesce(sum(count) filter (where state = 'met' and not late), 0)::int as met,
  coalesce(sum(count) filter (where late and not exempt), 0)::int as late,
  coalesce(sum(count) filter (where late and exempt), 0)::int as exempt,
  coalesce(sum(count) filter (where state = 'lapsed' and not late), 0)::int as lapsed`;

interface EndedFigures extends Key {
  readonly met: number;
  readonly late: number;
  readonly exempt: number;
  readonly lapsed: number;
}

/** How many of a group's duties took how long: `took` is a bucket (`closed-duties.ts`), or `null` where the time is not known. */
interface Bucket extends EndedFigures {
  readonly took: number | null;
  readonly fulfilled: number;
}

/** The closed duties of a group; buckets of times in ascending order. */
interface Ended {
  readonly key: Key;
  readonly figures: Omit<EndedFigures, Dimension>;
  readonly buckets: readonly { readonly took: number; readonly count: number }[];
}

/** The position of a time: its bucket, and its index in the sorted bucket, from 0. */
interface Place {
  readonly took: number;
  readonly nth: number;
}

function placeOf(buckets: Ended["buckets"], rank: number): Place {
  let before = 0;
  for (const { took, count } of buckets) {
    if (rank < before + count) return { took, nth: rank - before };
    before += count;
  }
  throw new Error(`there is no time number ${rank}`);
}

/** The two neighbours between which Postgres' `percentile_cont` interpolates. */
function neighboursOf(buckets: Ended["buckets"], part: number): { low: Place; high: Place; proportion: number } | undefined {
  const count = buckets.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) return undefined;
  const rank = part * (count - 1);
  const low = Math.floor(rank);
  return { low: placeOf(buckets, low), high: placeOf(buckets, Math.ceil(rank)), proportion: rank - low };
}

/** Duties closed in the periods: from the sums by day; for a day that is not over, from the duties themselves. */
async function readEnded(db: Database, query: PerformanceQuery, periods: RawBuilder<unknown>): Promise<readonly Ended[]> {
  const { select, groupBy } = keyOfDuties(query.by);
  const took = sql`case when d.state = 'met' and d.took_bucket >= 0 then d.took_bucket end`;
  const { rows } = await sql<Bucket>`
    with ${periods},
    d as (
      select p.month, s.duty, s.owner_id, s.state, s.late, s.exempt, s.took_bucket, s.count
        from periods p join closed_duties s on s.day >= p.first_day and s.day < p.last_day ${dutiesWanted(query, "s")}
      union all
      select p.month, d.duty, d.owner_id, d.state, coalesce(d.late, false), d.exempt, coalesce(took_bucket(d.took_ms), -1), 1
        from periods p join duties d on d.closed_at >= p.rest and d.closed_at < p.ends ${dutiesWanted(query, "d")}
    )
    select ${select}, ${took} as took, ${endedFigures}, (sum(count) filter (where state = 'met'))::int as fulfilled
    from d ${groupBy} ${query.by.length === 0 ? sql`group by ${took}` : sql`, ${took}`}
    having sum(count) > 0
    order by took`.execute(db);
  const groups = new Map<
    string,
    { key: Key; figures: Omit<EndedFigures, Dimension>; buckets: { took: number; count: number }[] }
  >();
  for (const { month, customer, rep, duty, took, fulfilled, ...figures } of rows) {
    const key = { month, customer, rep, duty };
    const text = JSON.stringify(textOf(key));
    const group = groups.get(text) ?? { key, figures: { met: 0, late: 0, exempt: 0, lapsed: 0 }, buckets: [] };
    const { met, late, exempt, lapsed } = group.figures;
    group.figures = {
      met: met + figures.met,
      late: late + figures.late,
      exempt: exempt + figures.exempt,
      lapsed: lapsed + figures.lapsed,
    };
    if (took !== null) group.buckets.push({ took, count: fulfilled });
    groups.set(text, group);
  }
  return [...groups.values()];
}

type Named<T> = T & { readonly month: string; readonly rep: string; readonly duty: string };

/** Reads the times at these positions, ms. */
async function readTimes(
  db: Database,
  query: PerformanceQuery,
  periods: RawBuilder<unknown>,
  places: readonly Named<Place>[],
): Promise<(place: Named<Place>) => number> {
  const nameOf = ({ month, rep, duty, took, nth }: Named<Place>) => JSON.stringify([month, rep, duty, took, nth]);
  if (places.length === 0) return () => Number.NaN;
  const has = (dimension: Dimension) => query.by.includes(dimension);
  const wanted = JSON.stringify([...new Map(places.map((place) => [nameOf(place), place])).values()]);
  // The index is ordered by bucket, duty and time: one range of it is read for each duty.
  const duties = has("duty")
    ? sql`d.duty = w.duty`
    : sql`d.duty = any (array (select distinct s.duty from closed_duties s, periods p where s.day >= p.first_day
        union select d.duty from duties d, periods p where d.closed_at >= p.rest and d.closed_at < p.ends))`;
  const { rows } = await sql<Named<Place & { ms: string }>>`
    with ${periods},
    wanted as (select * from jsonb_to_recordset(${wanted}::jsonb) as w (month text, rep text, duty text, took int, nth int)),
    buckets as (select distinct month, ${has("duty") ? sql`duty` : sql`''::text as duty`}, took from wanted),
    times as (
      select w.month, ${has("rep") ? sql`d.owner_id` : sql`''::text`} as rep, w.duty, w.took, d.took_ms,
        row_number() over (partition by w.month, w.duty, w.took ${has("rep") ? sql`, d.owner_id` : sql``} order by d.took_ms) - 1 as nth
      from buckets w join periods p on p.month = w.month
        join duties d on d.state = 'met' and took_bucket(d.took_ms) = w.took and ${duties}
          and d.closed_at >= p.begins and d.closed_at < p.ends ${dutiesWanted(query, "d")}
    )
    select w.*, t.took_ms as ms from wanted w join times t using (month, rep, duty, took, nth)`.execute(db);
  const found = new Map(rows.map((row) => [nameOf(row), Number(row.ms)]));
  return (place) => found.get(nameOf(place)) ?? Number.NaN;
}

const inSeconds = (time: number): number => Math.floor(time / 1_000 + 0.5);

/**
 * Figures of duties closed in the period by business time, or owed at its end, from the sums by day. Percentiles are exact: the sums
 * say in which bucket of times one lies, and only the times of that bucket are read.
 */
async function readDutyFigures(
  db: Database,
  query: PerformanceQuery,
  periods: RawBuilder<unknown>,
): Promise<readonly DutyFigures[]> {
  const ended = await readEnded(db, query, periods);
  const ranked = ended.map(({ key, figures, buckets }) => ({
    key,
    figures,
    name: { month: key.month ?? "", rep: key.rep ?? "", duty: key.duty ?? "" },
    percentiles: [0.5, 0.9].map((part) => neighboursOf(buckets, part)),
  }));
  const places = ranked.flatMap(({ name, percentiles }) =>
    percentiles.flatMap((each) => (each ? [each.low, each.high].map((place) => ({ ...name, ...place })) : [])),
  );
  const timeAt = await readTimes(db, query, periods, places);
  const { select, groupBy } = keyOfDuties(query.by);
  const { rows: owed } = await sql<Key & { readonly open: number; readonly overdue: number }>`
    with ${periods}, d as (${owedAtEnd(query)})
    select ${select}, count(*)::int as open, (count(*) filter (where overdue))::int as overdue from d ${groupBy}`.execute(db);
  const all = new Map<string, DutyFigures>();
  for (const { key, figures, name, percentiles } of ranked) {
    const [medianSeconds = null, p90Seconds = null] = percentiles.map((each) => {
      if (!each) return null;
      const [low, high] = [each.low, each.high].map((place) => timeAt({ ...name, ...place }));
      return low === undefined || high === undefined ? null : inSeconds(low + each.proportion * (high - low));
    });
    all.set(JSON.stringify(textOf(key)), { ...key, ...nothingOwed, ...figures, medianSeconds, p90Seconds });
  }
  for (const { open, overdue, ...key } of owed) {
    const text = JSON.stringify(textOf(key));
    all.set(text, { ...(all.get(text) ?? { ...key, ...nothingOwed }), open, overdue });
  }
  return [...all.values()];
}

/** The same by customer, from the duties themselves: sums are not kept by customer. */
async function readDutyFiguresByCustomer(db: Database, query: PerformanceQuery, periods: RawBuilder<unknown>) {
  const { select, groupBy } = keyOfDuties(query.by);
  const { rows } = await sql<DutyFigures>`
    with ${periods},
    d as (
      select p.month, d.order_no, d.duty, d.owner_id, true as ended, d.state, coalesce(d.late, false) as late, d.exempt, d.took_ms,
          false as overdue, 1 as count
        from periods p join duties d on d.closed_at >= p.begins and d.closed_at < p.ends ${dutiesWanted(query, "d")}
      union all
      select month, order_no, duty, owner_id, false, 'open', false, false, null, overdue, 1 from (${owedAtEnd(query)}) owed
    )
    select ${select}, ${endedFigures},
      floor(percentile_cont(0.5) within group (order by took_ms) filter (where state = 'met') / 1000 + 0.5) as "medianSeconds",
      floor(percentile_cont(0.9) within group (order by took_ms) filter (where state = 'met') / 1000 + 0.5) as "p90Seconds",
      (count(*) filter (where not ended))::int as open,
      (count(*) filter (where overdue))::int as overdue
    from d join orders o on o.order_no = d.order_no
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

/** A page of the figures of a period, as of its end, or as of `at` if that is earlier. */
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
  const rows = periodRows(periods);
  const [owed, ordered] = await Promise.all([
    question.by.includes("customer")
      ? readDutyFiguresByCustomer(db, question, rows)
      : // Three queries, as of one moment.
        db
          .transaction()
          .setIsolationLevel("repeatable read")
          .setAccessMode("read only")
          .execute((trx) => readDutyFigures(trx, question, rows)),
    single ? [] : readOrderFigures(db, question, rows),
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
