import { describe, expect, test } from "vitest";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { Actor } from "../../src/domain/people.ts";
import { attempt, beginning, by, machine, when, type Story } from "./order-fixture.ts";
import { address, customer, entry, lines, upTo } from "./regular.ts";
import { dutyOf, given } from "./scenario.ts";
import { largeEntered, largeLines } from "./special.ts";

/** The stories stand at Monday, 23 November 2026, 09:00 in Shanghai. */
const R = by("sales_rep");
const A = by("order_admin");
const L = machine("logistics");
const P = machine("production");
const phone = "phone" as const;
const data = { recipient: "陈先生", phone: "+8613800000000", address };
const sent = { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" };
const signed = { trackingNumber: "SF1", signedBy: "陈先生" };

/** What a person is refused with: the code, and the field that it names. */
function refusalOf<K extends CommandName>(story: Story, name: K, actor: Actor, body: Bodies[K]) {
  const answer = attempt(story, name, actor, body);
  return isRefusal(answer) ? [answer.refused, answer.details["field"]] : "taken on";
}

describe("what has passed is not promised, expected or agreed", () => {
  test.each<[name: CommandName, story: () => Story, actor: Actor, body: Bodies[CommandName], field: string]>([
    ["confirm", () => upTo("receive"), R, { lines, deliveryDate: "2026-11-22", channel: phone }, "deliveryDate"],
    ["enter", () => upTo("confirm"), R, { ...entry, requestedDate: "2026-11-22" }, "requestedDate"],
    ["correct-entry", () => upTo("enter"), R, { ...entry, requestedDate: "2026-11-22" }, "requestedDate"],
    ["report-lead-time", () => upTo("release"), by("production"), { finishDate: "2026-11-22" }, "finishDate"],
    [
      "report-progress",
      () => upTo("release"),
      by("production"),
      { stage: "assembly", quantityDone: [1], expectedFinish: "2026-11-22" },
      "expectedFinish",
    ],
    ["report-delay", () => upTo("release"), A, { cause: "snow", newFinish: "2026-11-22" }, "newFinish"],
    ["report-delay", () => upTo("release"), A, { cause: "snow", newArrival: "2026-11-22" }, "newArrival"],
    ["confirm-receiving-time", () => upTo("finish"), R, { from: "2026-11-20", to: "2026-11-22", channel: phone }, "to"],
    ["dispatch", () => upTo("data"), by("logistics"), { ...sent, expectedArrival: "2026-11-22" }, "expectedArrival"],
    [
      "report-tracking",
      () => upTo("dispatch"),
      by("logistics"),
      { trackingNumber: "SF1", event: "hub", expectedArrival: "2026-11-22" },
      "expectedArrival",
    ],
    [
      "report-trace",
      () => upTo("dispatch"),
      by("logistics"),
      { trackingNumber: "SF1", result: "in_transit", expectedArrival: "2026-11-22" },
      "expectedArrival",
    ],
    [
      "request-change",
      () => upTo("progress"),
      R,
      { kind: "date", patch: { promisedDate: "2026-11-22" }, revision: 1, why: "sooner" },
      "patch.promisedDate",
    ],
  ])("%s", (name, story, actor, body, field) => {
    expect(refusalOf(story(), name, actor, body)).toEqual(["date-passed", field]);
  });

  test("today is no past day, and a late report is judged by its own time", () => {
    given(upTo("data")).when("dispatch", by("logistics"), { ...sent, expectedArrival: "2026-11-23" });
    given(upTo("finish")).when("confirm-receiving-time", R, { from: "2026-11-20", to: "2026-11-23", channel: phone });
    given(upTo("data"))
      .later("P2D")
      .report("dispatch", L, { ...sent, expectedArrival: "2026-11-24" }, "P2D")
      .brings("dispatched");
  });

  test("an order that began before that was asked goes on as it began", () => {
    const old = when(beginning, "receive", R, { customer, lines });
    const order = old.order && { ...old.order, rules: 1 };
    const story = { ...old, order };
    const confirmed = when(story, "confirm", R, { lines, deliveryDate: "2026-12-20", channel: phone });
    expect(refusalOf(confirmed, "enter", R, { ...entry, requestedDate: "2026-11-22" })).toBe("taken on");
  });
});

describe("signed for (R4.3)", () => {
  test("before the dispatch, or in the future, it cannot be; five minutes are given", () => {
    const under = upTo("dispatch");
    const at = (deliveredAt: string) => refusalOf(under, "report-delivery", by("logistics"), { ...signed, deliveredAt });
    expect(at("2000-01-01T00:00:00Z")).toEqual(["delivered-before-dispatch", "deliveredAt"]);
    expect(at("2026-11-22")).toEqual(["delivered-before-dispatch", "deliveredAt"]);
    expect(at("2026-11-23T08:54:00+08:00")).toEqual(["delivered-before-dispatch", "deliveredAt"]);
    expect(at("2026-11-23T08:56:00+08:00")).toBe("taken on");
    expect(at("2026-11-23T09:04:00+08:00")).toBe("taken on");
    expect(at("2026-11-23T09:06:00+08:00")).toEqual(["in-the-future", "deliveredAt"]);
    expect(at("2026-11-24")).toEqual(["in-the-future", "deliveredAt"]);
    expect(at("2026-11-23")).toBe("taken on");
  });

  test("a day alone will do: signed for by its end, or by now", () => {
    given(upTo("dispatch"))
      .later("P2DT3H")
      .report("report-delivery", L, { ...signed, deliveredAt: "2026-11-24" })
      .in("delivered")
      .has({ shipments: [{ delivery: { deliveredAt: "2026-11-24T15:59:59.999Z" } }] })
      .report("report-delivery", L, { ...signed, deliveredAt: "2026-11-24" })
      .brings("report-known");
    given(upTo("dispatch"))
      .later("PT3H")
      .report("report-delivery", L, { ...signed, deliveredAt: "2026-11-23" })
      .has({ shipments: [{ delivery: { deliveredAt: "2026-11-23T04:00:00.000Z" } }] });
  });

  test("a machine's is a discrepancy, and what is untold stays owed (deliveredAt 2000-01-01)", () => {
    const late = given(upTo("dispatch"))
      .when("report-delay", L, { cause: "snow", newArrival: "2026-12-24" })
      .owes("tell-customer-of-delay")
      .report("report-delivery", L, { ...signed, deliveredAt: "2000-01-01T00:00:00Z" })
      .brings("discrepancy-opened")
      .in("shipped")
      .owes("tell-customer-of-delay", "resolve-discrepancy");
    // It is not what happened, not even as an exception; and the field is none of what is asked now.
    const { discrepancyId = "" } = late.order.discrepancies[0] ?? {};
    expect(attempt(late.story, "resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "?" })).toEqual({
      refused: "delivered-before-dispatch",
      details: { date: "2000-01-01T00:00:00Z", dispatched: "2026-11-23T01:00:00.000Z" },
    });
  });

  test("what is said to have happened long before the order was received is a discrepancy, and closes nothing in time", () => {
    given(upTo("finish"))
      .later("P2D")
      .owes("check-goods")
      .report("check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] }, "P9000D")
      .brings("discrepancy-opened")
      .owes("check-goods");
  });
});

describe("windows and their edges", () => {
  const ready = () => given(upTo("check"));
  const shipped = (from: string, to: string, expectedArrival: string) =>
    ready()
      .when("confirm-receiving-time", R, { from, to, channel: phone })
      .when("arrange-transport", L, { method: "courier", carrier: "SF", freightBorneBy: "customer" })
      .when("confirm-shipping-data", R, data)
      .when("dispatch", L, { ...sent, expectedArrival });

  test("up to 24:00 a window does not touch the next day, however that is said", () => {
    for (const to of ["2026-12-11T00:00:00+08:00", "2026-12-10T16:00:00Z", "2026-12-10"]) {
      shipped("2026-12-09T09:00:00+08:00", to, "2026-12-11").owes("confirm-receiving-time");
      shipped("2026-12-09T09:00:00+08:00", to, "2026-12-10").owesNothingOf("confirm-receiving-time");
    }
    shipped("2026-12-09", "2026-12-11T00:00:01+08:00", "2026-12-11").owesNothingOf("confirm-receiving-time");
  });

  test("a day begins at 00:00 in Shanghai, where it is still the day before in London", () => {
    const window = { from: "2026-12-09", to: "2026-12-09", channel: phone };
    ready()
      .when("confirm-receiving-time", R, window)
      .has({ receivingTime: { from: Date.parse("2026-12-08T16:00:00Z"), to: Date.parse("2026-12-09T16:00:00Z") } });
    shipped("2026-12-08T16:00:00Z", "2026-12-09T10:00:00Z", "2026-12-08").owes("confirm-receiving-time");
    shipped("2026-12-08T16:00:00Z", "2026-12-09T10:00:00Z", "2026-12-09").owesNothingOf("confirm-receiving-time");
  });

  test("a window over midnight touches both days", () => {
    const [from, to] = ["2026-12-09T22:00:00+08:00", "2026-12-10T02:00:00+08:00"];
    for (const day of ["2026-12-09", "2026-12-10"]) shipped(from, to, day).owesNothingOf("confirm-receiving-time");
    shipped(from, to, "2026-12-11").owes("confirm-receiving-time");
  });

  test("force majeure of days: from the first's 00:00 to the last's 24:00; announced ahead, too", () => {
    given(upTo("release"))
      .when("declare-force-majeure", R, { what: "flood", from: "2026-11-24", until: "2026-11-25", evidence: "notice" })
      .has({
        forceMajeure: [{ from: Date.parse("2026-11-23T16:00:00Z"), until: Date.parse("2026-11-25T16:00:00Z") }],
      });
  });

  test("a new time promised by a day is its end, and not one that is over", () => {
    const overdue = given(upTo("receive")).later("PT2H30M");
    const { dutyId } = dutyOf(overdue.story, "confirm");
    expect(refusalOf(overdue.story, "acknowledge", R, { dutyId, promisedAt: "2026-11-22" })).toEqual([
      "date-passed",
      "promisedAt",
    ]);
    const promised = overdue.when("acknowledge", R, { dutyId, promisedAt: "2026-11-23" });
    expect(promised.order.watches[dutyId]?.acknowledged).toMatchObject([{ promisedAt: Date.parse("2026-11-23T16:00:00Z") }]);
  });
});

describe("a promise that production's forecast forbids", () => {
  test("is refused, and named with the first day that can be; with a reason it is made, and the signer sees it", () => {
    const known = given(largeEntered()).when("acknowledge-special", by("supervisor")).when("report-lead-time", P, { days: 60 });
    // Monday, 23 November, and 60 days: 22 January; three more on the way.
    expect(attempt(known.story, "inform-delivery-date", R, { date: "2027-01-24", channel: phone })).toEqual({
      refused: "promise-impossible",
      details: { field: "date", date: "2027-01-24", earliest: "2027-01-25" },
    });
    known.when("inform-delivery-date", R, { date: "2027-01-25", channel: phone }).has({ promiseOverride: undefined });
    const promised = known.when("inform-delivery-date", R, { date: "2027-01-24", channel: phone, override: "half of it by air" });
    promised
      .owes("sign")
      .has({ promisedDate: "2027-01-24", promiseOverride: { date: "2027-01-24", reason: "half of it by air" } });
    // Another day promised later has reasons of its own.
    promised.when("inform-delivery-date", R, { date: "2027-02-01", channel: phone }).has({ promiseOverride: undefined });
  });

  test("of goods that are made it forbids nothing", () => {
    given(upTo("finish")).when("request-change", R, {
      kind: "date",
      patch: { promisedDate: "2026-12-01" },
      revision: 1,
      why: "sooner",
    });
  });

  test("an entry corrected to other goods has no forecast", () => {
    const known = given(largeEntered()).when("report-lead-time", P, { days: 60 });
    const other = lines.map((line) => ({ ...line, quantity: 101 }));
    known
      .refuses("correct-entry", R, { ...entry, lines: largeLines, requestedDate: "2026-12-01" }, "promise-impossible")
      .when("correct-entry", R, { ...entry, lines: other, requestedDate: "2026-12-01" });
  });
});

describe("a lead time in days", () => {
  test("counts from the release", () => {
    const signedLate = given(largeEntered())
      .when("acknowledge-special", by("supervisor"))
      .report("report-lead-time", P, { days: 40 })
      .when("inform-delivery-date", R, { date: "2027-01-15", channel: phone })
      .has({ leadTime: { finishDate: "2027-01-02" } })
      .later("P3D")
      .when("sign", by("supervisor"))
      .report("report-lead-time", P, { days: 40 })
      .brings("report-known");
    signedLate.when("release", A).has({ plannedFinish: "2027-01-05", forecast: { arrival: "2027-01-08" } });
    // Released too late for the promise, it is a delay at once.
    signedLate.later("P8D").when("release", A).brings("released", "delay-opened").has({ plannedFinish: "2027-01-13" });
  });

  test("in leap years, too", () => {
    const story: Story = { ...beginning, now: Date.parse("2028-02-20T09:00:00+08:00") };
    const received = when(story, "receive", R, { customer, lines });
    const released = [
      ["confirm", R, { lines, deliveryDate: "2028-04-20", channel: phone }],
      ["enter", R, { ...entry, requestedDate: "2028-04-20" }],
      ["sign", by("supervisor"), {}],
      ["release", A, {}],
      ["report-lead-time", P, { days: 9 }],
    ] as const;
    const end = released.reduce<Story>((now, [name, actor, body]) => when<CommandName>(now, name, actor, body), received);
    expect(end.order?.plannedFinish).toBe("2028-02-29");
  });
});
