import { putCalendar } from "../../../application/calendar.ts";
import { calendarSchema, putCalendarSchema, versionedCalendarSchema } from "../../../contracts/calendar.ts";
import { defaultCalendar } from "../../../domain/clock/calendar.ts";
import { calendarOf } from "../../../records/versions.ts";
import { fieldTexts } from "../../../texts/fields.ts";
import { localeOf } from "../../../texts/locale.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { callerOf } from "../../plugins/identity.ts";
import { parseBody } from "../../requests/validation.ts";
import { problemOfOutcome } from "../../responses/outcomes.ts";
import { invalidBody } from "../../responses/problem.ts";
import { versionSchema, type VersionedResource } from "./versioned-resource.ts";

/** The factory's working time: each version is sent to every running order. */
export function calendarResource({
  application,
  db,
  now,
}: Pick<ApiDependencies, "application" | "db" | "now">): VersionedResource {
  return {
    name: "calendar",
    get: { summary: "The factory's working time", access: "authenticated", machine: true },
    put: {
      summary: "Puts another calendar",
      description:
        "A whole new version: read the one in force, change it, put it. It reaches every running order within a minute and moves due times that are still open.",
      access: ["supervisor"],
      body: putCalendarSchema,
    },
    versions: { summary: "Who put which calendar, newest first", schema: versionSchema(calendarSchema) },
    schema: versionedCalendarSchema,
    answer: (newest) => (newest ? calendarOf(newest) : defaultCalendar),
    answerVersion: (version) => version,
    async save(request) {
      const { version: basedOn, ...calendar } = parseBody(request, putCalendarSchema);
      const { workflows } = application;
      const put = await putCalendar({ db, workflows }, calendar, { basedOn, by: callerOf(request).id, at: now() });
      if (put.outcome === "put") return put.version;
      if (put.outcome !== "outdated") throw problemOfOutcome(put);
      const locale = localeOf(request.headers["accept-language"]);
      throw invalidBody({ path: "version", message: fieldTexts["newer-version"][locale] });
    },
  };
}
