import { expect, test } from "vitest";
import { by, machine, when } from "./order-fixture.ts";
import { upTo } from "./regular.ts";
import { given } from "./scenario.ts";

const S = by("supervisor");
const M = by("management");
const ask = { inspectionId: "sample-2026-11", by: "management", reason: "monthly sample" } as const;
const service = { ...machine("supervisor"), id: "gendan" };

test("an order that is to be inspected is owed an answer by who inspects, after its end too", () => {
  given(upTo("receipt"))
    .when("ask-inspection", S, ask)
    .brings("inspection-asked")
    .owesOnly("inspect")
    .dueIn("inspect", "P7D")
    .ownedBy("inspect", { role: "management", except: "li.na" })
    .refuses("answer-inspection", S, { inspectionId: ask.inspectionId, result: "in_order" }, "wrong-role")
    .refuses("answer-inspection", M, { inspectionId: "sample-2026-10", result: "in_order" }, "no-such-inspection")
    .when("answer-inspection", M, { inspectionId: ask.inspectionId, result: "in_order" })
    .brings("inspection-answered")
    .owesOnly()
    .closed("inspect", "met", "in time")
    .refuses("answer-inspection", M, { inspectionId: ask.inspectionId, result: "in_order" }, "no-such-inspection");
});

test("answered with a finding, the finding is on the order and owed a remedy; unanswered it is overdue", () => {
  const finding = { rule: "R3.3", person: "li.na", action: "tell the customer" };
  given(upTo("release"))
    .report("ask-inspection", service, ask)
    .later("P7DT1M")
    .refuses("answer-inspection", M, { inspectionId: ask.inspectionId, result: "finding" }, "body-invalid")
    .when("answer-inspection", M, { inspectionId: ask.inspectionId, result: "finding", ...finding })
    .brings("inspection-answered", "finding-recorded")
    .closed("inspect", "met", "late")
    .owes("remedy-finding")
    .asks("finding>sales_rep");
});

test("the same inspection asked again opens nothing, whoever asks", () => {
  given(upTo("release"))
    .report("ask-inspection", service, ask)
    .report("ask-inspection", service, ask)
    .brings("report-known")
    .when("ask-inspection", S, ask)
    .brings("report-known");
});

test("nobody inspects what they entered or follow themselves", () => {
  const both = { ...by("sales_rep"), roles: ["sales_rep", "supervisor", "management"] as const };
  given(upTo("release"))
    .when("ask-inspection", S, ask)
    .refuses("answer-inspection", both, { inspectionId: ask.inspectionId, result: "in_order" }, "own-entry");
});

test("an inspection's finding about something is taken on once while it is open, and again when it has been put right", () => {
  const found = { rule: "R3.2", person: "li.na", action: "enter it", about: "update-progress-5" };
  const first = given(upTo("release")).report("record-finding", service, found).brings("finding-recorded");
  const findingId = first.order.findings[0]?.findingId ?? "";
  first
    .report("record-finding", service, found)
    .brings("report-known")
    .report("record-finding", service, { ...found, about: "update-progress-9" })
    .brings("finding-recorded")
    .when("remedy-finding", by("sales_rep"), { findingId, done: "entered" })
    .report("record-finding", service, found)
    .brings("finding-recorded");
});

test("an order whose policy is older than the inspections takes the default time for them", () => {
  const story = upTo("release");
  const { inspect: _, ...older } = story.policy.duties;
  const old = story.order && { ...story.order, policy: { ...story.policy, duties: older } };
  // What a recorded order of an earlier version holds.
  const asked = when({ ...story, order: old }, "ask-inspection", S, ask);
  given(asked).dueIn("inspect", "P7D");
  expect(asked.order?.inspections).toHaveLength(1);
});
