import { defaultCalendar, type Calendar } from "../domain/clock/calendar.ts";
import type { Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { calendarOf, newestVersionOf, putVersion, type Version } from "../records/versions.ts";
import type { Engine } from "../temporal/engine.ts";
import type { NotDone } from "./outcomes.ts";

interface PutCalendarOptions {
  /** The version that the caller changed, if they say so. */
  readonly basedOn?: number | undefined;
  readonly by: string;
  readonly at: Ms;
}

type PutCalendarOutcome = { readonly outcome: "put"; readonly version: Version } | { readonly outcome: "outdated" } | NotDone;

/**
 * Stores the next version of the calendar and sends it to every running order.
 * @returns `outdated` when another version has been put since the one that this is based on; the version that was put; or why it could not
 *   be sent although it was stored
 */
export async function putCalendar(
  { db, workflows }: { readonly db: Database; readonly workflows: Pick<Engine, "spreadCalendar"> },
  calendar: Omit<Calendar, "version">,
  { basedOn, by, at }: PutCalendarOptions,
): Promise<PutCalendarOutcome> {
  const newest = (await newestVersionOf(db, "calendar"))?.version ?? defaultCalendar.version;
  if (basedOn !== undefined && basedOn !== newest) return { outcome: "outdated" };
  const saved = await putVersion(db, "calendar", calendar, by, at);
  const sent = await workflows.spreadCalendar(calendarOf(saved));
  return sent.outcome === "started" ? { outcome: "put", version: saved } : sent;
}
