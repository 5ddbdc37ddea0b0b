import { performanceQuery, performanceSchema } from "../../contracts/performance.ts";
import { addDays, dayOf, type Day } from "../../domain/time.ts";
import { readPerformance } from "../../records/performance.ts";
import { fieldTexts, type FieldFault } from "../../texts/fields.ts";
import { InvalidParameters } from "../requests/validation.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 403, 422, 429, 500, 503);

/** Two years: longer periods cost the database too much. */
const MAX_DAYS = 731;

/**
 * The requested period. By default it begins with the month of its end, and ends today.
 * @throws InvalidParameters when it ends before it begins, or is too long
 */
function parsePeriod({ from, to }: { from?: Day | undefined; to?: Day | undefined }, today: Day): { from: Day; to: Day } {
  const last = to ?? (from !== undefined && from > today ? from : today);
  const first = from ?? `${last.slice(0, 7)}-01`;
  const wrong = (fault: FieldFault) => new InvalidParameters((locale) => [{ path: "to", message: fieldTexts[fault][locale] }]);
  if (last < first) throw wrong("before-from");
  if (last > addDays(first, MAX_DAYS)) throw wrong("too-long-a-period");
  return { from: first, to: last };
}

/** Performance figures: of everybody for supervisors, of themselves for representatives. */
export function performanceRoutes({ db, now }: ApiDependencies): Routes {
  return async (app) => {
    app.get(
      "/reports/performance",
      {
        config: { access: ["sales_rep", "supervisor"], machine: true },
        schema: {
          tags: ["reports"],
          operationId: "performance",
          summary: "Met, late, time taken, open and overdue: by representative, duty, customer, month",
          description:
            "By supervisor and management; a sales_rep sees their own figures. What is met, late or open is said in docs/performance.md.",
          querystring: performanceQuery,
          response: {
            200: performanceSchema,
            ...refusals,
          },
        },
      },
      async (request) => {
        const { id, roles } = callerOf(request);
        const { by, salesRep, duty, cursor, limit, ...asked } = request.query;
        const period = parsePeriod(asked, dayOf(now()));
        const all = roles.includes("supervisor") || roles.includes("management");
        if (!all && salesRep !== undefined && salesRep !== id) return { ...period, by, items: [], next: null };
        const question = { ...period, by, duty, salesRep: all ? salesRep : id };
        const { items, next } = await readPerformance(db, question, now(), { limit, cursor });
        return { ...period, by, items, next };
      },
    );
  };
}
