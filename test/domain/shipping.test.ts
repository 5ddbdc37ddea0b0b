import { describe, expect, test } from "vitest";
import { by, machine, when, type Story } from "./order-fixture.ts";
import { address, upTo } from "./regular.ts";
import { dutyOf, given } from "./scenario.ts";
import { largeReleased } from "./special.ts";

const R = by("sales_rep");
const S = by("supervisor");
const L = machine("logistics");
const P = machine("production");
const phone = "phone" as const;
const window = { from: "2026-11-26T09:00:00+08:00", to: "2026-12-20T18:00:00+08:00", channel: phone };
const courier = { method: "courier", carrier: "SF", freightBorneBy: "customer" } as const;
const vehicle = { method: "dedicated_vehicle", carrier: "factory fleet", freightBorneBy: "agreed" } as const;
const data = { recipient: "陈先生", phone: "+8613800000000", address };
const sent = { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" };
const signed = { trackingNumber: "SF1", signedBy: "陈先生", deliveredAt: "2026-11-23T09:00:00+08:00" };

/** A large order whose goods are in the warehouse, checked. */
function largeReady(): Story {
  const made = when(largeReleased(), "finish-production", P, { quantity: [500] });
  return when(made, "check-goods", machine("warehouse"), { lines: [{ counted: 500, specificationOk: true }] });
}

describe("before shipping (R3.4, R4.2, R5.3)", () => {
  test("nothing is dispatched until receiving time, transport and data are confirmed", () => {
    const confirmed = given(upTo("finish"))
      .when("check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] })
      .refuses("dispatch", by("logistics"), sent, "receiving-time-missing")
      .when("confirm-receiving-time", R, window)
      .brings("receiving-time-confirmed")
      .refuses("dispatch", by("logistics"), sent, "transport-missing")
      .when("arrange-transport", L, courier)
      .brings("transport-arranged")
      .refuses("dispatch", by("logistics"), sent, "shipping-data-missing")
      .owesNothingOf("dispatch")
      .when("confirm-shipping-data", R, data)
      .brings("shipping-data-confirmed")
      .owesOnly("dispatch")
      .asks("warehouse:hand-out", "logistics:ship");
    confirmed.when("dispatch", L, sent).in("shipped");
  });

  test("dispatch is due a day after, or when the goods must leave for the window, if that is later", () => {
    given(upTo("data")).dueIn("dispatch", "PT24H");
    const later = given(upTo("check")).when("confirm-receiving-time", R, {
      from: "2026-12-01T09:00:00+08:00",
      to: "2026-12-01T12:00:00+08:00",
      channel: phone,
    });
    // 1 December less three days of transit, counted from Monday, 23 November, 09:00.
    later.when("arrange-transport", L, courier).when("confirm-shipping-data", R, data).dueIn("dispatch", "P5D");
  });

  test("a receiving time that is over cannot be confirmed", () => {
    const over = { from: "2026-11-20T09:00:00+08:00", to: "2026-11-22T18:00:00+08:00", channel: phone };
    given(upTo("finish")).refuses("confirm-receiving-time", R, over, "date-passed");
  });

  test("a dedicated vehicle is for special orders, with the window agreed ahead", () => {
    given(upTo("check")).refuses("arrange-transport", by("logistics"), vehicle, "dedicated-vehicle-only-special");
    given(largeReady())
      .refuses("arrange-transport", by("logistics"), vehicle, "receiving-time-missing")
      .when("confirm-receiving-time", R, window)
      .when("arrange-transport", L, vehicle)
      .has({ transport: { method: "dedicated_vehicle", freightBorneBy: "agreed" } });
  });

  test("arranged the same way already is known; another way replaces it", () => {
    given(upTo("transport"))
      .report("arrange-transport", L, { ...courier, freightBorneBy: "company" })
      .brings("report-known")
      .report("arrange-transport", L, { ...courier, carrier: "YTO" })
      .brings("transport-arranged")
      .has({ transport: { carrier: "YTO" } });
  });
});

describe("on the way (R4.3)", () => {
  test("logistics dispatches: shipped, representative and customer told of the arrival", () => {
    given(upTo("data"))
      .when("dispatch", L, sent)
      .brings("dispatched")
      .in("shipped")
      .asks("dispatched>sales_rep", "dispatched>customer")
      .owesOnly("tell-customer-of-shipment", "prove-delivery")
      .dueIn("tell-customer-of-shipment", "PT2H");
  });

  test("the customer is told by the representative, or by the message once it is delivered", () => {
    given(upTo("dispatch"))
      .when("tell-customer-of-shipment", R, { channel: phone })
      .brings("customer-told-of-shipment")
      .closed("tell-customer-of-shipment", "met")
      .refuses("tell-customer-of-shipment", R, { channel: phone }, "already-told");
    given(upTo("dispatch"))
      .answered("messages", "tell", "done")
      .brings("effect-done")
      .closed("tell-customer-of-shipment", "met")
      .owesOnly("prove-delivery");
    given(upTo("dispatch")).answered("messages", "tell", "refused").owes("tell-customer-of-shipment", "take-over");
  });

  test("proof of delivery is due a day after the expected arrival, and moves with news of it", () => {
    given(upTo("dispatch"))
      .dueIn("prove-delivery", "P4DT15H")
      .when("report-tracking", L, { trackingNumber: "SF1", event: "departed", expectedArrival: "2026-11-28" })
      .brings("tracking-reported")
      .dueIn("prove-delivery", "P6DT15H");
  });

  test("overdue, the shipment is traced; in transit with a new arrival there is a new proof to bring", () => {
    const traced = given(upTo("dispatch")).later("P4DT16H");
    traced.asks("logistics:trace");
    traced
      .report("report-trace", L, { trackingNumber: "SF1", result: "in_transit", expectedArrival: "2026-11-30" })
      .brings("trace-reported")
      .closed("prove-delivery", "met", "late")
      .dueIn("prove-delivery", "P3DT23H");
  });

  test("after a downtime it is traced once, with the highest rung that passed", () => {
    const down = given(upTo("dispatch")).later("P8D");
    const traces = down.order.effects.filter(({ ask }) => ask === "trace");
    expect(traces).toHaveLength(1);
    const later = down.later("P3D").order.effects.filter(({ ask }) => ask === "trace");
    expect(later).toHaveLength(1);
  });

  test("an arrival outside the window agreed asks for another receiving time; back within it, no more", () => {
    given(upTo("dispatch"))
      .when("report-tracking", L, { trackingNumber: "SF1", event: "held", expectedArrival: "2026-12-21" })
      .brings("tracking-reported", "delay-opened")
      .owes("confirm-receiving-time")
      .when("report-tracking", L, { trackingNumber: "SF1", event: "on its way", expectedArrival: "2026-12-01" })
      .closed("confirm-receiving-time", "lapsed")
      .owesNothingOf("confirm-receiving-time");
    given(upTo("dispatch"))
      .when("report-tracking", L, { trackingNumber: "SF1", event: "early", expectedArrival: "2026-11-25" })
      .dueIn("confirm-receiving-time", "PT24H")
      .when("confirm-receiving-time", R, { ...window, from: "2026-11-24T09:00:00+08:00" })
      .owesNothingOf("confirm-receiving-time");
  });

  test("tracking that is late keeps its text, place and time, and is no last state; of a number nobody knows it is a discrepancy", () => {
    const news = { trackingNumber: "SF1", event: "hub", place: "广州" };
    const late = given(upTo("dispatch"))
      .later("P1D")
      .report("report-tracking", L, { ...news, expectedArrival: "2026-11-27" }, "PT2H")
      .brings("tracking-reported")
      .report("report-tracking", L, { ...news, event: "collected", expectedArrival: "2026-12-24" }, "PT9H")
      .brings("tracking-reported")
      .owesOnly("tell-customer-of-shipment", "prove-delivery")
      .has({
        shipments: [{ expectedArrival: "2026-11-27", tracking: [{ event: "collected" }, { event: "hub", place: "广州" }] }],
      })
      .report("report-tracking", L, { ...news, event: "collected" }, "PT9H")
      .brings("report-known")
      .report("report-tracking", L, { ...news, trackingNumber: "XX9" })
      .brings("discrepancy-opened");
    const times = late.order.shipments[0]?.tracking.map(({ stamp }) => (late.story.now - stamp.at) / 3_600_000);
    expect(times).toEqual([9, 2]);
  });

  test("tracking of a shipment that is no longer under way is kept too, whatever became of the order", () => {
    const news = { trackingNumber: "SF1", event: "hub", place: "广州" };
    const kept = { shipments: [{ tracking: [{ event: "hub", place: "广州" }] }] };
    given(upTo("delivery")).report("report-tracking", L, news).brings("tracking-reported").in("delivered").has(kept);
    given(upTo("receipt")).report("report-tracking", L, news).brings("tracking-reported").in("completed").has(kept);
    given(upTo("dispatch"))
      .report("report-problem", L, { trackingNumber: "SF1", kind: "refused", detail: "拒签" })
      .report("report-tracking", L, news)
      .brings("tracking-reported")
      .in("problem")
      .has(kept);
  });

  test("a forecast older than the one known changes nothing", () => {
    const held = { trackingNumber: "SF1", event: "held", expectedArrival: "2026-12-24" };
    given(upTo("dispatch"))
      .later("P1D")
      .report("report-trace", L, { trackingNumber: "SF1", result: "in_transit", expectedArrival: "2026-11-27" })
      .report("report-tracking", L, held, "PT5H")
      .brings("tracking-reported")
      .dueIn("prove-delivery", "P4DT15H");
  });
});

describe("delivered and completed (R4.3)", () => {
  test("signed for: the representative confirms the receipt within a day, and only then is the order complete", () => {
    given(upTo("dispatch"))
      .answered("messages", "tell", "done")
      .when("report-delivery", L, signed)
      .brings("delivered")
      .in("delivered")
      .closed("prove-delivery", "met", "in time")
      .owesOnly("confirm-receipt")
      .dueIn("confirm-receipt", "PT24H")
      .report("report-delivery", L, signed)
      .brings("report-known")
      .when("confirm-receipt", R, { satisfaction: 5 })
      .brings("receipt-confirmed")
      .in("completed")
      .has({ satisfaction: 5 })
      .owesOnly();
  });

  test("signed for before anybody told the customer of the shipment: that lapses", () => {
    given(upTo("delivery")).closed("tell-customer-of-shipment", "lapsed").owesOnly("confirm-receipt");
  });

  test("of another number it is a discrepancy, before dispatch it waits for it", () => {
    given(upTo("dispatch")).refuses(
      "report-delivery",
      by("logistics"),
      { ...signed, trackingNumber: "XX9" },
      "wrong-tracking-number",
    );
    given(upTo("data"))
      .report("report-delivery", L, signed)
      .brings("discrepancy-opened")
      .when("dispatch", L, sent)
      .brings("dispatched", "delivered", "discrepancy-closed")
      .in("delivered");
  });
});

describe("lost, returned, trouble at the door (H, R7.3)", () => {
  const lost = () => given(upTo("dispatch")).report("report-trace", L, { trackingNumber: "SF1", result: "lost" });

  test("lost or returned on the way, or trouble at the door: the supervisor decides within a day", () => {
    lost()
      .brings("trace-reported")
      .in("problem")
      .owesOnly("decide-loss")
      .dueIn("decide-loss", "PT24H")
      .closed("prove-delivery", "met");
    given(upTo("dispatch")).report("report-trace", L, { trackingNumber: "SF1", result: "returned" }).in("problem");
    for (const kind of ["refused", "short", "damaged", "wrong_recipient"] as const) {
      const trouble = { trackingNumber: "SF1", kind, detail: "seen at the door" };
      given(upTo("dispatch")).when("report-problem", R, trouble).in("problem").closed("prove-delivery", "met");
      given(upTo("delivery"))
        .when("report-problem", by("customer_service"), trouble)
        .in("problem")
        .closed("confirm-receipt", "met");
    }
  });

  test("nobody decides on what they reported", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    given(upTo("delivery"))
      .when("report-problem", both, { trackingNumber: "SF1", kind: "short", detail: "3 missing" })
      .ownedBy("decide-loss", { role: "supervisor", except: "li.na" })
      .refuses("decide-loss", both, { decision: "accept", reason: "small" }, "own-request")
      .when("decide-loss", by("management"), { decision: "accept", reason: "small" })
      .in("delivered");
  });

  test("make again: another run, placed with production and another shipment; nothing confirmed holds", () => {
    const again = lost()
      .when("decide-loss", S, { decision: "make_again", reason: "lost" })
      .brings("loss-decided")
      .in("making")
      .asks("warehouse:take-back", "production:place", "production:quote-lead-time")
      .has({ production: { run: 2 }, receivingTime: undefined, transport: undefined, shippingData: undefined })
      .owesOnly("report-lead-time", "update-progress")
      .report("report-lead-time", P, { finishDate: "2026-12-03" })
      .brings("lead-time-reported")
      .owesOnly("update-progress", "finish-production")
      .later("P1D")
      .report("finish-production", P, { quantity: [100] }, "P2D")
      .brings("report-known")
      .when("finish-production", P, { quantity: [100] })
      .dueIn("confirm-receiving-time", "PT24H");
    expect(again.order.shipments.map(({ state }) => state)).toEqual(["ended"]);
  });

  test("ship again: ready, all three owed afresh, the first shipment on record", () => {
    const again = lost()
      .later("PT20H")
      .when("decide-loss", S, { decision: "ship_again", reason: "returned" })
      .in("ready")
      .owesOnly("confirm-receiving-time", "arrange-transport", "confirm-shipping-data")
      .dueIn("confirm-receiving-time", "PT24H")
      .dueIn("arrange-transport", "PT24H")
      .dueIn("confirm-shipping-data", "PT24H")
      .asks("logistics:book")
      .when("confirm-receiving-time", R, window)
      .when("arrange-transport", L, courier)
      .when("confirm-shipping-data", R, data)
      .report("dispatch", L, sent)
      .brings("report-known")
      .when("dispatch", L, { ...sent, trackingNumber: "SF2", expectedArrival: "2026-11-29" })
      .in("shipped")
      .report("report-delivery", L, signed)
      .brings("discrepancy-opened")
      .report("report-delivery", L, { ...signed, trackingNumber: "SF2", deliveredAt: "2026-11-24T05:00:00+08:00" })
      .in("delivered");
    expect(again.order.shipments.map(({ number, state }) => [number, state])).toEqual([
      [1, "ended"],
      [2, "delivered"],
    ]);
  });

  test("accepted as it is: delivered, and who signed for it stays on record", () => {
    given(upTo("delivery"))
      .when("report-problem", R, { trackingNumber: "SF1", kind: "damaged", detail: "one box" })
      .later("PT3H")
      .when("decide-loss", S, { decision: "accept", reason: "the customer keeps it" })
      .in("delivered")
      .dueIn("confirm-receipt", "PT24H")
      .has({ shipments: [{ delivery: { signedBy: "陈先生" }, problem: { kind: "damaged" } }] });
  });

  test("cancelled: what was begun outside is called off", () => {
    lost()
      .when("decide-loss", S, { decision: "cancel", reason: "no time left" })
      .brings("loss-decided", "cancellation-decided")
      .asks("production:call-off", "warehouse:take-back", "logistics:call-off")
      .owesNothingOf("decide-loss");
  });

  test("goods that were lost and are delivered after all are delivered", () => {
    lost().report("report-delivery", L, signed).brings("delivered").in("delivered").closed("decide-loss", "lapsed");
  });

  test("signed for by another, or at another time, than is on record: news, and not what is known (门卫, then 陈先生)", () => {
    const byPorter = { ...signed, signedBy: "门卫" };
    const wrong = { trackingNumber: "SF1", kind: "wrong_recipient", detail: "the porter has it" } as const;
    const problem = given(upTo("dispatch"))
      .report("report-delivery", L, byPorter)
      .report("report-problem", L, wrong)
      .in("problem")
      .report("report-delivery", L, byPorter)
      .brings("report-known")
      .in("problem");
    problem
      .report("report-delivery", L, signed)
      .brings("delivered")
      .in("delivered")
      .has({ shipments: [{ delivery: { signedBy: "陈先生" } }] })
      .report("report-delivery", L, { ...signed, reference: "POD-1" })
      .brings("report-known");
    problem
      .later("PT2H")
      .report("report-delivery", L, { ...byPorter, deliveredAt: "2026-11-23T10:30:00+08:00" })
      .brings("delivered")
      .in("delivered");
    // Delivered, and signed for by somebody else after all: for a person to look at.
    given(upTo("delivery")).report("report-delivery", L, byPorter).brings("discrepancy-opened");
  });

  test("refused, then on its way back (拒签, 退回): news of the problem, and nobody has another day to decide", () => {
    const refused = { trackingNumber: "SF1", kind: "refused", detail: "拒签" } as const;
    const returned = { trackingNumber: "SF1", result: "returned" } as const;
    given(upTo("dispatch"))
      .report("report-problem", L, refused)
      .later("PT5H")
      .report("report-trace", L, returned)
      .brings("trace-reported")
      .in("problem")
      .dueIn("decide-loss", "PT19H")
      .has({ shipments: [{ problem: { kind: "refused", news: [{ kind: "returned" }] } }] })
      .report("report-trace", L, returned)
      .brings("report-known")
      .report("report-trace", L, { trackingNumber: "SF1", result: "in_transit", expectedArrival: "2026-12-01" })
      .brings("trace-reported")
      .in("problem")
      .dueIn("decide-loss", "PT19H")
      .owesOnly("decide-loss");
  });

  test("the same plate may carry a later shipment: what was reported before is of the first, the rest of the second", () => {
    const plate = { ...sent, carrier: "factory fleet", trackingNumber: "粤T12345" };
    const returned = { trackingNumber: "粤T12345", result: "returned" } as const;
    const again = given(largeReady())
      .when("confirm-receiving-time", R, window)
      .when("arrange-transport", L, vehicle)
      .when("confirm-shipping-data", R, data)
      .report("dispatch", L, plate)
      .later("PT4H")
      .report("report-trace", L, returned)
      .when("decide-loss", S, { decision: "ship_again", reason: "nobody at home" })
      .later("PT1H")
      .when("confirm-receiving-time", R, window)
      .when("arrange-transport", L, vehicle)
      .when("confirm-shipping-data", R, data)
      .report("dispatch", L, plate, "PT5H")
      .brings("report-known")
      .in("ready")
      .report("dispatch", L, plate)
      .brings("dispatched")
      .in("shipped")
      .report("report-trace", L, returned, "PT2H")
      .brings("report-known")
      .report("report-tracking", L, { trackingNumber: "粤T12345", event: "left" }, "PT3H")
      .brings("tracking-reported")
      .later("PT1H")
      .report("report-tracking", L, { trackingNumber: "粤T12345", event: "left again" })
      .in("shipped");
    expect(again.order.shipments.map(({ tracking }) => tracking.map(({ event }) => event))).toEqual([["left"], ["left again"]]);
    again.report("report-trace", L, returned).brings("trace-reported").in("problem");
  });

  test("trouble known already is noted; trouble of the same kind at the door afterwards is not", () => {
    const damaged = { trackingNumber: "SF1", kind: "damaged", detail: "one box" } as const;
    lost().report("report-trace", L, { trackingNumber: "SF1", result: "lost" }).brings("report-known");
    const once = given(upTo("dispatch")).report("report-problem", L, damaged).brings("problem-reported");
    once.report("report-problem", L, damaged).brings("report-known");
    once
      .later("PT1H")
      .report("report-delivery", L, signed)
      .later("PT1H")
      .report("report-problem", machine("customer_service"), damaged)
      .brings("problem-reported")
      .in("problem");
  });
});

describe("the promise passes", () => {
  test("undelivered it is a delay found by the clock itself", () => {
    const passed = given(upTo("dispatch")).later("P28D");
    passed.brings("delay-opened").has({ delays: [{ cause: "promise-passed", promisedDate: "2026-12-20" }] });
    expect(dutyOf(passed.story, "tell-customer-of-delay").dueAt).toBe(passed.story.now + 24 * 3_600_000);
  });

  test("told late of a delivery that was in time, the untold delay is withdrawn", () => {
    given(upTo("dispatch"))
      .later("P28D")
      .report("report-delivery", L, signed, "P24D")
      .brings("delivered", "delay-withdrawn")
      .customerWasTold("dispatched");
  });
});
