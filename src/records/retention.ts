import { sql, type SqlBool } from "kysely";
import { randomBytes } from "node:crypto";
import type { OrderEvent } from "../domain/order/events.ts";
import { replay } from "../domain/order/evolve.ts";
import { iso, ms, type Duration, type Ms } from "../domain/time.ts";
import { saltOf, withoutPersonal } from "./hash-chain.ts";
import type { Database } from "./database.ts";

/** Orders of a page. */
const PAGE = 100;

/** Ended orders with personal texts, without events since `cutoff` and without duties that are owed. */
async function findDue(db: Database, cutoff: Ms, after: string): Promise<string[]> {
  const rows = await db
    .selectFrom("orders")
    .select("order_no")
    .where("status", "in", ["completed", "cancelled"])
    .where("order_no", ">", after)
    .where("received_at", "<", new Date(cutoff))
    .whereRef("personal_removed_to", "<", "last_event")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("events")
            .select("events.number")
            .whereRef("events.order_no", "=", "orders.order_no")
            .where("events.received_at", ">=", new Date(cutoff)),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("duties")
            .select("duties.duty_id")
            .whereRef("duties.order_no", "=", "orders.order_no")
            .where("duties.state", "in", ["open", "paused"]),
        ),
      ),
    )
    .orderBy("order_no")
    .limit(PAGE)
    .execute();
  return rows.map(({ order_no: orderNo }) => orderNo);
}

/** An order's events without personal texts. The first event says so, and gets a new salt for later events. */
function stripPersonal(events: readonly OrderEvent[], at: Ms, after: Duration): OrderEvent[] {
  const salt = saltOf(events[0]);
  return events.map((event) => {
    const bare = withoutPersonal(event, salt);
    if (bare.event !== "received") return bare;
    return {
      ...bare,
      data: { ...bare.data, salt: randomBytes(16).toString("hex"), personalDataRemoved: { at: iso(at), after } },
    };
  });
}

async function removeFromOrder(db: Database, orderNo: string, at: Ms, after: Duration): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const locked = await trx
      .selectFrom("orders")
      .select("last_event")
      .where("order_no", "=", orderNo)
      .forUpdate()
      .executeTakeFirst();
    const rows = await trx.selectFrom("events").select("body").where("order_no", "=", orderNo).orderBy("number").execute();
    const events = rows.map(({ body }) => body);
    // It has new events: its retention period begins again.
    if (!locked || locked.last_event !== events.at(-1)?.number) return;
    const bare = stripPersonal(events, at, after);
    for (const event of bare) {
      await trx
        .updateTable("events")
        .set({ body: JSON.stringify(event) })
        .where("order_no", "=", orderNo)
        .where("number", "=", event.number)
        .execute();
    }
    const order = replay(bare);
    // The customer's name is the only personal text in the lines of routine reports.
    await trx
      .updateTable("report_lines")
      .set({ body: sql`body || jsonb_build_object('customer', ${order.customer.name}::text)` })
      .where("order_no", "=", orderNo)
      .where(sql<SqlBool>`body ? 'customer'`)
      .execute();
    await trx
      .updateTable("orders")
      .set({ customer: order.customer.name, personal_removed_to: locked.last_event })
      .where("order_no", "=", orderNo)
      .execute();
  });
}

/** The result of a page of removals. */
export interface RemovalResult {
  readonly orders: number;
  /** Orders that failed, with the reason; the others are done. */
  readonly failed: readonly { readonly orderNo: string; readonly why: string }[];
  /** Where the next page begins; absent after the last. */
  readonly next?: string;
}

/**
 * Removes personal texts from a page of orders that ended a period ago and have no later events and no duties that are owed. Who did
 * what, when and why stays, and the hash chain stays valid (`docs/audit.md`). Idempotent.
 * @param after how long texts are kept after an ended order's last event
 * @param cursor where the previous page ended
 */
export async function removePersonalData(db: Database, at: Ms, after: Duration, cursor = ""): Promise<RemovalResult> {
  const orderNos = await findDue(db, at - ms(after), cursor);
  const failed: { orderNo: string; why: string }[] = [];
  for (const orderNo of orderNos) {
    try {
      await removeFromOrder(db, orderNo, at, after);
    } catch (error) {
      failed.push({ orderNo, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const next = orderNos.length < PAGE ? undefined : orderNos.at(-1);
  return { orders: orderNos.length - failed.length, failed, ...(next === undefined ? {} : { next }) };
}
