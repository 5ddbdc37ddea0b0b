import type { Order, Shipment } from "./state.ts";

/** The shipment that is on its way, or was the last to be. */
export function shipmentOf(order: Order): Shipment | undefined {
  return order.shipments.at(-1);
}
