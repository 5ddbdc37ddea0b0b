import { samePerson, SYSTEM, type Actor, type Author } from "../people.ts";
import { instant, iso, ms, type Instant, type Ms } from "../time.ts";
import { monthNamed } from "./period.ts";
import type { Measure, Proposal, ProposalKind } from "./rewards.ts";
import type { RewardsPolicy } from "./rewards-policy.ts";

/** What management can say to a proposal; `keep` answers a revision or an objection: what was decided before stands. */
export const decisions = ["approve", "reject", "keep"] as const;
export interface Decision {
  /** The version that it is made on. */
  readonly version: number;
  readonly decision: (typeof decisions)[number];
  /** Which of the measures, where one is to be chosen. */
  readonly measure?: "bonus" | "leave" | undefined;
  /** Less than is proposed, integer fen. */
  readonly amountFen?: number | undefined;
  /** Said on purpose where the month is not over yet. */
  readonly early?: true | undefined;
  readonly reason: string;
}

/** Who is told of a proposal, and why. */
export type Told = "waiting" | "overdue" | "decided";

/** What can have happened to a proposal. Facts are only added. */
export interface ProposalFacts {
  proposed: { version: number; proposal: Proposal; dueAt?: Instant | undefined };
  /** The record no longer amounts to it. */
  withdrawn: { version: number; dueAt?: Instant | undefined };
  decided: Decision & { objectUntil: Instant };
  objected: { version: number; reason: string; dueAt?: Instant | undefined };
  /** Told of the fact with that number. */
  told: { what: Told; of: number };
}

/** A fact with who, when and why; a proposal is the list of these. */
export type ProposalFact = {
  readonly [F in keyof ProposalFacts]: {
    readonly number: number;
    readonly at: Ms;
    readonly actor: Author;
    readonly fact: F;
    readonly data: ProposalFacts[F];
    readonly key?: string | undefined;
    readonly hash?: string | undefined;
  };
}[keyof ProposalFacts];

type DecidedFact = Extract<ProposalFact, { fact: "decided" }>;

/** A proposal as its facts amount to it. */
export interface Proposed {
  readonly proposalId: string;
  readonly month: string;
  readonly kind: ProposalKind;
  readonly person: string;
  readonly facts: readonly ProposalFact[];
  /** The newest version; without a proposal where the record no longer amounts to it. */
  readonly version: number;
  readonly proposal?: Proposal | undefined;
  /** `waiting`, `objected` and `revision` are management's to decide. */
  readonly state: "waiting" | "objected" | "revision" | "approved" | "rejected" | "lifted" | "withdrawn";
  /** The decision that holds, and what it comes to. */
  readonly decided?: DecidedFact | undefined;
  readonly measures: readonly Measure[];
  /** While it waits: the fact since which it does, and by when it is to be decided. */
  readonly since?: ProposalFact | undefined;
  readonly dueAt?: Ms | undefined;
}

/** The same text for the same content, whatever the order of its fields, and whether absent or undefined. */
function content(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(content).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  const named = fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => `${name}:${content(item)}`);
  return `{${named.join()}}`;
}

function versionOf(facts: readonly ProposalFact[], version: number): Proposal | undefined {
  const made = facts.find(({ fact, data }) => fact === "proposed" && data.version === version);
  return made?.fact === "proposed" ? made.data.proposal : undefined;
}

/** What a decision comes to; one that keeps the one before comes to what that did. */
function resultOf(facts: readonly ProposalFact[], decided: DecidedFact): { state: Proposed["state"]; measures: Measure[] } {
  const { version, decision, measure, amountFen } = decided.data;
  if (decision === "keep") {
    const before = facts.findLast(
      (each): each is DecidedFact => each.fact === "decided" && each.number < decided.number && each.data.decision !== "keep",
    );
    if (before) return resultOf(facts, before);
  }
  const proposal = versionOf(facts, version);
  if (!proposal) return { state: "lifted", measures: [] };
  if (decision !== "approve") return { state: "rejected", measures: [] };
  const chosen = proposal.measures.filter((each) => proposal.choose === "all" || each.measure === measure);
  return {
    state: "approved",
    measures: chosen.map((each) => ("amountFen" in each && amountFen !== undefined ? { ...each, amountFen } : each)),
  };
}

/**
 * The proposal that a list of facts amounts to.
 * @throws TypeError when the list does not begin with `proposed`.
 */
export function proposedBy(facts: readonly ProposalFact[]): Proposed {
  const [first] = facts;
  if (first?.fact !== "proposed") throw new TypeError("a proposal begins with `proposed`");
  const { proposalId, month, kind, person } = first.data.proposal;
  const versions = facts.filter((each) => each.fact === "proposed" || each.fact === "withdrawn");
  const newest = versions.at(-1) ?? first;
  const proposal = newest.fact === "proposed" ? newest.data.proposal : undefined;
  const { version } = newest.data;
  const decided = facts.findLast((each) => each.fact === "decided");
  const settled = decided && resultOf(facts, decided);
  const objection = facts.findLast((each) => each.fact === "objected");
  const objected = objection && objection.number > (decided?.number ?? 0) ? objection : undefined;
  const answered = decided && content(versionOf(facts, decided.data.version));
  const changed = decided && content(proposal) !== answered;
  /** The newest version before which things stood otherwise: not proposed at all, or as they were decided. */
  const turned = versions.findLast((each, index) => {
    const before = versions[index - 1];
    return decided
      ? each.number > decided.number && before !== undefined && content(versionOf(facts, before.data.version)) === answered
      : each.fact === "proposed" && before?.fact !== "proposed";
  });
  const opening = decided ? (changed ? turned : objected) : proposal && turned;
  const waits = opening && (changed ? "revision" : objected ? "objected" : "waiting");
  const due = opening && facts.findLast((each) => each.number <= opening.number && "dueAt" in each.data && each.data.dueAt);
  return {
    proposalId,
    month,
    kind,
    person,
    facts,
    version,
    proposal,
    state: waits ?? settled?.state ?? "withdrawn",
    decided,
    measures: settled?.measures ?? [],
    since: opening,
    dueAt: due && "dueAt" in due.data && due.data.dueAt !== undefined ? instant(due.data.dueAt) : undefined,
  };
}

/** The number of the fact that follows. */
export function nextNumber(proposed: Proposed | undefined): number {
  return (proposed?.facts.at(-1)?.number ?? 0) + 1;
}

// --- what the record says anew ------------------------------------------------------------------------------------

/**
 * What a derivation adds to a proposal: nothing when it says the same or a newer one has spoken, a new version, or its
 * withdrawal. While it is undecided the time to decide runs on; decided, a difference opens a revision with a time of its
 * own. `now` is when the derivation began to read.
 */
export function renewed(
  before: Proposed | undefined,
  derived: Proposal | undefined,
  now: Ms,
  { decideWithin }: Pick<RewardsPolicy, "decideWithin">,
): ProposalFact | undefined {
  const newest = before?.facts.findLast(({ fact }) => fact === "proposed" || fact === "withdrawn");
  if (content(before?.proposal) === content(derived) || (newest && newest.at > now)) return undefined;
  const version = (before?.version ?? 0) + 1;
  const number = nextNumber(before);
  const stamp = { number, at: now, actor: SYSTEM };
  const runsOn = before?.since !== undefined && derived !== undefined;
  const month = monthNamed(derived?.month ?? before?.month ?? "");
  const dueAt = runsOn ? {} : { dueAt: iso(Math.max(now, month.to) + ms(decideWithin)) };
  if (derived) return { ...stamp, fact: "proposed", data: { version, proposal: derived, ...dueAt } };
  return { ...stamp, fact: "withdrawn", data: { version, ...dueAt } };
}

// --- what people say ----------------------------------------------------------------------------------------------

/** Why a decision or an objection is refused: a stable word, or the wrong field. */
export const proposalRefusals = [
  "own-proposal",
  "proposal-outdated",
  "proposal-withdrawn",
  "already-decided",
  "nothing-to-keep",
  "month-not-over",
  "not-your-proposal",
  "objected-already",
  "objection-too-late",
] as const;
export type ProposalRefusal = (typeof proposalRefusals)[number];
export const decisionFaults = ["measure-needed", "measure-not-asked", "amount-not-asked", "amount-too-high"] as const;
export type DecisionFault = (typeof decisionFaults)[number];

/** The part of a decision that does not fit what is proposed; independent of the state. */
export function wrongIn(proposal: Proposal | undefined, { decision, measure, amountFen }: Decision): DecisionFault | undefined {
  const approves = decision === "approve" && proposal;
  const asked = approves && proposal.choose === "one";
  if (asked && !proposal.measures.some((each) => each.measure === measure)) return "measure-needed";
  if (!asked && measure !== undefined) return "measure-not-asked";
  if (amountFen === undefined) return undefined;
  const money = approves
    ? proposal.measures.flatMap((each) =>
        "amountFen" in each && (proposal.choose === "all" || each.measure === measure) ? [each.amountFen] : [],
      )
    : [];
  if (money.length !== 1) return "amount-not-asked";
  return amountFen > (money[0] ?? 0) ? "amount-too-high" : undefined;
}

/** Why this person cannot decide so now; `undefined` when they can. Nobody decides about themselves. */
export function refuseDecision(proposed: Proposed, { id }: Actor, decision: Decision, now: Ms): ProposalRefusal | undefined {
  const { person, version, since, decided, month, proposal } = proposed;
  if (samePerson(person, id)) return "own-proposal";
  if (decision.version !== version) return "proposal-outdated";
  if (!since) return proposal || decided ? "already-decided" : "proposal-withdrawn";
  if (decision.decision === "keep" && !decided) return "nothing-to-keep";
  if (now < monthNamed(month).to && decision.early !== true) return "month-not-over";
  return undefined;
}

/** Why this person cannot object now. Once a version, before its decision or within the time after it. */
export function refuseObjection(
  { person, version, facts, state, since, decided }: Proposed,
  { id }: Actor,
  now: Ms,
): ProposalRefusal | undefined {
  if (person !== id) return "not-your-proposal";
  if (state === "withdrawn" || state === "lifted") return "proposal-withdrawn";
  if (facts.some(({ fact, data }) => fact === "objected" && data.version === version)) return "objected-already";
  if (!since && decided && now > instant(decided.data.objectUntil)) return "objection-too-late";
  return undefined;
}

// --- who is to be told --------------------------------------------------------------------------------------------

/** What is to be told of a proposal now, and of which fact: each once, that it is overdue so often as policy says. */
export function untold(
  { facts, month, since, dueAt, decided }: Proposed,
  now: Ms,
  policy: RewardsPolicy,
): ProposalFacts["told"][] {
  const told = (what: Told, of: number) =>
    facts.filter((each) => each.fact === "told" && each.data.what === what && each.data.of === of);
  const all: ProposalFacts["told"][] = [];
  if (decided && told("decided", decided.number).length === 0) all.push({ what: "decided", of: decided.number });
  // A month that is not over is nobody's to decide yet.
  if (!since || now < monthNamed(month).to) return all;
  if (told("waiting", since.number).length === 0) all.push({ what: "waiting", of: since.number });
  else if (dueAt !== undefined && now >= dueAt) {
    const reminders = told("overdue", since.number);
    const next = reminders.at(-1) ? (reminders.at(-1)?.at ?? 0) + ms(policy.remindEvery) : dueAt;
    if (reminders.length < policy.reminders && now >= next) all.push({ what: "overdue", of: since.number });
  }
  return all;
}
