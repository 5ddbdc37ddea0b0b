import type { Publication } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { replay } from "../domain/order/evolve.ts";
import { dutyRows, orderRow } from "../domain/order/view.ts";
import type { Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { publish } from "./write.ts";

/** An order as the engine holds it. */
export interface EngineOrder {
  readonly orderNo: string;
  readonly events: () => Promise<readonly OrderEvent[]>;
}

/** The result of a rebuild. */
export interface RebuildResult {
  orders: number;
  events: number;
  /** Orders that could not be read or written, with the reason. */
  readonly failed: { readonly orderNo: string; readonly why: string }[];
}

/** The whole publication of an order, from its events alone. */
export function publicationOf(events: readonly OrderEvent[], at: Ms): Publication {
  const order = replay(events);
  return { order: orderRow(order, at), events, duties: dutyRows(order, at) };
}

/**
 * Rebuilds the records from the engine, order by order. It may run while orders change. Orders that the engine no longer holds stay as
 * they are. An order that fails does not stop the others.
 */
export async function rebuildRecords(db: Database, orders: AsyncIterable<EngineOrder>, at: Ms): Promise<RebuildResult> {
  const rebuilt: RebuildResult = { orders: 0, events: 0, failed: [] };
  for await (const { orderNo, events: read } of orders) {
    try {
      const events = await read();
      if (events.length === 0) continue;
      await publish(db, publicationOf(events, at));
      rebuilt.orders += 1;
      rebuilt.events += events.length;
    } catch (error) {
      rebuilt.failed.push({ orderNo, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return rebuilt;
}
