import announced from "./holidays.json" with { type: "json" };
import { addDays, dayOf, startOfDay, weekday, HOUR, MINUTE, type Day, type Ms } from "../time.ts";

/** The factory's working time. Versioned: a new one reaches running orders as an event. */
export interface Calendar {
  readonly version: number;
  /** Intervals of a working day, `HH:MM` in the factory's zone, in order; lunch is the gap. Index 0 is Sunday. */
  readonly week: readonly (readonly (readonly [string, string])[])[];
  readonly holidays: readonly Day[];
  /** Weekend days that are worked (调休), with the hours of a Monday. */
  readonly makeUpDays: readonly Day[];
  /** Past this year nothing is known of holidays: no duty in working time is taken on that would be due then. */
  readonly knownUntil: number;
}

/** Which clock a duty runs on. */
export type CalendarKind = "always" | "working";

/** Monday to Friday, 08:00–12:00 and 13:30–17:30. */
const WEEK: Calendar["week"] = [0, 1, 2, 3, 4, 5, 6].map((day) =>
  day === 0 || day === 6
    ? []
    : [
        ["08:00", "12:00"],
        ["13:30", "17:30"],
      ],
);

/** The start, until a supervisor puts another: the announced holidays, and the weekend days worked for them. */
export const defaultCalendar: Calendar = {
  version: 0,
  week: WEEK,
  holidays: Object.values(announced.years).flatMap(({ holidays }) => holidays),
  makeUpDays: Object.values(announced.years).flatMap(({ makeUpDays }) => makeUpDays),
  knownUntil: Math.max(...Object.keys(announced.years).map(Number)),
};

function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.split(":").map(Number);
  return hours * HOUR + rest * MINUTE;
}

/** Whether the holidays of the year that an instant falls in are known: a deadline past them would be a guess. */
export function isKnown(calendar: Calendar, at: Ms): boolean {
  return Number(dayOf(at).slice(0, 4)) <= calendar.knownUntil;
}

/** The working time of a day as instants. */
function workingTime(calendar: Calendar, day: Day): readonly (readonly [Ms, Ms])[] {
  if (calendar.holidays.includes(day)) return [];
  const hours = calendar.week[calendar.makeUpDays.includes(day) ? 1 : weekday(day)] ?? [];
  return hours.map(([from, to]) => [startOfDay(day) + minutes(from), startOfDay(day) + minutes(to)]);
}

/** The instant at which `budget` ms of the calendar's time have passed since `from`. */
export function addTime(kind: CalendarKind, calendar: Calendar, from: Ms, budget: number): Ms {
  if (kind === "always" || budget <= 0) return from + Math.max(budget, 0);
  let left = budget;
  for (let day = dayOf(from); ; day = addDays(day, 1)) {
    for (const [start, end] of workingTime(calendar, day)) {
      const begin = Math.max(start, from);
      if (begin >= end) continue;
      if (left <= end - begin) return begin + left;
      left -= end - begin;
    }
  }
}

/** How much of the calendar's time lies between two instants, ms. */
export function elapsed(kind: CalendarKind, calendar: Calendar, from: Ms, to: Ms): number {
  if (to <= from) return 0;
  if (kind === "always") return to - from;
  let sum = 0;
  for (let day = dayOf(from); startOfDay(day) < to; day = addDays(day, 1)) {
    for (const [start, end] of workingTime(calendar, day)) sum += Math.max(0, Math.min(end, to) - Math.max(start, from));
  }
  return sum;
}
