import { describe, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { by, machine, type Story } from "./order-fixture.ts";
import { lines, upTo } from "./regular.ts";
import { given, type Scene } from "./scenario.ts";
import { brief, customEntered, largeReleased } from "./special.ts";

const R = by("sales_rep");
const C = by("customer_service");
const S = by("supervisor");
const A = by("order_admin");
const P = machine("production");
const L = machine("logistics");
const phone = "phone" as const;
const [line] = lines;
const red = [
  { ...(line ?? { model: "", specification: "", quantity: 0, unitPriceFen: 0 }), specification: "E27 9W 3000K, red shade" },
];
const more = red.map((each) => ({ ...each, quantity: 150 }));

function request(
  story: Story,
  patch: Bodies["request-change"]["patch"],
  kind: Bodies["request-change"]["kind"] = "specification",
) {
  return given(story).when("request-change", R, { kind, patch, revision: story.order?.revision ?? 0, why: "the customer asked" });
}

function idOf(scene: Scene): string {
  return scene.order.changes.at(-1)?.changeId ?? "";
}

/** A change that was found feasible and accepted by the customer. */
function accepted(scene: Scene, found: Partial<Bodies["assess-change"]> = {}): Scene {
  const changeId = idOf(scene);
  return scene
    .when("assess-change", A, { changeId, feasible: true, ...found })
    .when("accept-change", R, { changeId, channel: phone });
}

function amended(scene: Scene, found: Partial<Bodies["assess-change"]> = {}): Scene {
  return accepted(scene, found).when("answer-amendment", P, { changeId: idOf(scene), accepted: true });
}

describe("a patch merges (RFC 7396)", () => {
  const custom = { ...again(customMaking()), kind: "specification" as const };
  function again({ order }: Story) {
    return { kind: "other" as const, revision: order?.revision ?? 0, why: "asked" };
  }

  test("what it does not name stays: an empty patch of the brief changes nothing", () => {
    given(customMaking())
      .refuses("request-change", R, { ...custom, patch: { custom: {} } }, "nothing-changes")
      .refuses("request-change", R, { ...custom, patch: { custom: brief } }, "nothing-changes")
      .refuses("request-change", R, { ...custom, patch: { custom: { brief: null } } }, "patch-invalid");
  });

  test("null removes, a text replaces", () => {
    for (const [patch, after] of [
      [null, null],
      [{ brief: "2,700 K" }, { brief: "2,700 K" }],
    ] as const) {
      const scene = amended(request(customMaking(), { custom: patch }));
      scene.has({ custom: after });
    }
  });
});

/** A custom order that is in the making. */
function customMaking(): Story {
  return given(customEntered())
    .when("acknowledge-special", S)
    .when("settle-design", by("design"), { reference: "D-1" })
    .report("report-lead-time", P, { days: 10 })
    .when("confirm-final-terms", R, { accepted: true, channel: phone })
    .when("sign", S)
    .when("release", A).story;
}

describe("a lampshade colour changed in mid-production (R1.3)", () => {
  test("assessed, accepted by the customer, amended by production; only then it takes effect, as another revision", () => {
    const asked = request(upTo("progress"), { lines: red })
      .brings("change-requested")
      .owes("assess-change")
      .dueIn("assess-change", "PT24H")
      .has({ lines, revision: 1 });
    const changeId = idOf(asked);
    asked
      .when("assess-change", A, { changeId, feasible: true })
      .brings("change-assessed")
      .dueIn("answer-change", "P3D")
      .asksNothing()
      .when("accept-change", C, { changeId, channel: phone })
      .brings("change-accepted")
      .asks("production:amend")
      .dueIn("answer-amendment", "PT24H")
      .has({ lines, revision: 1 })
      .when("answer-amendment", P, { changeId, accepted: true })
      .brings("amendment-answered")
      .in("making")
      .has({ lines: red, revision: 2, revisions: [{ terms: { lines } }, { terms: { lines: red } }] })
      .asks("change-outcome>customer")
      .owesNothingOf("assess-change", "answer-change", "answer-amendment", "sign")
      .report("answer-amendment", P, { changeId, accepted: true })
      .brings("report-known");
  });

  test("one at a time, against the revision in force, of what can be changed, to something else", () => {
    const asked = request(upTo("progress"), { lines: red });
    const again = { kind: "quantity" as const, patch: { lines: more }, revision: 1, why: "more" };
    asked.refuses("request-change", C, again, "change-open");
    amended(asked)
      .refuses("request-change", R, again, "revision-outdated")
      .when("request-change", R, { ...again, revision: 2 });
    given(upTo("progress"))
      .refuses("request-change", R, { ...again, patch: { lines: null } }, "patch-invalid")
      .refuses("request-change", R, { ...again, patch: { deliveryAddress: { city: null } } }, "patch-invalid")
      .refuses("request-change", R, { ...again, patch: { lines } }, "nothing-changes")
      .refuses("request-change", R, { ...again, patch: {} }, "nothing-changes")
      .refuses("request-change", R, { ...again, patch: { custom: null, deliveryAddress: {} } }, "nothing-changes")
      .refuses("request-change", R, { ...again, patch: { custom: {} } }, "patch-invalid")
      .refuses("request-change", R, { ...again, kind: "date", patch: { promisedDate: "2026-11-20" } }, "date-passed")
      .when("request-change", R, { ...again, kind: "other", patch: {} })
      .brings("change-requested");
    given(upTo("sign")).refuses("request-change", R, again, "not-in-stage");
    given(upTo("dispatch")).refuses("request-change", R, again, "not-in-stage");
  });

  test("withdrawn while it is requested or assessed, it stays on record", () => {
    const asked = request(upTo("progress"), { lines: red });
    const changeId = idOf(asked);
    asked
      .when("withdraw-change", R, { changeId, channel: phone })
      .brings("change-withdrawn")
      .has({ changes: [{ state: "withdrawn" }] })
      .owesNothingOf("assess-change", "tell-change-outcome");
    asked
      .when("assess-change", A, { changeId, feasible: true })
      .when("withdraw-change", C, { changeId, channel: phone })
      .closed("answer-change", "met");
    accepted(asked).refuses("withdraw-change", R, { changeId, channel: phone }, "no-such-change");
  });

  test.each([
    [
      "the administrator",
      (scene: Scene) => scene.when("assess-change", A, { changeId: idOf(scene), feasible: false, reason: "painted already" }),
    ],
    ["the supervisor", (scene: Scene) => accepted(scene).when("refuse-signature", S, { changeId: idOf(scene), reason: "no" })],
    [
      "production",
      (scene: Scene) =>
        accepted(scene)
          .when("sign", S, { changeId: idOf(scene) })
          .when("answer-amendment", P, { changeId: idOf(scene), accepted: false, reason: "painted already" }),
    ],
  ])("refused by %s, the customer is told within a day", (_, refuse) => {
    const asked = request(upTo("progress"), { lines: more });
    const changeId = idOf(asked);
    refuse(asked)
      .has({ lines, revision: 1, changes: [{ state: "refused" }] })
      .asks("change-outcome>customer")
      .owes("tell-change-outcome")
      .dueIn("tell-change-outcome", "PT24H")
      .when("tell-change-outcome", R, { changeId, channel: phone })
      .brings("change-outcome-told")
      .owesNothingOf("tell-change-outcome")
      .refuses("tell-change-outcome", R, { changeId, channel: phone }, "no-such-change");
  });

  test("nobody assesses or signs what they asked for", () => {
    const both = { ...R, roles: ["sales_rep", "order_admin", "supervisor"] as const };
    const asked = given(upTo("progress")).when("request-change", both, {
      kind: "quantity",
      patch: { lines: more },
      revision: 1,
      why: "more",
    });
    const changeId = idOf(asked);
    asked
      .ownedBy("assess-change", { role: "order_admin", except: "li.na" })
      .refuses("assess-change", both, { changeId, feasible: true }, "own-request");
    accepted(asked).ownedBy("sign", { role: "supervisor", except: "li.na" }).refuses("sign", both, { changeId }, "own-request");
  });
});

describe("a change that makes the order dearer or bigger is signed first (R1.3, R5.3)", () => {
  test.each([
    ["more pieces", { lines: more }, {}],
    ["a higher price", { lines: red.map((each) => ({ ...each, unitPriceFen: 4_000 })) }, {}],
    ["a cost on top", { lines: red }, { extraCostFen: 10_000 }],
  ])("%s", (_, patch, found) => {
    const asked = accepted(request(upTo("progress"), patch), found);
    const changeId = idOf(asked);
    asked
      .brings("change-accepted")
      .has({ changes: [{ state: "awaiting_signature" }] })
      .asksNothing()
      .dueIn("sign", "PT4H")
      .when("sign", S, { changeId })
      .brings("change-signed")
      .in("making")
      .asks("production:amend");
  });

  test("its cost is on the amount, and its date is the promise", () => {
    amended(request(upTo("progress"), { deliveryAddress: { street: "古镇路 2" } }, "address"), { newDate: "2026-12-28" }).has({
      promisedDate: "2026-12-28",
      plannedFinish: "2026-12-25",
      extraFen: 0,
      deliveryAddress: { street: "古镇路 2", postcode: "528400" },
    });
    const dearer = accepted(request(upTo("progress"), { lines: red }), { extraCostFen: 10_000 });
    dearer
      .when("sign", S, { changeId: idOf(dearer) })
      .when("answer-amendment", P, { changeId: idOf(dearer), accepted: true })
      .has({ amountFen: 360_000, extraFen: 10_000 });
  });
});

describe("what was confirmed for the old terms and no longer holds is void", () => {
  test("goods made already of another specification are made again, and the old ones taken back", () => {
    const again = amended(request(upTo("receivingTime"), { lines: red }))
      .in("making")
      .asks("warehouse:take-back", "production:place", "production:quote-lead-time", "change-outcome>customer")
      .has({ production: { run: 2, quantityDone: [] }, plannedFinish: undefined })
      .owesOnly("report-lead-time", "update-progress");
    expect(again.order.receivingTime).toBeDefined();
    amended(
      request(
        given(upTo("finish")).when("check-goods", machine("warehouse"), { lines: [{ counted: 1, specificationOk: true }] }).story,
        { lines: red },
      ),
    ).in("making");
    amended(request(upTo("data"), { lines: red }))
      .in("making")
      .owesNothingOf("dispatch");
  });

  test("another price leaves the goods as they are", () => {
    const cheaper = lines.map((each) => ({ ...each, unitPriceFen: 3_000 }));
    amended(request(upTo("data"), { lines: cheaper }, "price"))
      .in("ready")
      .has({ amountFen: 300_000 })
      .owes("dispatch");
  });

  test("another date voids the receiving time, and it is owed afresh", () => {
    amended(
      given(upTo("data"))
        .later("P2D")
        .after((story) => request(story, { promisedDate: "2026-12-28" }, "date").story),
    )
      .has({ promisedDate: "2026-12-28", receivingTime: undefined })
      .owesOnly("confirm-receiving-time")
      .dueIn("confirm-receiving-time", "PT24H");
  });

  test("another address voids transport, data and the receiving time, and logistics books again", () => {
    const moved = given(upTo("data"))
      .later("P2D")
      .after((story) => request(story, { deliveryAddress: { street: "古镇路 2" } }, "address").story);
    amended(moved)
      .owesOnly("confirm-receiving-time", "arrange-transport", "confirm-shipping-data")
      .dueIn("arrange-transport", "PT24H")
      .asks("logistics:book", "change-outcome>customer")
      .has({ shippingData: undefined, transport: undefined });
  });

  test("a change of another kind leaves what is owed as it is", () => {
    const before = given(upTo("check")).later("PT5H").dueIn("arrange-transport", "PT19H");
    amended(before.after((story) => request(story, {}, "other").story))
      .dueIn("arrange-transport", "PT19H")
      .dueIn("confirm-shipping-data", "PT19H")
      .asks("change-outcome>customer");
  });

  test("an order that is large no longer loses its dedicated vehicle", () => {
    const few = [{ model: "SMART-1", specification: "E27 12W RGBW", quantity: 500, unitPriceFen: 1_000 }];
    const ready = given(largeReleased())
      .when("finish-production", P, { quantity: [500] })
      .when("check-goods", machine("warehouse"), { lines: [{ counted: 500, specificationOk: true }] })
      .when("confirm-receiving-time", R, { from: "2026-12-01T09:00:00+08:00", to: "2026-12-20T12:00:00+08:00", channel: phone })
      .when("arrange-transport", L, { method: "dedicated_vehicle", carrier: "fleet", freightBorneBy: "company" });
    amended(ready.after((story) => request(story, { lines: few }, "price").story))
      .has({ class: { large: false, custom: false }, transport: undefined })
      .owes("arrange-transport");
  });

  test("the class computed anew changes times alone: nothing of a special order opens after the release", () => {
    const asked = accepted(request(upTo("leadTime"), { lines: lines.map((each) => ({ ...each, quantity: 500 })) }, "quantity"));
    asked
      .when("sign", S, { changeId: idOf(asked) })
      .when("answer-amendment", P, { changeId: idOf(asked), accepted: true })
      .has({ class: { large: true, custom: false } })
      .owesNothingOf("acknowledge-special", "inform-delivery-date");
  });

  test("a promise moved forward below what production expects needs a reason, and is a delay, whatever was agreed before", () => {
    const sooner = { kind: "date" as const, patch: { promisedDate: "2026-12-04" }, revision: 1, why: "an exhibition" };
    given(upTo("leadTime")).refuses("request-change", R, sooner, "promise-impossible");
    amended(given(upTo("leadTime")).when("request-change", R, { ...sooner, override: "production works on Sunday" }))
      .brings("amendment-answered", "delay-opened")
      .has({ promiseOverride: { date: "2026-12-04", reason: "production works on Sunday" } });
    const asked = request(upTo("leadTime"), { promisedDate: "2026-12-28" }, "date");
    const found = { changeId: idOf(asked), feasible: true, newDate: "2026-12-04" };
    asked.refuses("assess-change", A, found, "promise-impossible");
    amended(asked, { ...found, override: "two shifts" }).has({ promiseOverride: { reason: "two shifts" } });
  });
});

describe("nothing ships while a change is open (R1.3)", () => {
  const sent = { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-11-26" };

  test("dispatch is refused, its duty lapses, and opens afresh when the change has ended", () => {
    const asked = given(upTo("data"))
      .later("PT20H")
      .after((story) => request(story, {}, "other").story);
    const changeId = idOf(asked);
    const refused = asked
      .closed("dispatch", "lapsed")
      .refuses("dispatch", by("logistics"), sent, "change-open")
      .when("assess-change", A, { changeId, feasible: false, reason: "no" })
      .dueIn("dispatch", "PT24H")
      .asks("change-outcome>customer", "warehouse:hand-out", "logistics:ship")
      .later("PT1H");
    // Told of it, nothing opens again: the goods are not handed out twice.
    refused.when("tell-change-outcome", R, { changeId, channel: phone }).dueIn("dispatch", "PT23H").asksNothing();
  });

  test("dispatched all the same, as an exception that somebody puts on record, the change lapses", () => {
    const asked = request(upTo("data"), {}, "other").report("dispatch", L, sent).brings("discrepancy-opened");
    const { discrepancyId = "" } = asked.order.discrepancies[0] ?? {};
    asked
      .when("resolve-discrepancy", A, { discrepancyId, decision: "apply", reason: "it has left" })
      .brings("dispatched", "discrepancy-closed")
      .in("shipped")
      .has({ changes: [{ state: "lapsed" }] })
      .owesNothingOf("assess-change");
  });
});
