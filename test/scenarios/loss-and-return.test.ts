import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import {
  askedOf,
  castOf,
  checked,
  delivered,
  done,
  HOUR,
  DAY,
  inDays,
  making,
  order,
  owed,
  prepared,
  reaches,
  refused,
  reported,
  settled,
  shipped,
  taken,
  timeFor,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

/** On its way by courier. */
async function onItsWay(orderNo: string): Promise<void> {
  await making(cast, orderNo);
  await checked(cast, orderNo);
  await prepared(cast, orderNo);
  expect((await shipped(cast, orderNo, `SF-${orderNo}`)).stage).toBe("shipped");
}

/** Something went wrong with it: the supervisor has to decide. */
async function inTrouble(orderNo: string, kind: Bodies["report-problem"]["kind"]): Promise<void> {
  await onItsWay(orderNo);
  await done(cast.service, orderNo, "report-problem", { trackingNumber: `SF-${orderNo}`, kind, detail: "the customer called" });
}

/** House rule (H): no proof of delivery one day after the expected arrival, so the shipment is traced. */
test("lost on the way and made again: a new run and a new shipment, the old one stays on record, the slipping promise is a delay", async () => {
  const { rep, boss, carrier, workshop } = cast;
  await onItsWay("P-1");
  const proof = await owed(rep, "P-1", "prove-delivery");
  expect(proof?.owner.role).toBe("logistics");
  // The arrival is expected on a day that ends at midnight of the factory; one day later it must be proven.
  expect(Date.parse(proof?.dueAt ?? "")).toBe(Date.parse(`${inDays(3)}T00:00:00+08:00`) + 2 * DAY);

  // Traced, still on its way, with a new arrival: it counts anew from there.
  await taken(carrier, "P-1", "report-trace", { trackingNumber: "SF-P-1", result: "in_transit", expectedArrival: inDays(5) });
  expect((await owed(rep, "P-1", "prove-delivery"))?.dutyId).not.toBe(proof?.dutyId);
  const { status, body: problem } = await carrier.send("P-1", "report-trace", { trackingNumber: "SF-P-1", result: "in_transit" });
  expect([status, problem]).toMatchObject([422, { errors: [{ path: "expectedArrival" }] }]);

  const lost = await taken(carrier, "P-1", "report-trace", { trackingNumber: "SF-P-1", result: "lost" });
  expect(lost).toMatchObject({ status: "shipped", stage: "problem" });
  const decide = await owed(boss, "P-1", "decide-loss");
  expect([decide?.owner.role, timeFor(decide)]).toEqual(["supervisor", 24 * HOUR]);
  expect(await refused(rep, "P-1", "confirm-receipt", {})).toBe("not-in-stage");

  const again = await done(boss, "P-1", "decide-loss", { decision: "make_again", reason: "the courier lost all of it" });
  expect(again).toMatchObject({ status: "in_production", stage: "making" });
  expect([again.receivingTime, again.transport, again.shippingData]).toEqual([undefined, undefined, undefined]);
  await settled(rep, "P-1");
  const placed = (await askedOf(gendan, "production", "P-1")).filter(({ ask }) => ask === "place");
  expect(placed.map(({ body }) => body["run"])).toEqual([2, 1]);
  // Production needs longer than what was promised.
  await taken(workshop, "P-1", "report-lead-time", { days: 25 });
  expect((await order(rep, "P-1")).delays).toMatchObject([
    { state: "untold", forecastArrival: inDays(28), promisedDate: inDays(20) },
  ]);
  const telling = {
    reason: "the courier lost it",
    remedy: { kind: "freight", valueFen: 3_000 },
    newDate: inDays(28),
    channel: "phone",
  } as const;
  await done(rep, "P-1", "tell-customer-of-delay", telling);
  await done(rep, "P-1", "agree-remedy", { accepted: true });

  await checked(cast, "P-1");
  await prepared(cast, "P-1");
  await shipped(cast, "P-1", "SF-P-1-again");
  // What is still told of the first shipment is known to be over.
  await taken(carrier, "P-1", "report-tracking", { trackingNumber: "SF-P-1", event: "found in a depot" });
  await delivered(cast, "P-1", "SF-P-1-again");
  const end = await done(rep, "P-1", "confirm-receipt", { satisfaction: 3 });
  expect(end).toMatchObject({ status: "completed", promisedDate: inDays(28), discrepancies: [] });
  expect(end.shipments).toMatchObject([
    { number: 1, trackingNumber: "SF-P-1", state: "ended", problem: { kind: "lost" } },
    { number: 2, trackingNumber: "SF-P-1-again", state: "delivered" },
  ]);
});

test("come back and shipped again: ready, with a new shipment and what was confirmed for the last one owed again", async () => {
  const { rep, boss, carrier } = cast;
  await onItsWay("P-2");
  await taken(carrier, "P-2", "report-trace", { trackingNumber: "SF-P-2", result: "returned" });
  const now = await done(boss, "P-2", "decide-loss", { decision: "ship_again", reason: "nobody was at home" });
  expect(now).toMatchObject({ status: "ready_to_ship", stage: "ready" });
  expect(now.duties.map(({ duty }) => duty).toSorted()).toEqual([
    "arrange-transport",
    "confirm-receiving-time",
    "confirm-shipping-data",
  ]);
  await prepared(cast, "P-2");
  // The number of the last shipment is no new dispatch.
  const first = { carrier: "SF Express", trackingNumber: "SF-P-2", expectedArrival: inDays(3) };
  await taken(carrier, "P-2", "dispatch", first);
  expect((await order(rep, "P-2")).stage).toBe("ready");
  await shipped(cast, "P-2", "SF-P-2b");
  await delivered(cast, "P-2", "SF-P-2b");
  expect(await done(rep, "P-2", "confirm-receipt", {})).toMatchObject({ status: "completed", shipments: [{}, {}] });
});

test("damaged at the door and accepted as it is: delivered, and the representative confirms the receipt", async () => {
  const { rep, boss } = cast;
  await inTrouble("P-3", "damaged");
  const taking = await done(boss, "P-3", "decide-loss", { decision: "accept", reason: "two scratched, the customer keeps them" });
  expect(taking).toMatchObject({ status: "shipped", stage: "delivered" });
  expect(taking.duties.map(({ duty }) => duty)).toContain("confirm-receipt");
  expect(await done(rep, "P-3", "confirm-receipt", { satisfaction: 2 })).toMatchObject({ status: "completed" });
  expect((await order(rep, "P-3")).shipments).toMatchObject([
    { problem: { kind: "damaged" }, delivery: { reference: "accepted" } },
  ]);
});

test("refused at the door and given up: called off, then cancelled", async () => {
  const { rep, boss } = cast;
  await inTrouble("P-4", "refused");
  await done(boss, "P-4", "decide-loss", { decision: "cancel", reason: "the customer does not want it any more" });
  expect(await reaches(rep, "P-4", "cancelled")).toMatchObject({
    status: "cancelled",
    shipments: [{ problem: { kind: "refused" } }],
  });
});

test("signed for after all: the carrier's proof ends the trouble, and trouble after the signature opens it again", async () => {
  const { rep, carrier, service, boss } = cast;
  await inTrouble("P-5", "refused");
  const signed = { trackingNumber: "SF-P-5", signedBy: "陈先生", deliveredAt: new Date().toISOString() };
  expect(await taken(carrier, "P-5", "report-delivery", signed)).toMatchObject({ stage: "delivered" });
  expect(await owed(boss, "P-5", "decide-loss")).toBeUndefined();
  await done(service, "P-5", "report-problem", { trackingNumber: "SF-P-5", kind: "short", detail: "98 of 100" });
  const now = await order(rep, "P-5");
  expect(now.stage).toBe("problem");
  // Whoever reported it does not decide it, and a number that is not this shipment's is refused.
  expect(now.duties.map(({ duty }) => duty)).toEqual(["decide-loss"]);
  const other = { trackingNumber: "SF-OTHER", signedBy: "somebody", deliveredAt: new Date().toISOString() };
  expect(await reported(carrier, "P-5", "report-delivery", other)).toMatchObject({
    state: "refused",
    reason: "wrong-tracking-number",
  });
});
