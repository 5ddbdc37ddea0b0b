import { describe, expect, test } from "vitest";
import { takeReport } from "../../src/domain/order/reports.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { by, command, machine, when } from "./order-fixture.ts";
import { entry, upTo } from "./regular.ts";
import { dutyOf, given } from "./scenario.ts";

const R = by("sales_rep");
const S = by("supervisor");
const A = by("order_admin");
const P = machine("production");
const L = machine("logistics");
const awaiting = { awaiting: "the customer", evidence: "mail of 23 November" };

describe("pausing (H)", () => {
  const pause = (scene: ReturnType<typeof given>, name: "confirm" | "tell-customer-of-shipment" = "confirm") => ({
    dutyId: dutyOf(scene.story, name).dutyId,
    ...awaiting,
  });

  test("by its owner or a supervisor, with who is awaited and the evidence; the clock stands until it is resumed", () => {
    const open = given(upTo("receive")).later("PT1H");
    open.refuses("pause-duty", A, pause(open), "no-such-duty");
    open
      .when("pause-duty", R, pause(open))
      .brings("duty-paused")
      .refuses("pause-duty", S, pause(open), "no-such-duty")
      .later("P1D")
      .when("resume-duty", S, { dutyId: pause(open).dutyId })
      .brings("duty-resumed")
      .dueIn("confirm", "PT1H")
      .refuses("resume-duty", R, { dutyId: pause(open).dutyId }, "no-such-duty");
    open.when("pause-duty", S, pause(open)).brings("duty-paused");
  });

  test("not when it is overdue, and not what the customer must be told", () => {
    const late = given(upTo("receive")).later("PT2H1M");
    late.refuses("pause-duty", R, pause(late), "no-such-duty");
    const shipped = given(upTo("dispatch"));
    shipped.refuses("pause-duty", S, pause(shipped, "tell-customer-of-shipment"), "duty-not-pausable");
  });

  test("three days in all for a duty, questions too; then it goes on by itself", () => {
    const open = given(upTo("receive"));
    const { dutyId } = pause(open);
    const twice = open
      .when("pause-duty", R, pause(open))
      .later("P2D")
      .when("resume-duty", R, { dutyId })
      .when("ask-customer", R, { dutyId, question: "E27?", channel: "phone" })
      .brings("customer-asked", "duty-paused");
    expect(dutyOf(twice.story, "confirm").dueAt - twice.story.now).toBe(26 * 3_600_000);
    twice
      .later("P1DT1H")
      .brings("duty-resumed")
      .dueIn("confirm", "PT1H")
      .refuses("pause-duty", R, pause(open), "no-such-duty")
      .when("ask-customer", R, { dutyId, question: "really?", channel: "phone" })
      .brings("customer-asked");
  });
});

describe("acknowledging (H)", () => {
  test("by one who was told, once it is overdue", () => {
    const warned = given(upTo("receive")).later("PT1H45M");
    const { dutyId } = dutyOf(warned.story, "confirm");
    warned.refuses("acknowledge", R, { dutyId }, "no-such-duty");
    warned
      .later("PT30M")
      .refuses("acknowledge", A, { dutyId }, "no-such-duty")
      .refuses("acknowledge", R, { dutyId, promisedAt: "2026-11-23T09:00:00+08:00" }, "date-passed")
      .when("acknowledge", R, { dutyId, promisedAt: "2026-11-23T15:00:00+08:00", note: "in a meeting" })
      .brings("duty-acknowledged");
    warned.later("PT30M").when("acknowledge", by("management"), { dutyId }).brings("duty-acknowledged");
  });

  test("a supervisor who is barred from it was not told", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    const unsigned = given(upTo("confirm"))
      .after((story) => when(story, "enter", both, entry))
      .later("PT5H");
    const { dutyId } = dutyOf(unsigned.story, "sign");
    unsigned.refuses("acknowledge", both, { dutyId }, "no-such-duty").when("acknowledge", S, { dutyId });
  });
});

describe("what was asked outside and failed", () => {
  test("somebody takes over within four hours; the clock goes on", () => {
    const failed = given(upTo("release"))
      .answered("production", "place", "refused")
      .brings("effect-failed")
      .owes("take-over", "finish-production")
      .dueIn("take-over", "PT4H");
    const effectId = failed.order.effects.find(({ state }) => state === "failed")?.effectId ?? "";
    failed
      .refuses("take-over", R, { effectId, outcome: "done" }, "wrong-role")
      .refuses("take-over", A, { effectId: "none", outcome: "done" }, "no-such-effect")
      .when("take-over", S, { effectId, outcome: "abandoned" })
      .brings("effect-taken-over")
      .closed("take-over", "met", "in time")
      .refuses("take-over", A, { effectId, outcome: "done" }, "no-such-effect");
  });
});

describe("reports that do not fit", () => {
  const progress = { stage: "painting", quantityDone: [10] };

  test("a machine's becomes a discrepancy, which the administrator resolves within a day", () => {
    given(upTo("sign"))
      .report("report-progress", P, progress)
      .brings("discrepancy-opened")
      .in("signed")
      .owes("resolve-discrepancy")
      .dueIn("resolve-discrepancy", "PT24H")
      .ownedBy("resolve-discrepancy", { role: "order_admin" });
  });

  test("it is decided again after each later event, and keeps its own time", () => {
    const early = given(upTo("sign")).report("report-progress", P, progress, "PT3H");
    const released = early
      .later("PT1H")
      .when("release", A)
      .brings("released", "progress-reported", "discrepancy-closed")
      .closed("resolve-discrepancy", "met", "in time");
    const applied = released.last.find(({ event }) => event === "progress-reported");
    expect(applied).toMatchObject({
      at: early.story.now - 3 * 3_600_000,
      actor: { id: "production-system" },
      command: "report-progress",
    });
  });

  test("of the same production run and shipment only: then a person decides", () => {
    given(upTo("finish"))
      .report("report-delivery", L, { trackingNumber: "SF2", signedBy: "?", deliveredAt: "2026-11-23T09:00:00+08:00" })
      .brings("discrepancy-opened")
      .when("check-goods", machine("warehouse"), { lines: [{ counted: 100, specificationOk: true }] })
      .owes("resolve-discrepancy");
    const again = given(upTo("dispatch"))
      .report("report-delay", machine("warehouse"), { cause: "?", newFinish: "2027-01-01" })
      .brings("command-refused")
      .report("finish-production", P, { quantity: [1, 2] })
      .brings("report-known")
      .report("arrange-transport", L, { method: "courier", carrier: "YTO", freightBorneBy: "company" })
      .brings("discrepancy-opened")
      .report("report-trace", L, { trackingNumber: "SF1", result: "lost" })
      .when("decide-loss", S, { decision: "ship_again", reason: "lost" })
      .brings("loss-decided")
      .owes("resolve-discrepancy", "arrange-transport");
    const { discrepancyId = "" } = again.order.discrepancies[0] ?? {};
    again
      .when("resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "they did" })
      .brings("transport-arranged", "discrepancy-closed")
      .has({ transport: { carrier: "YTO" } });
  });

  test("applied, it did happen at its own time, as an exception on record", () => {
    const early = given(upTo("sign"))
      .report("finish-production", P, { quantity: [100] }, "PT2H")
      .later("PT1H");
    const { discrepancyId = "" } = early.order.discrepancies[0] ?? {};
    const applied = early
      .when("resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "made for another order" })
      .brings("production-finished", "discrepancy-closed")
      .in("made");
    expect(applied.last[0]).toMatchObject({ at: early.story.now - 3 * 3_600_000, actor: { role: "production" } });
    expect(applied.last[1]).toMatchObject({ at: early.story.now, actor: { id: "zhao.min" }, reason: "made for another order" });
    expect(applied.order.discrepancies).toMatchObject([{ state: "applied" }]);
  });

  test("what cannot be, not even as an exception, stays refused", () => {
    const wrong = given(upTo("dispatch")).report("report-delivery", L, {
      trackingNumber: "XX9",
      signedBy: "?",
      deliveredAt: "2026-11-23T09:00:00+08:00",
    });
    const { discrepancyId = "" } = wrong.order.discrepancies[0] ?? {};
    wrong
      .refuses("resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "so they say" }, "wrong-tracking-number")
      .refuses("resolve-discrepancy", A, { discrepancyId: "x1", decision: "discard", reason: "?" }, "no-such-discrepancy");
  });

  test("a person's command that came as a signal and is refused is on record and told to them; it is no discrepancy", () => {
    given(upTo("enter"))
      .report("release", A, {})
      .brings("command-refused")
      .asks("refused>order_admin")
      .owesNothingOf("resolve-discrepancy")
      .has({ discrepancies: [] });
  });

  test("a machine that may not send it opens no discrepancy either", () => {
    given(upTo("enter")).report("sign", machine("supervisor"), {}).brings("command-refused").has({ discrepancies: [] });
  });
});

describe("who, when and why (R1.2)", () => {
  test("each event has its number, both times, the actor with the role that allowed it, command, key, reason and note", () => {
    const { order } = given(upTo("sign"));
    const at = Date.parse("2026-11-23T10:00:00+08:00");
    const sent = command(
      "refuse-release",
      { ...A, roles: ["warehouse", "order_admin"] },
      { reason: "no capacity", note: "call me" },
      at,
      at + 5,
    );
    const { events } = takeReport(order, sent, { orderNo: "SO-1", policy: defaultPolicy });
    expect(events).toMatchObject([
      {
        number: order.lastEvent + 1,
        at,
        receivedAt: at + 5,
        actor: { id: "zhao.min", role: "order_admin" },
        command: "refuse-release",
        event: "release-refused",
        reason: "no capacity",
        note: "call me",
        key: sent.key,
        version: 1,
      },
    ]);
  });

  test("a report of the future is of now", () => {
    const { order } = given(upTo("release"));
    const at = Date.parse("2026-11-23T10:00:00+08:00");
    const sent = command("report-progress", P, { stage: "painting", quantityDone: [1] }, at + 60_000, at);
    expect(takeReport(order, sent, { orderNo: "SO-1", policy: defaultPolicy }).events[0]?.at).toBe(at);
  });
});
