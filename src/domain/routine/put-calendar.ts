import { addDuration, type Calendar } from "../clock/calendar.ts";
import { nextRung, type Course } from "../clock/ladder.ts";
import { nothingWatched, rungs } from "../clock/watch.ts";
import { ladderOf, noPause, type Policy } from "../policy.ts";
import { DAY, endOfDay, type Ms } from "../time.ts";

/** So long before the end of the last known year the supervisor owes the next one's holidays (`docs/order.md`, Time). */
const AHEAD = 60 * DAY;

/** Its time by the default policy. */
export const putCalendarPolicy = noPause("P30D");

/** Duties of the administration, about no order; their times are in the same policy. */
export const administrationDutyNames = ["put-calendar"] as const;
export type AdministrationDutyName = (typeof administrationDutyNames)[number];

/** A duty of the administration: nothing of it is kept, it follows from the calendar in force. */
export interface AdministrationDuty {
  readonly dutyId: string;
  readonly duty: AdministrationDutyName;
  readonly rule: string;
  readonly owner: Course["owner"];
  readonly openedAt: Ms;
  readonly dueAt: Ms;
  /** The highest rung whose time has passed: 0 none, 4 daily reminders. */
  readonly level: number;
  /** The year after which no holidays are known. */
  readonly year: number;
  readonly course: Course;
}

/** The duty to put another calendar; `undefined` while the one in force still knows enough. Putting a later year closes it. */
export function putCalendarDuty(calendar: Calendar, policy: Policy, at: Ms): AdministrationDuty | undefined {
  const year = calendar.knownUntil;
  const openedAt = endOfDay(`${year}-12-31`) - AHEAD;
  if (at <= openedAt) return undefined;
  const dutyPolicy = policy.duties["put-calendar"] ?? putCalendarPolicy;
  const { calendar: kind, within = "P30D" } = dutyPolicy;
  const owner = { role: "supervisor" } as const;
  const dueAt = addDuration(kind, calendar, openedAt, within);
  const ladder = ladderOf(policy, dutyPolicy);
  const course: Course = { kind: "always", calendar, from: openedAt, budget: dueAt - openedAt, stood: 0, dueAt, ladder, owner };
  const next = nextRung(course, nothingWatched, at);
  const level = next && next.at <= at ? rungs.indexOf(next.rung) + 1 : 0;
  return { dutyId: `put-calendar-${year}`, duty: "put-calendar", rule: "H", owner, openedAt, dueAt, level, year, course };
}
