import { afterEach, beforeAll, expect, test } from "vitest";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import {
  askedOf,
  behave,
  castOf,
  checked,
  done,
  entered,
  eventsOf,
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
  toldToCustomer,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});
afterEach(async () => {
  await Promise.all(["production", "warehouse", "logistics"].map((system) => behave(gendan, system, {})));
});

const wish = { askedBy: "the customer", reason: "the shop is not opening" } as const;

/** What each outside system was asked to call off, with its latest answers first. */
async function calledOff(orderNo: string) {
  const asked = await Promise.all(
    ["production", "warehouse", "logistics"].map(async (system) =>
      (await askedOf(gendan, system, orderNo)).map(({ ask }) => `${system} ${ask}`),
    ),
  );
  return asked.flat().filter((each) => /call-off|take-back/u.test(each));
}

/** House rule (H): the regulation ends its list of statuses with "and so on", and customers do cancel. */
test("before the signature the representative cancels by themselves, and nobody outside is troubled", async () => {
  const { rep } = cast;
  await entered(cast, "X-1");
  const now = await done(rep, "X-1", "cancel", { reason: "entered twice" });
  expect(now).toMatchObject({ status: "cancelled", stage: "cancelled", duties: [] });
  expect(await calledOff("X-1")).toEqual([]);
  await settled(rep, "X-1");
  expect(await toldToCustomer(gendan, "X-1")).toEqual(["cancelled"]);
});

test("from the signature on the supervisor decides, within 24 hours, and can refuse", async () => {
  const { rep, boss } = cast;
  await making(cast, "X-2");
  expect(await refused(rep, "X-2", "cancel", { reason: "no" })).toBe("supervisor-decides");
  await done(rep, "X-2", "request-cancellation", wish);
  const duty = await owed(boss, "X-2", "decide-cancellation");
  expect([duty?.owner.role, timeFor(duty)]).toEqual(["supervisor", 24 * 3_600_000]);
  expect(await refused(rep, "X-2", "request-cancellation", wish)).toBe("cancellation-open");
  // Nobody decides what they asked for themselves.
  expect(await refused(await sender(gendan, "li.na", "supervisor"), "X-2", "cancel", { reason: "mine" })).toBe("own-request");
  const kept = await done(boss, "X-2", "refuse-cancellation", { reason: "half of it is made to measure" });
  expect(kept).toMatchObject({ stage: "making", cancelling: false });
  expect(kept.duties.map(({ duty: name }) => name)).not.toContain("decide-cancellation");
});

test("what was begun outside is called off, and the order is cancelled when each has answered", async () => {
  const { rep, boss, workshop, carrier } = cast;
  await making(cast, "X-3");
  await checked(cast, "X-3");
  await prepared(cast, "X-3");
  await settled(rep, "X-3");
  await done(rep, "X-3", "request-cancellation", wish);
  // Nothing goes while it is being decided.
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-X3", expectedArrival: inDays(3) };
  expect(await reported(carrier, "X-3", "dispatch", dispatch)).toMatchObject({ state: "refused", reason: "cancellation-open" });
  await behave(gendan, "warehouse", { only: ["take-back"], failTimes: 1 });
  const deciding = await done(boss, "X-3", "cancel", { reason: "agreed with the customer", settlement: "10 % of the amount" });
  expect(deciding).toMatchObject({ cancelling: true, stage: "ready" });
  // What would carry the order on is refused and no longer owed.
  expect(deciding.duties.map(({ duty }) => duty)).toEqual(["resolve-discrepancy"]);
  expect(
    await refused(rep, "X-3", "confirm-shipping-data", {
      recipient: "A",
      phone: "+8613800000000",
      address: { province: "广东", city: "中山", street: "1" },
    }),
  ).toBe("cancelling");
  await reaches(rep, "X-3", "cancelled");
  expect((await calledOff("X-3")).toSorted()).toEqual(["logistics call-off", "production call-off", "warehouse take-back"]);
  const ended = await settled(rep, "X-3");
  expect(
    ended.effects
      .filter(({ ask }) => ask === "call-off" || ask === "take-back")
      .map(({ state, outcome }) => [state, outcome?.result]),
  ).toEqual([
    ["done", "done"],
    ["done", "done"],
    ["done", "done"],
  ]);
  const events = await eventsOf(rep, "X-3");
  expect(events.indexOf("cancelled")).toBeGreaterThan(events.lastIndexOf("cancellation-decided"));
  expect(await toldToCustomer(gendan, "X-3")).toEqual(["cancelled"]);
  expect(await reported(workshop, "X-3", "report-progress", { stage: "packed", quantityDone: [100] })).toMatchObject({
    state: "refused",
  });
});

test("a department that refuses to call off is taken over by a person; only then is the order cancelled", async () => {
  const { rep, boss, admin } = cast;
  await making(cast, "X-4");
  await settled(rep, "X-4");
  await behave(gendan, "production", { only: ["call-off"], refuse: "call-off" });
  await done(boss, "X-4", "cancel", { reason: "the customer is insolvent" });
  const duty = await until(
    () => owed(admin, "X-4", "take-over"),
    (each) => each !== undefined,
  );
  expect([duty?.owner.role, timeFor(duty)]).toEqual(["order_admin", 4 * 3_600_000]);
  const waiting = await order(rep, "X-4");
  expect(waiting).toMatchObject({ cancelling: true, stage: "making", status: "in_production" });
  expect(waiting.effects.filter(({ ask }) => ask === "call-off").map(({ state, outcome }) => [state, outcome?.result])).toEqual([
    ["failed", "refused"],
  ]);
  const said = { effectId: duty?.about ?? "", outcome: "done", note: "stopped by telephone, the lamps go into stock" } as const;
  const now = await done(admin, "X-4", "take-over", said);
  expect(now).toMatchObject({ status: "cancelled", cancelling: false, duties: [] });
  await settled(rep, "X-4");
  expect(await toldToCustomer(gendan, "X-4")).toEqual(["cancelled"]);
});

test("an open change lapses with the order, and a cancellation can be the remedy for a delay", async () => {
  const { rep, boss, workshop } = cast;
  await making(cast, "X-5");
  const patch = { lines: [{ model: "LED-A60", specification: "E27 9W 4000K", quantity: 100, unitPriceFen: 3_500 }] };
  await done(rep, "X-5", "request-change", { kind: "specification", patch, revision: 1, why: "warmer" });
  await taken(workshop, "X-5", "report-delay", { cause: "glass", newFinish: inDays(30) });
  const remedy = { kind: "cancellation" } as const;
  await done(rep, "X-5", "tell-customer-of-delay", { reason: "glass", remedy, newDate: inDays(33), channel: "phone" });
  const agreed = await done(rep, "X-5", "agree-remedy", { accepted: true });
  expect(agreed.duties.map(({ duty }) => duty)).toContain("decide-cancellation");
  expect(agreed.promisedDate).toBe(inDays(20));
  await done(boss, "X-5", "cancel", { reason: "as agreed with the customer" });
  expect(await reaches(rep, "X-5", "cancelled")).toMatchObject({
    changes: [{ state: "lapsed" }],
    delays: [{ outcome: "cancelled" }],
  });
});

test("what is on its way cannot be cancelled", async () => {
  const { rep, boss } = cast;
  await making(cast, "X-6");
  await checked(cast, "X-6");
  await prepared(cast, "X-6");
  await shipped(cast, "X-6", "SF-X6");
  expect(await refused(rep, "X-6", "request-cancellation", wish)).toBe("not-in-stage");
  expect(await refused(boss, "X-6", "cancel", { reason: "late" })).toBe("not-in-stage");
});

test("a cancelled order takes no late report on silently: it becomes a discrepancy that a person must resolve", async () => {
  const { rep, boss, admin, store } = cast;
  await making(cast, "X-7");
  await settled(rep, "X-7");
  await done(boss, "X-7", "cancel", { reason: "the customer changed their mind" });
  await reaches(rep, "X-7", "cancelled");
  await settled(rep, "X-7");
  const before = await eventsOf(rep, "X-7");
  const late = await reported(cast.workshop, "X-7", "finish-production", { quantity: [100] });
  expect(late).toMatchObject({ state: "refused", reason: "not-in-stage" });
  const now = await order(rep, "X-7");
  expect(now).toMatchObject({ status: "cancelled", discrepancies: [{ state: "open", command: "finish-production" }] });
  expect(now.duties.map(({ duty, owner }) => [duty, owner.role])).toEqual([["resolve-discrepancy", "order_admin"]]);
  expect((await admin.get("/duties?assignee=me&limit=200")).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ orderNo: "X-7", duty: "resolve-discrepancy" })]),
  });
  // Another department's report is another matter: both are kept.
  await reported(store, "X-7", "check-goods", { lines: [{ counted: 100, specificationOk: true }] });
  const open = (await order(rep, "X-7")).discrepancies.map((each) => each.discrepancyId);
  expect(open).toHaveLength(2);
  await done(admin, "X-7", "resolve-discrepancy", { discrepancyId: open[0] ?? "", decision: "discard", reason: "into stock" });
  const end = await done(admin, "X-7", "resolve-discrepancy", {
    discrepancyId: open[1] ?? "",
    decision: "discard",
    reason: "into stock",
  });
  expect(end).toMatchObject({ status: "cancelled", duties: [], discrepancies: [{ state: "discarded" }, { state: "discarded" }] });
  expect((await eventsOf(rep, "X-7")).slice(0, before.length)).toEqual(before);
});
