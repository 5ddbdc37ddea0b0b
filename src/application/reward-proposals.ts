import { randomBytes } from "node:crypto";
import { isUnder, scopedKey } from "../contracts/keys.ts";
import { holds, type Actor } from "../domain/people.ts";
import { monthNamed } from "../domain/routine/period.ts";
import type { RoutinePolicy } from "../domain/routine/policy.ts";
import {
  nextNumber,
  refuseDecision,
  refuseObjection,
  wrongIn,
  type Decision,
  type DecisionFault,
  type ProposalFact,
  type ProposalRefusal,
  type Proposed,
} from "../domain/routine/proposal.ts";
import { iso, ms, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { addFact, findProposal, findRewardsMonth } from "../records/rewards.ts";
import { readRoutinePolicy } from "../records/versions.ts";
import type { Engine } from "../temporal/engine.ts";
import type { NotDone, StartOutcome } from "./outcomes.ts";
import { canonical, sha256 } from "./request-hash.ts";

/** Why nothing was added to a proposal. `wrong-field`: the decision does not fit what is proposed. */
export type ProposalNotChanged =
  | { readonly outcome: "refused"; readonly refusal: ProposalRefusal }
  | { readonly outcome: "wrong-field"; readonly fault: DecisionFault }
  | { readonly outcome: "no-such-proposal" }
  | { readonly outcome: "key-used" }
  | NotDone;

/** `added`: false where the same request had been made before under the same key. */
export type ProposalOutcome =
  { readonly outcome: "done"; readonly proposed: Proposed; readonly added: boolean } | ProposalNotChanged;

/** What a person says of a proposal, under an idempotency key of theirs if they gave one. */
interface ProposalRequest<B> {
  readonly proposalId: string;
  readonly caller: Actor;
  readonly key: string | undefined;
  readonly body: B;
}

type NewFact = Pick<ProposalFact, "fact" | "data">;

interface RewardProposalsOptions {
  readonly db: Database;
  readonly workflows: Pick<Engine, "renewRewards">;
  /** The routine's policy until one has been put. */
  readonly routine: RoutinePolicy;
  readonly now: () => Ms;
}

/** Whether a caller may read the proposals about everybody. */
export function mayReadAllProposals(caller: Actor): boolean {
  return holds(caller, "supervisor");
}

/** Proposals of rewards and penalties (R7.1–R7.3): management decides on them, and the persons concerned object. */
export function openRewardProposals({ db, workflows, routine, now }: RewardProposalsOptions) {
  /** A proposal that the caller may read: supervisors and management read all, everybody else those about themselves. */
  async function find(proposalId: string, caller: Actor): Promise<Proposed | undefined> {
    const proposed = await findProposal(db, proposalId);
    return proposed && (mayReadAllProposals(caller) || proposed.person === caller.id) ? proposed : undefined;
  }

  async function policyOf(month: string) {
    return (await findRewardsMonth(db, month))?.policy ?? (await readRoutinePolicy(db, routine)).rewards;
  }

  /** Adds a fact once per key. `decide` is called with the present proposal, and again if another fact was added meanwhile. */
  async function addOnce<B extends object>(
    what: string,
    { proposalId, caller, key: given, body }: ProposalRequest<B>,
    decide: (proposed: Proposed) => Promise<NewFact | ProposalNotChanged>,
  ): Promise<ProposalOutcome> {
    const hash = sha256(what, caller.id, canonical(body));
    const key = scopedKey(caller.id, given ?? randomBytes(16).toString("hex"));
    for (;;) {
      const proposed = await find(proposalId, caller);
      if (!proposed) return { outcome: "no-such-proposal" };
      const before = proposed.facts.find((fact) => isUnder(fact, key));
      if (before) return before.hash === hash ? { outcome: "done", proposed, added: false } : { outcome: "key-used" };
      const role = caller.roles.find((each) => each === "management") ?? caller.roles[0] ?? "staff";
      const stamp = { number: nextNumber(proposed), at: now(), actor: { id: caller.id, role }, key, hash };
      const decided = await decide(proposed);
      if ("outcome" in decided) return decided;
      // `fact` and `data` come from one call, so they belong together.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const fact = { ...stamp, ...decided } as ProposalFact;
      if (!(await addFact(db, proposed, fact))) continue;
      const after = await find(proposalId, caller);
      return after ? { outcome: "done", proposed: after, added: true } : { outcome: "no-such-proposal" };
    }
  }

  return {
    find,

    /** Decides on a proposal, after the month has been derived anew, so that no newer event is overlooked. */
    async decide(request: ProposalRequest<Decision>): Promise<ProposalOutcome> {
      const { proposalId, caller, body } = request;
      let derived = false;
      return addOnce("decide", request, async (before) => {
        let newest = before;
        let refusal = refuseDecision(newest, caller, body, now());
        if (refusal) return { outcome: "refused", refusal };
        if (!derived) {
          const renewal = await workflows.renewRewards(before.month);
          if (renewal.outcome !== "started") return renewal;
          derived = true;
          const found = await find(proposalId, caller);
          if (!found) return { outcome: "no-such-proposal" };
          newest = found;
          refusal = refuseDecision(newest, caller, body, now());
          if (refusal) return { outcome: "refused", refusal };
        }
        const fault = wrongIn(newest.proposal, body);
        if (fault) return { outcome: "wrong-field", fault };
        const { objectWithin } = await policyOf(before.month);
        return { fact: "decided", data: { ...body, objectUntil: iso(now() + ms(objectWithin)) } };
      });
    },

    /** The person concerned objects. */
    async object(request: ProposalRequest<{ readonly reason: string }>): Promise<ProposalOutcome> {
      return addOnce("object", request, async (before) => {
        const refusal = refuseObjection(before, request.caller, now());
        if (refusal) return { outcome: "refused", refusal };
        const { decideWithin } = await policyOf(before.month);
        const due = before.since ? {} : { dueAt: iso(now() + ms(decideWithin)) };
        return { fact: "objected", data: { version: before.version, ...request.body, ...due } };
      });
    },

    /** Derives a month's proposals from the events anew; refused before the month has begun. */
    async renew(month: string): Promise<StartOutcome | { readonly outcome: "month-not-begun" }> {
      return monthNamed(month).from > now() ? { outcome: "month-not-begun" } : workflows.renewRewards(month);
    },
  };
}
