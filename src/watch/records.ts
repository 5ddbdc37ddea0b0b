import { sql } from "kysely";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import type { ListedRun } from "../temporal/listings.ts";

/** The level of a duty of which it has been told that it is due (`levelOf`). */
const TOLD_DUE = 2;

/** Duties whose due time has passed by `at` without their rung told: how many, and the earliest due time, ms. */
export async function untoldDuties(db: Database, at: Ms): Promise<{ count: number; oldest: Ms | undefined }> {
  const { count, oldest } = await db
    .selectFrom("duties")
    .where("state", "=", "open")
    .where("due_at", "<", new Date(at))
    .where("level", "<", TOLD_DUE)
    .select((eb) => [eb.fn.countAll<string>().as("count"), eb.fn.min("due_at").as("oldest")])
    .executeTakeFirstOrThrow();
  return { count: Number(count), oldest: oldest?.getTime() };
}

/** Orders held in memory at a time. */
const PAGE = 5_000;

/** Each order in which something is still to be done, by the records, a page at a time. */
export async function* openOrders(db: Database): AsyncGenerator<readonly ListedRun[]> {
  for (let after = ""; ;) {
    const rows = await db
      .selectFrom("orders")
      .leftJoin("duties", (join) => join.onRef("duties.order_no", "=", "orders.order_no").on(sql<boolean>`duties.state = 'open'`))
      .where("orders.order_no", ">", after)
      .where(
        // In words that the indexes of both have.
        sql<boolean>`(orders.stage not in ('completed', 'cancelled') or orders.order_no in (select order_no from duties where state in ('open', 'paused')))`,
      )
      .groupBy(["orders.order_no", "orders.status"])
      .orderBy("orders.order_no")
      .limit(PAGE)
      .select((eb) => ["orders.order_no", "orders.status", eb.fn.min("duties.due_at").as("due")])
      .execute();
    if (rows.length > 0) yield rows.map(orderSeen);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.order_no;
  }
}

function orderSeen({ order_no: orderNo, status, due }: { order_no: string; status: string; due: Date | null }): ListedRun {
  return { orderNo, status, nextDueAt: due ? Date.parse(iso(due.getTime())) : undefined };
}

/** Orders as the records have them, with the due time of the most urgent duty that is not paused. */
export async function recordedOrders(db: Database, orderNos: readonly string[]): Promise<ReadonlyMap<string, ListedRun>> {
  if (orderNos.length === 0) return new Map();
  const rows = await db
    .selectFrom("orders")
    .leftJoin("duties", (join) => join.onRef("duties.order_no", "=", "orders.order_no").on(sql<boolean>`duties.state = 'open'`))
    .where("orders.order_no", "in", orderNos)
    .groupBy(["orders.order_no", "orders.status"])
    .select((eb) => ["orders.order_no", "orders.status", eb.fn.min("duties.due_at").as("due")])
    .execute();
  return new Map(rows.map((row) => [row.order_no, orderSeen(row)]));
}
