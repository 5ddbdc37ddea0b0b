import { defaultCalendar, type Calendar } from "../domain/clock/calendar.ts";
import type { Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { calendarOf, newestVersionOf, putVersion, type Version } from "../records/versions.ts";
import type { Engine } from "../temporal/engine.ts";

interface PutCalendarOptions {
  /** The version that the caller changed, if they say so. */
  readonly basedOn?: number | undefined;
  readonly by: string;
  readonly at: Ms;
}

/**
 * Stores the next version of the calendar and sends it to every running order.
 * @returns `"outdated"` when another version has been put since the one that this is based on
 */
export async function putCalendar(
  { db, engine }: { readonly db: Database; readonly engine: Pick<Engine, "spreadCalendar"> },
  calendar: Omit<Calendar, "version">,
  { basedOn, by, at }: PutCalendarOptions,
): Promise<Version | "outdated"> {
  const newest = (await newestVersionOf(db, "calendar"))?.version ?? defaultCalendar.version;
  if (basedOn !== undefined && basedOn !== newest) return "outdated";
  const saved = await putVersion(db, "calendar", calendar, by, at);
  await engine.spreadCalendar(calendarOf(saved));
  return saved;
}
