import fc from "fast-check";
import { expect, test } from "vitest";
import { dayAround, monthBefore, weekBefore, weekOf } from "../../../src/domain/routine/period.ts";
import { addDays, dayOf, iso, DAY } from "../../../src/domain/time.ts";

const at = (text: string): number => Date.parse(text);

test.each([
  // ISO 8601: a week belongs to the year of its Thursday; weeks begin on Monday.
  ["2026-11-23", "2026-W48"],
  ["2026-11-22", "2026-W47"],
  ["2027-01-01", "2026-W53"],
  ["2027-01-03", "2026-W53"],
  ["2027-01-04", "2027-W01"],
  ["2024-12-30", "2025-W01"],
  ["2021-01-03", "2020-W53"],
])("%s lies in week %s", (day, name) => {
  expect(weekOf(day).name).toBe(name);
});

test("the week before is the last one that was over in the factory's zone, whatever the day of asking", () => {
  const week = weekBefore(at("2026-11-23T09:00:00+08:00"));
  expect(week).toEqual({
    name: "2026-W47",
    from: at("2026-11-16T00:00:00+08:00"),
    to: at("2026-11-23T00:00:00+08:00"),
  });
  expect(weekBefore(at("2026-11-29T23:59:59+08:00"))).toEqual(week);
  expect(weekBefore(at("2026-11-30T00:00:00+08:00")).name).toBe("2026-W48");
});

test("the month before, over the turn of a year and a short month", () => {
  expect(monthBefore(at("2027-01-01T09:00:00+08:00"))).toEqual({
    name: "2026-12",
    from: at("2026-12-01T00:00:00+08:00"),
    to: at("2027-01-01T00:00:00+08:00"),
  });
  expect(iso(monthBefore(at("2026-03-31T23:00:00+08:00")).to)).toBe("2026-02-28T16:00:00.000Z");
});

test("every instant lies in its day and in its week, and weeks follow each other without gap", () => {
  fc.assert(
    fc.property(fc.integer({ min: at("2000-01-01T00:00:00Z"), max: at("2100-01-01T00:00:00Z") }), (instant) => {
      const day = dayAround(instant);
      const week = weekOf(dayOf(instant));
      expect(day.from <= instant && instant < day.to).toBe(true);
      expect(week.from <= day.from && day.to <= week.to && week.to - week.from === 7 * DAY).toBe(true);
      expect(weekOf(addDays(dayOf(instant), 7)).from).toBe(week.to);
      expect(weekBefore(instant).to).toBe(week.from);
    }),
  );
});
