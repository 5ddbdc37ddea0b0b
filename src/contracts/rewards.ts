import { z } from "zod";
import { decisions, type Proposed } from "../domain/routine/proposal.ts";
import { proposalKinds, ruleOf, type Measure, type Standing } from "../domain/routine/rewards.ts";
import { iso, type Ms } from "../domain/time.ts";
import { line, reason } from "./fields.ts";

/** Rewards and penalties over HTTP: what is said, and what is answered. */

export const monthName = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/u)
  .meta({ description: "A month in Asia/Shanghai", example: "2026-11" });
export const proposalName = line(250).meta({ example: "2026-11:entry-error:SO-1:k31" });

export const decisionBody = z
  .strictObject({
    version: z.int().min(1).meta({ description: "The version that the decision is made on; a newer one refuses it" }),
    decision: z
      .enum(decisions)
      .meta({ description: "`keep` answers a revision or an objection: what was decided before stands" }),
    measure: z.enum(["bonus", "leave"]).optional().meta({ description: "Which one, where one is to be chosen" }),
    amountFen: z.int().min(0).optional().meta({ description: "Less than is proposed, integer fen; never more" }),
    early: z.literal(true).optional().meta({ description: "On purpose before the month is over" }),
    reason,
  })
  .meta({
    id: "RewardDecision",
    example: { version: 1, decision: "approve", measure: "bonus", reason: "prompt all month, and the customers say so" },
  });
export const objectionBody = z
  .strictObject({ reason })
  .meta({ id: "RewardObjection", example: { reason: "the customer said 4000K; the call is on record" } });

const moment = z.string().meta({ format: "date-time", description: "RFC 3339 in UTC", example: "2026-12-01T01:00:00.000Z" });
const author = z.object({ id: z.string(), role: z.string() });
const fen = z.int().meta({ description: "Integer fen (0.01 CNY); nothing is paid or deducted here" });
const measure = z
  .object({
    measure: z.enum(["bonus", "leave", "promotion", "fine", "withheld-bonus", "compensation", "demotion"]),
    amountFen: fen.optional(),
    days: z.number().optional(),
  })
  .meta({ id: "RewardMeasure" });
const share = z.int().meta({ description: "Ten-thousandths, rounded down" });
const standing = z
  .object({
    person: z.string(),
    met: z.int(),
    late: z.int(),
    scores: z.int(),
    scoreSum: z.int(),
    promptness: share,
    satisfaction: share,
    score: share,
    short: z.array(z.enum(["duties", "scores", "promptness", "satisfaction", "penalty"])),
  })
  .meta({ id: "RewardStanding", description: "How somebody did in the month (R7.1), and what they fall short of" });
const citation = z
  .object({
    orderNo: z.string(),
    event: z.int().meta({ description: "Its number in the order's history" }),
    name: z.string(),
    at: moment,
    duty: z.object({ dutyId: z.string(), duty: z.string(), dueAt: moment, inTime: z.boolean() }).optional(),
    score: z.int().optional(),
  })
  .meta({ id: "RewardEvidence" });
const around = { number: z.int(), at: moment, actor: author };
const newDue = { version: z.int(), dueAt: moment.optional() };
/** What can have happened to a proposal, told apart by the fact's name. */
const proposalFact = z
  .discriminatedUnion("fact", [
    z.object({
      ...around,
      fact: z.literal("proposed"),
      data: z.object({
        ...newDue,
        proposal: z.object({
          proposalId: z.string(),
          month: monthName,
          kind: z.enum(proposalKinds),
          person: z.string(),
          choose: z.enum(["one", "all"]),
          measures: z.array(measure),
          standing: standing.optional(),
          evidence: z.array(citation),
        }),
      }),
    }),
    z.object({ ...around, fact: z.literal("withdrawn"), data: z.object(newDue) }),
    z.object({
      ...around,
      fact: z.literal("decided"),
      data: z.object({
        version: z.int(),
        decision: z.enum(decisions),
        measure: z.enum(["bonus", "leave"]).optional(),
        amountFen: fen.optional(),
        early: z.literal(true).optional(),
        reason: z.string(),
        objectUntil: moment,
      }),
    }),
    z.object({ ...around, fact: z.literal("objected"), data: z.object({ ...newDue, reason: z.string() }) }),
    z.object({
      ...around,
      fact: z.literal("told"),
      data: z.object({ what: z.enum(["waiting", "overdue", "decided"]), of: z.int() }),
    }),
  ])
  .meta({ id: "RewardFact", description: "What has happened to a proposal" });
const proposalFields = {
  proposalId: proposalName,
  month: monthName,
  kind: z.enum(proposalKinds),
  rule: z.string(),
  person: z.string(),
  state: z
    .enum(["waiting", "objected", "revision", "approved", "rejected", "lifted", "withdrawn"])
    .meta({ description: "`waiting`, `objected` and `revision` are management's to decide" }),
  version: z.int(),
  choose: z.enum(["one", "all"]).optional(),
  proposed: z
    .array(measure)
    .meta({ description: "What the newest version comes to; empty where the record no longer amounts to it" }),
  decided: z
    .object({
      version: z.int(),
      decision: z.enum(decisions),
      measures: z.array(measure),
      early: z.literal(true).optional(),
      reason: z.string(),
      by: author,
      at: moment,
      objectUntil: moment,
    })
    .optional(),
  dueAt: moment.optional(),
  overdue: z.boolean(),
};
const listed = z.object(proposalFields).meta({ id: "RewardProposal" });
export const proposalSchema = z
  .object({
    ...proposalFields,
    standing: standing.optional(),
    evidence: z.array(citation),
    history: z.array(proposalFact),
  })
  .meta({ id: "RewardProposalWithEvidence" });
export const rewardsSchema = z
  .object({
    month: monthName,
    over: z.boolean().meta({ description: "Before that it is a preview" }),
    renewedAt: moment.nullable().meta({ description: "When it was last derived; null: not yet" }),
    orders: z.int(),
    unread: z.array(z.object({ orderNo: z.string(), why: z.string() })).optional(),
    standings: z.array(standing),
    items: z.array(listed),
    next: z.string().nullable(),
  })
  .meta({ id: "Rewards" });

interface Listed {
  proposalId: string;
  month: string;
  kind: Proposed["kind"];
  rule: string;
  person: string;
  state: Proposed["state"];
  version: number;
  choose?: "one" | "all";
  proposed: readonly Measure[];
  decided?: object;
  dueAt?: string;
  overdue: boolean;
}

export const rewardsQuery = z.object({
  cursor: line(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A proposal in a list. */
export function listedProposal(proposed: Proposed, now: Ms): Listed {
  const { proposalId, month, kind, person, state, version, proposal, decided, measures, dueAt } = proposed;
  const { objectUntil = "", reason: why = "", decision = "keep", early, version: on = 0 } = decided?.data ?? {};
  return {
    proposalId,
    month,
    kind,
    rule: ruleOf[kind],
    person,
    state,
    version,
    ...(proposal ? { choose: proposal.choose } : {}),
    proposed: proposal?.measures ?? [],
    ...(decided
      ? {
          decided: {
            version: on,
            decision,
            measures,
            ...(early ? { early } : {}),
            reason: why,
            by: decided.actor,
            at: iso(decided.at),
            objectUntil,
          },
        }
      : {}),
    ...(dueAt === undefined ? {} : { dueAt: iso(dueAt) }),
    overdue: dueAt !== undefined && now > dueAt,
  };
}

/** A proposal with its evidence and its history. */
export function proposalView(proposed: Proposed, now: Ms): object {
  const { proposal, facts } = proposed;
  const own: { standing?: Standing } = proposal?.standing ? { standing: proposal.standing } : {};
  return {
    ...listedProposal(proposed, now),
    ...own,
    evidence: proposal?.evidence ?? [],
    history: facts.map(({ number, at, actor, fact, data }) => ({ number, at: iso(at), actor, fact, data })),
  };
}
