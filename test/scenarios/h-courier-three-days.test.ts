import { afterAll, beforeAll, expect, test } from "vitest";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";
import {
  address,
  askedOf,
  castOf,
  done,
  eventsOf,
  inDays,
  making,
  messagesOf,
  momentInDays,
  order,
  reaches,
  refused,
  settled,
  toldToCustomer,
  type Cast,
} from "./client.ts";

let gendan: Gendan;
let cast: Cast;
beforeAll(async () => {
  // The stand-ins of production, warehouse and logistics carry the order on by themselves.
  gendan = await startGendan({ STAND_INS: "auto" });
  cast = await castOf(gendan);
});
afterAll(() => gendan.end());

/** Example H: courier; the customer is told to expect it in three days, signs, and the representative confirms: complete (R4.3). */
test("by courier in three days: told, signed for, confirmed, complete", async () => {
  const { rep } = cast;
  // A window that holds the day of arrival, whatever hour this runs at.
  const window = { from: momentInDays(0.1), to: momentInDays(30), channel: "phone" } as const;
  await making(cast, "H-1");
  await reaches(rep, "H-1", "ready");
  await done(rep, "H-1", "confirm-receiving-time", window);
  expect(await refused(rep, "H-1", "confirm-receipt", {})).toBe("not-in-stage");
  // The day may turn while it is packed and sent.
  const days = [inDays(3)];
  await done(rep, "H-1", "confirm-shipping-data", { recipient: "陈先生", phone: "+8613800000000", address });
  const now = await reaches(rep, "H-1", "delivered");
  days.push(inDays(3));
  // Signed for is not yet complete: the representative has to confirm it.
  expect(now).toMatchObject({ status: "shipped", transport: { method: "courier", freightBorneBy: "customer" }, delays: [] });
  expect(now.shipments).toHaveLength(1);

  const told = (await messagesOf(gendan, "H-1")).find(
    ({ message, to }) => message === "dispatched" && to.some(({ role }) => role === "customer"),
  );
  const arrival = String(told?.params["expectedArrival"]);
  expect(days).toContain(arrival);
  expect(told?.texts["zh"]?.body).toContain(`预计 ${arrival} 送达`);
  expect(told?.texts["en"]?.body).toContain(`expected to arrive on ${arrival}`);
  const toRep = (await messagesOf(gendan, "H-1")).filter(
    ({ message, to }) => message === "dispatched" && to.some(({ id }) => id === "li.na"),
  );
  expect(toRep).toHaveLength(1);

  // The message that was delivered is the telling that R4.3 asks for: nothing is owed for it any more.
  const later = await until(
    () => order(rep, "H-1"),
    ({ duties }) => !duties.some(({ duty }) => duty === "tell-customer-of-shipment"),
  );
  expect(later.duties.map(({ duty }) => duty)).toEqual(["confirm-receipt"]);
  const complete = await done(rep, "H-1", "confirm-receipt", { satisfaction: 5 });
  expect(complete).toMatchObject({ status: "completed", stage: "completed", duties: [], satisfaction: 5 });
  await settled(rep, "H-1");
  expect(await toldToCustomer(gendan, "H-1")).toEqual(["dispatched"]);
});

test("the order carried itself on: production, warehouse and logistics were asked once each, and reported in turn", async () => {
  const { rep } = cast;
  const asks = async (system: string) => (await askedOf(gendan, system, "H-1")).map(({ ask }) => ask).toSorted();
  expect(await asks("production")).toEqual(["place", "quote-lead-time"]);
  expect(await asks("logistics")).toEqual(["book", "ship"]);
  const events = await eventsOf(rep, "H-1");
  const confirmations = ["receiving-time-confirmed", "shipping-data-confirmed", "transport-arranged"];
  expect(events.filter((event) => event !== "effect-done" && !confirmations.includes(event))).toEqual([
    "received",
    "confirmed",
    "entered",
    "signed",
    "released",
    "lead-time-reported",
    "progress-reported",
    "production-finished",
    "goods-accepted",
    "dispatched",
    "tracking-reported",
    "delivered",
    "receipt-confirmed",
  ]);
  for (const confirmation of confirmations) expect(events.filter((event) => event === confirmation)).toHaveLength(1);
});

test("a completed order is answered from the records, and takes nothing any more", async () => {
  const { rep } = cast;
  expect(await order(rep, "H-1")).toMatchObject({ status: "completed", duties: [] });
  const listed = await rep.get("/orders?status=completed");
  expect(listed.body).toMatchObject({ items: [{ orderNo: "H-1", stage: "completed", nextDueAt: null }] });
  expect(
    await refused(rep, "H-1", "confirm-receiving-time", { from: momentInDays(1), to: momentInDays(2), channel: "phone" }),
  ).toBe("not-in-stage");
});
