import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sender } from "../support/people.ts";
import { sharedGendan } from "../support/shared.ts";
import {
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

const discount: Bodies["tell-customer-of-delay"] = {
  reason: "the driver chips came late",
  remedy: { kind: "discount", valueFen: 20_000 },
  newDate: inDays(25),
  channel: "phone",
};
const short = { cause: "driver chips are short", newFinish: inDays(22) } as const;

/** In production, and five days late. */
async function late(orderNo: string) {
  await making(cast, orderNo);
  await taken(cast.workshop, orderNo, "report-delay", short);
  return owed(cast.rep, orderNo, "tell-customer-of-delay");
}

/** Example E: 20 days promised, material short, five days late, a discount is offered (R3.2, R3.3). */
test("promised in 20 days and five days late: told within 24 hours with the reason, a discount agreed, and the promise moves", async () => {
  const { rep, boss } = cast;
  const duty = await late("E-1");
  // The representative is told promptly; the customer is theirs to tell.
  await settled(rep, "E-1");
  const told = (await messagesOf(gendan, "E-1")).filter(({ message }) => message === "delay");
  expect(told.map(({ to, params }) => [to, params["cause"], params["forecastArrival"]])).toEqual([
    [[{ role: "sales_rep", id: "li.na" }], "driver chips are short", inDays(25)],
  ]);
  expect(duty).toMatchObject({ owner: { id: "li.na" }, rule: "R3.3", state: "open" });
  expect(timeFor(duty)).toBe(24 * HOUR);
  expect(await order(rep, "E-1")).toMatchObject({
    promisedDate: inDays(20),
    delays: [{ state: "untold", forecastArrival: inDays(25), promisedDate: inDays(20) }],
  });
  // No pause: whatever is awaited, the customer is to be told.
  const pause = { dutyId: duty?.dutyId ?? "", awaiting: "production", evidence: "called" };
  expect(await refused(boss, "E-1", "pause-duty", pause)).toBe("duty-not-pausable");

  const awaiting = await done(rep, "E-1", "tell-customer-of-delay", discount);
  expect(awaiting).toMatchObject({ promisedDate: inDays(20), delays: [{ state: "told", told: { remedy: discount.remedy } }] });
  expect(timeFor(await owed(rep, "E-1", "agree-remedy"))).toBe(3 * DAY);
  // Only agreement moves the promise.
  const agreed = await done(rep, "E-1", "agree-remedy", { accepted: true });
  expect(agreed).toMatchObject({
    promisedDate: inDays(25),
    plannedFinish: inDays(22),
    amountFen: 330_000,
    discountFen: 20_000,
    delays: [{ state: "closed", outcome: "agreed" }],
  });
  expect(agreed.duties.map(({ duty: name }) => name)).not.toContain("tell-customer-of-delay");
  expect((await eventsOf(rep, "E-1")).filter((event) => /^(delay|customer-told|remedy)/u.test(event))).toEqual([
    "delay-reported",
    "delay-opened",
    "customer-told-of-delay",
    "remedy-agreed",
  ]);
});

test("more bad news before the customer is told keep the first deadline; a later date after it is to be told again", async () => {
  const { rep, workshop } = cast;
  const duty = await late("E-2");
  await taken(workshop, "E-2", "report-delay", { cause: "and the glass too", newFinish: inDays(23) });
  const now = await order(rep, "E-2");
  expect(now.delays).toMatchObject([{ state: "untold", forecastArrival: inDays(26), cause: "and the glass too" }]);
  expect(await owed(rep, "E-2", "tell-customer-of-delay")).toEqual(duty);

  await done(rep, "E-2", "tell-customer-of-delay", { ...discount, newDate: inDays(26) });
  // The same news once more, or news within what the customer was told, change nothing.
  await taken(workshop, "E-2", "report-delay", { cause: "and the glass too", newFinish: inDays(23) });
  expect(await owed(rep, "E-2", "tell-customer-of-delay")).toBeUndefined();
  await taken(workshop, "E-2", "report-delay", { cause: "and the drivers again", newFinish: inDays(27) });
  const again = await owed(rep, "E-2", "tell-customer-of-delay");
  expect(again?.dutyId).not.toBe(duty?.dutyId);
  expect(timeFor(again)).toBe(24 * HOUR);
  expect((await order(rep, "E-2")).delays).toMatchObject([{ state: "untold", forecastArrival: inDays(30) }]);
  expect(await refused(rep, "E-2", "agree-remedy", { accepted: true })).toBe("delay-not-told");
});

test("a remedy that the customer refuses is the supervisor's to decide: offered anew, or the promise is kept", async () => {
  const { rep, boss, service } = cast;
  await late("E-3");
  await done(rep, "E-3", "tell-customer-of-delay", discount);
  await done(service, "E-3", "agree-remedy", { accepted: false });
  expect(await owed(boss, "E-3", "decide-remedy")).toMatchObject({ owner: { role: "supervisor" }, rule: "R3.3" });
  expect(timeFor(await owed(boss, "E-3", "decide-remedy"))).toBe(24 * HOUR);
  const anew = await done(boss, "E-3", "decide-remedy", { decision: "offer_anew", reason: "offer 5 %" });
  expect(anew.duties.map(({ duty }) => duty)).toContain("tell-customer-of-delay");
  await done(rep, "E-3", "tell-customer-of-delay", {
    ...discount,
    remedy: { kind: "earlier_delivery" },
    newDate: inDays(22),
    override: "a second shift",
  });
  await done(rep, "E-3", "agree-remedy", { accepted: false });
  const kept = await done(boss, "E-3", "decide-remedy", { decision: "keep", reason: "a second shift is put on" });
  expect(kept).toMatchObject({ promisedDate: inDays(20), amountFen: 350_000, delays: [{ state: "closed", outcome: "kept" }] });
  expect(kept.duties.map(({ duty }) => duty)).not.toContain("tell-customer-of-delay");
  // Then only a later forecast opens another.
  await taken(cast.workshop, "E-3", "report-delay", { cause: "drivers", newFinish: inDays(21) });
  expect((await order(rep, "E-3")).delays).toHaveLength(1);
  await taken(cast.workshop, "E-3", "report-delay", { cause: "drivers", newFinish: inDays(25) });
  expect((await order(rep, "E-3")).delays).toMatchObject([{ state: "closed" }, { state: "untold" }]);
});

test("a forecast that is late opens it too; back within the promise before the customer was told, it is withdrawn", async () => {
  const { rep, workshop } = cast;
  await making(cast, "E-4");
  await taken(workshop, "E-4", "report-progress", { stage: "assembly", quantityDone: [30], expectedFinish: inDays(19) });
  expect((await order(rep, "E-4")).delays).toMatchObject([{ state: "untold", forecastArrival: inDays(22) }]);
  // A forecast that was made before the one known changes nothing, however late it comes.
  const older = {
    stage: "cutting",
    quantityDone: [10],
    expectedFinish: inDays(40),
    at: new Date(Date.now() - HOUR).toISOString(),
  };
  await taken(workshop, "E-4", "report-progress", older);
  expect((await order(rep, "E-4")).delays).toMatchObject([{ forecastArrival: inDays(22) }]);
  await taken(workshop, "E-4", "report-progress", { stage: "assembly", quantityDone: [60], expectedFinish: inDays(16) });
  const now = await order(rep, "E-4");
  expect(now.delays).toMatchObject([{ state: "withdrawn" }]);
  expect(now.duties.map(({ duty }) => duty)).not.toContain("tell-customer-of-delay");
  await settled(rep, "E-4");
  expect(await toldToCustomer(gendan, "E-4")).toEqual([]);
});

test("on its way, a later arrival is a delay as well, and the window that it misses is agreed again", async () => {
  const { rep, carrier } = cast;
  await making(cast, "E-5", { date: inDays(6) });
  await checked(cast, "E-5");
  const window = { from: new Date(Date.now() + DAY).toISOString(), to: new Date(Date.now() + 5 * DAY).toISOString() };
  await prepared(cast, "E-5");
  await done(rep, "E-5", "confirm-receiving-time", { ...window, channel: "phone" });
  await shipped(cast, "E-5", "SF-E5");
  expect(await order(rep, "E-5")).toMatchObject({ stage: "shipped", delays: [] });
  const tracking = { trackingNumber: "SF-E5", event: "held up by snow", place: "武汉", expectedArrival: inDays(9) };
  await taken(carrier, "E-5", "report-tracking", tracking);
  const now = await order(rep, "E-5");
  expect(now.delays).toMatchObject([{ state: "untold", forecastArrival: inDays(9), promisedDate: inDays(6) }]);
  expect(now.duties.map(({ duty }) => duty).toSorted()).toEqual(
    expect.arrayContaining(["confirm-receiving-time", "prove-delivery", "tell-customer-of-delay"]),
  );
  // What can no longer be offered is not: the goods are on their way.
  const cancelling = { ...discount, remedy: { kind: "cancellation" }, newDate: inDays(9) } as const;
  expect(await refused(rep, "E-5", "tell-customer-of-delay", cancelling)).toBe("remedy-not-possible-now");
  await done(rep, "E-5", "tell-customer-of-delay", {
    ...discount,
    remedy: { kind: "freight", valueFen: 5_000 },
    newDate: inDays(9),
  });
  expect(await done(rep, "E-5", "agree-remedy", { accepted: true })).toMatchObject({ promisedDate: inDays(9) });
});

test("everybody who may reports a delay, and nobody else", async () => {
  await making(cast, "E-6");
  const said = { cause: "snow", newArrival: inDays(24) };
  expect((await done(cast.admin, "E-6", "report-delay", said)).delays).toHaveLength(1);
  const person = await sender(gendan, "he.yu", "logistics");
  expect((await done(person, "E-6", "report-delay", { ...said, newArrival: inDays(25) })).delays).toMatchObject([
    { forecastArrival: inDays(25) },
  ]);
  const outsider = await sender(gendan, "xu.tao", "warehouse");
  expect((await outsider.send("E-6", "report-delay", said)).status).toBe(403);
  expect((await askedOf(gendan, "production", "E-6")).map(({ ask }) => ask).toSorted()).toEqual(["place", "quote-lead-time"]);
});
