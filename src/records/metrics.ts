import { sql } from "kysely";
import type { DutyName } from "../domain/order/duty.ts";
import type { Rung } from "../domain/clock/watch.ts";
import type { Status } from "../domain/order/state.ts";
import type { Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { countOwed } from "./duties.ts";

/** Business metrics at a moment, from the records. */
export interface Metrics {
  /** Orders that have not ended. */
  readonly orders: readonly { readonly status: Status; readonly count: number }[];
  /** Duties that are owed, and how many of them are overdue. */
  readonly duties: readonly { readonly duty: DutyName; readonly open: number; readonly overdue: number }[];
  /** Rungs told, since the beginning. */
  readonly rungs: readonly { readonly rung: Rung; readonly count: number }[];
  /** Effects that failed for good, since the beginning, by outside system. */
  readonly failedEffects: readonly { readonly system: string; readonly count: number }[];
}

/** Reads the metrics. Each query uses an index, so that frequent scrapes cost little. */
export async function readMetrics(db: Database, at: Ms): Promise<Metrics> {
  const orders = db
    .selectFrom("orders")
    .select(["status", (eb) => eb.fn.countAll<string>().as("count")])
    .where("status", "in", ["pending_confirmation", "in_production", "ready_to_ship", "shipped"])
    .groupBy("status")
    .execute();
  const duties = countOwed(db, at);
  const rungs = db
    .selectFrom("events")
    .select([sql<Rung>`body -> 'data' ->> 'rung'`.as("rung"), (eb) => eb.fn.countAll<string>().as("count")])
    .where("event", "=", "rung-told")
    .groupBy(sql`body -> 'data' ->> 'rung'`)
    .execute();
  const failed = db
    .selectFrom("events")
    .select([
      // `{orderNo}-{number}-{system}-{ask}`: an order's number may have hyphens, so it is read from behind its own end.
      sql<string>`split_part(substr(body -> 'data' ->> 'effectId', length(order_no) + 2), '-', 2)`.as("system"),
      (eb) => eb.fn.countAll<string>().as("count"),
    ])
    .where("event", "=", "effect-failed")
    .groupBy("system")
    .execute();
  const number = <T extends { count: string }>({ count, ...row }: T) => ({ ...row, count: Number(count) });
  // Awaited together: when one fails, a rejection of another must not stay unhandled.
  const [orderRows, dutyRows, rungRows, failedRows] = await Promise.all([orders, duties, rungs, failed]);
  return {
    orders: orderRows.map(number),
    duties: dutyRows,
    rungs: rungRows.map(number),
    failedEffects: failedRows.map(number),
  };
}
