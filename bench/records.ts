import { sql } from "kysely";
import { DAY, dayOf, type Ms } from "../src/domain/time.ts";
import { migrate, type Database } from "../src/records/database.ts";
import { manyOrders, publishAll } from "../test/support/many-orders.ts";

/** How much a filled records database holds. */
export interface Filled {
  readonly orders: number;
  readonly duties: number;
  readonly owed: number;
  readonly overdue: number;
}

/** Orders that the domain itself makes; the others are copies of these. */
const GENERATED = 1_500;
/** Copies made by one statement: duties have indexes of their own, and a statement ends within `statement_timeout`. */
const COPIES_AT_ONCE = 20;

async function columnsOf(db: Database, table: string): Promise<string[]> {
  const { rows } = await sql<{ column_name: string }>`
    select column_name from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and is_generated = 'NEVER' order by ordinal_position`.execute(
    db,
  );
  return rows.map(({ column_name: name }) => name);
}

/** Copies the rows of the generated orders, under other numbers; `changed` are columns that get another value, as SQL. */
async function copyRows(
  db: Database,
  table: string,
  [first, last]: readonly [number, number],
  { changed = {}, only = "true" }: { readonly changed?: Readonly<Record<string, string>>; readonly only?: string } = {},
): Promise<void> {
  const columns = await columnsOf(db, table);
  const values: Readonly<Record<string, string>> = { order_no: "t.order_no || '-' || copy", ...changed };
  await sql
    .raw(
      `insert into ${table} (${columns.join(", ")})
       select ${columns.map((column) => values[column] ?? `t.${column}`).join(", ")}
       from ${table} t, generate_series(${first}, ${last}) copy
       where t.order_no in (select order_no from generated) and ${only}`,
    )
    .execute(db);
}

/**
 * Fills an empty database with so many open orders: some made by the domain, and copies of these. Of what is owed a fifth is overdue, by up
 * to ten days; the rest becomes due within twenty days.
 */
export async function fillRecords(db: Database, wanted: number): Promise<Filled> {
  await migrate(db);
  const until: Ms = Math.floor(Date.now() / DAY) * DAY;
  const made = manyOrders({ count: Math.min(GENERATED, wanted * 2), from: dayOf(until - 40 * DAY), until });
  const open = made.filter(({ order }) => order.stage !== "completed" && order.stage !== "cancelled");
  await publishAll(db, open, until);
  await sql`create table generated as select order_no from orders`.execute(db);
  const copies = Math.ceil(wanted / open.length) - 1;
  for (let first = 1; first <= copies; first += COPIES_AT_ONCE) {
    const range = [first, Math.min(copies, first + COPIES_AT_ONCE - 1)] as const;
    await copyRows(db, "orders", range, {
      changed: { received_at: "t.received_at - copy * interval '7 seconds'", customer: "t.customer || (copy % 25)" },
    });
    await copyRows(db, "duties", range);
    await copyRows(db, "events", range, { only: "t.event in ('delay-opened', 'delay-news', 'delay-withdrawn')" });
  }
  await sql`drop table generated`.execute(db);
  const due = `case when abs(hashtext(order_no || duty_id)) % 5 = 0
      then now() - (abs(hashtext(duty_id || order_no)) % 864000) * interval '1 second'
      else now() + (60 + abs(hashtext(duty_id || order_no)) % 1728000) * interval '1 second' end`;
  await sql.raw(`update duties set due_at = ${due} where state in ('open', 'paused')`).execute(db);
  await sql`vacuum analyze`.execute(db);
  const { rows } = await sql<Filled>`
    select (select count(*) from orders)::int as orders, (select count(*) from duties)::int as duties,
      (select count(*) from duties where state in ('open', 'paused'))::int as owed,
      (select count(*) from duties where state in ('open', 'paused') and due_at < now())::int as overdue`.execute(db);
  if (!rows[0]) throw new Error("nothing was filled in");
  return rows[0];
}
