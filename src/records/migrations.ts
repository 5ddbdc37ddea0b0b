import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { OrderEvent } from "../domain/order/events.ts";
import { createClosedDuties } from "./closed-duties.ts";
import { initialHashOf, hashEvents, saltOf } from "./hash-chain.ts";

/** Adds hashes to events that were stored before there were any, order by order. */
async function addHashes(db: Kysely<unknown>): Promise<void> {
  for (let after = ""; ;) {
    const { rows: orders } = await sql<{ order_no: string }>`
      select distinct order_no from events where order_no > ${after} order by order_no limit 200`.execute(db);
    for (const { order_no: orderNo } of orders) {
      const { rows } = await sql<{ body: OrderEvent }>`
        select body from events where order_no = ${orderNo} order by number`.execute(db);
      const events = rows.map(({ body }) => body);
      const hashes = hashEvents(initialHashOf(orderNo), events, saltOf(events[0]));
      for (const [index, { number }] of events.entries()) {
        await sql`update events set hash = ${hashes[index]} where order_no = ${orderNo} and number = ${number}`.execute(db);
      }
    }
    const last = orders.at(-1);
    if (!last) return;
    after = last.order_no;
  }
}

/** The schema's history. A migration that has been released is never changed; the next one is added. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-orders-events-duties": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("orders")
        .addColumn("order_no", "text", (column) => column.primaryKey())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("stage", "text", (column) => column.notNull())
        .addColumn("cancelling", "boolean", (column) => column.notNull())
        .addColumn("large", "boolean", (column) => column.notNull())
        .addColumn("custom", "boolean", (column) => column.notNull())
        .addColumn("customer", "text", (column) => column.notNull())
        .addColumn("sales_rep", "text")
        .addColumn("amount_fen", "bigint", (column) => column.notNull())
        // Days of business are text: a `date` would be read in the driver's zone.
        .addColumn("requested_date", "text")
        .addColumn("promised_date", "text")
        .addColumn("received_at", "timestamptz", (column) => column.notNull())
        .addColumn("next_due_at", "timestamptz")
        .addColumn("last_event", "integer", (column) => column.notNull())
        .execute();
      await db.schema.createIndex("orders_newest").on("orders").columns(["received_at desc", "order_no desc"]).execute();
      await db.schema
        .createIndex("orders_status")
        .on("orders")
        .columns(["status", "received_at desc", "order_no desc"])
        .execute();
      await db.schema
        .createIndex("orders_rep")
        .on("orders")
        .columns(["sales_rep", "received_at desc", "order_no desc"])
        .execute();

      await db.schema
        .createTable("events")
        .addColumn("order_no", "text", (column) => column.notNull())
        .addColumn("number", "integer", (column) => column.notNull())
        .addColumn("at", "timestamptz", (column) => column.notNull())
        .addColumn("received_at", "timestamptz", (column) => column.notNull())
        .addColumn("actor_id", "text", (column) => column.notNull())
        .addColumn("actor_role", "text", (column) => column.notNull())
        .addColumn("command", "text", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addColumn("body", "jsonb", (column) => column.notNull())
        .addPrimaryKeyConstraint("events_pkey", ["order_no", "number"])
        .execute();

      await db.schema
        .createTable("duties")
        .addColumn("order_no", "text", (column) => column.notNull())
        .addColumn("duty_id", "text", (column) => column.notNull())
        .addColumn("duty", "text", (column) => column.notNull())
        .addColumn("about", "text")
        .addColumn("owner_role", "text", (column) => column.notNull())
        .addColumn("owner_id", "text")
        .addColumn("owner_except", "text")
        .addColumn("rule", "text", (column) => column.notNull())
        .addColumn("opened_at", "timestamptz", (column) => column.notNull())
        .addColumn("due_at", "timestamptz", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("level", "integer", (column) => column.notNull())
        .addColumn("warned_at", "timestamptz")
        .addColumn("acknowledged_by", "text")
        .addColumn("closed_at", "timestamptz")
        .addColumn("late", "boolean")
        .addColumn("as_of", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("duties_pkey", ["order_no", "duty_id"])
        .execute();
      // Duties that are owed are a small part of all: lists read only that part.
      await sql`create index duties_owed on duties (due_at, order_no, duty_id) where state in ('open', 'paused')`.execute(db);
      await sql`create index duties_owed_by on duties (owner_role, owner_id, due_at) where state in ('open', 'paused')`.execute(
        db,
      );
    },
  },
  "0002-put": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("put")
        .addColumn("what", "text", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("body", "jsonb", (column) => column.notNull())
        .addColumn("put_by", "text", (column) => column.notNull())
        .addColumn("put_at", "timestamptz", (column) => column.notNull())
        .addPrimaryKeyConstraint("put_pkey", ["what", "version"])
        .execute();
    },
  },
  "0003-chain": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable("events").addColumn("hash", "text").execute();
      await addHashes(db);
      await db.schema
        .alterTable("events")
        .alterColumn("hash", (column) => column.setNotNull())
        .execute();
      await db.schema
        .alterTable("orders")
        .addColumn("personal_removed_to", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  "0004-reports": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("reports")
        .addColumn("report_id", "text", (column) => column.primaryKey())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("period", "text", (column) => column.notNull())
        .addColumn("as_of", "timestamptz", (column) => column.notNull())
        .addColumn("about", "jsonb", (column) => column.notNull())
        .addColumn("totals", "jsonb")
        .addColumn("begun_at", "timestamptz", (column) => column.notNull())
        .addColumn("made_at", "timestamptz")
        .execute();
      await db.schema.createIndex("reports_newest").on("reports").columns(["kind", "as_of desc", "report_id desc"]).execute();
      await db.schema
        .createTable("report_lines")
        .addColumn("report_id", "text", (column) => column.notNull())
        .addColumn("order_no", "text", (column) => column.notNull())
        .addColumn("rank", "integer", (column) => column.notNull())
        .addColumn("tags", sql`text[]`, (column) => column.notNull())
        .addColumn("body", "jsonb", (column) => column.notNull())
        .addColumn("answer", "jsonb")
        .addPrimaryKeyConstraint("report_lines_pkey", ["report_id", "order_no"])
        .execute();
      await db.schema.createIndex("report_lines_ranked").on("report_lines").columns(["report_id", "rank", "order_no"]).execute();
      // Answers to an inspection's questions are events of the orders.
      await sql`create index events_inspections on events ((body->'data'->>'inspectionId')) where event = 'inspection-answered'`.execute(
        db,
      );
    },
  },
  "0005-rewards": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("reward_facts")
        .addColumn("proposal_id", "text", (column) => column.notNull())
        .addColumn("number", "integer", (column) => column.notNull())
        .addColumn("month", "text", (column) => column.notNull())
        .addColumn("person", "text", (column) => column.notNull())
        .addColumn("at", "timestamptz", (column) => column.notNull())
        .addColumn("actor_id", "text", (column) => column.notNull())
        .addColumn("fact", "text", (column) => column.notNull())
        .addColumn("key", "text")
        .addColumn("body", "jsonb", (column) => column.notNull())
        .addPrimaryKeyConstraint("reward_facts_pkey", ["proposal_id", "number"])
        .addUniqueConstraint("reward_facts_key", ["proposal_id", "key"])
        .execute();
      await db.schema.createIndex("reward_facts_month").on("reward_facts").columns(["month", "person", "proposal_id"]).execute();
      await db.schema
        .createTable("reward_months")
        .addColumn("month", "text", (column) => column.primaryKey())
        .addColumn("over", "boolean", (column) => column.notNull())
        .addColumn("renewed_at", "timestamptz", (column) => column.notNull())
        .addColumn("orders", "integer", (column) => column.notNull())
        .addColumn("policy", "jsonb", (column) => column.notNull())
        .addColumn("unread", "jsonb", (column) => column.notNull())
        .addColumn("standings", "jsonb", (column) => column.notNull())
        .execute();
    },
  },
  "0006-performance": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable("duties")
        .addColumn("took_ms", "bigint")
        .addColumn("exempt", "boolean", (column) => column.notNull().defaultTo(false))
        .execute();
      // `npm run rebuild-records` then fills in both columns: a row is replaced only by a newer one.
      await sql`update duties set as_of = as_of - 1`.execute(db);
      await sql`create index duties_closed on duties (closed_at) where closed_at is not null`.execute(db);
      // Finds duties that were owed at a past moment: opened before it, closed at it or later (by business time, perhaps before it opened).
      await sql`create index duties_lived on duties using gist (tstzrange(opened_at, greatest(opened_at, closed_at), '(]'))
        where closed_at is not null`.execute(db);
      // A small part of all events: finds what became of a delay.
      await sql`create index events_delays on events (at) where event = 'delay-opened'`.execute(db);
      await sql`create index events_delay_news on events (order_no, number)
        where event in ('delay-news', 'delay-withdrawn')`.execute(db);
    },
  },
  "0007-webhooks": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("webhooks")
        .addColumn("webhook_id", "text", (column) => column.primaryKey())
        .addColumn("url", "text", (column) => column.notNull())
        .addColumn("events", "jsonb")
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("description", "text", (column) => column.notNull())
        .addColumn("created_by", "text", (column) => column.notNull())
        .addColumn("created_at", "timestamptz", (column) => column.notNull())
        .addColumn("secret", "text", (column) => column.notNull())
        .addColumn("previous_secret", "text")
        .addColumn("previous_until", "timestamptz")
        .addColumn("hash", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("deliveries")
        .addColumn("seq", "bigserial", (column) => column.notNull())
        .addColumn("delivery_id", "text", (column) => column.primaryKey())
        .addColumn("webhook_id", "text", (column) => column.notNull().references("webhooks.webhook_id").onDelete("cascade"))
        .addColumn("order_no", "text", (column) => column.notNull())
        .addColumn("number", "integer", (column) => column.notNull())
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("at", "timestamptz", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("next_at", "timestamptz", (column) => column.notNull())
        .addColumn("tried_at", "timestamptz")
        .addColumn("status", "integer")
        .addColumn("why", "text")
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .execute();
      await db.schema.createIndex("deliveries_newest").on("deliveries").columns(["webhook_id", "seq desc"]).execute();
      // Waiting deliveries are a small part of all.
      await sql`create index deliveries_waiting on deliveries (webhook_id, order_no, number) where state = 'waiting'`.execute(db);
    },
  },
  "0009-figures": {
    async up(db: Kysely<unknown>): Promise<void> {
      // A small part of all events, counted at every scrape.
      await sql`create index events_rungs on events ((body -> 'data' ->> 'rung')) where event = 'rung-told'`.execute(db);
      await sql`create index events_failed_effects on events (order_no) where event = 'effect-failed'`.execute(db);
    },
  },
  "0010-inspections-owed": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable("reports")
        .addColumn("level", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
      // Unanswered lines of a full inspection are listed with the duties.
      await sql`create index report_lines_unanswered on report_lines (report_id) where answer is null`.execute(db);
    },
  },
  "0011-answers": {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("answers")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("hash", "text", (column) => column.notNull())
        .addColumn("body", "jsonb", (column) => column.notNull())
        .addColumn("answered_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .execute();
    },
  },
  "0012-report-lines-of-orders": {
    async up(db: Kysely<unknown>): Promise<void> {
      // The retention routine removes personal texts order by order, from reports too.
      await db.schema.createIndex("report_lines_orders").on("report_lines").column("order_no").execute();
    },
  },
  "0013-open-orders": {
    async up(db: Kysely<unknown>): Promise<void> {
      // A small part of all orders, compared with the engine many times an hour.
      await sql`create index orders_open on orders (order_no) where stage not in ('completed', 'cancelled')`.execute(db);
    },
  },
  "0014-lists-by-index": {
    async up(db: Kysely<unknown>): Promise<void> {
      // The order's representative, stored with each duty that is owed, so that a representative's list is read from one index.
      // By triggers: during a rolling deployment the previous release writes the same rows.
      await db.schema.alterTable("duties").addColumn("order_rep", "text").execute();
      await sql`create function set_order_rep() returns trigger language plpgsql as $$
        begin
          new.order_rep := null;
          if new.state in ('open', 'paused') then
            new.order_rep := (select sales_rep from orders where order_no = new.order_no);
          end if;
          return new;
        end $$`.execute(db);
      await sql`create trigger duties_order_rep before insert or update on duties
        for each row execute function set_order_rep()`.execute(db);
      await sql`create function move_order_rep() returns trigger language plpgsql as $$
        begin
          update duties set order_rep = new.sales_rep where order_no = new.order_no and state in ('open', 'paused');
          return null;
        end $$`.execute(db);
      await sql`create trigger orders_rep_moved after update of sales_rep on orders
        for each row when (new.sales_rep is distinct from old.sales_rep) execute function move_order_rep()`.execute(db);
      await sql`update duties set order_rep = order_rep where state in ('open', 'paused')`.execute(db);
      // One index for each filter, in the order of the lists; with the columns that are counted by.
      const owed = sql`where state in ('open', 'paused')`;
      await sql`create index duties_due on duties (due_at, order_no, duty_id) include (duty, owner_role, owner_id, order_rep, opened_at) ${owed}`.execute(
        db,
      );
      await sql`create index duties_due_by_rep on duties (order_rep, due_at, order_no, duty_id) include (duty, owner_role) ${owed}`.execute(
        db,
      );
      await sql`create index duties_due_by_duty on duties (duty, due_at, order_no, duty_id) ${owed}`.execute(db);
      await sql`create index duties_due_by_role on duties (owner_role, due_at, order_no, duty_id) ${owed}`.execute(db);
      await sql`create index duties_due_by_owner on duties (owner_id, due_at, order_no, duty_id)
        where state in ('open', 'paused') and owner_id is not null`.execute(db);
      await sql`drop index duties_owed`.execute(db);
      await sql`drop index duties_owed_by`.execute(db);
    },
  },
  "0015-search": {
    async up(db: Kysely<unknown>): Promise<void> {
      // All characters and pairs of adjacent characters of a normalised text: a text that contains another has all of the other's.
      // Not trigrams (pg_trgm): Chinese names are searched by two characters, and an extension may not be permitted.
      await sql`create function search_grams(value text) returns text[] language sql immutable strict parallel safe as $$
        select coalesce(array_agg(distinct substr(t, i, n)), '{}')
        from (select lower(normalize(value, NFKC)) as t) normalised, generate_series(1, length(t)) i, generate_series(1, 2) n
        where i + n - 1 <= length(t) $$`.execute(db);
      await sql`create index orders_customer_grams on orders using gin (search_grams(customer))`.execute(db);
    },
  },
  "0016-closed-duties": { up: createClosedDuties },
};
