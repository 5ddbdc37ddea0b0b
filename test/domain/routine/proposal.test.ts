import fc from "fast-check";
import { expect, test } from "vitest";
import type { OrderEvent } from "../../../src/domain/order/events.ts";
import { monthNamed } from "../../../src/domain/routine/period.ts";
import {
  nextNumber,
  proposedBy,
  refuseDecision,
  refuseObjection,
  renewed,
  untold,
  wrongIn,
  type Decision,
  type ProposalFact,
  type Proposed,
} from "../../../src/domain/routine/proposal.ts";
import { openMonth, type Proposal } from "../../../src/domain/routine/rewards.ts";
import { defaultRewardsPolicy, type RewardsPolicy } from "../../../src/domain/routine/rewards-policy.ts";
import { DAY, HOUR, iso, ms, type Ms } from "../../../src/domain/time.ts";
import { by, later, MONDAY, when, type Story } from "../order-fixture.ts";
import { steps, upTo } from "../regular.ts";

/** What holds of rewards and penalties whatever the record says, in whatever order, and whatever people say to it. */

const NOVEMBER = monthNamed("2026-11");

// --- the record ---------------------------------------------------------------------------------------------------

const regular = upTo("receipt");
const scored = (satisfaction: number) => when(upTo("delivery"), "confirm-receipt", by("sales_rep"), { satisfaction });
const lateEntry = steps.enter(later(upTo("confirm"), "PT3H"));
function declared(story: Story): Story {
  const from = iso(MONDAY - DAY);
  return when(story, "declare-force-majeure", by("order_admin"), { what: "typhoon", from, evidence: "red warning" });
}
function verified(story: Story, is = true): Story {
  const forceMajeureId = story.order?.forceMajeure[0]?.forceMajeureId ?? "";
  return when(story, "verify-force-majeure", by("supervisor"), { forceMajeureId, verified: is });
}
function untoldDelay(story: Story): Story {
  return later(when(story, "report-delay", by("production"), { cause: "no chips", newFinish: "2026-12-30" }), "PT25H");
}
function complained(story: Story, judgement: object): Story {
  const after = when(story, "record-complaint", by("customer_service"), { about: "4000K came" });
  const complaintId = after.order?.complaints.at(-1)?.complaintId ?? "";
  return when(after, "resolve-complaint", by("supervisor"), { complaintId, remedy: "sent again", fault: "li.na", ...judgement });
}

/** What can have become of an order; those with a force majeure also as it was before anybody had verified it. */
const fates = {
  regular,
  disliked: scored(2),
  lateEntry,
  exempt: verified(declared(lateEntry)),
  notVerified: verified(declared(lateEntry), false),
  untold: untoldDelay(upTo("release")),
  untoldInForceMajeure: verified(declared(untoldDelay(upTo("release")))),
  entryError: complained(regular, { entryError: true }),
  lostUntold: complained(untoldDelay(upTo("release")), { customerLost: true }),
  wrongRecipient: complained(regular, { wrongRecipient: true }),
  returned: when(upTo("enter"), "refuse-signature", by("supervisor"), { reason: "price" }),
} as const;
type Fate = keyof typeof fates;
const fateNames = Object.keys(fates).filter((name): name is Fate => name in fates);

const reps = ["li.na", "zhang.wei", "zhao.min"] as const;
interface Drawn {
  readonly fate: Fate;
  readonly rep: (typeof reps)[number];
  readonly monthsAgo: number;
}
const drawnOrders = fc.array(
  fc.record({
    fate: fc.constantFrom(...fateNames),
    rep: fc.constantFrom(...reps),
    monthsAgo: fc.constantFrom(0, 0, 0, 1, 2),
  }),
  { maxLength: 12 },
);
const cents = fc.nat({ max: 10_000_000 });
const policies = fc
  .record({
    bonusFen: cents,
    entryErrorFen: cents,
    lateUntoldFen: cents,
    compensationPercent: fc.nat({ max: 100 }),
    leaveDays: fc.nat({ max: 9 }),
  })
  .map(({ bonusFen, leaveDays, ...penalties }): RewardsPolicy => ({
    ...defaultRewardsPolicy,
    excellent: { ...defaultRewardsPolicy.excellent, minDuties: 1, minScores: 1, bonusFen, leaveDays },
    penalties,
  }));

/** A fate as the order of somebody, a number of months back. */
function orderOf({ fate, rep, monthsAgo }: Drawn, index: number, story: Story = fates[fate]): readonly OrderEvent[] {
  const shift = [0, 31, 62][monthsAgo] ?? 0;
  const renamed: readonly OrderEvent[] = JSON.parse(
    JSON.stringify(story.events).replaceAll('"li.na"', `"${rep}"`).replaceAll('"SO-1"', `"SO-${index}"`),
  );
  return renamed.map((event) => ({ ...event, at: event.at - shift * DAY, receivedAt: event.receivedAt - shift * DAY }));
}

function derived(orders: readonly (readonly OrderEvent[])[], policy: RewardsPolicy = defaultRewardsPolicy) {
  const opened = openMonth(NOVEMBER, policy, NOVEMBER.to);
  for (const events of orders) opened.add(events);
  return { proposals: opened.proposals(), standings: opened.standings() };
}

test("the same record comes to the same, in whatever order it is read", () => {
  fc.assert(
    fc.property(drawnOrders, fc.infiniteStream(fc.nat()), policies, (drawn, keys, policy) => {
      const orders = drawn.map((each, index) => orderOf(each, index));
      const shuffled = orders.map((events) => ({ events, key: keys.next().value ?? 0 })).toSorted((a, b) => a.key - b.key);
      expect(
        derived(
          shuffled.map(({ events }) => events),
          policy,
        ),
      ).toEqual(derived(orders, policy));
    }),
    { numRuns: 60 },
  );
});

test("amounts are policy's and the order's, in whole fen; each proposal is of one person, with evidence of orders of theirs", () => {
  fc.assert(
    fc.property(drawnOrders, policies, (drawn, policy) => {
      const { proposals } = derived(
        drawn.map((each, index) => orderOf(each, index)),
        policy,
      );
      expect(new Set(proposals.map(({ proposalId }) => proposalId)).size).toBe(proposals.length);
      for (const { kind, person, measures, evidence } of proposals) {
        const { excellent, penalties } = policy;
        const comesTo = {
          "excellent-representative": [
            { measure: "bonus", amountFen: excellent.bonusFen },
            { measure: "leave", days: excellent.leaveDays },
          ],
          promotion: [{ measure: "promotion" }],
          "entry-error": [{ measure: "fine", amountFen: penalties.entryErrorFen }],
          "late-untold": [{ measure: "withheld-bonus", amountFen: penalties.lateUntoldFen }],
          // Of 3,500.00: whole percents of it are whole fen.
          "grave-error": [{ measure: "compensation", amountFen: 3_500 * penalties.compensationPercent }, { measure: "demotion" }],
        }[kind];
        expect(measures).toEqual(comesTo);
        expect(evidence.length).toBeGreaterThan(0);
        const theirs = drawn.flatMap(({ rep }, index) => (rep === person ? [`SO-${index}`] : []));
        expect(theirs).toEqual(expect.arrayContaining(evidence.map(({ orderNo }) => orderNo)));
      }
    }),
    { numRuns: 60 },
  );
});

test.each(["lateEntry", "untold", "lostUntold"] as const)(
  "a verified force majeure leaves nobody late for what fell due in it, but for not telling the customer: %s",
  (fate) => {
    const of = (story: Story) => derived([orderOf({ fate, rep: "li.na", monthsAgo: 0 }, 0, story)]);
    const kinds = ({ proposals }: ReturnType<typeof derived>) => proposals.map(({ kind }) => kind);
    const plain = of(fates[fate]);
    // The week's progress was not updated either.
    expect(plain.standings.map(({ late }) => late)).toEqual([fate === "lateEntry" ? 1 : 2]);
    // Declared, or declared and found not to be one, it changes nothing.
    for (const story of [declared(fates[fate]), verified(declared(fates[fate]), false)]) {
      expect(of(story).standings).toEqual(plain.standings);
      expect(kinds(of(story))).toEqual(kinds(plain));
    }
    const exempt = of(verified(declared(fates[fate])));
    expect(exempt.standings.map(({ late }) => late)).toEqual([fate === "lateEntry" ? 0 : 1]);
    // R7.4: that the customer was not told, and was lost, stays.
    expect(kinds(exempt)).toEqual(fate === "lostUntold" ? ["late-untold"] : []);
  },
);

// --- what becomes of a proposal -----------------------------------------------------------------------------------

type Saying =
  | { readonly says: "record"; readonly fine: number | null }
  | { readonly says: "decide"; readonly who: string; readonly decision: Decision; readonly outdated: boolean }
  | { readonly says: "object"; readonly who: string }
  | { readonly says: "told" };
const people = ["li.na", "chen.gang", "wang.lei"] as const;
const saying: fc.Arbitrary<Saying> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ says: fc.constant("record" as const), fine: fc.constantFrom(null, 10_000, 10_000, 20_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      says: fc.constant("decide" as const),
      who: fc.constantFrom(...people, "chen.gang", "wang.lei"),
      outdated: fc.constantFrom(false, false, false, true),
      decision: fc.record(
        {
          version: fc.constant(0),
          decision: fc.constantFrom("approve" as const, "reject" as const, "keep" as const),
          amountFen: fc.constantFrom(0, 5_000, 25_000),
          early: fc.constant(true as const),
          reason: fc.constant("as the record says"),
        },
        { requiredKeys: ["version", "decision", "reason"] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ says: fc.constant("object" as const), who: fc.constantFrom(...people) }) },
  { weight: 2, arbitrary: fc.constant({ says: "told" as const }) },
);
const history = fc.array(fc.record({ saying, after: fc.constantFrom(0, HOUR, 3 * DAY, 8 * DAY, 20 * DAY) }), {
  minLength: 1,
  maxLength: 30,
  size: "max",
});

function fining(amountFen: number): Proposal {
  const measures = [{ measure: "fine", amountFen }] as const;
  const about = { month: NOVEMBER.name, kind: "entry-error", person: "li.na", choose: "all" } as const;
  return { proposalId: "2026-11:entry-error:SO-1:k9", ...about, measures, evidence: [] };
}

/** Plays what is said to one proposal, as the service adds it; after each step `look` sees how things stand. */
function play(
  sayings: readonly { saying: Saying; after: Ms }[],
  look: (proposed: Proposed | undefined, now: Ms, before: Proposed | undefined, said: Saying) => void,
): void {
  const facts: ProposalFact[] = [];
  const proposed = () => (facts.length === 0 ? undefined : proposedBy([...facts]));
  const policy = defaultRewardsPolicy;
  let now = NOVEMBER.to - 10 * DAY;
  for (const { saying: said, after } of sayings) {
    now += after;
    const before = proposed();
    const stamp = (id: string) => ({ number: nextNumber(before), at: now, actor: { id, role: "management" as const } });
    if (said.says === "record") {
      const fact = renewed(before, said.fine === null ? undefined : fining(said.fine), now, policy);
      if (fact) facts.push(fact);
    } else if (before && said.says === "decide") {
      const decision = { ...said.decision, version: said.outdated ? before.version - 1 : before.version };
      const actor = { id: said.who, roles: ["management" as const], kind: "person" as const };
      if (!refuseDecision(before, actor, decision, now) && !wrongIn(before.proposal, decision)) {
        const objectUntil = iso(now + ms(policy.objectWithin));
        facts.push({ ...stamp(said.who), fact: "decided", data: { ...decision, objectUntil } });
      }
    } else if (before && said.says === "object") {
      const actor = { id: said.who, roles: ["sales_rep" as const], kind: "person" as const };
      if (!refuseObjection(before, actor, now)) {
        const due = before.since ? {} : { dueAt: iso(now + ms(policy.decideWithin)) };
        facts.push({ ...stamp(said.who), fact: "objected", data: { version: before.version, reason: "not mine", ...due } });
      }
    } else if (before && said.says === "told") {
      for (const data of untold(before, now, policy)) {
        facts.push({ ...stamp("system"), number: nextNumber(proposed()), fact: "told", data });
      }
    }
    look(proposed(), now, before, said);
  }
}
const held = (look: Parameters<typeof play>[1]) =>
  fc.assert(
    fc.property(history, (sayings) => play(sayings, look)),
    { numRuns: 300 },
  );

test("nobody decides about themselves, and only the one concerned objects", () => {
  held((proposed, now) => {
    for (const { fact, actor } of proposed?.facts ?? []) {
      if (fact === "decided") expect(actor.id).not.toBe("li.na");
      if (fact === "objected") expect(actor.id).toBe("li.na");
    }
    if (!proposed) return;
    const decision = { version: proposed.version, decision: "reject", early: true, reason: "mine" } as const;
    const actor = { id: "li.na", roles: ["management" as const], kind: "person" as const };
    expect(refuseDecision(proposed, actor, decision, now)).toBe("own-proposal");
  });
});

test("facts are only added, and the same record adds none", () => {
  held((proposed, now, before, said) => {
    const facts = proposed?.facts ?? [];
    expect(facts.slice(0, before?.facts.length ?? 0)).toEqual(before?.facts ?? []);
    expect(facts.map(({ number }) => number)).toEqual(facts.map((_, index) => index + 1));
    expect(renewed(proposed, proposed?.proposal, now, defaultRewardsPolicy)).toBeUndefined();
    if (said.says === "record" && said.fine !== null) expect(proposed?.proposal).toEqual(fining(said.fine));
    if (said.says === "record" && said.fine === null) expect(proposed?.proposal).toBeUndefined();
  });
});

test("before a decision what the record says changes the proposal, after it opens a revision; a decision stands on what it was made on", () => {
  held((proposed) => {
    if (!proposed) return;
    const { facts, decided, proposal, state, since, measures } = proposed;
    const proposedAt = (version: number) =>
      facts.flatMap((each) => (each.fact === "proposed" && each.data.version === version ? [each.data.proposal] : [])).at(0);
    if (!decided) {
      // It is the newest that waits: nothing is revised that nobody has decided.
      expect(state === "withdrawn" ? proposal : undefined).toBeUndefined();
      expect(["waiting", "objected", "withdrawn"]).toContain(state);
      expect(since !== undefined).toBe(proposal !== undefined);
      expect(measures).toEqual([]);
      return;
    }
    const made = proposedAt(decided.data.version);
    const same = JSON.stringify(made) === JSON.stringify(proposal);
    expect(state === "revision").toBe(!same);
    const first = facts.findLast(
      (each) => each.fact === "decided" && each.number <= decided.number && each.data.decision !== "keep",
    );
    if (first?.fact !== "decided") throw new Error("only what was decided can be kept");
    // No more than was proposed on the version that was decided on, in whole fen.
    const most = proposedAt(first.data.version)?.measures.at(0);
    for (const each of measures) {
      expect(most).toMatchObject({ measure: "fine" });
      if (!("amountFen" in each) || !most || !("amountFen" in most)) throw new Error("a fine has an amount");
      expect(each.amountFen).toBe(first.data.amountFen ?? most.amountFen);
      expect(each.amountFen).toBeLessThanOrEqual(most.amountFen);
    }
    if (first.data.decision === "reject") expect(measures).toEqual([]);
  });
});

test("people are told each thing once, and that it is overdue as rarely as policy says", () => {
  const { reminders, remindEvery } = defaultRewardsPolicy;
  held((proposed) => {
    const told = (proposed?.facts ?? []).flatMap((each) => (each.fact === "told" ? [{ ...each.data, at: each.at }] : []));
    for (const { what, of } of told) {
      const times = told.filter((each) => each.what === what && each.of === of).map(({ at }) => at);
      expect(times.length).toBeLessThanOrEqual(what === "overdue" ? reminders : 1);
      for (const [index, at] of times.slice(1).entries())
        expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(ms(remindEvery));
    }
  });
});

test("a verification before the decision changes who is proposed, after it opens a revision of what was decided", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 1, max: 4 }), (decidedBefore, late) => {
      const base: Drawn[] = [
        ...Array.from({ length: 3 }, () => ({ fate: "regular" as const, rep: "li.na" as const, monthsAgo: 0 })),
        ...Array.from({ length: 3 }, () => ({ fate: "disliked" as const, rep: "zhang.wei" as const, monthsAgo: 0 })),
      ];
      const policy = { ...defaultRewardsPolicy, excellent: { ...defaultRewardsPolicy.excellent, satisfactionAtLeast: 2 } };
      const record = (story: Story) => [
        ...base.map((each, index) => orderOf(each, index)),
        ...Array.from({ length: late * 20 }, (_, index) =>
          orderOf({ fate: "lateEntry", rep: "li.na", monthsAgo: 0 }, 100 + index, story),
        ),
      ];
      const [first] = derived(record(declared(lateEntry)), policy).proposals;
      expect(first).toMatchObject({ kind: "excellent-representative", person: "zhang.wei" });
      const then = derived(record(verified(declared(lateEntry))), policy).proposals;
      expect(then.map(({ person }) => person)).toEqual(["li.na"]);

      const now = NOVEMBER.to + DAY;
      const opened = renewed(undefined, first, now, policy);
      if (!opened) throw new Error("nothing was proposed");
      const decision = { version: 1, decision: "approve", measure: "bonus", reason: "the best" } as const;
      const decided: ProposalFact = {
        ...{ number: 2, at: now + HOUR, actor: { id: "chen.gang", role: "management" }, fact: "decided" },
        data: { ...decision, objectUntil: iso(now + 14 * DAY) },
      };
      const before = proposedBy(decidedBefore ? [opened, decided] : [opened]);
      expect(before.state).toBe(decidedBefore ? "approved" : "waiting");
      const withdrawn = renewed(
        before,
        then.find(({ proposalId }) => proposalId === before.proposalId),
        now + 2 * HOUR,
        policy,
      );
      if (!withdrawn) throw new Error("the verification changed nothing");
      const after = proposedBy([...before.facts, withdrawn]);
      expect(after.state).toBe(decidedBefore ? "revision" : "withdrawn");
      expect(after.measures).toEqual(before.measures);
    }),
    { numRuns: 8 },
  );
});
