import { addDays, dayOf, endOfDay, startOfDay, weekday, type Day, type Ms } from "../time.ts";

/** A stretch of the factory's calendar: what it is called, and its instants from `from` until before `to`. */
export interface Period {
  /** ISO week `2026-W47`, month `2026-11` or day `2026-11-25`. */
  readonly name: string;
  readonly from: Ms;
  readonly to: Ms;
}

function spanning(name: string, first: Day, last: Day): Period {
  return { name, from: startOfDay(first), to: endOfDay(last) };
}

function monday(day: Day): Day {
  return addDays(day, -((weekday(day) + 6) % 7));
}

/** The ISO 8601 week that a day lies in: it belongs to the year of its Thursday. */
export function weekOf(day: Day): Period {
  const first = monday(day);
  const year = addDays(first, 3).slice(0, 4);
  const firstOfYear = monday(`${year}-01-04`);
  const number = Math.round((startOfDay(first) - startOfDay(firstOfYear)) / (7 * (endOfDay(first) - startOfDay(first)))) + 1;
  return spanning(`${year}-W${String(number).padStart(2, "0")}`, first, addDays(first, 6));
}

/** The last week that was over at an instant. */
export function weekBefore(at: Ms): Period {
  return weekOf(addDays(dayOf(at), -7));
}

/** A month by its name, `2026-11`. */
export function monthNamed(name: string): Period {
  const first = `${name}-01`;
  return spanning(name, first, addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1));
}

/** The month that an instant falls in. */
export function monthAround(at: Ms): Period {
  return monthNamed(dayOf(at).slice(0, 7));
}

/** The last month that was over at an instant. */
export function monthBefore(at: Ms): Period {
  return monthAround(monthAround(at).from - 1);
}

/** The day that an instant falls on. */
export function dayAround(at: Ms): Period {
  const day = dayOf(at);
  return spanning(day, day, day);
}
