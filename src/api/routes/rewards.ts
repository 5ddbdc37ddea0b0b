import { randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { isUnder, scopedKey } from "../../contracts/keys.ts";
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
import { holds } from "../../domain/people.ts";
import { monthNamed } from "../../domain/routine/period.ts";
import {
  nextNumber,
  refuseDecision,
  refuseObjection,
  wrongIn,
  type DecisionFault,
  type ProposalFact,
  type ProposalRefusal,
  type Proposed,
} from "../../domain/routine/proposal.ts";
import { iso, ms } from "../../domain/time.ts";
import type { Caller } from "../../identity/verify.ts";
import { cursorOf, pageOf, readCursor } from "../../records/paging.ts";
import { readRoutinePolicy } from "../../records/versions.ts";
import { addFact, findProposal, listProposals, findRewardsMonth } from "../../records/rewards.ts";
import { fieldTexts } from "../../texts/fields.ts";
import { localeOf } from "../../texts/locale.ts";
import { parseBody } from "../requests/validation.ts";
import { canonical, sha256 } from "../../application/request-hash.ts";
import { keyOf } from "../requests/idempotency.ts";
import { requireStarted } from "../responses/outcomes.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 403, 404, 422, 429, 500, 503);
const commanded = { ...problemResponses(400, 409, 413, 415), ...refusals };

const faultPath: { readonly [F in DecisionFault]: string } = {
  "measure-needed": "measure",
  "measure-not-asked": "measure",
  "amount-not-asked": "amountFen",
  "amount-too-high": "amountFen",
};

function seesAll(caller: Caller): boolean {
  return holds(caller, "supervisor");
}

function unless(refusal: ProposalRefusal | undefined): void {
  if (refusal) throw new ProblemError("refused", { detail: refusal });
}

/** Rewards and penalties (R7.1–R7.3): what the record amounts to, what management decides, what the person concerned says. */
export function rewardsRoutes({ application, db, now, routine }: ApiDependencies): Routes {
  async function visible(proposalId: string, caller: Caller): Promise<Proposed> {
    const proposed = await findProposal(db, proposalId);
    if (!proposed || !(seesAll(caller) || proposed.person === caller.id)) {
      throw new ProblemError("not-found", { detail: "no-such-proposal" });
    }
    return proposed;
  }

  async function policyOf(month: string) {
    return (await findRewardsMonth(db, month))?.policy ?? (await readRoutinePolicy(db, routine)).rewards;
  }

  /** Adds what a person says of a proposal, once a key; `next` decides on it as it then is, also after somebody else was first. */
  async function add(
    request: FastifyRequest,
    proposalId: string,
    what: string,
    body: object,
    next: (proposed: Proposed) => Promise<Pick<ProposalFact, "fact" | "data">>,
  ): Promise<{ proposed: Proposed; added: boolean }> {
    const caller = callerOf(request);
    const hash = sha256(what, caller.id, canonical(body));
    const key = scopedKey(caller.id, keyOf(request) ?? randomBytes(16).toString("hex"));
    for (;;) {
      const proposed = await visible(proposalId, caller);
      const before = proposed.facts.find((fact) => isUnder(fact, key));
      if (before && before.hash !== hash) throw new ProblemError("idempotency-conflict", { detail: "key-used" });
      if (before) return { proposed, added: false };
      const role = caller.roles.find((each) => each === "management") ?? caller.roles[0] ?? "staff";
      const stamp = { number: nextNumber(proposed), at: now(), actor: { id: caller.id, role }, key, hash };
      // `fact` and `data` come from one call, so that they belong together.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const fact = { ...stamp, ...(await next(proposed)) } as ProposalFact;
      if (await addFact(db, proposed, fact)) return { proposed: await visible(proposalId, caller), added: true };
    }
  }

  /** Starts telling people; where Temporal is away now, the next day's review tells them. */
  async function tell(request: FastifyRequest, month: string): Promise<void> {
    const { outcome } = await application.workflows.tellRewards(month);
    if (outcome !== "started") request.log.warn({ reason: outcome }, "nobody is told yet");
  }

  async function list(caller: Caller, month: string, { cursor, limit }: z.output<typeof rewardsQuery>) {
    const at = now();
    const [after] = cursor === undefined ? [] : readCursor(cursor, "text");
    const all = seesAll(caller);
    const person = all ? undefined : caller.id;
    const [derived, proposals] = await Promise.all([
      findRewardsMonth(db, month),
      listProposals(db, month, { person, after, limit: limit + 1 }),
    ]);
    const listed = proposals.map((proposed) => listedProposal(proposed, at));
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
        if (monthNamed(name).from > now()) throw new ProblemError("refused", { detail: "month-not-begun" });
        requireStarted(await application.workflows.renewRewards(name));
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
      async (request) => proposalView(await visible(request.params.proposalId, callerOf(request)), now()),
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
        const caller = callerOf(request);
        const body = parseBody(request, decisionBody);
        const { proposalId } = request.params;
        let derived = false;
        const { proposed, added } = await add(request, proposalId, "decide", body, async (before) => {
          let newest = before;
          unless(refuseDecision(newest, caller, body, now()));
          if (!derived) {
            // What has been recorded since is seen before it is decided.
            requireStarted(await application.workflows.renewRewards(before.month));
            derived = true;
            newest = await visible(proposalId, caller);
            unless(refuseDecision(newest, caller, body, now()));
          }
          const fault = wrongIn(newest.proposal, body);
          if (fault) {
            const message = fieldTexts[fault][localeOf(request.headers["accept-language"])];
            throw new ProblemError("invalid-body", { detail: "body-fields", errors: [{ path: faultPath[fault], message }] });
          }
          const { objectWithin } = await policyOf(before.month);
          return { fact: "decided", data: { ...body, objectUntil: iso(now() + ms(objectWithin)) } };
        });
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
        const caller = callerOf(request);
        const body = parseBody(request, objectionBody);
        const { proposed, added } = await add(request, request.params.proposalId, "object", body, async (before) => {
          unless(refuseObjection(before, caller, now()));
          const { decideWithin } = await policyOf(before.month);
          const due = before.since ? {} : { dueAt: iso(now() + ms(decideWithin)) };
          return { fact: "objected", data: { version: before.version, ...body, ...due } };
        });
        if (added) await tell(request, proposed.month);
        return proposalView(proposed, now());
      },
    );
  };
}
