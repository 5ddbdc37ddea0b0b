import { by, machine } from "../domain/order-fixture.ts";
import { address, customer, entry, lines } from "../domain/regular.ts";
import { until } from "../support/until.ts";
import { waitUntilSettled, type OrderUnderTest } from "./order-under-test.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { Role } from "../../src/domain/people.ts";

const R = by("sales_rep");
const window = { from: "2026-11-25T09:00:00+08:00", to: "2099-12-31T18:00:00+08:00", channel: "phone" as const };

async function report<K extends CommandName>(order: OrderUnderTest, name: K, role: Role, body: Bodies[K]): Promise<void> {
  const key = await order.send(name, machine(role), body);
  await until(
    () => order.state(key),
    ({ state }) => state === "done",
  );
}

/** Takes an order from call to receipt on the engine: people's commands as updates, machines' as signals, without waiting for time to pass. */
export async function runRegularOrder(order: OrderUnderTest): Promise<void> {
  await order.receive(R, { customer, salesRep: "li.na", lines, requestedDate: "2099-12-20", channel: "phone" });
  await order.ask("confirm", R, { lines, deliveryDate: "2099-12-20", channel: "phone" });
  await order.ask("enter", R, { ...entry, requestedDate: "2099-12-20" });
  await order.ask("sign", by("supervisor"), {});
  await order.ask("release", by("order_admin"), {});
  await waitUntilSettled(order);
  await report(order, "report-lead-time", "production", { days: 10 });
  await waitUntilSettled(order);
  await report(order, "report-progress", "production", { stage: "assembly", quantityDone: [50] });
  await order.ask("update-progress", R, { summary: "half done", source: "workshop" });
  await report(order, "finish-production", "production", { quantity: [100] });
  await waitUntilSettled(order);
  await order.ask("confirm-receiving-time", R, window);
  await report(order, "check-goods", "warehouse", { lines: [{ counted: 100, specificationOk: true }] });
  await waitUntilSettled(order);
  await report(order, "arrange-transport", "logistics", { method: "courier", carrier: "SF", freightBorneBy: "company" });
  await order.ask("confirm-shipping-data", R, { recipient: "陈先生", phone: "+8613800000000", address });
  await waitUntilSettled(order);
  await report(order, "dispatch", "logistics", { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2099-11-26" });
  await waitUntilSettled(order);
  const signed = { trackingNumber: "SF1", signedBy: "陈先生", deliveredAt: new Date().toISOString() };
  await report(order, "report-delivery", "logistics", signed);
  await order.ask("confirm-receipt", R, { satisfaction: 5 });
  await order.handle.result();
}
