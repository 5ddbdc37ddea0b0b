import { expect, test } from "vitest";
import { calendarSchema, putCalendarSchema } from "../../src/contracts/calendar.ts";
import { inLanguage, wrongFields } from "../../src/contracts/wrong-fields.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";

const day = [
  ["08:00", "12:00"],
  ["13:30", "17:30"],
];
const good = { week: [[], day, day, day, day, day, []], holidays: ["2027-01-01"], makeUpDays: ["2027-01-02"], knownUntil: 2027 };

/** The wrong fields of a calendar, with what is said of them in English. */
function wrong(calendar: unknown): Record<string, string> {
  const parsed = putCalendarSchema.safeParse(calendar, { error: inLanguage("en") });
  return parsed.success ? {} : Object.fromEntries(wrongFields(parsed.error).map(({ path, message }) => [path, message]));
}

test("the calendar that the house starts with is one that a supervisor could put", () => {
  const { version: _, ...calendar } = defaultCalendar;
  expect(calendarSchema.parse(calendar)).toEqual(calendar);
  expect(wrong(good)).toEqual({});
  expect(wrong({ ...good, version: 3 })).toEqual({});
});

test("every wrong field is named: hours, order, lunch, days that are none, years", () => {
  const lunchOverlaps = [
    ["08:00", "12:30"],
    ["12:00", "17:30"],
  ];
  const week = [[], lunchOverlaps, [["17:30", "08:00"]], [["8:00", "25:00"]], day, day, []];
  const named = wrong({ week, holidays: ["2027-02-30", "soon"], makeUpDays: "none", knownUntil: 1999, lunch: "12:00" });
  expect(Object.keys(named).toSorted()).toEqual([
    "holidays.0",
    "holidays.1",
    "knownUntil",
    "lunch",
    "makeUpDays",
    "week.1",
    "week.2.0",
    "week.3.0",
    "week.3.0.0",
    "week.3.0.1",
  ]);
  expect(named).toMatchObject({
    "holidays.0": "is no calendar day such as 2026-12-20",
    "week.1": "intervals must be in order and not overlap",
    "week.2.0": "ends before it begins",
    "week.3.0.0": "is no time of day such as 08:00",
    lunch: "there is no such field",
  });
});

test("what contradicts itself is named where it does", () => {
  expect(wrong({ ...good, week: [[], [], [], [], [], [], []], makeUpDays: [] })).toEqual({
    week: "somebody must work some time",
  });
  expect(wrong({ ...good, makeUpDays: ["2027-01-01"] })).toEqual({ "makeUpDays.0": "is named as a holiday too" });
  expect(wrong({ ...good, holidays: ["2027-01-01", "2027-01-01"] })).toEqual({ holidays: "names a day twice" });
  expect(Object.keys(wrong({ ...good, week: [[], [], day, day, day, day, []] }))).toEqual(["week.1"]);
});

test("a year counts as known only when its holidays are there, and the last year that is there is the last one known", () => {
  expect(wrong({ ...good, knownUntil: 2028 })).toEqual({ knownUntil: "no holiday of that year is named" });
  expect(wrong({ ...good, holidays: ["2026-10-01", "2027-01-01"], makeUpDays: [], knownUntil: 2026 })).toEqual({
    knownUntil: "days of a later year are named",
  });
});
