import { z } from "zod";
import { policyFrom, policySchema, routinePolicyFrom, WrongPolicy } from "../../contracts/policy.ts";
import { policyAnswer, rehearsalAnswer, rehearsalSchema } from "../../contracts/policy-answers.ts";
import { rehearse, type Proposal, type RehearsedDuty } from "../../domain/order/rehearsal.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { Policy } from "../../domain/policy.ts";
import { iso, type Ms } from "../../domain/time.ts";
import { newestOf, policyOf, putNext, versionsOf, type Version } from "../../records/versions.ts";
import { eventsOfSeveral, listOrders } from "../../records/read.ts";
import type { Locale } from "../../texts/locale.ts";
import { localeOf } from "../../texts/locale.ts";
import { parseBody } from "../requests/validation.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(400, 401, 403, 413, 415, 422, 429, 500, 503);

/** Orders that are replayed in one go, before other requests have their turn. */
const AT_ONCE = 5;

/** A policy that was sent, laid over the default one; `within` is where in the body it stands. */
function sentPolicy(json: unknown, locale: Locale, within = ""): Policy {
  try {
    return policyFrom(json, locale);
  } catch (error) {
    if (!(error instanceof WrongPolicy)) throw error;
    const errors = error.fields.map(({ path, message }) => ({ path: [within, path].filter(Boolean).join("."), message }));
    throw new ProblemError("invalid-body", { detail: "body-fields", errors });
  }
}

function stood(value: RehearsedDuty["before"]) {
  return value ? { dueAt: iso(value.dueAt), late: value.late } : null;
}

/** What a page of orders would have come to. */
function tried(
  orders: readonly { orderNo: string; salesRep: string | null; events: readonly OrderEvent[] }[],
  proposal: Proposal,
  at: Ms,
) {
  return orders.flatMap(({ orderNo, salesRep, events }) =>
    rehearse(events, proposal, at).map(({ closedAt, before, proposed, ...duty }) => ({
      orderNo,
      salesRep,
      ...duty,
      closedAt: closedAt === undefined ? null : iso(closedAt),
      before: stood(before),
      proposed: stood(proposed),
    })),
  );
}

/** The policy: in force, put anew, its history, and what another one would have meant. */
export function policyRoutes({ db, policy: current, routine, now }: ApiDependencies): Routes {
  const answered = ({ version, by, at, body }: Version) => ({
    version,
    by,
    at,
    given: policySchema.parse(body),
    policy: { ...policyOf({ version, by, at, body }), routine: routinePolicyFrom(body) },
  });

  const operation = (operationId: string, summary: string, answer: z.ZodType) => ({
    tags: ["administration"],
    operationId,
    summary,
    response: { 200: answer, ...refusals },
  });

  return async (app) => {
    app.get(
      "/policy",
      {
        config: { access: "authenticated", machine: true },
        schema: operation("policy", "The policy that new orders start with", policyAnswer),
      },
      async () => {
        const newest = await newestOf(db, "policy");
        return newest ? answered(newest) : { version: 0, policy: { ...(await current()), routine } };
      },
    );
    app.put(
      "/policy",
      {
        config: { access: ["management"] },
        schema: {
          ...operation("put-policy", "Puts another policy", policyAnswer),
          description:
            "By management. A whole new version: what it does not say is the default, not the version before. It holds at once, for orders received from now on; an order that runs keeps the policy that it started with. The numbers of `routine` hold from its next run on, and schedules follow within a minute. `POST /policy/rehearsal` tells beforehand what it would have meant.",
          body: policySchema,
        },
      },
      async (request) => {
        const given = request.body;
        sentPolicy(given, localeOf(request.headers["accept-language"]));
        return answered(await putNext(db, "policy", given, callerOf(request).id, now()));
      },
    );
    app.get(
      "/policy/versions",
      {
        config: { access: ["supervisor"] },
        schema: operation("policy-versions", "Who put which policy, newest first", z.array(policyAnswer)),
      },
      async () => (await versionsOf(db, "policy")).map(answered),
    );
    app.post(
      "/policy/rehearsal",
      {
        config: { access: ["supervisor"] },
        schema: {
          ...operation("rehearse-policy", "Which orders would have been late under another policy", rehearsalAnswer),
          description:
            "The recorded events of the orders received in the period are replayed with the proposed policy, and with another calendar if one is given: what everybody did stays as it was, only what is owed and by when is reckoned anew. Answered in pages of orders, oldest last; the figures are those of the page. Nothing is changed.",
          body: rehearsalSchema,
        },
      },
      async (request) => {
        const locale = localeOf(request.headers["accept-language"]);
        const { policy, calendar, from, to, limit, cursor } = parseBody(request, rehearsalSchema);
        const proposal = { policy: sentPolicy(policy, locale, "policy"), calendar: calendar && { version: 0, ...calendar } };
        const { items: orders, next } = await listOrders(db, { from, to }, { limit, cursor });
        const duties: ReturnType<typeof tried> = [];
        for (let first = 0; first < orders.length; first += AT_ONCE) {
          const some = orders.slice(first, first + AT_ONCE);
          const events = await eventsOfSeveral(
            db,
            some.map(({ orderNo }) => orderNo),
          );
          duties.push(
            ...tried(
              some.map((order) => ({ ...order, events: events.get(order.orderNo) ?? [] })),
              proposal,
              now(),
            ),
          );
        }
        const items = duties.filter(({ before, proposed }) => before?.late === true || proposed?.late === true);
        const proposed = items.filter((item) => item.proposed?.late);
        const before = items.filter((item) => item.before?.late);
        return {
          orders: orders.length,
          duties: duties.length,
          late: {
            before: before.length,
            proposed: proposed.length,
            newly: items.length - before.length,
            noLonger: items.length - proposed.length,
            orders: new Set(proposed.map(({ orderNo }) => orderNo)).size,
          },
          items,
          next,
        };
      },
    );
  };
}
