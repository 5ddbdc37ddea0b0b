import { beforeAll, expect, test } from "vitest";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import {
  address,
  askedOf,
  castOf,
  checked,
  delivered,
  done,
  inDays,
  largeMaking,
  making,
  momentInDays,
  order,
  owed,
  refused,
  settled,
  taken,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const vehicle = { method: "dedicated_vehicle", carrier: "粤T·88888", freightBorneBy: "company" } as const;
const data = { recipient: "陈先生", phone: "+8613800000000", address };

/** Example G: more than 10,000 CNY, so a dedicated vehicle at a time agreed ahead; delivered and completed (R4.2, R4.3). */
test("more than 10,000 CNY: a dedicated vehicle comes at the time that was agreed, and the order is completed", async () => {
  const { rep, carrier } = cast;
  const logistics = await sender(gendan, "he.yu", "logistics");
  await largeMaking(cast, "G-1");
  expect((await checked(cast, "G-1", [500])).stage).toBe("ready");
  await settled(rep, "G-1");
  // Logistics is told that it is a special order, so that it may think of a vehicle.
  expect(
    (await askedOf(gendan, "logistics", "G-1")).map(({ ask, body }) => [ask, body["special"], body["freightBorneBy"]]),
  ).toEqual([["book", true, "company"]]);
  // No vehicle without a time that the customer has agreed to.
  expect(await refused(logistics, "G-1", "arrange-transport", vehicle)).toBe("receiving-time-missing");
  const window = { from: momentInDays(10), to: momentInDays(10.1), channel: "phone" } as const;
  await done(rep, "G-1", "confirm-receiving-time", window);
  await taken(carrier, "G-1", "arrange-transport", vehicle);
  const now = await done(rep, "G-1", "confirm-shipping-data", data);
  expect(now.transport).toMatchObject({ method: "dedicated_vehicle", freightBorneBy: "company" });

  // It need not start before it can arrive in time: three days before the window.
  const duty = await owed(rep, "G-1", "dispatch");
  expect(Date.parse(duty?.dueAt ?? "")).toBe(Date.parse(window.from) - 3 * 86_400_000);
  await settled(rep, "G-1");
  const ship = (await askedOf(gendan, "logistics", "G-1")).find(({ ask }) => ask === "ship");
  expect(ship?.body).toMatchObject({ method: "dedicated_vehicle", receivingTime: { from: window.from, to: window.to } });

  const dispatch = { carrier: vehicle.carrier, trackingNumber: "DV-G1", expectedArrival: inDays(10) };
  await taken(carrier, "G-1", "dispatch", dispatch);
  expect(await order(rep, "G-1")).toMatchObject({ status: "shipped", delays: [] });
  await delivered(cast, "G-1", "DV-G1");
  expect(await done(rep, "G-1", "confirm-receipt", { satisfaction: 5 })).toMatchObject({ status: "completed", duties: [] });
});

test("an ordinary order goes by courier, and freight is borne as policy says or as agreed", async () => {
  const { rep } = cast;
  const logistics = await sender(gendan, "he.yu", "logistics");
  await making(cast, "G-2");
  await checked(cast, "G-2");
  await done(rep, "G-2", "confirm-receiving-time", { from: momentInDays(1), to: momentInDays(9), channel: "phone" });
  expect(await refused(logistics, "G-2", "arrange-transport", vehicle)).toBe("dedicated-vehicle-only-special");
  const booked = async () => (await askedOf(gendan, "logistics", "G-2")).map(({ ask, body }) => [ask, body["freightBorneBy"]]);
  await expect.poll(booked, { timeout: 90_000 }).toEqual([["book", "customer"]]);
  const courier = { method: "courier", carrier: "SF Express", freightBorneBy: "agreed" } as const;
  expect((await done(logistics, "G-2", "arrange-transport", courier)).transport).toMatchObject(courier);
});
