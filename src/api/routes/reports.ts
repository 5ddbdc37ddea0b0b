import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import {
  pageQuery,
  reportsSchema,
  weekParam,
  weeklyLineSchema,
  weeklySchema,
  type WeeklyLineRead,
} from "../../contracts/reports.ts";
import type { Sheet } from "../../forms/form.ts";
import { renderPage } from "../../forms/page.ts";
import { composeWeeklySheet } from "../../forms/weekly-summary.ts";
import { readAllLines, findReport, listReports, UNDELIVERED, type RoutineReport } from "../../records/routine-reports.ts";
import { localeOf } from "../../texts/locale.ts";
import { negotiateFormat, mediaTypes } from "../requests/accept.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { setDocumentHeaders } from "../responses/document-headers.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import type { Table } from "../rendering/spreadsheet.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 403, 404, 406, 422, 429, 500, 503);
const readers = ["order_admin", "supervisor"] as const;
const formats = ["json", "html", "xlsx"] as const;
type WeeklyFormat = (typeof formats)[number];

/** The sheet's tables as tables of a workbook. */
function tablesOf({ head, sections }: Sheet): Table[] {
  return sections.flatMap((section) => {
    if ("fields" in section) return [];
    const columns = section.columns.map(({ label, weight }) => ({ label, width: weight * 6 }));
    const rows = section.rows.map((row) => row.map((cell) => (cell === "" ? undefined : cell)));
    return [{ sheet: section.title, head: head.map(({ label, value }) => `${label} ${value}`), columns, rows }];
  });
}

/** The department's weekly summaries (R5.3), as they were made. */
export function reportRoutes({ db, company }: ApiDependencies): Routes {
  async function sendWeeklySummary(request: FastifyRequest, reply: FastifyReply, asked: string): Promise<unknown> {
    const [week = "", suffix] = asked.split(".");
    const named = formats.find((format) => format === suffix);
    const as: WeeklyFormat = named ?? negotiateFormat(request, reply, formats);
    const report: RoutineReport | undefined = await findReport(db, `weekly-${week}`);
    if (!report?.madeAt) throw new ProblemError("not-found", { detail: "no-such-report" });
    const lines = (await readAllLines(db, report.reportId)).map(({ body, tags }): WeeklyLineRead => ({
      ...weeklyLineSchema.parse(body),
      ...(tags.includes(UNDELIVERED) ? { notDelivered: true } : {}),
    }));
    if (as === "json") return { ...report, lines };
    const locale = localeOf(request.headers["accept-language"], "zh");
    const sheet = composeWeeklySheet({ week, asOf: report.asOf, lines }, locale, report.reportId);
    const file =
      as === "xlsx"
        ? await request.server.renderer.xlsx(callerOf(request).id, tablesOf(sheet))
        : renderPage(company === undefined ? sheet : { ...sheet, company });
    const disposition = as === "xlsx" ? "attachment" : "inline";
    setDocumentHeaders(reply, { format: as, locale, fileName: `${report.reportId}.${as}`, disposition });
    return file;
  }

  return async (app) => {
    app.get(
      "/reports",
      {
        config: { access: readers, machine: true },
        schema: {
          tags: ["reports"],
          operationId: "reports",
          summary: "The weekly summaries, newest first",
          querystring: pageQuery,
          response: { 200: reportsSchema, ...refusals },
        },
      },
      async (request) => listReports(db, ["weekly"], request.query),
    );
    app.get(
      "/reports/weekly/:week",
      {
        config: { access: readers, machine: true },
        schema: {
          tags: ["reports"],
          operationId: "weekly-summary",
          summary: "The summary of a week (R5.3), as JSON, page or workbook",
          params: z.object({ week: weekParam }),
          headers: z.object({ "accept-language": z.string().optional().meta({ description: "`zh` (without it) or `en`" }) }),
          response: {
            200: {
              description: "The summary",
              content: {
                "application/json": { schema: weeklySchema },
                "text/html": { schema: z.string() },
                [mediaTypes.xlsx]: { schema: z.string().meta({ format: "binary" }) },
              },
            },
            ...refusals,
          },
        },
      },
      async (request, reply) => sendWeeklySummary(request, reply, request.params.week),
    );
  };
}
