import { describe, expect, test } from "vitest";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { attempt, beginning, by, machine, when } from "./order-fixture.ts";
import { customer, entry, lines, upTo } from "./regular.ts";
import { dutyOf, given } from "./scenario.ts";
import { brief, customEntered, customEntry, largeEntered, largeEntry, largeLines, largeSigned } from "./special.ts";

const R = by("sales_rep");
const S = by("supervisor");
const A = by("order_admin");
const C = by("customer_service");
const P = machine("production");
const phone = "phone" as const;

describe("receiving (R2.1)", () => {
  test("an order needs no more than a name and a way to reach the customer; the representative who took it has it", () => {
    given(when(beginning, "receive", R, { customer }))
      .brings()
      .in("received")
      .has({ salesRep: "li.na", amountFen: 0, class: { large: false, custom: false } })
      .owesOnly("confirm")
      .dueIn("confirm", "PT2H");
  });

  test("without a representative the supervisor assigns one in half an hour; the two hours of confirming run on", () => {
    given(when(beginning, "receive", C, { customer }))
      .owesOnly("assign-rep", "confirm")
      .dueIn("assign-rep", "PT30M")
      .later("PT20M")
      .refuses("confirm", R, { lines, deliveryDate: "2026-12-20", channel: phone }, "not-your-order")
      .when("reassign", S, { salesRep: "li.na" })
      .brings("rep-assigned")
      .closed("assign-rep", "met", "in time")
      .owesOnly("confirm")
      .ownedBy("confirm", { role: "sales_rep", id: "li.na" })
      .dueIn("confirm", "PT1H40M");
  });

  test("the class is computed as far as the lines are known", () => {
    given(when(beginning, "receive", R, { customer, lines: [{ model: "SMART-1" }] })).has({
      class: { large: false, custom: false },
    });
    given(when(beginning, "receive", R, { customer, lines: largeLines, custom: brief })).has({
      class: { large: true, custom: true },
    });
  });

  test("a representative receives for themselves or for whom they are the deputy of", () => {
    const refused = attempt(beginning, "receive", R, { customer, salesRep: "zhang.wei" });
    expect(isRefusal(refused) && refused.refused).toBe("not-your-order");
    given(when(beginning, "receive", { ...R, deputyFor: ["zhang.wei"] }, { customer, salesRep: "zhang.wei" })).has({
      salesRep: "zhang.wei",
    });
  });

  test("the sales department's machine receives for anybody, and an order without a representative is assigned", () => {
    given(when(beginning, "receive", machine("sales_rep"), { customer, salesRep: "li.na" })).has({ salesRep: "li.na" });
    given(when(beginning, "receive", machine("sales_rep"), { customer })).owes("assign-rep");
  });

  test("an order is received once", () => {
    given(upTo("receive")).refuses("receive", R, { customer }, "order-exists");
  });
});

describe("doubts go to the customer at once (R2.1)", () => {
  const asked = given(upTo("receive")).later("PT1H");
  const dutyId = dutyOf(asked.story, "confirm").dutyId;
  const ask = { dutyId, question: "E27 or E14?", channel: "wechat" as const };

  test("the question is sent, and the duty it is about stands still until the answer", () => {
    const doubt = asked.when("ask-customer", R, ask).brings("customer-asked", "duty-paused").asks("question>customer");
    expect(dutyOf(doubt.story, "confirm").state).toBe("paused");
    const questionId = doubt.order.questions[0]?.questionId ?? "";
    doubt
      .later("PT5H")
      .when("record-answer", R, { questionId, answer: "E27" })
      .brings("answer-recorded", "duty-resumed")
      .dueIn("confirm", "PT1H")
      .refuses("record-answer", R, { questionId, answer: "E14" }, "no-such-question");
  });

  test("with two questions it goes on when both are answered", () => {
    const two = asked.when("ask-customer", R, ask).when("ask-customer", C, { ...ask, question: "How many?" });
    two.brings("customer-asked");
    const [first = "", second = ""] = two.order.questions.map(({ questionId }) => questionId);
    two
      .when("record-answer", R, { questionId: second, answer: "100" })
      .brings("answer-recorded")
      .when("record-answer", C, { questionId: first, answer: "E27" })
      .brings("answer-recorded", "duty-resumed");
  });

  test("what is overdue, or may not pause, is asked about but goes on", () => {
    given(upTo("receive")).later("PT2H1M").when("ask-customer", R, ask).brings("customer-asked");
    const shipped = given(upTo("dispatch"));
    shipped
      .when("ask-customer", R, { ...ask, dutyId: dutyOf(shipped.story, "tell-customer-of-shipment").dutyId })
      .brings("customer-asked");
  });

  test("an answer is recorded whenever a question is open, also when the order has ended since", () => {
    const ended = given(upTo("receipt")).when("record-complaint", C, { about: "flickers" });
    const open = given(upTo("delivery")).when("record-complaint", C, { about: "flickers" });
    const about = dutyOf(open.story, "handle-complaint").dutyId;
    ended.refuses("ask-customer", C, { ...ask, dutyId: about }, "not-in-stage");
    const waiting = open.when("ask-customer", C, { ...ask, dutyId: about }).when("confirm-receipt", R, {});
    waiting
      .when("record-answer", C, { questionId: waiting.order.questions[0]?.questionId ?? "", answer: "all of them" })
      .brings("answer-recorded", "duty-resumed");
  });
});

describe("confirming and entering (R2.1, R2.2)", () => {
  test("the confirmed date is the promise, and the lines make the class", () => {
    given(upTo("receive"))
      .when("confirm", R, { lines: largeLines, deliveryDate: "2026-12-22", channel: phone })
      .brings("confirmed")
      .in("confirmed")
      .has({ promisedDate: "2026-12-22", class: { large: true, custom: false }, amountFen: 4_000_000 })
      .owesOnly("enter", "acknowledge-special")
      .dueIn("enter", "PT1H")
      .dueIn("acknowledge-special", "PT1H");
    given(upTo("confirm")).owesOnly("enter").dueIn("enter", "PT2H");
  });

  test("a date that has passed cannot be promised", () => {
    given(upTo("receive")).refuses("confirm", R, { lines, deliveryDate: "2026-11-22", channel: phone }, "date-passed");
    given(upTo("receive")).when("confirm", R, { lines, deliveryDate: "2026-11-23", channel: phone }).brings("confirmed");
  });

  test("the entry leaves the promise as it was, and waits for the supervisor's signature", () => {
    given(upTo("confirm"))
      .when("enter", R, { ...entry, requestedDate: "2026-12-18" })
      .brings("entered")
      .in("entered")
      .has({ promisedDate: "2026-12-20", requestedDate: "2026-12-18", revision: 1 })
      .owesOnly("sign")
      .dueIn("sign", "PT4H");
  });

  test("the entry does not change whose order it is", () => {
    given(upTo("confirm")).refuses("enter", R, { ...entry, salesRep: "zhang.wei" }, "rep-differs");
  });
});

describe("signing and releasing (R5.1, R5.3)", () => {
  test("the supervisor signs, the order administrator releases, production and the representative are told", () => {
    given(upTo("enter"))
      .when("sign", S)
      .brings("signed")
      .in("signed")
      .owesOnly("release")
      .dueIn("release", "PT4H")
      .when("release", A)
      .brings("released")
      .in("making")
      .has({ plannedFinish: "2026-12-17" })
      .owesOnly("report-lead-time", "update-progress", "finish-production")
      .asks("production:place", "production:quote-lead-time", "released>production+sales_rep");
  });

  test("nobody signs or releases what they entered; the duty goes to another, and management may sign", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor", "order_admin"] as const };
    const entered = given(upTo("confirm")).when("enter", both, entry);
    entered
      .ownedBy("sign", { role: "supervisor", except: "li.na" })
      .refuses("sign", both, {}, "own-entry")
      .refuses("refuse-signature", both, { reason: "no" }, "own-entry")
      .when("sign", by("management"))
      .brings("signed")
      .ownedBy("release", { role: "order_admin", except: "li.na" })
      .refuses("release", both, {}, "own-entry")
      .refuses("refuse-release", both, { reason: "no" }, "own-entry");
    expect(given(upTo("enter")).when("sign", by("management")).last[0]?.actor.role).toBe("management");
  });

  test("a refused signature or check goes back with the reason, and the wait starts anew", () => {
    const back = given(upTo("enter"))
      .later("PT1H")
      .when("refuse-signature", S, { reason: "wrong price" })
      .brings("signature-refused")
      .closed("sign", "met", "in time")
      .in("returned")
      .has({ returned: { reason: "wrong price" } })
      .owesOnly("correct-entry")
      .dueIn("correct-entry", "PT4H");
    back.when("correct-entry", R, entry).brings("entry-corrected").in("entered").owesOnly("sign").dueIn("sign", "PT4H");
    given(upTo("sign"))
      .when("refuse-release", A, { reason: "no capacity" })
      .brings("release-refused")
      .in("returned")
      .owesOnly("correct-entry");
  });

  test("a correction voids the signature, and its date is the new promise", () => {
    given(upTo("sign"))
      .when("correct-entry", R, { ...entry, requestedDate: "2026-12-24" })
      .in("entered")
      .has({ promisedDate: "2026-12-24", revision: 2 })
      .closed("release", "lapsed")
      .owesOnly("sign")
      .refuses("correct-entry", R, { ...entry, requestedDate: "2026-11-20" }, "date-passed");
    expect(given(upTo("sign")).when("correct-entry", R, entry).order.signature).toBeUndefined();
    expect(given(upTo("sign")).when("correct-entry", R, entry).order.revisions).toHaveLength(2);
  });
});

describe("a large order: 500 smart lamps (R2.3)", () => {
  test("the supervisor is told ahead, production says its lead time, the customer the date, before anybody signs", () => {
    const entered = given(largeEntered());
    entered
      .owesOnly("acknowledge-special", "report-lead-time")
      .dueIn("report-lead-time", "PT12H")
      .asks()
      .refuses("sign", S, {}, "special-open")
      .refuses("inform-delivery-date", R, { date: "2026-12-30", channel: phone }, "lead-time-unknown")
      .when("acknowledge-special", S, { note: "seen" })
      .brings("special-acknowledged")
      .refuses("acknowledge-special", S, {}, "already-known")
      .when("report-lead-time", P, { days: 30 })
      .brings("lead-time-reported")
      .asks("lead-time>sales_rep")
      .has({ leadTime: { finishDate: "2026-12-23" } })
      .owesOnly("inform-delivery-date")
      .dueIn("inform-delivery-date", "PT2H")
      .refuses("sign", S, {}, "special-open")
      .refuses("confirm-final-terms", R, { accepted: true, channel: phone }, "not-custom")
      .when("inform-delivery-date", R, { date: "2026-12-26", channel: phone })
      .brings("delivery-date-informed")
      .has({ promisedDate: "2026-12-26" })
      .owesOnly("sign")
      .dueIn("sign", "PT2H")
      .when("sign", S)
      .when("release", A)
      .has({ plannedFinish: "2026-12-23" })
      .owesNothingOf("report-lead-time");
  });

  test("it is told ahead as soon as it is known to be special, once", () => {
    given(when(beginning, "receive", R, { customer, lines: largeLines })).owes("acknowledge-special");
    const first = given(upTo("receive")).when("confirm", R, { lines: largeLines, deliveryDate: "2026-12-30", channel: phone });
    first.asks("special>supervisor").when("enter", R, largeEntry).asks("production:quote-lead-time");
  });

  test("the date may be told anew until it is signed", () => {
    given(largeSigned())
      .refuses("inform-delivery-date", R, { date: "2027-01-20", channel: phone }, "not-in-stage")
      .when("refuse-release", A, { reason: "no capacity" })
      .in("returned")
      .when("inform-delivery-date", R, { date: "2027-01-20", channel: phone })
      .has({ promisedDate: "2027-01-20" });
  });

  test("a correction that makes it ordinary lets what was special lapse, and forgets what production said of the old lines", () => {
    given(largeEntered())
      .when("report-lead-time", P, { days: 90 })
      .when("correct-entry", R, { ...largeEntry, lines })
      .has({ class: { large: false, custom: false }, leadTime: undefined, forecast: undefined })
      .closed("acknowledge-special", "lapsed")
      .closed("inform-delivery-date", "lapsed")
      .owesOnly("sign")
      .when("sign", S)
      .when("release", A)
      .brings("released")
      .owes("report-lead-time");
  });

  test("changed lines void the lead time and the date told; the same lines keep them", () => {
    const more = { ...largeEntry, lines: largeLines.map((line) => ({ ...line, quantity: 600 })) };
    given(largeSigned()).when("correct-entry", R, more).owesOnly("report-lead-time").refuses("sign", S, {}, "special-open");
    given(largeSigned()).when("correct-entry", R, largeEntry).owesOnly("sign");
  });

  test("what an ordinary order has is refused to it", () => {
    given(upTo("enter"))
      .refuses("acknowledge-special", S, {}, "not-special")
      .refuses("settle-design", by("design"), { reference: "D-1" }, "not-custom")
      .refuses("inform-delivery-date", R, { date: "2026-12-30", channel: phone }, "not-large")
      .refuses("confirm-final-terms", R, { accepted: true, channel: phone }, "not-custom");
  });
});

describe("a custom order: a colour temperature of the customer's own (R2.3)", () => {
  const settled = given(customEntered())
    .owesOnly("acknowledge-special", "settle-design")
    .dueIn("settle-design", "PT24H")
    .when("acknowledge-special", S)
    .when("settle-design", by("design"), { reference: "D-3300K" })
    .brings("design-settled")
    .asks("production:quote-lead-time")
    .owesOnly("report-lead-time")
    .dueIn("report-lead-time", "PT12H");
  const known = settled
    .refuses("confirm-final-terms", R, { accepted: true, channel: phone }, "lead-time-unknown")
    .when("report-lead-time", P, { finishDate: "2026-12-15" })
    .owesOnly("confirm-final-terms")
    .dueIn("confirm-final-terms", "PT24H");

  test("design, then lead time, then the final price and date, then the signature", () => {
    const dearer = [{ model: "LED-A60", specification: "E27 9W 3300K", quantity: 100, unitPriceFen: 4_200 }];
    known
      .refuses("inform-delivery-date", R, { date: "2026-12-24", channel: phone }, "not-large")
      .refuses("confirm-final-terms", R, { accepted: true, date: "2026-11-01", channel: phone }, "date-passed")
      .when("confirm-final-terms", R, { accepted: true, lines: dearer, date: "2026-12-24", channel: "visit" })
      .brings("final-terms-accepted")
      .has({ promisedDate: "2026-12-24", amountFen: 420_000, revision: 2 })
      .owesOnly("sign")
      .dueIn("sign", "PT2H");
  });

  test("the customer does not accept: design and lead time are void, and the design is settled again", () => {
    known
      .when("confirm-final-terms", R, { accepted: false, why: "too dear", channel: phone })
      .brings("final-terms-declined")
      .has({ design: undefined, leadTime: undefined, forecast: undefined, promisedDate: "2026-12-20" })
      .owesOnly("settle-design")
      .dueIn("settle-design", "PT24H");
  });

  test("the final terms may make it large too: the time of the signature and the rest stay those of a special order", () => {
    known
      .when("confirm-final-terms", R, { accepted: true, lines: largeLines, channel: phone })
      .has({ class: { large: true, custom: true } })
      .owesOnly("sign");
  });

  test("a changed brief voids the design, the lead time and the final terms", () => {
    known
      .when("confirm-final-terms", R, { accepted: true, channel: phone })
      .when("correct-entry", R, { ...customEntry, custom: { brief: "3,500 K" } })
      .has({ design: undefined, leadTime: undefined, finalTerms: undefined })
      .owesOnly("settle-design");
  });

  test("large and custom at once needs the final terms, not the date told on its own", () => {
    const both = { ...customEntry, lines: largeLines };
    const story = when(beginning, "receive", R, { customer });
    const confirmed = when(story, "confirm", R, { lines: largeLines, deliveryDate: "2027-01-20", channel: phone });
    given(when(confirmed, "enter", R, both))
      .owesOnly("acknowledge-special", "settle-design")
      .when("settle-design", by("design"), { reference: "D-1" })
      .when("report-lead-time", P, { days: 20 })
      .refuses("inform-delivery-date", R, { date: "2027-01-20", channel: phone }, "custom-needs-final-terms")
      .owesOnly("acknowledge-special", "confirm-final-terms");
  });
});

describe("the lead time (R2.3)", () => {
  test("of an ordinary order it is asked at the release, and days count from there", () => {
    given(upTo("release"))
      .dueIn("report-lead-time", "PT24H")
      .later("P2D")
      .when("report-lead-time", P, { days: 10 })
      .brings("lead-time-reported")
      .has({ plannedFinish: "2026-12-03" })
      .closed("report-lead-time", "met", "late")
      .refuses("report-lead-time", machine("warehouse"), { days: 1 }, "wrong-role");
  });

  test("too late for the promise it is a delay, but only after the release", () => {
    given(largeEntered())
      .when("report-lead-time", P, { days: 120 })
      .brings("lead-time-reported")
      .when("acknowledge-special", S)
      .refuses("inform-delivery-date", R, { date: "2027-01-15", channel: phone }, "promise-impossible")
      .when("inform-delivery-date", R, { date: "2027-01-15", channel: phone, override: "another factory makes half" })
      .has({ promiseOverride: { date: "2027-01-15", reason: "another factory makes half" } })
      .when("sign", S)
      .brings("signed")
      .when("release", A)
      .brings("released", "delay-opened")
      .owes("tell-customer-of-delay");
    given(upTo("release")).when("report-lead-time", P, { days: 40 }).brings("lead-time-reported", "delay-opened");
  });

  test("said again it is known; said before an estimate that is newer it changes nothing", () => {
    given(upTo("leadTime")).report("report-lead-time", P, { days: 10 }).brings("report-known");
    given(upTo("leadTime"))
      .later("P1D")
      .report("report-lead-time", P, { days: 3 }, "P2D")
      .brings("report-known")
      .has({ plannedFinish: "2026-12-03" });
  });
});

describe("a representative for another (reassign)", () => {
  test("open duties and their due times move along", () => {
    given(upTo("receive"))
      .later("PT1H")
      .refuses("reassign", S, { salesRep: "li.na" }, "same-rep")
      .when("reassign", S, { salesRep: "zhang.wei" })
      .ownedBy("confirm", { role: "sales_rep", id: "zhang.wei" })
      .dueIn("confirm", "PT1H")
      .refuses("confirm", R, { lines, deliveryDate: "2026-12-20", channel: phone }, "not-your-order")
      .when("confirm", by("sales_rep", "zhang.wei"), { lines, deliveryDate: "2026-12-20", channel: phone })
      .closed("confirm", "met", "in time");
  });

  test("a breach stays where it was, also when another closes the duty", () => {
    const late = given(upTo("receive")).later("PT3H").when("reassign", S, { salesRep: "zhang.wei" });
    const closed = late.when("confirm", by("sales_rep", "zhang.wei"), { lines, deliveryDate: "2026-12-20", channel: phone });
    expect(late.ownedBy("confirm", { role: "sales_rep", id: "zhang.wei" }).order.formerReps).toMatchObject([
      { salesRep: "li.na" },
    ]);
    expect(closed.order.closedDuties).toMatchObject([{ duty: "confirm", late: true, owner: { id: "li.na" } }]);
    const moved = given(upTo("receive")).when("reassign", S, { salesRep: "zhang.wei" }).later("PT3H");
    const own = moved.when("confirm", by("sales_rep", "zhang.wei"), { lines, deliveryDate: "2026-12-20", channel: phone });
    expect(own.order.closedDuties).toMatchObject([{ duty: "confirm", late: true, owner: { id: "zhang.wei" } }]);
  });

  test("a deputy acts for the representative who is away", () => {
    given(upTo("receive"))
      .when(
        "confirm",
        { ...by("sales_rep", "zhang.wei"), deputyFor: ["li.na"] },
        { lines, deliveryDate: "2026-12-20", channel: phone },
      )
      .brings("confirmed", "work-handed-over");
  });
});
