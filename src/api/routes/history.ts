import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { historySchema } from "../../contracts/answers.ts";
import { orderNumber } from "../../contracts/bodies.ts";
import { instant } from "../../domain/time.ts";
import { historyWords } from "../../texts/history.ts";
import { localeOf, type Locale } from "../../texts/locale.ts";
import { commandWords } from "../../texts/chapters.ts";
import { roleWords, wordOf } from "../../texts/words.ts";
import { negotiateFormat, mediaTypes } from "../requests/accept.ts";
import { createOrderAccessCheck } from "../order-access.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { setDocumentHeaders } from "../responses/document-headers.ts";
import { problemResponses } from "../responses/problem.ts";
import { MAY_BE_OLDER, requireEvents } from "../responses/outcomes.ts";
import { csvOf, type Cell, type Column } from "../rendering/spreadsheet.ts";
import { toHistoryLines, restrictEvents, type HistoryLine } from "../visibility.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 404, 406, 422, 429, 500, 503);
const formats = ["json", "csv", "xlsx"] as const;

const widths = { number: 6, at: 20, receivedAt: 20, actor: 16, role: 14, command: 24, event: 24, reason: 30, note: 30, data: 80 };
const names = ["number", "at", "receivedAt", "actor", "role", "command", "event", "reason", "note", "data"] as const;

function columnsIn(locale: Locale): Column[] {
  return names.map((name) => ({
    label: historyWords[name][locale],
    width: widths[name],
    ...(name === "at" || name === "receivedAt" ? { time: true as const } : {}),
  }));
}

/** A line of the trail as a row: role and command in the reader's language, data as JSON. */
function rowOf(line: HistoryLine, locale: Locale): Cell[] {
  const { number, at, receivedAt, actor, command, event, reason, note, data } = line;
  const times = [instant(at), instant(receivedAt)];
  const words = [wordOf(roleWords, actor.role, locale), wordOf(commandWords, command, locale)];
  return [number, ...times, actor.id, ...words, event, reason, note, JSON.stringify(data)];
}

/** The audit trail of an order (R1.2): as JSON, or as CSV or workbook by `Accept` or by suffix. */
export function historyRoutes({ application, db, now }: ApiDependencies): Routes {
  const checkOrderAccess = createOrderAccessCheck({ application, db });

  async function linesOf(request: FastifyRequest, reply: FastifyReply, orderNo: string): Promise<HistoryLine[]> {
    const caller = callerOf(request);
    await checkOrderAccess(caller, orderNo);
    const events = requireEvents(reply, await application.orders.read(orderNo));
    return toHistoryLines(caller, restrictEvents(caller, events, now()));
  }

  async function exportAs(request: FastifyRequest, reply: FastifyReply, orderNo: string, as: "csv" | "xlsx") {
    const lines = await linesOf(request, reply, orderNo);
    const locale = localeOf(request.headers["accept-language"], "zh");
    const columns = columnsIn(locale);
    const rows = lines.map((line) => rowOf(line, locale));
    const file =
      as === "csv"
        ? csvOf(columns, rows)
        : await request.server.renderer.xlsx(callerOf(request).id, [{ sheet: orderNo, columns, rows }]);
    setDocumentHeaders(reply, { format: as, locale, fileName: `${orderNo}-history.${as}`, disposition: "attachment" });
    return file;
  }

  const params = z.object({ orderNo: orderNumber });
  const headers = z.object({ "accept-language": z.string().optional().meta({ description: "`zh` (without it) or `en`" }) });
  const binary = z.string().meta({ format: "binary" });
  const content = {
    csv: { "text/csv": { schema: z.string() } },
    xlsx: { [mediaTypes.xlsx]: { schema: binary } },
  };

  return async (app) => {
    app.get(
      "/orders/:orderNo/history",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "history",
          summary: "An order's audit trail, oldest first",
          params,
          response: {
            200: {
              description: `The audit trail, oldest first. ${MAY_BE_OLDER}`,
              content: { "application/json": { schema: historySchema }, ...content.csv, ...content.xlsx },
            },
            ...refusals,
          },
        },
      },
      async (request, reply) => {
        const { orderNo } = request.params;
        const as = negotiateFormat(request, reply, formats);
        return as === "json" ? linesOf(request, reply, orderNo) : exportAs(request, reply, orderNo, as);
      },
    );
    for (const as of ["csv", "xlsx"] as const) {
      app.get(
        `/orders/:orderNo/history.${as}`,
        {
          config: { access: "authenticated", machine: true },
          schema: {
            tags: ["queries"],
            operationId: `history-${as}`,
            summary: `An order's audit trail as ${as.toUpperCase()}`,
            params,
            headers,
            response: {
              200: { description: `The audit trail, oldest first. ${MAY_BE_OLDER}`, content: content[as] },
              ...refusals,
            },
          },
        },
        async (request, reply) => {
          void reply.header("vary", "accept-language");
          return exportAs(request, reply, request.params.orderNo, as);
        },
      );
    }
  };
}
