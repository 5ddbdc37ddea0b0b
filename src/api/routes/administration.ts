import { z } from "zod";
import { putCalendarSchema, versionedCalendarSchema } from "../../contracts/calendar.ts";
import { staffFrom, staffSchema } from "../../contracts/staff.ts";
import { defaultCalendar } from "../../domain/clock/calendar.ts";
import { calendarOf, newestOf, putNext, versionsOf } from "../../records/versions.ts";
import { fieldTexts } from "../../texts/fields.ts";
import { localeOf } from "../../texts/locale.ts";
import { parseBody } from "../requests/validation.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(400, 401, 403, 413, 415, 422, 429, 500, 503);
const versioned = z.object({ version: z.int(), by: z.string(), at: z.string() });
const readers = ["sales_rep", "customer_service", "order_admin", "supervisor"] as const;

/** What supervisors put, with its history: the working calendar, and who is who. */
export function administrationRoutes({ engine, db, now }: ApiDependencies): Routes {
  const operation = (operationId: string, summary: string, answer: z.ZodType) => ({
    tags: ["administration"],
    operationId,
    summary,
    response: { 200: answer, ...refusals },
  });

  return async function house(app) {
    app.get(
      "/calendar",
      {
        config: { access: "authenticated", machine: true },
        schema: operation("calendar", "The factory's working time", versionedCalendarSchema),
      },
      async () => {
        const newest = await newestOf(db, "calendar");
        return newest ? calendarOf(newest) : defaultCalendar;
      },
    );
    app.put(
      "/calendar",
      {
        config: { access: ["supervisor"] },
        schema: {
          ...operation("put-calendar", "Puts another calendar", versionedCalendarSchema),
          description:
            "A whole new version: read the one in force, change it, put it. It reaches every running order within a minute and moves due times that are still open.",
          body: putCalendarSchema,
        },
      },
      async (request) => {
        const locale = localeOf(request.headers["accept-language"]);
        const { version, ...put } = parseBody(request, putCalendarSchema);
        const newest = (await newestOf(db, "calendar"))?.version ?? defaultCalendar.version;
        if (version !== undefined && version !== newest) {
          const errors = [{ path: "version", message: fieldTexts["newer-version"][locale] }];
          throw new ProblemError("invalid-body", { detail: "body-fields", errors });
        }
        const calendar = calendarOf(await putNext(db, "calendar", put, callerOf(request).id, now()));
        await engine.spreadCalendar(calendar);
        return calendar;
      },
    );
    app.get(
      "/staff",
      {
        config: { access: readers },
        schema: operation("staff", "Who is who, as it was put here", z.object({ version: z.int(), people: staffSchema })),
      },
      async () => {
        const newest = await newestOf(db, "staff");
        return { version: newest?.version ?? 0, people: newest?.body ?? [] };
      },
    );
    app.put(
      "/staff",
      {
        config: { access: ["supervisor"] },
        schema: {
          ...operation("put-staff", "Puts who is who", z.object({ version: z.int(), people: staffSchema })),
          description:
            "The whole list: roles, who reports to whom, deputies, absences, how they are reached. Holds at once for messages and permissions.",
          body: staffSchema,
        },
      },
      async (request) => {
        const given = parseBody(request, staffSchema);
        try {
          staffFrom(given);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          throw new ProblemError("invalid-body", { detail: "body-fields", errors: [{ path: "", message }] });
        }
        const { version, body } = await putNext(db, "staff", given, callerOf(request).id, now());
        return { version, people: body };
      },
    );
    for (const what of ["calendar", "staff"] as const) {
      app.get(
        `/${what}/versions`,
        {
          config: { access: ["supervisor"] },
          schema: operation(
            `${what}-versions`,
            `Who put which ${what}, newest first`,
            z.array(versioned.extend({ body: z.unknown() })),
          ),
        },
        () => versionsOf(db, what),
      );
    }
  };
}
