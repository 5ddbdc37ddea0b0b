import { describe, test } from "vitest";
import { roles } from "../../src/domain/people.ts";
import { by, machine } from "./order-fixture.ts";
import { upTo, type Step } from "./regular.ts";
import { given } from "./scenario.ts";

const R = by("sales_rep");
const C = by("customer_service");
const S = by("supervisor");
const any: readonly Step[] = ["receive", "enter", "release", "data", "dispatch", "receipt"];

describe("all that is said is recorded (R1.2)", () => {
  test.each(any)("after %s, by anybody", (step) => {
    for (const role of roles) {
      const said = { with: "陈先生", channel: "phone" as const, summary: "asked how it goes" };
      given(upTo(step)).when("record-communication", by(role), said).brings("communication-recorded");
    }
  });
});

describe("complaints (R7.3)", () => {
  test.each(any)("after %s, handled by customer service in two days", (step) => {
    const open = given(upTo(step))
      .when("record-complaint", R, { about: "wrong colour" })
      .brings("complaint-recorded")
      .owes("handle-complaint")
      .dueIn("handle-complaint", "P2D");
    open
      .when("resolve-complaint", C, { complaintId: `k${open.order.lastEvent}`, remedy: "exchanged" })
      .brings("complaint-resolved")
      .closed("handle-complaint", "met", "in time")
      .owesNothingOf("handle-complaint");
  });

  const open = () =>
    given(upTo("receipt")).when("record-complaint", C, { about: "100 ordered, 10 came" }).owesOnly("handle-complaint");
  const about = (more: object) => ({ complaintId: `k${open().order.lastEvent}`, remedy: "sent the rest", ...more });

  test("an entry error that led to a complaint: only a supervisor says so, with the remedy or later", () => {
    const judged = about({ entryError: true, fault: "li.na" });
    open()
      .refuses("resolve-complaint", C, judged, "supervisor-decides")
      .when("resolve-complaint", S, judged)
      .has({ complaints: [{ judged: { entryError: true, fault: "li.na" } }] })
      .owesOnly();
    open()
      .when("resolve-complaint", C, about({}))
      .owesOnly()
      .refuses("resolve-complaint", C, about({}), "no-such-complaint")
      .when("resolve-complaint", S, about({ wrongRecipient: true, fault: "li.na" }))
      .has({ complaints: [{ resolved: { remedy: "sent the rest" }, judged: { wrongRecipient: true } }] })
      .refuses("resolve-complaint", S, judged, "no-such-complaint");
  });

  test("nobody judges a fault of their own, or of their own order", () => {
    const both = { ...R, roles: ["sales_rep", "supervisor"] as const };
    open()
      .refuses("resolve-complaint", S, about({ customerLost: true, fault: "wang.fang" }), "own-request")
      .refuses("resolve-complaint", both, about({ entryError: true }), "own-request");
  });

  test("one that nobody recorded cannot be resolved", () => {
    given(upTo("receipt")).refuses("resolve-complaint", C, { complaintId: "k1", remedy: "-" }, "no-such-complaint");
    open().refuses("resolve-complaint", C, { complaintId: "k1", remedy: "-" }, "no-such-complaint");
  });
});

describe("findings (R6.3): status long unchanged, progress tracking forgotten", () => {
  const finding = { rule: "R3.2", person: "li.na", action: "enter the progress and tell the customer" };

  test.each(any)("after %s: names the rule, the person and what to do, and stays open until the remedy is recorded", (step) => {
    const found = given(upTo(step))
      .when("record-finding", S, finding)
      .brings("finding-recorded")
      .asks("finding>sales_rep")
      .dueIn("remedy-finding", "P1D")
      .ownedBy("remedy-finding", { role: "sales_rep", id: "li.na" });
    const findingId = `n${found.order.lastEvent}`;
    found
      .refuses("remedy-finding", by("warehouse"), { findingId, done: "entered" }, "not-the-one-named")
      .when("remedy-finding", R, { findingId, done: "entered, customer told" })
      .brings("finding-remedied")
      .closed("remedy-finding", "met", "in time")
      .refuses("remedy-finding", R, { findingId, done: "again" }, "no-such-finding");
  });

  test("recorded by supervisor, logistics or the order administrator, a machine of theirs too", () => {
    for (const actor of [by("management"), by("logistics"), by("order_admin"), machine("logistics")]) {
      given(upTo("dispatch")).when("record-finding", actor, finding).brings("finding-recorded");
    }
    given(upTo("dispatch")).refuses("record-finding", R, finding, "wrong-role");
  });

  test("the one named stays named when the order goes to another representative; a role can be named too", () => {
    const found = given(upTo("release")).when("record-finding", S, finding);
    const findingId = `n${found.order.lastEvent}`;
    found.when("reassign", S, { salesRep: "zhang.wei" }).when("remedy-finding", R, { findingId, done: "entered" });
    const role = given(upTo("release")).when("record-finding", S, { ...finding, person: "warehouse" });
    role
      .ownedBy("remedy-finding", { role: "warehouse" })
      .refuses("remedy-finding", R, { findingId: `n${role.order.lastEvent}`, done: "-" }, "not-the-one-named")
      .when("remedy-finding", by("warehouse"), { findingId: `n${role.order.lastEvent}`, done: "counted" });
    role.when("remedy-finding", S, { findingId: `n${role.order.lastEvent}`, done: "seen to" });
  });
});
