import type { FastifyRequest } from "fastify";
import { z } from "zod";
import {
  decisionBody,
  listedProposal,
  monthName,
  objectionBody,
  proposalName,
  proposalSchema,
  proposalView,
  rewardsQuery,
  rewardsSchema,
} from "../../contracts/rewards.ts";
import { monthNamed } from "../../domain/routine/period.ts";
import type { DecisionFault } from "../../domain/routine/proposal.ts";
import { iso } from "../../domain/time.ts";
import type { Caller } from "../../identity/verify.ts";
import { cursorOf, pageOf, readCursor } from "../../records/paging.ts";
import { findRewardsMonth, listProposals } from "../../records/rewards.ts";
import { fieldTexts } from "../../texts/fields.ts";
import { localeOf } from "../../texts/locale.ts";
import { parseBody } from "../requests/validation.ts";
import { mayReadAllProposals, openRewardProposals, type ProposalOutcome } from "../../application/reward-proposals.ts";
import { keyOf } from "../requests/idempotency.ts";
import { problemOfOutcome } from "../responses/outcomes.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { invalidBody, problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 403, 404, 422, 429, 500, 503);
const commanded = { ...problemResponses(400, 409, 413, 415), ...refusals };

const faultPath: { readonly [F in DecisionFault]: string } = {
  "measure-needed": "measure",
  "measure-not-asked": "measure",
  "amount-not-asked": "amountFen",
  "amount-too-high": "amountFen",
};

/** @throws ProblemError for what was not done */
function requireDone(request: FastifyRequest, outcome: ProposalOutcome): Extract<ProposalOutcome, { outcome: "done" }> {
  switch (outcome.outcome) {
    case "done":
      return outcome;
    case "refused":
      throw new ProblemError("refused", { detail: outcome.refusal });
    case "wrong-field": {
      const message = fieldTexts[outcome.fault][localeOf(request.headers["accept-language"])];
      throw invalidBody({ path: faultPath[outcome.fault], message });
    }
    case "no-such-proposal":
      throw new ProblemError("not-found", { detail: "no-such-proposal" });
    default:
      throw problemOfOutcome(outcome);
  }
}

/** Rewards and penalties (R7.1–R7.3): proposals derived from orders' events, management's decisions, objections. */
export function rewardsRoutes({ application, db, now, routine }: ApiDependencies): Routes {
  const proposals = openRewardProposals({ db, workflows: application.workflows, routine, now });

  /** Starts telling people; where Temporal is away now, the next day's review tells them. */
  async function tell(request: FastifyRequest, month: string): Promise<void> {
    const { outcome } = await application.workflows.tellRewards(month);
    if (outcome !== "started") request.log.warn({ reason: outcome }, "nobody is told yet");
  }

  async function list(caller: Caller, month: string, { cursor, limit }: z.output<typeof rewardsQuery>) {
    const at = now();
    const [after] = cursor === undefined ? [] : readCursor(cursor, "text");
    const all = mayReadAllProposals(caller);
    const person = all ? undefined : caller.id;
    const [derived, found] = await Promise.all([
      findRewardsMonth(db, month),
      listProposals(db, month, { person, after, limit: limit + 1 }),
    ]);
    const listed = found.map((proposed) => listedProposal(proposed, at));
    return {
      month,
      over: at >= monthNamed(month).to,
      renewedAt: derived ? iso(derived.renewedAt) : null,
      orders: derived?.orders ?? 0,
      ...(all ? { unread: derived?.unread ?? [] } : {}),
      standings: (derived?.standings ?? []).filter((standing) => all || standing.person === caller.id),
      ...pageOf(listed, limit, ({ proposalId }) => cursorOf(proposalId)),
    };
  }

  const month = z.object({ month: monthName });
  const proposal = z.object({ proposalId: proposalName });
  const headers = z.object({
    "idempotency-key": z
      .string()
      .max(200)
      .optional()
      .meta({ description: "The same key with the same body gives the same answer once" }),
    "accept-language": z.string().optional().meta({ description: "`zh` or `en`: the language of problems" }),
  });
  const tags = ["rewards"];

  return async (app) => {
    app.get(
      "/rewards/:month",
      {
        config: { access: "authenticated" },
        schema: {
          tags,
          operationId: "rewards",
          summary: "A month's proposals; supervisors and management see all, everybody else their own",
          params: month,
          querystring: rewardsQuery,
          response: { 200: rewardsSchema, ...refusals },
        },
      },
      async (request) => list(callerOf(request), request.params.month, request.query),
    );
    app.post(
      "/rewards/:month",
      {
        config: { access: ["management"] },
        schema: {
          tags,
          operationId: "renew-rewards",
          summary: "Derives a month's proposals from the record anew",
          description: "Rules R7.1–R7.3. Of the running month it is a preview. By management; the schedules do it by themselves.",
          headers,
          params: month,
          response: { 200: rewardsSchema, ...commanded },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { month: name } = request.params;
        const renewal = await proposals.renew(name);
        if (renewal.outcome === "month-not-begun") throw new ProblemError("refused", { detail: "month-not-begun" });
        if (renewal.outcome !== "started") throw problemOfOutcome(renewal);
        await tell(request, name);
        return list(caller, name, rewardsQuery.parse({}));
      },
    );
    app.get(
      "/rewards/proposals/:proposalId",
      {
        config: { access: "authenticated" },
        schema: {
          tags,
          operationId: "reward-proposal",
          summary: "A proposal with its evidence and history",
          params: proposal,
          response: { 200: proposalSchema, ...refusals },
        },
      },
      async (request) => {
        const proposed = await proposals.find(request.params.proposalId, callerOf(request));
        if (!proposed) throw new ProblemError("not-found", { detail: "no-such-proposal" });
        return proposalView(proposed, now());
      },
    );
    app.post(
      "/rewards/proposals/:proposalId/decide",
      {
        config: { access: ["management"] },
        schema: {
          tags,
          operationId: "decide-reward",
          summary: "Decides a proposal, on the version that the record amounts to now",
          description: "By management, never about oneself. Nothing is paid or deducted by it.",
          headers,
          params: proposal,
          body: decisionBody,
          response: { 200: proposalSchema, ...commanded },
        },
      },
      async (request) => {
        const body = parseBody(request, decisionBody);
        const { proposalId } = request.params;
        const decided = await proposals.decide({ proposalId, caller: callerOf(request), key: keyOf(request), body });
        const { proposed, added } = requireDone(request, decided);
        if (added) await tell(request, proposed.month);
        return proposalView(proposed, now());
      },
    );
    app.post(
      "/rewards/proposals/:proposalId/object",
      {
        config: { access: "authenticated" },
        schema: {
          tags,
          operationId: "object-to-reward",
          summary: "The person concerned objects: before the decision it is heard, after it it is decided again",
          headers,
          params: proposal,
          body: objectionBody,
          response: { 200: proposalSchema, ...commanded },
        },
      },
      async (request) => {
        const body = parseBody(request, objectionBody);
        const { proposalId } = request.params;
        const objected = await proposals.object({ proposalId, caller: callerOf(request), key: keyOf(request), body });
        const { proposed, added } = requireDone(request, objected);
        if (added) await tell(request, proposed.month);
        return proposalView(proposed, now());
      },
    );
  };
}
