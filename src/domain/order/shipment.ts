import type { Order } from "./state.ts";
import type { Shipment } from "./vocabulary/shipping.ts";

/** The shipment that is on its way, or was the last to be. */
export function shipmentOf(order: Order): Shipment | undefined {
  return order.shipments.at(-1);
}
