import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sender } from "../support/people.ts";
import { sharedGendan } from "../support/shared.ts";
import {
  address,
  askedOf,
  castOf,
  checked,
  DAY,
  done,
  eventsOf,
  HOUR,
  inDays,
  making,
  messagesOf,
  order,
  owed,
  prepared,
  refused,
  reported,
  settled,
  taken,
  timeFor,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const white: Bodies["confirm"]["lines"] = [
  { model: "LAMP-D20", specification: "lampshade white", quantity: 100, unitPriceFen: 3_500 },
];
const blue = white.map((line) => ({ ...line, specification: "lampshade blue" }));
const inBlue: Bodies["request-change"] = {
  kind: "specification",
  patch: { lines: blue },
  revision: 1,
  why: "the customer wants the lampshades in blue",
};

/** Asks for a change; its id. */
async function requested(orderNo: string, body: Bodies["request-change"] = inBlue): Promise<string> {
  const { changes } = await done(cast.rep, orderNo, "request-change", body);
  const last = changes.at(-1);
  return last?.changeId ?? "";
}

/** What the customer was told of a change. */
async function outcomes(orderNo: string): Promise<unknown[]> {
  await settled(cast.rep, orderNo);
  return (await messagesOf(gendan, orderNo))
    .filter(({ message, to }) => message === "change-outcome" && to.some(({ role }) => role === "customer"))
    .map(({ params }) => params["outcome"]);
}

/** Example B: the customer wants another colour of lampshade while the order is in production (R1.3). */
test("another colour in mid-production: assessed, agreed, signed, amended by production, and only then the terms change", async () => {
  const { rep, boss, admin, workshop } = cast;
  await making(cast, "B-1", { lines: white });
  await taken(workshop, "B-1", "report-progress", { stage: "assembly", quantityDone: [40] });
  const changeId = await requested("B-1");
  expect(await owed(rep, "B-1", "assess-change")).toMatchObject({
    about: changeId,
    owner: { role: "order_admin" },
    rule: "R1.3",
  });
  expect(timeFor(await owed(rep, "B-1", "assess-change"))).toBe(24 * HOUR);
  expect(await refused(rep, "B-1", "request-change", inBlue)).toBe("change-open");

  // The administrator has asked production: possible, at 500 CNY more and two days later.
  await done(admin, "B-1", "assess-change", { changeId, feasible: true, extraCostFen: 50_000, newDate: inDays(22) });
  expect(timeFor(await owed(rep, "B-1", "answer-change"))).toBe(3 * DAY);
  await done(rep, "B-1", "accept-change", { changeId, channel: "phone" });

  // It is dearer, so the supervisor signs before production is asked.
  expect(await owed(boss, "B-1", "sign")).toMatchObject({ about: changeId, owner: { role: "supervisor" } });
  expect((await askedOf(gendan, "production", "B-1")).map(({ ask }) => ask)).not.toContain("amend");
  await done(boss, "B-1", "sign", { changeId });
  await settled(rep, "B-1");
  expect((await askedOf(gendan, "production", "B-1"))[0]).toMatchObject({
    ask: "amend",
    body: { changeId, lines: blue, promisedDate: inDays(22) },
  });
  const before = await order(rep, "B-1");
  expect(before).toMatchObject({ revision: 1, lines: white, amountFen: 350_000, promisedDate: inDays(20) });
  expect(await outcomes("B-1")).toEqual([]);

  await taken(workshop, "B-1", "answer-amendment", { changeId, accepted: true });
  const after = await order(rep, "B-1");
  expect(after).toMatchObject({ stage: "making", revision: 2, lines: blue, promisedDate: inDays(22), amountFen: 400_000 });
  expect(after.changes).toMatchObject([{ changeId, state: "accepted" }]);
  expect(await outcomes("B-1")).toEqual(["accepted"]);

  // The first order confirmation stays readable beside the second.
  expect((await order(rep, "B-1")).terms).toMatchObject([
    { revision: 1, terms: { lines: white, promisedDate: inDays(20) } },
    { revision: 2, terms: { lines: blue, promisedDate: inDays(22) } },
  ]);
  // Who asked, assessed, agreed, signed and amended is on record (R1.2).
  expect((await eventsOf(rep, "B-1")).filter((event) => /^(change|amendment)-/u.test(event))).toEqual([
    "change-requested",
    "change-assessed",
    "change-accepted",
    "change-signed",
    "amendment-answered",
  ]);
});

test("a change that was drawn up against an older order confirmation is refused", async () => {
  const { rep } = cast;
  const { body: problem } = await rep.send("B-1", "request-change", inBlue);
  expect(problem).toMatchObject({ code: "refused", reason: "revision-outdated", detail: expect.stringContaining("2") });
  expect((await order(rep, "B-1")).changes).toHaveLength(1);
  expect(await refused(rep, "B-1", "request-change", { ...inBlue, revision: 2 })).toBe("nothing-changes");
});

test("nothing is sent while a change is open; withdrawn, the goods go as they are, and it stays on record", async () => {
  const { rep, carrier } = cast;
  const person = await sender(gendan, "he.yu", "logistics");
  await making(cast, "B-2", { lines: white });
  await checked(cast, "B-2");
  await prepared(cast, "B-2");
  const changeId = await requested("B-2");
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-B2", expectedArrival: inDays(3) };
  expect(await owed(rep, "B-2", "dispatch")).toBeUndefined();
  expect(await refused(person, "B-2", "dispatch", dispatch)).toBe("change-open");
  expect(await reported(carrier, "B-2", "dispatch", dispatch)).toMatchObject({ state: "refused", reason: "change-open" });
  expect((await order(rep, "B-2")).stage).toBe("ready");

  const now = await done(rep, "B-2", "withdraw-change", { changeId, channel: "phone" });
  expect(now).toMatchObject({ revision: 1, changes: [{ changeId, state: "withdrawn" }], lines: white });
  // What logistics reported meanwhile is decided again, and fits now.
  expect(now).toMatchObject({ stage: "shipped", discrepancies: [{ state: "accepted" }] });
});

test("goods already made of the old colour go back, and are made again in the new one", async () => {
  const { rep, admin, workshop, boss } = cast;
  await making(cast, "B-3", { lines: white });
  await checked(cast, "B-3");
  const changeId = await requested("B-3");
  // As dear as before: nobody has to sign again.
  await done(admin, "B-3", "assess-change", { changeId, feasible: true, newDate: inDays(25) });
  await done(rep, "B-3", "accept-change", { changeId, channel: "wechat" });
  expect(await owed(boss, "B-3", "sign")).toBeUndefined();
  await taken(workshop, "B-3", "answer-amendment", { changeId, accepted: true });
  const now = await order(rep, "B-3");
  expect(now).toMatchObject({ status: "in_production", stage: "making", revision: 2, lines: blue, promisedDate: inDays(25) });
  await settled(rep, "B-3");
  const [takeBack, expectGoods] = await askedOf(gendan, "warehouse", "B-3");
  expect([takeBack?.ask, expectGoods?.ask]).toEqual(["take-back", "expect-goods"]);
  const placed = (await askedOf(gendan, "production", "B-3")).filter(({ ask }) => ask === "place");
  expect(placed.map(({ body }) => [body["run"], body["lines"]])).toEqual([
    [2, blue],
    [1, white],
  ]);
  // Production says how long it needs this time; until then nothing is known of a finish.
  expect(await owed(workshop, "B-3", "report-lead-time")).toMatchObject({ owner: { role: "production" } });
  expect(await owed(workshop, "B-3", "finish-production")).toBeUndefined();
  await taken(workshop, "B-3", "report-lead-time", { days: 5 });
  expect((await checked(cast, "B-3")).stage).toBe("ready");
});

test("another address or date voids what was confirmed for the old one, and it is owed again", async () => {
  const { rep, admin, workshop } = cast;
  await making(cast, "B-4", { lines: white });
  await checked(cast, "B-4");
  await prepared(cast, "B-4");
  const street = { kind: "address", patch: { deliveryAddress: { street: "古镇路 88 号" } }, revision: 1, why: "moved" } as const;
  const changeId = await requested("B-4", street);
  await done(admin, "B-4", "assess-change", { changeId, feasible: true });
  await done(rep, "B-4", "accept-change", { changeId, channel: "phone" });
  await taken(workshop, "B-4", "answer-amendment", { changeId, accepted: true });
  const now = await order(rep, "B-4");
  expect(now).toMatchObject({ stage: "ready", revision: 2, deliveryAddress: { ...address, street: "古镇路 88 号" } });
  expect([now.receivingTime, now.transport, now.shippingData]).toEqual([undefined, undefined, undefined]);
  expect(now.duties.map(({ duty }) => duty).toSorted()).toEqual([
    "arrange-transport",
    "confirm-receiving-time",
    "confirm-shipping-data",
  ]);
});

test("a change that the administrator, the supervisor or production refuses is told to the customer, and nothing changes", async () => {
  const { rep, admin, boss, workshop } = cast;
  await making(cast, "B-5", { lines: white });
  // By the administrator.
  const first = await requested("B-5");
  await done(admin, "B-5", "assess-change", { changeId: first, feasible: false, reason: "blue is out of stock" });
  expect(await owed(rep, "B-5", "tell-change-outcome")).toMatchObject({ about: first, owner: { id: "li.na" } });
  expect(timeFor(await owed(rep, "B-5", "tell-change-outcome"))).toBe(24 * HOUR);
  const told = await done(rep, "B-5", "tell-change-outcome", { changeId: first, channel: "phone" });
  expect(told.duties.map(({ duty }) => duty)).not.toContain("tell-change-outcome");

  // By the supervisor, as it gets dearer.
  const second = await requested("B-5");
  await done(admin, "B-5", "assess-change", { changeId: second, feasible: true, extraCostFen: 900_000 });
  await done(rep, "B-5", "accept-change", { changeId: second, channel: "phone" });
  await done(boss, "B-5", "refuse-signature", { changeId: second, reason: "too dear for this customer" });
  await done(rep, "B-5", "tell-change-outcome", { changeId: second, channel: "phone" });

  // By production.
  const third = await requested("B-5");
  await done(admin, "B-5", "assess-change", { changeId: third, feasible: true });
  await done(rep, "B-5", "accept-change", { changeId: third, channel: "phone" });
  await taken(workshop, "B-5", "answer-amendment", { changeId: third, accepted: false, reason: "painted already" });
  await done(rep, "B-5", "tell-change-outcome", { changeId: third, channel: "phone" });

  expect(await outcomes("B-5")).toEqual(["refused", "refused", "refused"]);
  const reasons = (await messagesOf(gendan, "B-5")).filter(({ message }) => message === "change-outcome");
  expect(reasons.map(({ params }) => params["reason"])).toEqual([
    "blue is out of stock",
    "too dear for this customer",
    "painted already",
  ]);
  expect(await order(rep, "B-5")).toMatchObject({ revision: 1, lines: white, amountFen: 350_000, promisedDate: inDays(20) });
});
