import announced from "./holidays.json" with { type: "json" };
import { addDays, dayOf, HOUR, MINUTE, ms, partsOf, startOfDay, weekday, type Day, type Duration, type Ms } from "../time.ts";

/** The factory's working time. Versioned: a new one reaches running orders as an event. */
export interface Calendar {
  readonly version: number;
  /** Intervals of a working day, `HH:MM` in the factory's zone, in order; lunch is the gap. Index 0 is Sunday. */
  readonly week: readonly (readonly (readonly [string, string])[])[];
  readonly holidays: readonly Day[];
  /** Weekend days that are worked (调休), with the hours of a Monday. */
  readonly makeUpDays: readonly Day[];
  /** The last year whose holidays are known. Past it weekdays count as they are, until another calendar is put. */
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

/** The clock that a duty runs on by this calendar: one by which nobody ever works says nothing of working time. */
function clockOf(kind: CalendarKind, { week }: Calendar): CalendarKind {
  return week.some((hours) => hours.some(([from, to]) => minutes(from) < minutes(to))) ? kind : "always";
}

/** The working time of a day as instants. */
function workingTime(calendar: Calendar, day: Day): readonly (readonly [Ms, Ms])[] {
  if (calendar.holidays.includes(day)) return [];
  const hours = calendar.week[calendar.makeUpDays.includes(day) ? 1 : weekday(day)] ?? [];
  return hours.map(([from, to]) => [startOfDay(day) + minutes(from), startOfDay(day) + minutes(to)]);
}

/** How much is worked on a day, ms. */
function hoursOf(calendar: Calendar, day: Day): Ms {
  return workingTime(calendar, day).reduce((sum, [start, end]) => sum + Math.max(0, end - start), 0);
}

/** The instant at which `budget` ms of the calendar's time have passed since `from`. */
export function addTime(kind: CalendarKind, calendar: Calendar, from: Ms, budget: number): Ms {
  if (budget <= 0 || clockOf(kind, calendar) === "always") return from + Math.max(budget, 0);
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
  if (clockOf(kind, calendar) === "always") return to - from;
  let sum = 0;
  for (let day = dayOf(from); startOfDay(day) < to; day = addDays(day, 1)) {
    for (const [start, end] of workingTime(calendar, day)) sum += Math.max(0, Math.min(end, to) - Math.max(start, from));
  }
  return sum;
}

/**
 * The instant so many working days after another: as much of the last of them is worked by then as was of the day at `from`,
 * or all of it where the day had not begun. Monday 09:00 and two days is Wednesday 09:00; Saturday and two is Tuesday's end.
 */
function addDaysWorked(calendar: Calendar, from: Ms, count: number): Ms {
  const today = dayOf(from);
  const worked = elapsed("working", calendar, startOfDay(today), from);
  let day = today;
  // A day that has begun is not one of them.
  for (let left = worked === 0 ? count : count + 1; ; day = addDays(day, 1)) {
    if (hoursOf(calendar, day) > 0) left -= 1;
    if (left === 0) break;
  }
  const hours = hoursOf(calendar, day);
  return addTime("working", calendar, startOfDay(day), worked === 0 ? hours : Math.min(worked, hours));
}

/** The instant at which a duration has passed since `from`: on a working calendar its days are working days. */
export function addDuration(kind: CalendarKind, calendar: Calendar, from: Ms, duration: Duration): Ms {
  const { days, rest } = partsOf(duration);
  if (clockOf(kind, calendar) === "always") return from + ms(duration);
  return addTime(kind, calendar, days === 0 ? from : addDaysWorked(calendar, from, days), rest);
}
