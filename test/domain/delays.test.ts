import { describe, expect, test } from "vitest";
import { view } from "../../src/domain/order/view.ts";
import { by, machine, type Story } from "./order-fixture.ts";
import { entry, upTo } from "./regular.ts";
import { given, owed } from "./scenario.ts";
import { largeReleased } from "./special.ts";

const R = by("sales_rep");
const C = by("customer_service");
const S = by("supervisor");
const A = by("order_admin");
const P = machine("production");
const L = machine("logistics");
const short = { cause: "material short", newFinish: "2026-12-22" };
const discount = { kind: "discount", valueFen: 20_000 } as const;
const telling = { reason: "material short", remedy: discount, newDate: "2026-12-25", channel: "phone" as const };

/** 20 days promised, material short, 5 days late (R3.3). */
const delayed = () => given(upTo("leadTime")).when("report-delay", P, short);
const told = () => delayed().when("tell-customer-of-delay", R, telling);

describe("20 days promised, material short, 5 days late, a discount (R3.3)", () => {
  test("the representative is told, tells the customer within 24 hours, agrees the discount, and the promise moves", () => {
    delayed()
      .brings("delay-reported", "delay-opened")
      .has({ delays: [{ state: "untold", forecastArrival: "2026-12-25", promisedDate: "2026-12-20", cause: "material short" }] })
      .asks("delay>sales_rep")
      .owes("tell-customer-of-delay")
      .dueIn("tell-customer-of-delay", "PT24H")
      .later("PT2H")
      .when("tell-customer-of-delay", R, telling)
      .brings("customer-told-of-delay")
      .closed("tell-customer-of-delay", "met", "in time")
      .dueIn("agree-remedy", "P3D")
      .has({ promisedDate: "2026-12-20", amountFen: 350_000 })
      .when("agree-remedy", R, { accepted: true })
      .brings("remedy-agreed")
      .has({ promisedDate: "2026-12-25", amountFen: 330_000, discountFen: 20_000, plannedFinish: "2026-12-22" })
      .owesNothingOf("tell-customer-of-delay", "agree-remedy", "decide-remedy")
      // The same news again is no other delay.
      .report("report-delay", P, short)
      .brings("report-known")
      .when("report-progress", P, { stage: "painting", quantityDone: [60], expectedFinish: "2026-12-22" })
      .brings("progress-reported");
  });

  test("anybody who may reports it: production, the representative, the administrator, logistics; from the signature to the shipment", () => {
    for (const actor of [by("production"), R, A, by("logistics")]) {
      given(upTo("release")).when("report-delay", actor, short).brings("delay-reported", "delay-opened");
    }
    given(upTo("release")).refuses("report-delay", by("warehouse"), short, "wrong-role");
    given(upTo("enter")).refuses("report-delay", A, short, "not-in-stage");
    given(upTo("sign")).when("report-delay", A, short).brings("delay-reported", "delay-opened");
    given(upTo("dispatch"))
      .when("report-delay", L, { cause: "snow", newArrival: "2026-12-24" })
      .brings("delay-reported", "delay-opened");
    given(upTo("delivery")).refuses("report-delay", by("logistics"), { cause: "snow", newArrival: "2026-12-24" }, "not-in-stage");
  });

  test("a delay within the promise is none", () => {
    given(upTo("leadTime")).when("report-delay", P, { cause: "power cut", newFinish: "2026-12-17" }).brings("delay-reported");
  });

  test("another way than the one offered can be agreed", () => {
    told()
      .when("agree-remedy", C, { accepted: true, remedy: { kind: "freight", valueFen: 5_000 }, newDate: "2026-12-28" })
      .has({ promisedDate: "2026-12-28", discountFen: 0 });
    told().refuses("agree-remedy", R, { accepted: true, newDate: "2026-11-01" }, "date-passed");
    delayed().refuses("agree-remedy", R, { accepted: true }, "delay-not-told");
    given(upTo("leadTime"))
      .refuses("agree-remedy", R, { accepted: true }, "no-open-delay")
      .refuses("tell-customer-of-delay", R, telling, "no-open-delay");
  });

  test("a discount can make a large order ordinary, which has no vehicle of its own", () => {
    const remedy = { kind: "discount", valueFen: 3_500_000 } as const;
    given(largeReleased())
      .when("report-delay", P, { cause: "material short", newFinish: "2027-01-20" })
      .when("tell-customer-of-delay", R, { ...telling, remedy, newDate: "2027-01-23" })
      .when("agree-remedy", R, { accepted: true })
      .has({ class: { large: false, custom: false } })
      .in("making");
  });
});

describe("one open delay an order (R3.2)", () => {
  test("further news before the customer is told keeps the first deadline", () => {
    delayed()
      .later("PT10H")
      .when("report-delay", A, { cause: "more material short", newFinish: "2026-12-28" })
      .brings("delay-reported", "delay-news")
      .has({ delays: [{ forecastArrival: "2026-12-31" }] })
      .dueIn("tell-customer-of-delay", "PT14H");
  });

  test("a later date than the customer was told opens the telling again; an earlier one does not", () => {
    told()
      .when("report-delay", P, { cause: "found some", newFinish: "2026-12-21" })
      .brings("delay-reported", "delay-news")
      .owesNothingOf("tell-customer-of-delay")
      .when("report-delay", P, { cause: "spoilt", newFinish: "2026-12-22" })
      .brings("delay-reported", "delay-news")
      .owesNothingOf("tell-customer-of-delay")
      .later("PT1H")
      .when("report-delay", P, { cause: "strike", newFinish: "2027-01-05" })
      .brings("delay-reported", "delay-news")
      .owes("tell-customer-of-delay")
      .owesNothingOf("agree-remedy")
      .closed("agree-remedy", "lapsed")
      .dueIn("tell-customer-of-delay", "PT24H");
  });

  test("told a sooner date than was forecast once, the customer is told again when that does not hold", () => {
    delayed()
      .when("report-delay", P, { cause: "found some", newFinish: "2026-12-18" })
      .when("tell-customer-of-delay", R, { ...telling, newDate: "2026-12-21" })
      .when("report-delay", P, { cause: "spoilt", newFinish: "2026-12-20" })
      .brings("delay-reported", "delay-news")
      .owes("tell-customer-of-delay");
  });

  test("a new telling replaces the remedy awaited", () => {
    told()
      .refuses("tell-customer-of-delay", R, { ...telling, newDate: "2026-12-23" }, "promise-impossible")
      .when("tell-customer-of-delay", R, {
        ...telling,
        remedy: { kind: "earlier_delivery" },
        newDate: "2026-12-23",
        override: "by air",
      })
      .has({ delays: [{ state: "told", told: { newDate: "2026-12-23" } }] })
      // The reason stands for the day that they were told.
      .when("agree-remedy", R, { accepted: true })
      .has({ promisedDate: "2026-12-23", discountFen: 0, promiseOverride: { reason: "by air" } });
  });

  test("back within the promise and untold, it is withdrawn; told, it stays until it is agreed", () => {
    delayed()
      .when("report-delay", P, { cause: "found it", newFinish: "2026-12-16" })
      .brings("delay-reported", "delay-withdrawn")
      .closed("tell-customer-of-delay", "lapsed")
      .owesNothingOf("tell-customer-of-delay");
    told().when("report-delay", P, { cause: "found it", newFinish: "2026-12-16" }).brings("delay-reported").owes("agree-remedy");
  });

  test("an entry corrected to a later date takes it back too", () => {
    given(upTo("sign"))
      .when("report-delay", A, short)
      .when("correct-entry", R, { ...entry, requestedDate: "2026-12-31" })
      .brings("entry-corrected", "delay-withdrawn");
  });

  test("after it was agreed only a later forecast or the passing of the promise opens another", () => {
    const agreed = () => told().when("agree-remedy", R, { accepted: true });
    agreed().when("report-delay", P, { cause: "again", newFinish: "2026-12-24" }).brings("delay-reported", "delay-opened");
    const passed = agreed().later("P33D");
    passed.brings("delay-opened").has({ delays: [{ state: "closed" }, { state: "untold", cause: "promise-passed" }] });
    passed.later("P3D").brings();
  });

  test("agreed on sooner than was forecast, the forecast known then opens no other", () => {
    told()
      .refuses("agree-remedy", R, { accepted: true, newDate: "2026-12-23" }, "promise-impossible")
      .when("agree-remedy", R, { accepted: true, newDate: "2026-12-23", override: "by air" })
      .brings("remedy-agreed")
      .owesNothingOf("tell-customer-of-delay");
  });
});

describe("a remedy refused (R3.3)", () => {
  const refused = () => told().when("agree-remedy", R, { accepted: false });

  test("the supervisor decides within a day: offer anew", () => {
    refused()
      .brings("remedy-refused")
      .owesNothingOf("agree-remedy", "tell-customer-of-delay")
      .dueIn("decide-remedy", "PT24H")
      .refuses("tell-customer-of-delay", R, telling, "no-open-delay")
      .when("decide-remedy", S, { decision: "offer_anew", reason: "offer the freight" })
      .brings("remedy-decided")
      .owes("tell-customer-of-delay")
      .dueIn("tell-customer-of-delay", "PT24H");
  });

  test("keep the promise: nothing more, until it passes", () => {
    refused()
      .when("decide-remedy", S, { decision: "keep", reason: "we will make it" })
      .owesNothingOf("tell-customer-of-delay", "agree-remedy", "decide-remedy")
      .has({ promisedDate: "2026-12-20" })
      .later("P28D")
      .brings("delay-opened");
  });

  test("kept after it has passed, it does not open again for the same passing", () => {
    given(upTo("leadTime"))
      .later("P28D")
      .brings("delay-opened")
      .when("tell-customer-of-delay", R, { ...telling, newDate: "2026-12-28" })
      .when("agree-remedy", R, { accepted: false })
      .when("decide-remedy", S, { decision: "keep", reason: "tomorrow" })
      .brings("remedy-decided")
      .later("P1D")
      .brings();
  });

  test("cancel: the order is called off", () => {
    refused()
      .when("decide-remedy", S, { decision: "cancel", reason: "customer insists" })
      .brings("remedy-decided", "cancellation-decided")
      .asks("production:call-off");
  });

  test("nobody decides on the remedy that they offered", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    delayed()
      .when("tell-customer-of-delay", both, telling)
      .when("agree-remedy", R, { accepted: false })
      .ownedBy("decide-remedy", { role: "supervisor", except: "li.na" })
      .refuses("decide-remedy", both, { decision: "keep", reason: "so" }, "own-request");
  });
});

describe("cancellation as a remedy", () => {
  const off = { ...telling, remedy: { kind: "cancellation" as const } };

  test("agreed, the supervisor decides it; refused by them, another remedy is owed", () => {
    delayed()
      .when("tell-customer-of-delay", R, off)
      .when("agree-remedy", R, { accepted: true })
      .brings("remedy-agreed", "cancellation-requested")
      .has({ promisedDate: "2026-12-20" })
      .owes("decide-cancellation")
      .when("refuse-cancellation", S, { reason: "nearly done" })
      .brings("cancellation-refused")
      .owes("tell-customer-of-delay")
      .dueIn("tell-customer-of-delay", "PT24H");
  });

  test("a later delay that opened meanwhile is the one that stays open", () => {
    const both = delayed()
      .when("tell-customer-of-delay", R, off)
      .when("agree-remedy", R, { accepted: true })
      .when("report-delay", P, { cause: "strike", newFinish: "2027-01-10" })
      .brings("delay-reported", "delay-opened")
      .when("refuse-cancellation", S, { reason: "nearly done" });
    expect(both.order.delays.map(({ state }) => state)).toEqual(["closed", "untold"]);
  });

  test("it can be offered only before dispatch, or in trouble on the way", () => {
    const late = given(upTo("dispatch")).when("report-delay", L, { cause: "snow", newArrival: "2026-12-24" });
    late
      .refuses("tell-customer-of-delay", R, off, "remedy-not-possible-now")
      .when("tell-customer-of-delay", R, telling)
      .refuses("agree-remedy", R, { accepted: true, remedy: { kind: "cancellation" } }, "remedy-not-possible-now")
      .when("agree-remedy", R, { accepted: false })
      .refuses("decide-remedy", S, { decision: "cancel", reason: "so" }, "remedy-not-possible-now");
    late
      .report("report-trace", L, { trackingNumber: "SF1", result: "lost" })
      .when("tell-customer-of-delay", R, off)
      .in("problem");
  });
});

describe("a delay outlives the order", () => {
  test("delivered late and not told, the customer is still to be told", () => {
    given(upTo("dispatch"))
      .later("P29D")
      .brings("delay-opened")
      .when("report-delivery", L, { trackingNumber: "SF1", signedBy: "陈先生", deliveredAt: "2026-12-22T09:00:00+08:00" })
      .when("confirm-receipt", R)
      .in("completed")
      .owesOnly("tell-customer-of-delay")
      .when("tell-customer-of-delay", R, { ...telling, newDate: "2026-12-22" })
      .owesOnly("agree-remedy")
      .refuses("agree-remedy", R, { accepted: true, remedy: { kind: "cancellation" } }, "remedy-not-possible-now")
      .when("agree-remedy", R, { accepted: true })
      .owesOnly();
  });

  test("on schedule no message about a delay goes to the customer", () => {
    given(upTo("receipt")).customerWasTold("dispatched");
  });
});

describe("force majeure (R7.4)", () => {
  const flood = { what: "flood", from: "2026-11-23T00:00:00+08:00", until: "2026-12-01T00:00:00+08:00", evidence: "notice 12" };

  /** What one declaration exempts, as the order answers it. */
  function exempts(story: Story): string[] {
    const [first] = story.order ? view(story.order, S, story.now).forceMajeure : [];
    return (first?.exempts ?? []).map((dutyId) => dutyId.replace(/-\d+$/u, ""));
  }

  test("declared by who may, verified by somebody else; the last word holds", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    const declared = given(upTo("release"))
      .when("declare-force-majeure", both, flood)
      .brings("force-majeure-declared")
      .dueIn("verify-force-majeure", "P2D")
      .ownedBy("verify-force-majeure", { role: "supervisor", except: "li.na" });
    const { forceMajeureId = "" } = declared.order.forceMajeure[0] ?? {};
    const verdict = (verified: boolean) => ({ forceMajeureId, verified });
    declared
      .refuses("verify-force-majeure", both, verdict(true), "own-request")
      .when("verify-force-majeure", S, verdict(true))
      .brings("force-majeure-verified")
      .owesNothingOf("verify-force-majeure")
      .when("verify-force-majeure", by("management"), verdict(false))
      .has({ forceMajeure: [{ verdict: { verified: false } }] })
      .refuses("verify-force-majeure", S, { forceMajeureId: "f9", verified: true }, "no-such-force-majeure");
  });

  test("breaches between from and until carry no blame, except that the customer was not told", () => {
    const breached = delayed().when("declare-force-majeure", by("production"), flood).later("P8D");
    const { forceMajeureId = "" } = breached.order.forceMajeure[0] ?? {};
    const verified = breached.when("verify-force-majeure", S, { forceMajeureId, verified: true });
    expect(exempts(breached.story)).toEqual([]);
    // Overdue are the telling of the delay, the weekly update, and the verifying itself.
    expect(exempts(verified.story)).toEqual(["verify-force-majeure", "update-progress"]);
    expect(owed(verified.story)).toContain("tell-customer-of-delay");
    expect(exempts(verified.when("verify-force-majeure", S, { forceMajeureId, verified: false }).story)).toEqual([]);
  });

  test("what fell due before or after it is not exempted", () => {
    const early = given(upTo("release")).when("declare-force-majeure", A, {
      ...flood,
      until: "2026-11-29T00:00:00+08:00",
    });
    const { forceMajeureId = "" } = early.order.forceMajeure[0] ?? {};
    const verified = early.when("verify-force-majeure", S, { forceMajeureId, verified: true });
    expect(exempts(verified.later("P8D").story)).toEqual(["report-lead-time"]);
  });
});
