import { expect, test } from "vitest";
import { inspect, shipmentToVerify, type CarrierRecord } from "../../../src/domain/routine/inspection.ts";
import type { Order } from "../../../src/domain/order/state.ts";
import { by, later, machine, when, type Story } from "../order-fixture.ts";
import { upTo } from "../regular.ts";
import { given } from "../scenario.ts";

const R = by("sales_rep");
const P = machine("production");

function needed({ order }: Story): Order {
  if (!order) throw new Error("no order");
  return order;
}
const look = (story: Story, carrier?: CarrierRecord) => inspect(needed(story), story.now, carrier, "PT2H");
const found = (story: Story, carrier?: CarrierRecord) => look(story, carrier).found;

test("an order on its regular way is found in order at every step", () => {
  for (const step of ["receive", "enter", "sign", "leadTime", "update", "finish", "data"] as const)
    expect(look(upTo(step)), step).toEqual({ found: [], unchecked: [] });
});

test("entry: what should have been entered by now, by its own rule and person", () => {
  expect(found(later(upTo("confirm"), "PT2H"))).toEqual([]);
  expect(found(later(upTo("confirm"), "PT2H1M"))).toMatchObject([
    { check: "entry", fault: "entry-overdue", rule: "R2.2", person: "li.na", details: { duty: "enter" } },
  ]);
});

test("entry: what an entry lacks is named field by field", () => {
  const order = needed(upTo("enter"));
  const { promisedDate: _, ...undated } = order;
  const broken: Order = { ...undated, lines: [{ model: "LED-A60" }], deliveryAddress: { province: "广东" } };
  expect(inspect(broken, order.received.at, undefined, "PT2H").found).toMatchObject([
    {
      check: "entry",
      fault: "entry-incomplete",
      details: { fields: "lines.0.specification, lines.0.quantity, lines.0.unitPriceFen, deliveryAddress, promisedDate" },
    },
  ]);
});

test("progress, example K: a status long unchanged is found on the eighth day, not before, and once updated no more", () => {
  expect(found(later(upTo("leadTime"), "P7D"))).toEqual([]);
  const forgotten = later(upTo("leadTime"), "P7DT1M");
  expect(found(forgotten)).toMatchObject([{ check: "progress", fault: "progress-overdue", rule: "R3.2", person: "li.na" }]);
  expect(found(when(forgotten, "update-progress", R, { summary: "half", source: "workshop" }))).toEqual([]);
});

test("customer told in time, example L: a delay that the customer has not been told of within its day", () => {
  const late = when(upTo("leadTime"), "report-delay", P, { cause: "chips short", newFinish: "2026-12-22" });
  expect(found(later(late, "PT24H"))).toEqual([]);
  expect(found(later(late, "PT24H1M"))).toMatchObject([
    {
      check: "customer-told",
      fault: "customer-untold",
      rule: "R3.3",
      person: "li.na",
      details: { duty: "tell-customer-of-delay" },
    },
  ]);
});

test("customer told effectively: a message that reached nobody, until a person has taken over", () => {
  const lost = given(upTo("dispatch")).answered("messages", "tell", "unreached").answered("messages", "tell", "unreached");
  const failed = lost.order.effects.filter(({ state }) => state === "failed");
  expect(failed.length).toBeGreaterThan(0);
  const toCustomer = found(lost.story, { state: "in_transit" });
  expect(toCustomer).toMatchObject([{ check: "customer-told", fault: "message-failed", person: "li.na" }]);
  const effectId = toCustomer[0]?.about ?? "";
  expect(found(when(lost.story, "take-over", by("order_admin"), { effectId, outcome: "done" }), { state: "in_transit" })).toEqual(
    [],
  );
});

test("carrier: its record is compared once there is a shipment, and only what differs for longer than a report takes is found", () => {
  expect(shipmentToVerify(needed(upTo("data")))).toBeUndefined();
  const shipped = given(upTo("dispatch")).answered("messages", "tell", "done").story;
  expect(shipmentToVerify(needed(shipped))).toEqual({ trackingNumber: "SF1", carrier: "SF" });
  expect(look(shipped)).toEqual({ found: [], unchecked: ["carrier"] });
  expect(found(shipped, { state: "in_transit" })).toEqual([]);
  const since = shipped.now;
  const soon = { ...shipped, now: shipped.now + 60_000 };
  expect(found(soon, { state: "delivered", since })).toEqual([]);
  const after = { ...shipped, now: shipped.now + 3 * 3_600_000 };
  expect(found(after, { state: "delivered", since }).filter(({ check }) => check === "carrier")).toMatchObject([
    {
      fault: "carrier-differs",
      rule: "R6.2",
      person: "logistics",
      details: { trackingNumber: "SF1", stage: "shipped", carrier: "delivered" },
    },
  ]);
  expect(found(after, { state: "unknown" }).filter(({ check }) => check === "carrier")).toMatchObject([
    { fault: "carrier-unknown" },
  ]);
  expect(found(upTo("delivery"), { state: "delivered" })).toEqual([]);
});
