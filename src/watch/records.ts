import { sql } from "kysely";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import type { OrderSeen } from "./clocks.ts";

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

/** Orders as the records have them, with the due time of the most urgent duty that is not paused. */
export async function recordedOrders(db: Database, orderNos: readonly string[]): Promise<ReadonlyMap<string, OrderSeen>> {
  if (orderNos.length === 0) return new Map();
  const rows = await db
    .selectFrom("orders")
    .leftJoin("duties", (join) => join.onRef("duties.order_no", "=", "orders.order_no").on(sql<boolean>`duties.state = 'open'`))
    .where("orders.order_no", "in", orderNos)
    .groupBy(["orders.order_no", "orders.status"])
    .select((eb) => ["orders.order_no", "orders.status", eb.fn.min("duties.due_at").as("due")])
    .execute();
  return new Map(
    rows.map(({ order_no: orderNo, status, due }) => [
      orderNo,
      { orderNo, status, nextDueAt: due ? Date.parse(iso(due.getTime())) : undefined },
    ]),
  );
}
