import { describe, expect, test } from "vitest";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { samePerson, type Actor, type Role } from "../../src/domain/people.ts";
import { attempt, by, when, type Story } from "./order-fixture.ts";
import { entry, lines, upTo } from "./regular.ts";
import { customEntered, largeEntered } from "./special.ts";

/** Four eyes (`docs/order.md`, Commands): who asked, entered or agreed, against who signs, releases, verifies or decides. */

const S = by("supervisor");
const A = by("order_admin");
const P = by("production");
const R = by("sales_rep");
/** Whoever has a hand in it: a representative, or of another department where only that may. */
type Hand = (story: Story, who: Actor) => Story;

interface Decision<K extends CommandName> {
  readonly before: Story;
  /** What a person does, each of whom then may not decide. */
  readonly hands: Readonly<Record<string, Hand>>;
  /** What is still to happen, by others, before it can be decided. */
  readonly between?: (story: Story) => Story;
  readonly decides: readonly [command: K, role: Role, body: (story: Story) => Bodies[K]][];
}

const changeId = (story: Story): string => story.order?.changes.at(-1)?.changeId ?? "";
const reassigned = (story: Story, salesRep: string): Story =>
  story.order?.salesRep === salesRep ? story : when(story, "reassign", S, { salesRep });
/** What a representative does: whoever it is, the order is theirs then, or they stand in. */
const asRep =
  <K extends CommandName>(command: K, body: (story: Story) => Bodies[K]): Hand =>
  (story, who) => {
    const rep = who.deputyFor?.[0] ?? who.id;
    const owned = reassigned(story, rep);
    return when(owned, command, who, body(owned));
  };
const as =
  <K extends CommandName>(command: K, body: (story: Story) => Bodies[K]): Hand =>
  (story, who) =>
    when(story, command, who, body(story));

const request = (story: Story): Bodies["request-change"] => ({
  ...{ kind: "quantity", revision: story.order?.revision ?? 0, why: "more" },
  patch: { lines: lines.map((line) => ({ ...line, quantity: line.quantity + 10 })) },
});
const tells: Bodies["tell-customer-of-delay"] = {
  ...{ reason: "short", remedy: { kind: "freight" }, newDate: "2026-12-25", channel: "phone" },
};
const refused = (story: Story): Story => when(reassigned(story, "li.na"), "agree-remedy", R, { accepted: false });
const delayed = when(upTo("leadTime"), "report-delay", P, { cause: "short", newFinish: "2026-12-22" });
const confirmed = upTo("confirm");
const signable = largeEntered();
const custom = [
  ["acknowledge-special", S, {}],
  ["settle-design", by("design"), { reference: "D" }],
  ["report-lead-time", P, { days: 9 }],
] as const;
const settled = custom.reduce<Story>(
  (story, [command, who, body]) => when<CommandName>(story, command, who, body),
  customEntered(),
);

const decisions: Readonly<Record<string, Decision<CommandName>>> = {
  "the entry": decision({
    before: confirmed,
    hands: { enters: asRep("enter", () => entry) },
    decides: [
      ["sign", "supervisor", () => ({})],
      ["refuse-signature", "supervisor", () => ({ reason: "no" })],
    ],
  }),
  "the entry of somebody else, for a price that one confirmed": decision({
    before: upTo("receive"),
    hands: { confirms: asRep("confirm", () => ({ lines, deliveryDate: "2026-12-20", channel: "phone" })) },
    between: (story) => asRep("enter", () => entry)(story, by("sales_rep", "sun.tao")),
    decides: [["sign", "supervisor", () => ({})]],
  }),
  "the entry, once signed": decision({
    before: confirmed,
    hands: { enters: asRep("enter", () => entry) },
    between: (story) => when(story, "sign", S, {}),
    decides: [
      ["release", "order_admin", () => ({})],
      ["refuse-release", "order_admin", () => ({ reason: "no" })],
    ],
  }),
  "an entry that somebody corrected, with what was in it before": decision({
    before: confirmed,
    hands: { enters: asRep("enter", () => entry) },
    between: (story) => asRep("correct-entry", () => entry)(story, by("sales_rep", "sun.tao")),
    decides: [["sign", "supervisor", () => ({})]],
  }),
  "the date that a customer was told": decision({
    before: when(when(signable, "acknowledge-special", S, {}), "report-lead-time", P, { days: 30 }),
    hands: { informs: asRep("inform-delivery-date", () => ({ date: "2027-01-15", channel: "phone" })) },
    decides: [["sign", "supervisor", () => ({})]],
  }),
  "final terms": decision({
    before: settled,
    hands: { agrees: asRep("confirm-final-terms", () => ({ accepted: true, date: "2027-01-15", channel: "phone" })) },
    decides: [["sign", "supervisor", () => ({})]],
  }),
  "a change's feasibility": decision({
    before: upTo("release"),
    hands: { asks: asRep("request-change", request) },
    decides: [["assess-change", "order_admin", (story) => ({ changeId: changeId(story), feasible: true })]],
  }),
  "a change that is dearer": decision({
    before: when(upTo("release"), "request-change", by("customer_service"), request(upTo("release"))),
    hands: {
      assesses: as("assess-change", (story) => ({ changeId: changeId(story), feasible: true, extraCostFen: 100 })),
    },
    between: (story) => when(reassigned(story, "li.na"), "accept-change", R, { changeId: changeId(story), channel: "phone" }),
    decides: [
      ["sign", "supervisor", (story) => ({ changeId: changeId(story) })],
      ["refuse-signature", "supervisor", (story) => ({ changeId: changeId(story), reason: "no" })],
    ],
  }),
  "an amendment": decision({
    before: upTo("release"),
    hands: { asks: asRep("request-change", request) },
    between: (story) => {
      const assessed = when(story, "assess-change", A, { changeId: changeId(story), feasible: true });
      const accepted = when(reassigned(assessed, "li.na"), "accept-change", R, { changeId: changeId(story), channel: "phone" });
      return when(accepted, "sign", S, { changeId: changeId(story) });
    },
    decides: [["answer-amendment", "production", (story) => ({ changeId: changeId(story), accepted: true })]],
  }),
  "a remedy": decision({
    before: delayed,
    hands: { offers: asRep("tell-customer-of-delay", () => tells) },
    between: refused,
    decides: [["decide-remedy", "supervisor", () => ({ decision: "keep", reason: "so" })]],
  }),
  "a remedy whose refusal one recorded": decision({
    before: when(delayed, "tell-customer-of-delay", R, tells),
    hands: { records: asRep("agree-remedy", () => ({ accepted: false })) },
    decides: [["decide-remedy", "supervisor", () => ({ decision: "keep", reason: "so" })]],
  }),
  "a cancellation": decision({
    before: upTo("release"),
    hands: { asks: asRep("request-cancellation", () => ({ askedBy: "B", reason: "closed" })) },
    decides: [
      ["cancel", "supervisor", () => ({ reason: "so" })],
      ["refuse-cancellation", "supervisor", () => ({ reason: "no" })],
    ],
  }),
  "a cancellation that is a remedy, which one offered": decision({
    before: delayed,
    hands: { offers: asRep("tell-customer-of-delay", () => ({ ...tells, remedy: { kind: "cancellation" } })) },
    between: (story) => when(reassigned(story, "li.na"), "agree-remedy", by("customer_service"), { accepted: true }),
    decides: [
      ["cancel", "supervisor", () => ({ reason: "so" })],
      ["refuse-cancellation", "supervisor", () => ({ reason: "no" })],
    ],
  }),
  "force majeure": decision({
    before: upTo("release"),
    hands: {
      declares: asRep("declare-force-majeure", () => ({ what: "flood", from: "2026-11-23T00:00:00+08:00", evidence: "notice" })),
    },
    decides: [
      [
        "verify-force-majeure",
        "supervisor",
        (story) => ({ forceMajeureId: story.order?.forceMajeure[0]?.forceMajeureId ?? "", verified: true }),
      ],
    ],
  }),
  "a loss": decision({
    before: upTo("dispatch"),
    hands: { reports: asRep("report-problem", () => ({ trackingNumber: "SF1", kind: "damaged", detail: "wet" })) },
    decides: [["decide-loss", "supervisor", () => ({ decision: "ship_again", reason: "so" })]],
  }),
  "a complaint": decision({
    before: upTo("release"),
    hands: { records: asRep("record-complaint", () => ({ about: "flickers" })) },
    decides: [
      [
        "resolve-complaint",
        "supervisor",
        (story) => ({ complaintId: story.order?.complaints[0]?.complaintId ?? "", remedy: "new ones", entryError: true }),
      ],
    ],
  }),
  "an inspection": decision({
    before: confirmed,
    hands: { enters: asRep("enter", () => entry) },
    between: (story) => when(story, "ask-inspection", S, { inspectionId: "i", by: "supervisor", reason: "monthly" }),
    decides: [["answer-inspection", "supervisor", () => ({ inspectionId: "i", result: "in_order" })]],
  }),
};

/** Holds command and body of a row together, while the table holds all of them. */
function decision<K extends CommandName>(row: Decision<K>): Decision<CommandName> {
  return row;
}

const OWN = /^own-(?:entry|request)$/u;
/** How one person may be written, and what they may be by then. */
const spellings = ["ma.li", "MA.LI", " ma.li ", "ｍａ.ｌｉ", "ma\u200B.li"];
const allRoles: readonly Role[] = ["sales_rep", "customer_service", "order_admin", "supervisor", "management", "production"];

describe.each(Object.entries(decisions))("%s", (_what, { before, hands, between = (story) => story, decides }) => {
  describe.each(Object.entries(hands))("by one who %s", (_hand, hand) => {
    const who = by("sales_rep", "ma.li");
    const actor: Actor = { ...who, roles: ["sales_rep", "order_admin"] };
    const deputy: Actor = { id: "he.ying", roles: ["sales_rep", "order_admin"], kind: "person", deputyFor: ["ma.li"] };

    test.each(decides)("%s", (command, role, body) => {
      const reach = (story: Story) => reassigned(between(story), "li.na");
      const mine = reach(hand(before, actor));
      for (const id of spellings)
        for (const roles of [[role], allRoles] as const) {
          const answer = attempt(mine, command, { id, roles, kind: "person" }, body(mine));
          expect([id, roles, isRefusal(answer) ? answer.refused : "taken on"]).toEqual([id, roles, expect.stringMatching(OWN)]);
        }
      // Somebody else may, and also whoever stands in for the one who did.
      for (const other of [{ ...by(role, "fu.min") }, { ...by(role, "gu.wei"), deputyFor: ["ma.li"] }])
        expect(isRefusal(attempt(mine, command, other, body(mine)))).toBe(false);
      // Done in somebody's stead, it is both of theirs.
      const theirs = reach(hand(before, deputy));
      const acted = theirs.order?.hands.some(({ author }) => author.deputyFor === "ma.li");
      for (const id of acted ? ["he.ying", "ma.li"] : ["he.ying"]) {
        const answer = attempt(theirs, command, by(role, id), body(theirs));
        expect([id, isRefusal(answer) ? answer.refused : "taken on"]).toEqual([id, expect.stringMatching(OWN)]);
      }
    });
  });
});

test("the representative who agreed final terms at 1 fen does not sign them when they have become supervisor", () => {
  const cheap = entry.lines.map((line) => ({ ...line, unitPriceFen: 1 }));
  const agreed = when(settled, "confirm-final-terms", by("sales_rep", "li.na"), {
    ...{ accepted: true, lines: cheap, date: "2027-01-15", channel: "phone" },
  });
  const answer = attempt(agreed, "sign", by("supervisor", "li.na"), {});
  expect(isRefusal(answer) && answer.refused).toBe("own-entry");
});

test("who agreed a discount with the customer neither releases nor signs the order that it stands in", () => {
  const dual: Actor = { id: "sun.li", roles: ["customer_service", "supervisor", "order_admin"], kind: "person" };
  const late = when(upTo("sign"), "report-delay", P, { cause: "short", newFinish: "2027-01-10" });
  const told = when(late, "tell-customer-of-delay", R, {
    ...{ reason: "short", remedy: { kind: "discount", valueFen: 340_000 }, newDate: "2027-01-15", channel: "phone" },
  });
  const agreed = when(told, "agree-remedy", dual, { accepted: true });
  expect(attempt(agreed, "release", dual, {})).toMatchObject({ refused: "own-entry" });
  const returned = when(agreed, "refuse-release", A, { reason: "dear" });
  const again = when(returned, "correct-entry", R, { ...entry, requestedDate: "2027-01-15" });
  expect(attempt(again, "sign", { ...dual, id: "SUN.LI" }, {})).toMatchObject({ refused: "own-entry" });
  expect(isRefusal(attempt(again, "sign", S, {}))).toBe(false);
});

test("who is the same: in any case, width, padding and with what cannot be seen; and nobody else", () => {
  for (const one of spellings) for (const other of spellings) expect(samePerson(one, other)).toBe(true);
  for (const [one, other] of [
    ["ma.li", "ma.lin"],
    ["ma.li", "mali"],
    ["张伟", "張偉"],
  ] as const)
    expect(samePerson(one, other)).toBe(false);
  expect(samePerson("Straße", "STRASSE")).toBe(true);
});
