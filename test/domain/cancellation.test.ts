import { describe, expect, test } from "vitest";
import { isOver } from "../../src/domain/order/clock.ts";
import { by, machine } from "./order-fixture.ts";
import { upTo, type Step } from "./regular.ts";
import { given } from "./scenario.ts";
import { largeEntered } from "./special.ts";

const R = by("sales_rep");
const C = by("customer_service");
const S = by("supervisor");
const A = by("order_admin");
const asked = { askedBy: "陈先生", reason: "shop closed" };
const why = { reason: "shop closed", settlement: "deposit kept" };

describe("who cancels, and until when (H)", () => {
  test.each<Step>(["receive", "confirm", "enter"])(
    "after %s the representative alone, and nothing outside is called off",
    (step) => {
      given(upTo(step))
        .refuses("cancel", S, why, "wrong-role")
        .refuses("request-cancellation", C, asked, "not-in-stage")
        .when("cancel", R, why)
        .brings("cancellation-decided", "cancelled")
        .in("cancelled")
        .asks("cancelled>customer")
        .owesOnly();
    },
  );

  test.each<Step>(["sign", "release", "finish", "check", "data"])("after %s the supervisor", (step) => {
    given(upTo(step))
      .refuses("cancel", R, why, "supervisor-decides")
      .when("cancel", S, why)
      .has({ cancelling: { reason: "shop closed" } });
  });

  test.each<Step>(["dispatch", "delivery", "receipt"])("after %s nobody", (step) => {
    given(upTo(step))
      .refuses("cancel", S, why, "not-in-stage")
      .refuses("cancel", R, why, "not-in-stage")
      .refuses("request-cancellation", C, asked, "not-in-stage");
  });
});

describe("a cancellation that is asked for", () => {
  test("the supervisor decides within a day; nothing ships meanwhile", () => {
    given(upTo("data"))
      .when("request-cancellation", C, asked)
      .brings("cancellation-requested")
      .dueIn("decide-cancellation", "PT24H")
      .owesNothingOf("dispatch")
      .refuses(
        "dispatch",
        by("logistics"),
        { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" },
        "cancellation-open",
      )
      .refuses("request-cancellation", R, asked, "cancellation-open")
      .report("request-cancellation", machine("customer_service"), asked)
      .brings("report-known")
      .later("PT5H")
      .when("refuse-cancellation", S, { reason: "packed already" })
      .brings("cancellation-refused")
      .owesOnly("dispatch")
      .dueIn("dispatch", "PT24H")
      .refuses("refuse-cancellation", S, { reason: "again" }, "no-cancellation-open");
  });

  test("nobody decides on what they asked for", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    given(upTo("data"))
      .when("request-cancellation", both, asked)
      .ownedBy("decide-cancellation", { role: "supervisor", except: "li.na" })
      .refuses("cancel", both, why, "own-request")
      .refuses("refuse-cancellation", both, { reason: "no" }, "own-request")
      .when("cancel", by("management"), why)
      .closed("decide-cancellation", "met", "in time");
  });
});

describe("cancelling: what was begun outside is called off", () => {
  const off = () => given(upTo("data")).when("request-cancellation", R, asked).when("cancel", S, why);

  test("in all three systems; forward duties lapse, forward commands are refused, until each has answered", () => {
    off()
      .brings("cancellation-decided")
      .in("ready")
      .asks("production:call-off", "warehouse:take-back", "logistics:call-off")
      .owesOnly()
      .refuses("dispatch", by("logistics"), { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" }, "cancelling")
      .refuses(
        "confirm-shipping-data",
        R,
        { recipient: "陈先生", phone: "1", address: { province: "广东", city: "中山", street: "1" } },
        "cancelling",
      )
      .refuses("cancel", S, why, "cancelling")
      .answered("production", "call-off", "done")
      .brings("effect-done")
      .answered("warehouse", "take-back", "done")
      .answered("logistics", "call-off", "done")
      .brings("effect-done", "cancelled")
      .in("cancelled")
      .asks("cancelled>customer");
  });

  test("a refusal goes to whoever takes over, and the order ends when they have", () => {
    const refused = off()
      .answered("production", "call-off", "done")
      .answered("warehouse", "take-back", "done")
      .answered("logistics", "call-off", "refused")
      .brings("effect-failed")
      .in("ready")
      .owesOnly("take-over")
      .dueIn("take-over", "PT4H");
    const effectId = refused.order.effects.find(({ state }) => state === "failed")?.effectId ?? "";
    refused
      .when("take-over", A, { effectId, outcome: "done", note: "phoned the carrier" })
      .brings("effect-taken-over", "cancelled")
      .in("cancelled")
      .owesOnly();
  });

  test("only what was begun: of a large order that production was asked about, production alone", () => {
    given(largeEntered()).when("cancel", R, why).asks("production:call-off").in("entered");
  });

  test("an open change lapses", () => {
    given(upTo("progress"))
      .when("request-change", R, { kind: "other", patch: {}, revision: 1, why: "packing" })
      .when("cancel", S, why)
      .has({ changes: [{ state: "lapsed" }] })
      .owesNothingOf("assess-change");
  });

  test("what does not carry the order on goes on: questions, communication, complaints, another representative", () => {
    const open = off().when("record-complaint", C, { about: "deposit" });
    const dutyId = `handle-complaint-${open.order.lastEvent}`;
    open
      .when("ask-customer", C, { dutyId, question: "which account?", channel: "phone" })
      .brings("customer-asked", "duty-paused")
      .when("record-answer", C, { questionId: `q${open.order.lastEvent + 1}`, answer: "ICBC" })
      .when("record-communication", S, { with: "陈先生", channel: "phone", summary: "sorry" })
      .when("reassign", S, { salesRep: "zhang.wei" })
      .brings("rep-assigned");
  });
});

describe("a cancelled order", () => {
  const cancelled = () => given(upTo("enter")).when("cancel", R, why);

  test("accepts no late report silently: it is a discrepancy that somebody resolves", () => {
    const late = cancelled().report("report-lead-time", machine("production"), { days: 3 });
    const { discrepancyId = "" } = late.order.discrepancies[0] ?? {};
    late
      .brings("discrepancy-opened")
      .owesOnly("resolve-discrepancy")
      .dueIn("resolve-discrepancy", "PT24H")
      .when("resolve-discrepancy", A, { discrepancyId, decision: "discard", reason: "cancelled" })
      .brings("discrepancy-closed")
      .owesOnly()
      .in("cancelled");
  });

  test("a request that nobody can grant any more can only be discarded", () => {
    const late = cancelled().report("request-change", machine("customer_service"), {
      kind: "quantity",
      patch: {},
      revision: 1,
      why: "more",
    });
    const { discrepancyId = "" } = late.order.discrepancies[0] ?? {};
    late
      .refuses("resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "they asked" }, "not-in-stage")
      .when("resolve-discrepancy", A, { discrepancyId, decision: "discard", reason: "cancelled" })
      .brings("discrepancy-closed");
    given(upTo("dispatch")).report("request-cancellation", machine("customer_service"), asked).brings("discrepancy-opened");
  });

  test("is over when nothing is owed and everything asked outside is settled", () => {
    const ended = cancelled();
    expect(isOver(ended.order, ended.story.now)).toBe(false);
    const settled = ended.answered("messages", "tell", "done");
    expect(isOver(settled.order, settled.story.now)).toBe(true);
    expect(isOver(settled.when("record-complaint", C, { about: "deposit" }).order, settled.story.now)).toBe(false);
  });
});
