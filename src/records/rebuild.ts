import type { Publication } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { replay } from "../domain/order/evolve.ts";
import { dutyRows, orderRow } from "../domain/order/view.ts";
import type { Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import { publish } from "./write.ts";

/** What the engine holds of an order: its number and all its events. */
export interface EngineOrder {
  readonly orderNo: string;
  readonly events: () => Promise<readonly OrderEvent[]>;
}

/** How a rebuilding went. */
export interface RebuildResult {
  orders: number;
  events: number;
  /** Orders whose events could not be had, with why. */
  readonly failed: { readonly orderNo: string; readonly why: string }[];
}

/** All that the records hold of an order, from its events alone. */
export function publicationOf(events: readonly OrderEvent[], at: Ms): Publication {
  const order = replay(events);
  return { order: orderRow(order, at), events, duties: dutyRows(order, at) };
}

/**
 * Builds the records anew from what the engine holds, one order after another; may run while orders go on. Orders that
 * the engine no longer knows stay as they are. One that fails does not stop the others.
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
