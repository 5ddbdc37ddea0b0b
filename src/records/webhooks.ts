import { sql } from "kysely";
import { iso, type Instant, type Ms } from "../domain/time.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Database } from "./database.ts";
import { cursorOf, readCursor } from "./paging.ts";
import type { DeliveriesTable, WebhooksTable } from "./schema.ts";

/** Webhook subscriptions to orders' events, and the outbox of deliveries. */

/** `failing`: given up after many tries; new deliveries are kept, and sent when it is switched on again. */
export type WebhookState = WebhooksTable["state"];

export interface Subscription {
  readonly webhookId: string;
  readonly url: string;
  /** Types of events; `null`: all of them. */
  readonly events: readonly string[] | null;
  readonly state: WebhookState;
  readonly description: string;
  readonly createdBy: string;
  readonly createdAt: Instant;
}

const columns = ["webhook_id", "url", "events", "state", "description", "created_by", "created_at"] as const;
type Row = Pick<WebhooksTable, "webhook_id" | "url" | "state" | "description" | "created_by"> & {
  events: readonly string[] | null;
  created_at: Date;
};
function subscriptionOf(row: Row): Subscription {
  const { webhook_id: webhookId, url, events, state, description, created_by: createdBy, created_at: createdAt } = row;
  return { webhookId, url, events, state, description, createdBy, createdAt: iso(createdAt.getTime()) };
}

/** Adds a subscription; the same id again changes nothing. */
export async function subscribe(db: Database, { events, ...one }: Subscription, secret: string, hash: string): Promise<void> {
  await db
    .insertInto("webhooks")
    .values({
      webhook_id: one.webhookId,
      url: one.url,
      events: events === null ? null : JSON.stringify(events),
      state: one.state,
      description: one.description,
      created_by: one.createdBy,
      created_at: one.createdAt,
      secret,
      hash,
      previous_secret: null,
      previous_until: null,
    })
    .onConflict((conflict) => conflict.column("webhook_id").doNothing())
    .execute();
}

export async function listSubscriptions(db: Database): Promise<readonly Subscription[]> {
  const rows = await db.selectFrom("webhooks").select(columns).orderBy("created_at").orderBy("webhook_id").execute();
  return rows.map(subscriptionOf);
}

/** A subscription with its secret. */
export async function findSubscription(
  db: Database,
  webhookId: string,
): Promise<(Subscription & { readonly secret: string; readonly hash: string }) | undefined> {
  const row = await db
    .selectFrom("webhooks")
    .select([...columns, "secret", "hash"])
    .where("webhook_id", "=", webhookId)
    .executeTakeFirst();
  return row && { ...subscriptionOf(row), secret: row.secret, hash: row.hash };
}

type Change = { readonly [K in "url" | "events" | "state" | "description"]?: Subscription[K] | undefined };

/** Changes the given fields; false when there is no such subscription. */
export async function alterSubscription(
  db: Database,
  webhookId: string,
  { url, events, state, description }: Change,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("webhooks")
    .set({
      webhook_id: webhookId,
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events: events === null ? null : JSON.stringify(events) }),
      ...(state === undefined ? {} : { state }),
      ...(description === undefined ? {} : { description }),
    })
    .where("webhook_id", "=", webhookId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes a subscription with its deliveries; false when there is none. */
export async function removeSubscription(db: Database, webhookId: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom("webhooks").where("webhook_id", "=", webhookId).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Sets a new secret; the previous one stays valid for `overlap` ms, and both sign. */
export async function replaceSecret(db: Database, webhookId: string, secret: string, overlap: Ms): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("webhooks")
    .set({
      secret,
      previous_secret: sql.ref<string>("secret"),
      previous_until: sql<string>`now() + ${overlap} * interval '1 millisecond'`,
    })
    .where("webhook_id", "=", webhookId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Adds events to the outbox, for every subscription to them. Called in the transaction that records the events: every recorded event is
 * sent, and no other. Idempotent.
 */
export async function enqueueDeliveries(trx: Database, orderNo: string, events: readonly OrderEvent[]): Promise<void> {
  const rows = events.map(({ number, event, at, receivedAt }) => ({
    number,
    type: `order.${event}`,
    at: iso(at),
    received_at: iso(receivedAt),
  }));
  await sql`
    insert into deliveries (delivery_id, webhook_id, order_no, number, type, at, state, attempts, next_at)
    select 'msg_' || md5(w.webhook_id || ' ' || ${orderNo}::text || ' ' || e.number), w.webhook_id, ${orderNo}::text, e.number, e.type, e.at,
      'waiting', 0, now()
    from webhooks w
    cross join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as e (number integer, type text, at timestamptz, received_at timestamptz)
    where w.state <> 'off' and e.received_at >= w.created_at and (w.events is null or w.events @> to_jsonb(e.type))
    on conflict (delivery_id) do nothing`.execute(trx);
}

/** A delivery that a worker has claimed. */
export interface ClaimedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly url: string;
  /** The valid secrets, newest first. */
  readonly secrets: readonly string[];
  readonly orderNo: string;
  /** The event's number in its order. */
  readonly number: number;
  readonly type: string;
  readonly at: Instant;
  /** Including this one. */
  readonly attempts: number;
}

/** Deliveries that may be sent now: of each order the first that waits, so that its events arrive in order. */
const isDue = sql`
  d.state = 'waiting' and d.next_at <= now() and w.state = 'on' and not exists (
    select 1 from deliveries b
    where b.webhook_id = d.webhook_id and b.order_no = d.order_no and b.state = 'waiting' and b.number < d.number)`;

/** The subscriptions with deliveries to send now. */
export async function findDueSubscriptions(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ webhook_id: string }>`
    select distinct d.webhook_id from deliveries d join webhooks w using (webhook_id) where ${isDue}`.execute(db);
  return rows.map(({ webhook_id: webhookId }) => webhookId);
}

/** Claims deliveries of a subscription. If this worker dies, others may claim them after `lease` ms. */
export async function claimDeliveries(
  db: Database,
  webhookId: string,
  atMost: number,
  lease: Ms,
): Promise<readonly ClaimedDelivery[]> {
  interface ClaimedRow {
    delivery_id: string;
    order_no: string;
    number: number;
    type: string;
    at: Date;
    attempts: number;
    url: string;
    secret: string;
    previous: string | null;
  }
  const { rows } = await sql<ClaimedRow>`
    with mine as (
      select d.delivery_id from deliveries d join webhooks w using (webhook_id)
      where d.webhook_id = ${webhookId} and ${isDue}
      order by d.next_at, d.order_no limit ${atMost} for update of d skip locked)
    update deliveries d
    set attempts = d.attempts + 1, next_at = now() + ${lease} * interval '1 millisecond', tried_at = now()
    from mine, webhooks w
    where d.delivery_id = mine.delivery_id and w.webhook_id = d.webhook_id
    returning d.delivery_id, d.order_no, d.number, d.type, d.at, d.attempts, w.url, w.secret,
      case when w.previous_until > now() then w.previous_secret end as previous`.execute(db);
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    webhookId,
    url: row.url,
    secrets: [row.secret, ...(row.previous === null ? [] : [row.previous])],
    orderNo: row.order_no,
    number: row.number,
    type: row.type,
    at: iso(row.at.getTime()),
    attempts: row.attempts,
  }));
}

/** The outcome of a try. `gone`: the receiver wants no more deliveries. `after`: ms. */
export type DeliveryOutcome = { readonly status?: number | undefined } & (
  | { readonly result: "delivered" }
  | { readonly result: "again"; readonly why: string; readonly after: Ms }
  | { readonly result: "given-up" | "gone"; readonly why: string }
);

/** Stores the outcome of a try; a delivery that is given up marks its subscription. */
export async function settleDelivery(
  db: Database,
  { deliveryId, webhookId }: ClaimedDelivery,
  settled: DeliveryOutcome,
): Promise<void> {
  const { result, status = null } = settled;
  const why = settled.result === "delivered" ? null : settled.why;
  await db.transaction().execute(async (trx) => {
    const update = trx.updateTable("deliveries").where("delivery_id", "=", deliveryId).where("state", "=", "waiting");
    if (settled.result === "again") {
      const nextAt = sql<string>`now() + ${settled.after} * interval '1 millisecond'`;
      await update.set({ status, why, next_at: nextAt }).execute();
      return;
    }
    await update.set({ status, why, state: result === "delivered" ? "delivered" : "failed" }).execute();
    if (result === "delivered") return;
    const state = result === "gone" ? "off" : "failing";
    await trx.updateTable("webhooks").set({ state }).where("webhook_id", "=", webhookId).where("state", "=", "on").execute();
  });
}

/** Schedules a delivery to be sent again now; false when there is none. */
export async function resendDelivery(db: Database, webhookId: string, deliveryId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("deliveries")
    .set({ state: "waiting", attempts: 0, next_at: sql<string>`now()` })
    .where("webhook_id", "=", webhookId)
    .where("delivery_id", "=", deliveryId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes deliveries that are older than `keep` ms. */
export async function deleteOldDeliveries(db: Database, keep: Ms): Promise<void> {
  await sql`delete from deliveries where created_at < now() - ${keep} * interval '1 millisecond'`.execute(db);
}

export interface Delivery {
  readonly deliveryId: string;
  readonly type: string;
  readonly orderNo: string;
  readonly number: number;
  readonly state: DeliveriesTable["state"];
  readonly attempts: number;
  readonly triedAt: Instant | null;
  /** The next try; `null` unless it waits. */
  readonly nextAt: Instant | null;
  readonly status: number | null;
  readonly why: string | null;
}

/** The deliveries of a subscription, newest first. */
export async function deliveriesOf(
  db: Database,
  webhookId: string,
  { state, limit, cursor }: { state?: Delivery["state"] | undefined; limit: number; cursor?: string | undefined },
): Promise<{ items: readonly Delivery[]; next: string | null }> {
  let query = db
    .selectFrom("deliveries")
    .selectAll()
    .where("webhook_id", "=", webhookId)
    .orderBy("seq", "desc")
    .limit(limit + 1);
  if (state) query = query.where("state", "=", state);
  if (cursor !== undefined) query = query.where("seq", "<", String(readCursor(cursor, "number")[0]));
  const rows = await query.execute();
  const items = rows.slice(0, limit).map((row): Delivery => ({
    deliveryId: row.delivery_id,
    type: row.type,
    orderNo: row.order_no,
    number: row.number,
    state: row.state,
    attempts: row.attempts,
    triedAt: row.tried_at && iso(row.tried_at.getTime()),
    nextAt: row.state === "waiting" ? iso(row.next_at.getTime()) : null,
    status: row.status,
    why: row.why,
  }));
  const last = rows[limit - 1];
  return { items, next: rows.length > limit && last ? cursorOf(Number(last.seq)) : null };
}
