import { beforeAll, expect, test } from "vitest";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import {
  askedOf,
  castOf,
  checked,
  delivered,
  done,
  eventsOf,
  inDays,
  making,
  messagesOf,
  order,
  prepared,
  refused,
  reported,
  settled,
  shipped,
  toldToCustomer,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

/** Example F: production is on schedule, so the customer needs no message; the receiving time is confirmed before shipping (R3.3, R3.4). */
test("on schedule no message goes to the customer until the goods are on their way", async () => {
  const { rep, workshop } = cast;
  await making(cast, "F-1");
  await reported(workshop, "F-1", "report-lead-time", { days: 8 });
  await reported(workshop, "F-1", "report-progress", { stage: "assembly", quantityDone: [60], expectedFinish: inDays(8) });
  await done(rep, "F-1", "update-progress", { summary: "on schedule", source: "workshop" });
  expect(await order(rep, "F-1")).toMatchObject({ status: "in_production", plannedFinish: inDays(8), delays: [] });
  expect((await checked(cast, "F-1")).status).toBe("ready_to_ship");
  await prepared(cast, "F-1");
  // Everything that is said of the order has been said by now; all of it to the house, nothing to the customer.
  expect(await settled(rep, "F-1")).toMatchObject({ stage: "ready", delays: [], promisedDate: inDays(20) });
  expect((await messagesOf(gendan, "F-1")).map(({ message }) => message)).toContain("made");
  expect(await toldToCustomer(gendan, "F-1")).toEqual([]);
  expect(
    await refused(rep, "F-1", "tell-customer-of-delay", {
      reason: "none",
      remedy: { kind: "discount", valueFen: 100 },
      newDate: inDays(21),
      channel: "phone",
    }),
  ).toBe("no-open-delay");

  expect((await shipped(cast, "F-1", "SF-F1")).status).toBe("shipped");
  await until(
    () => toldToCustomer(gendan, "F-1"),
    ({ length }) => length > 0,
  );
  await delivered(cast, "F-1", "SF-F1");
  await settled(rep, "F-1");
  expect(await toldToCustomer(gendan, "F-1")).toEqual(["dispatched"]);
});

test("nothing ships before the receiving time is confirmed once more, and logistics is not asked to", async () => {
  const { rep, carrier } = cast;
  const person = await sender(gendan, "he.yu", "logistics");
  await making(cast, "F-2");
  const ready = await checked(cast, "F-2");
  expect(ready.duties.map(({ duty }) => duty).toSorted()).toEqual([
    "arrange-transport",
    "confirm-receiving-time",
    "confirm-shipping-data",
  ]);
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-F2", expectedArrival: inDays(3) };
  expect(await refused(person, "F-2", "dispatch", dispatch)).toBe("receiving-time-missing");
  expect(await reported(carrier, "F-2", "dispatch", dispatch)).toMatchObject({
    state: "refused",
    reason: "receiving-time-missing",
  });
  await settled(rep, "F-2");
  expect((await askedOf(gendan, "logistics", "F-2")).map(({ ask }) => ask)).toEqual(["book"]);
  expect(await toldToCustomer(gendan, "F-2")).toEqual([]);

  // What was reported too early is decided again after each event, and fits once all three are confirmed.
  const now = await prepared(cast, "F-2");
  expect(now).toMatchObject({ status: "shipped", delays: [], discrepancies: [{ state: "accepted" }] });
  const events = await eventsOf(rep, "F-2");
  expect(events.indexOf("receiving-time-confirmed")).toBeLessThan(events.indexOf("dispatched"));
  expect(events.indexOf("receiving-time-confirmed")).toBeGreaterThan(-1);
});
