import type { Calendar } from "../../../domain/clock/calendar.ts";
import { isObject, ownField } from "./values.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const CLOCK_TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/u;

/** Days, all of them in the calendar; `undefined` for anything else. */
function readDays(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > 1_000) return undefined;
  const read = value.filter(
    (each): each is string => typeof each === "string" && DAY.test(each) && !Number.isNaN(Date.parse(each)),
  );
  return read.length === value.length ? read : undefined;
}

/** The working hours of a day, in order; `undefined` for anything else. */
function readIntervals(value: unknown): [string, string][] | undefined {
  if (!Array.isArray(value) || value.length > 6) return undefined;
  const read = value.flatMap<[string, string]>((each: unknown) => {
    const [from, to]: unknown[] = Array.isArray(each) ? each : [];
    const holds = typeof from === "string" && typeof to === "string" && [from, to].every((time) => CLOCK_TIME.test(time));
    return holds && from < to ? [[from, to]] : [];
  });
  return read.length === value.length ? read : undefined;
}

/** A whole number between two bounds: a version must leave room for newer ones. `undefined` for anything else. */
function readWhole(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
}

/** A calendar; `undefined` for anything else. On some day of the week there is work, so that every working time ends some day. */
export function readCalendar(value: unknown): Calendar | undefined {
  if (!isObject(value)) return undefined;
  const given = ownField(value, "week");
  const week = Array.isArray(given) ? given.flatMap((day) => [readIntervals(day)].filter((each) => each !== undefined)) : [];
  const [holidays, makeUpDays] = [readDays(ownField(value, "holidays")), readDays(ownField(value, "makeUpDays"))];
  const version = readWhole(ownField(value, "version"), 0, 1_000_000);
  const knownUntil = readWhole(ownField(value, "knownUntil"), 2000, 2199);
  if (week.length !== 7 || week.every((day) => day.length === 0) || !Array.isArray(given) || given.length !== 7) return undefined;
  if (!holidays || !makeUpDays || version === undefined || knownUntil === undefined) return undefined;
  return { version, knownUntil, week, holidays, makeUpDays };
}
