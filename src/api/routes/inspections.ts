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
import type { Bodies, CommandName } from "../../domain/order/bodies.ts";
import { holds } from "../../domain/people.ts";
import { iso } from "../../domain/time.ts";
import {
  answerLine,
  countUnanswered,
  findReport,
  listLines,
  listReports,
  type RoutineReport,
} from "../../records/routine-reports.ts";
import { rememberAnswer } from "../../records/idempotency.ts";
import { findConcerned } from "../../records/read.ts";
import { localeOf } from "../../texts/locale.ts";
import { refusalText } from "../../texts/refusals.ts";
import { parseBody } from "../requests/validation.ts";
import { canonical, sha256 } from "../../application/request-hash.ts";
import { keyHeaders, keyOf } from "../requests/idempotency.ts";
import { problemOfOutcome, requireStarted } from "../responses/outcomes.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses, ProblemError, problemOf } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(400, 401, 403, 404, 413, 415, 422, 429, 500, 503);
const inspectors = ["supervisor"] as const;
const kinds = ["daily", "asked", "full", "sample"] as const;
const params = z.object({ inspectionId: id });

/** Whether people answer an inspection's lines. */
function isAnswered({ kind }: RoutineReport): boolean {
  return kind === "full" || kind === "sample";
}

/** Inspections (R6.1, R6.2): asked for at any time, read, answered. */
export function inspectionRoutes(dependencies: ApiDependencies): Routes {
  const { db, application, routine, now, staff } = dependencies;

  async function found(inspectionId: string): Promise<RoutineReport> {
    const report = await findReport(db, inspectionId);
    if (!report || report.kind === "weekly") throw new ProblemError("not-found", { detail: "no-such-report" });
    return report;
  }

  /** Gives a command to an order as this caller; why it was refused, if it was. */
  async function sendTo<K extends CommandName>(
    request: FastifyRequest,
    orderNo: string,
    command: K,
    body: Bodies[K],
    key: string,
  ): Promise<string | undefined> {
    const { id, roles, kind } = callerOf(request);
    const hash = sha256(command, id, body);
    const outcome = await application.commands.sendOnly(orderNo, { command, body, actor: { id, roles, kind }, key, hash });
    if (outcome.outcome === "answered") return undefined;
    const problem = problemOfOutcome(outcome);
    if (problem.code === "unavailable") throw problem;
    return problemOf(problem, localeOf(request.headers["accept-language"]), request.id).detail;
  }

  async function answers(request: FastifyRequest, inspectionId: string): Promise<z.output<typeof answeredSchema>> {
    const report = await found(inspectionId);
    const caller = callerOf(request);
    if (!isAnswered(report)) throw new ProblemError("not-found", { detail: "no-such-report" });
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
    if (errors.length > 0) throw new ProblemError("invalid-body", { detail: "body-fields", errors });
    const key = keyOf(request);
    if (key === undefined) return answerOrders(request, report, said);
    const keyed = { id: sha256(caller.id, key), hash: sha256("answers", inspectionId, canonical(said)) };
    const done = await rememberAnswer(db, keyed, () => answerOrders(request, report, said));
    if (done === "conflict") throw new ProblemError("idempotency-conflict", { detail: "key-used" });
    return done.answer;
  }

  /** Each order is answered under a key of its own: nothing happens by saying it again. */
  async function answerOrders(request: FastifyRequest, report: RoutineReport, said: z.output<typeof answersBody>) {
    const { reportId: inspectionId } = report;
    const caller = callerOf(request);
    const refused: { orderNo: string; detail: string }[] = [];
    let answered = 0;
    const by = { by: caller.id, at: iso(now()) };
    const full = report.kind === "full";
    const locale = localeOf(request.headers["accept-language"]);
    // Nobody finds in order what they entered or follow; that an order of the sample is theirs, the order says itself.
    const named = said.answers.filter(({ result }) => result === "in_order").map(({ orderNo }) => orderNo);
    const own = full ? await findConcerned(db, named, caller.id) : new Set<string>();
    for (const { orderNo, result, ...finding } of said.answers) {
      const key = `${inspectionId}-${orderNo}-${caller.id}`;
      const { rule = "", person = "", action = "" } = finding;
      // Each order of the sample was asked itself, so it is answered itself; of the list, only findings go onto orders.
      const why =
        report.kind === "sample"
          ? await sendTo(request, orderNo, "answer-inspection", { inspectionId, result, ...finding }, key)
          : result === "finding"
            ? await sendTo(request, orderNo, "record-finding", { rule, person, action, about: key }, key)
            : own.has(orderNo)
              ? refusalText("own-entry", {}, locale)
              : undefined;
      if (why !== undefined) refused.push({ orderNo, detail: why });
      else if (await answerLine(db, inspectionId, orderNo, { result, ...by })) answered += 1;
    }
    // The rest is what nobody has to look at again: what could not be checked, or has findings, is answered by name.
    let cursor: string | undefined;
    for (let more = full && said.rest === "in_order"; more; more = cursor !== undefined) {
      const page = { limit: 200, unanswered: true, tag: "nothing-found", cursor };
      const { items, next } = await listLines(db, inspectionId, page);
      const theirs = await findConcerned(
        db,
        items.map(({ orderNo }) => orderNo),
        caller.id,
      );
      for (const { orderNo } of items)
        if (!theirs.has(orderNo) && (await answerLine(db, inspectionId, orderNo, { result: "in_order", ...by }))) answered += 1;
      cursor = next ?? undefined;
    }
    return { answered, refused, unanswered: await countUnanswered(db, inspectionId) };
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
        if (before && before.about["hash"] !== hash) throw new ProblemError("idempotency-conflict", { detail: "key-used" });
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
        const report = await found(request.params.inspectionId);
        const { cursor, limit, unanswered } = request.query;
        const lines = await listLines(db, report.reportId, { cursor, limit, unanswered: unanswered === "true" });
        if (!isAnswered(report)) return { ...report, ...lines };
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
      async (request) => answers(request, request.params.inspectionId),
    );
  };
}
