import { expect, test } from "vitest";
import { defaultCalendar } from "../../../src/domain/clock/calendar.ts";
import { defaultPolicy } from "../../../src/domain/default-policy.ts";
import { putCalendarDuty } from "../../../src/domain/routine/put-calendar.ts";
import { instant, iso } from "../../../src/domain/time.ts";

const owedAt = (day: string, calendar = defaultCalendar, policy = defaultPolicy) =>
  putCalendarDuty(calendar, policy, instant(`${day}:00+08:00`));

test("it is owed from when fewer than 60 days of the known year are left, for 30 days, and until a later year is known", () => {
  expect(owedAt("2026-11-02T00:00")).toBeUndefined();
  const owed = owedAt("2026-11-02T00:01");
  expect(owed && [iso(owed.openedAt), iso(owed.dueAt)]).toEqual(["2026-11-01T16:00:00.000Z", "2026-12-01T16:00:00.000Z"]);
  expect(owedAt("2027-06-01T00:00")?.dutyId).toBe("put-calendar-2026");
  expect(owedAt("2027-06-01T00:00", { ...defaultCalendar, knownUntil: 2027 })).toBeUndefined();
  expect(owedAt("2027-12-01T00:00", { ...defaultCalendar, knownUntil: 2027 })?.dutyId).toBe("put-calendar-2027");
});

test("its level is the highest rung whose time has passed", () => {
  const level = (day: string) => owedAt(day)?.level;
  expect(level("2026-11-24T11:59")).toBe(0);
  expect(level("2026-11-24T12:00")).toBe(1);
  expect(level("2026-12-02T00:00")).toBe(2);
  expect(level("2026-12-17T00:00")).toBe(3);
  expect(level("2026-12-18T00:00")).toBe(4);
  expect(level("2031-01-01T00:00")).toBe(4);
});

test("its time and ladder are policy; an older policy has the default", () => {
  const duties = { ...defaultPolicy.duties, "put-calendar": { within: "P5D", calendar: "working", pausable: false } as const };
  const sooner = owedAt("2026-11-03T00:00", defaultCalendar, { ...defaultPolicy, duties });
  // Monday, 2 November, is the first of five working days.
  expect(sooner && iso(sooner.dueAt)).toBe("2026-11-06T09:30:00.000Z");
});
