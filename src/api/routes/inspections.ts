import { randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { id } from "../../contracts/fields.ts";
import { wrongPeople } from "../../contracts/named-people.ts";
import {
  answeredSchema,
  answersBody,
  inspectionBody,
  inspectionSchema,
  linesQuery,
  pageQuery,
  reportsSchema,
} from "../../contracts/reports.ts";
import type { Scope } from "../../contracts/workflow-routine.ts";
import { holds } from "../../domain/people.ts";
import { iso } from "../../domain/time.ts";
import { countUnanswered, findReport, listLines, listReports, type RoutineReport } from "../../records/routine-reports.ts";
import { rememberAnswer } from "../../records/idempotency.ts";
import { answerInspection } from "../../application/inspection-answers.ts";
import { localeOf } from "../../texts/locale.ts";
import { refusalText } from "../../texts/refusals.ts";
import { parseBody } from "../requests/validation.ts";
import { canonical, sha256 } from "../../application/request-hash.ts";
import { keyHeaders, keyOf } from "../requests/idempotency.ts";
import { problemOfOutcome, requireStarted } from "../responses/outcomes.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { invalidBody, keyConflict, problemOf, problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(400, 401, 403, 404, 413, 415, 422, 429, 500, 503);
const inspectors = ["supervisor"] as const;
const kinds = ["daily", "asked", "full", "sample"] as const;
const params = z.object({ inspectionId: id });

/** Whether people answer the lines of an inspection: of the monthly ones they do. */
function isAnsweredByPeople({ kind }: RoutineReport): boolean {
  return kind === "full" || kind === "sample";
}

/** Inspections (R6.1, R6.2): started at any time, read, answered. */
export function inspectionRoutes(dependencies: ApiDependencies): Routes {
  const { db, application, routine, now, staff } = dependencies;

  async function requireInspection(inspectionId: string): Promise<RoutineReport> {
    const report = await findReport(db, inspectionId);
    if (!report || report.kind === "weekly") throw new ProblemError("not-found", { detail: "no-such-report" });
    return report;
  }

  async function answer(request: FastifyRequest, inspectionId: string): Promise<z.output<typeof answeredSchema>> {
    const report = await requireInspection(inspectionId);
    const caller = callerOf(request);
    if (!isAnsweredByPeople(report)) throw new ProblemError("not-found", { detail: "no-such-report" });
    const may = report.kind === "sample" ? caller.roles.includes("management") : holds(caller, "supervisor");
    if (!may) throw new ProblemError("forbidden", { detail: "role-missing" });
    const said = parseBody(request, answersBody);
    const [people, locale] = [await staff(), localeOf(request.headers["accept-language"])];
    const errors = said.answers.flatMap((answer, index) =>
      wrongPeople("answer-inspection", answer, people, locale).map(({ path, message }) => ({
        path: `answers.${index}.${path}`,
        message,
      })),
    );
    if (errors.length > 0) throw invalidBody(...errors);
    const key = keyOf(request);
    if (key === undefined) return answerOrders(request, report, said);
    const keyed = { id: sha256(caller.id, key), hash: sha256("answers", inspectionId, canonical(said)) };
    const done = await rememberAnswer(db, keyed, () => answerOrders(request, report, said));
    if (done === "conflict") throw keyConflict();
    return done.answer;
  }

  async function answerOrders(request: FastifyRequest, report: RoutineReport, said: z.output<typeof answersBody>) {
    const options = { db, commands: application.commands, now };
    const outcome = await answerInspection(options, report, callerOf(request), said);
    if (outcome.outcome === "broken-off") throw problemOfOutcome(outcome.why);
    const { answered, unanswered } = outcome;
    const locale = localeOf(request.headers["accept-language"]);
    const refused = outcome.refused.map(({ orderNo, why }) => ({
      orderNo,
      detail:
        why.outcome === "own-entry"
          ? refusalText("own-entry", {}, locale)
          : (problemOf(problemOfOutcome(why), locale, request.id).detail ?? ""),
    }));
    return { answered, refused, unanswered };
  }

  return async (app) => {
    app.post(
      "/inspections",
      {
        config: { access: inspectors },
        schema: {
          tags: ["inspections"],
          operationId: "inspect",
          summary: "Inspects all large orders, or a choice of orders, now",
          description: "The four checks of R6.2; each finding goes onto its order. What became of it is at `Location`.",
          headers: keyHeaders,
          body: inspectionBody,
          response: { 202: z.object({ inspectionId: z.string() }).meta({ id: "InspectionAsked" }), ...refusals },
        },
      },
      async (request, reply) => {
        const { orders, reason } = parseBody(request, inspectionBody);
        const { id: caller } = callerOf(request);
        const key = keyOf(request);
        const hash = sha256(orders ?? "large", reason);
        const period = key === undefined ? randomBytes(8).toString("hex") : sha256(caller, key).slice(0, 16);
        const reportId = `asked-${period}`;
        const before = await findReport(db, reportId);
        if (before && before.about["hash"] !== hash) throw keyConflict();
        const scope: Scope = orders ? { orders: "chosen", orderNos: orders } : { orders: "large" };
        const about = { by: caller, reason, hash };
        const head = { reportId, kind: "asked", period, asOf: iso(now()), about } as const;
        if (!before) requireStarted(await application.workflows.inspect({ head, scope, carrierGrace: routine.carrierGrace }));
        void reply.code(202).header("location", `/inspections/${reportId}`);
        return { inspectionId: reportId };
      },
    );
    app.get(
      "/inspections",
      {
        config: { access: inspectors, machine: true },
        schema: {
          tags: ["inspections"],
          operationId: "inspections",
          summary: "Inspections, newest first",
          querystring: pageQuery,
          response: { 200: reportsSchema, ...refusals },
        },
      },
      async (request) => listReports(db, kinds, request.query),
    );
    app.get(
      "/inspections/:inspectionId",
      {
        config: { access: inspectors, machine: true },
        schema: {
          tags: ["inspections"],
          operationId: "inspection",
          summary: "An inspection: what was checked, found, could not be checked; what needs looking at first",
          params,
          querystring: linesQuery,
          response: { 200: inspectionSchema, ...refusals },
        },
      },
      async (request) => {
        const report = await requireInspection(request.params.inspectionId);
        const { cursor, limit, unanswered } = request.query;
        const lines = await listLines(db, report.reportId, { cursor, limit, unanswered: unanswered === "true" });
        if (!isAnsweredByPeople(report)) return { ...report, ...lines };
        const open = await countUnanswered(db, report.reportId);
        const { dueAt } = report.about;
        const overdue = typeof dueAt === "string" && open > 0 && Date.parse(dueAt) < now();
        return { ...report, unanswered: open, overdue, ...lines };
      },
    );
    app.post(
      "/inspections/:inspectionId/answers",
      {
        config: { access: inspectors },
        schema: {
          tags: ["inspections"],
          operationId: "answer-inspection-list",
          summary: "Answers orders of a monthly inspection: one by one, or the rest of a full one together",
          headers: keyHeaders,
          params,
          body: answersBody,
          response: { 200: answeredSchema, ...refusals },
        },
      },
      async (request) => answer(request, request.params.inspectionId),
    );
  };
}
