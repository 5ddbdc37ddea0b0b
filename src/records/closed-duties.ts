import { sql, type Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/**
 * Closed duties, counted by the day on which they closed: reports on months read these counts instead of every duty. Triggers on `duties`
 * keep `closed_duties`, in the transaction that changes a duty. So the counts stay right when a duty reopens, closes in another way or is
 * exempted later, when the same row is written twice, and while the previous release still writes during a rolling deployment.
 */

/** The key of a sum. Days are the factory's, as in `dayOf`; `owner_id` is empty where nobody owes the duty in person. */
const key = "day, duty, owner_role, owner_id, state, late, exempt, took_bucket";
/** The same of a row of `duties`. */
const keyOfDuty = `((d.closed_at at time zone 'UTC') + interval '8 hours')::date, d.duty, d.owner_role, coalesce(d.owner_id, ''),
  d.state, coalesce(d.late, false), d.exempt, coalesce(took_bucket(d.took_ms), -1)`;
/** The sums as they follow from the duties themselves. */
const counted = `select ${keyOfDuty}, count(*)::int from duties d where d.closed_at is not null group by 1, 2, 3, 4, 5, 6, 7, 8`;

/**
 * Where the buckets of times begin, ms: 16 buckets for each doubling, from a second to a year. Integers, so that a longer time is never
 * in an earlier bucket.
 */
function bucketStarts(): readonly number[] {
  const count = 16 * 25;
  return Array.from({ length: count }, (_, index) => Math.round(1_000 * 2 ** (index / 16)));
}

/** The migration: creates the table, its triggers and the index of times, and counts the duties that are closed already. */
export async function createClosedDuties(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create function took_bucket(took_ms bigint) returns integer language sql immutable strict parallel safe as $$
        select width_bucket(took_ms, '{${bucketStarts().join(",")}}'::bigint[]) $$`,
    )
    .execute(db);
  await db.schema
    .createTable("closed_duties")
    .addColumn("day", "date", (column) => column.notNull())
    .addColumn("duty", "text", (column) => column.notNull())
    .addColumn("owner_role", "text", (column) => column.notNull())
    .addColumn("owner_id", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("late", "boolean", (column) => column.notNull())
    .addColumn("exempt", "boolean", (column) => column.notNull())
    .addColumn("took_bucket", "integer", (column) => column.notNull())
    .addColumn("count", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("closed_duties_pkey", key.split(", ") as never)
    .execute();
  await sql
    .raw(
      `create function add_closed_duty(d duties, change integer) returns void language plpgsql as $$
        begin
          insert into closed_duties as s (${key}, count) values (${keyOfDuty}, change)
          on conflict (${key}) do update set count = s.count + excluded.count;
        end $$`,
    )
    .execute(db);
  await sql`create function sum_closed_duties() returns trigger language plpgsql as $$
    begin
      if tg_op = 'TRUNCATE' then
        delete from closed_duties;
        return null;
      end if;
      if tg_op <> 'INSERT' then
        if old.closed_at is not null then perform add_closed_duty(old, -1); end if;
      end if;
      if tg_op <> 'DELETE' then
        if new.closed_at is not null then perform add_closed_duty(new, 1); end if;
      end if;
      return null;
    end $$`.execute(db);
  await sql`create trigger duties_summed_inserted after insert on duties
    for each row when (new.closed_at is not null) execute function sum_closed_duties()`.execute(db);
  await sql`create trigger duties_summed_updated after update on duties
    for each row when ((old.closed_at, old.duty, old.owner_role, old.owner_id, old.state, old.late, old.exempt, old.took_ms)
      is distinct from (new.closed_at, new.duty, new.owner_role, new.owner_id, new.state, new.late, new.exempt, new.took_ms))
    execute function sum_closed_duties()`.execute(db);
  await sql`create trigger duties_summed_deleted after delete on duties
    for each row when (old.closed_at is not null) execute function sum_closed_duties()`.execute(db);
  await sql`create trigger duties_summed_truncated after truncate on duties execute function sum_closed_duties()`.execute(db);
  await sql.raw(`insert into closed_duties (${key}, count) ${counted}`).execute(db);
  // Finds the duties of one bucket, to compute exact percentiles.
  await sql`create index duties_took on duties (took_bucket(took_ms), duty, closed_at) include (took_ms, owner_role, owner_id)
    where state = 'met'`.execute(db);
}

/** Counts all closed duties again. Other writes of duties wait meanwhile. */
export async function recountClosedDuties(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`lock table duties in share row exclusive mode`.execute(trx);
    await sql`delete from closed_duties`.execute(trx);
    await sql.raw(`insert into closed_duties (${key}, count) ${counted}`).execute(trx);
  });
}

/** Sums that are not what the duties themselves amount to, as texts. */
export async function findSumFaults(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql
    .raw<{ day: string; duty: string; expected: number; found: number }>(
      `select coalesce(e.day, s.day)::text as day, coalesce(e.duty, s.duty) as duty, sum(coalesce(e.count, 0))::int as expected,
        sum(coalesce(s.count, 0))::int as found
      from (${counted}) as e (${key}, count) full join closed_duties s using (${key})
      where coalesce(e.count, 0) <> coalesce(s.count, 0) group by 1, 2 order by 1, 2`,
    )
    .execute(db);
  return rows.map(
    ({ day, duty, expected, found }) => `closed duties of ${day}, ${duty}: ${found} are counted, there are ${expected}`,
  );
}
