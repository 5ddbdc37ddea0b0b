import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDuration, addTime, defaultCalendar, elapsed, type Calendar } from "../../src/domain/clock/calendar.ts";
import { nextAlarm, setCalendar } from "../../src/domain/order/clock.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import {
  addDays,
  DAY,
  dayOf,
  HOUR,
  instant,
  iso,
  MINUTE,
  ms,
  startOfDay,
  weekday,
  type Day,
  type Ms,
} from "../../src/domain/time.ts";
import { beginning, by, later, when, type Story } from "./order-fixture.ts";
import { customer, lines, upTo } from "./regular.ts";
import { dutyOf } from "./scenario.ts";

const at = (text: string): Ms => instant(`${text}:00+08:00`);
const shown = (time: Ms): string => new Date(time + 8 * HOUR).toISOString().slice(0, 16);

/** Minutes of a day as `HH:MM`. */
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Working days of up to three intervals with breaks between them, some days free, holidays and make-up days. */
const hours = fc
  .uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 2, maxLength: 6 })
  .map((marks) => marks.toSorted((a, b) => a - b))
  .map((marks) =>
    Array.from({ length: Math.floor(marks.length / 2) }, (_, index): [string, string] => [
      clock(marks[2 * index] ?? 0),
      clock(marks[2 * index + 1] ?? 0),
    ]),
  );
const day: fc.Arbitrary<Day> = fc.integer({ min: 0, max: 120 }).map((count) => addDays("2026-09-01", count));
const calendar: fc.Arbitrary<Calendar> = fc.record({
  version: fc.constant(1),
  week: fc.tuple(
    fc.constant([]),
    hours,
    fc.oneof(hours, fc.constant([])),
    hours,
    fc.oneof(hours, fc.constant([])),
    hours,
    fc.constant([]),
  ),
  holidays: fc.uniqueArray(day, { maxLength: 12 }),
  makeUpDays: fc.uniqueArray(day, { maxLength: 6 }),
  knownUntil: fc.constant(2026),
});
const time = fc.integer({ min: at("2026-09-01T00:00"), max: at("2026-11-30T00:00") });
const budget = fc.integer({ min: 0, max: 90 * HOUR });

describe("working time", () => {
  test("what is added has passed, and not a moment before", () => {
    fc.assert(
      fc.property(calendar, time, budget, (its, from, much) => {
        const due = addTime("working", its, from, much);
        expect(elapsed("working", its, from, due)).toBe(much);
        if (much > 0) expect(elapsed("working", its, from, due - 1)).toBe(much - 1);
      }),
    );
  });

  test("it adds up, never runs back, and is never more than the time around the clock", () => {
    fc.assert(
      fc.property(calendar, time, budget, budget, (its, from, one, two) => {
        const first = addTime("working", its, from, one);
        const both = addTime("working", its, from, one + two);
        expect(both).toBe(addTime("working", its, first, two));
        expect(both).toBeGreaterThanOrEqual(from + one + two);
        expect(elapsed("working", its, from, both)).toBe(
          elapsed("working", its, from, first) + elapsed("working", its, first, both),
        );
        expect(addTime("always", its, from, one)).toBe(from + one);
        expect(elapsed("always", its, from, from + one)).toBe(one);
        expect(elapsed("working", its, both, from)).toBe(0);
      }),
    );
  });

  test("it ends within working hours of a working day, never in a break, at night or on a holiday", () => {
    fc.assert(
      fc.property(calendar, time, budget, (its, from, much) => {
        fc.pre(much > 0);
        const due = addTime("working", its, from, much);
        // The end of an interval still belongs to it.
        const today = dayOf(due - 1);
        expect(its.holidays).not.toContain(today);
        const week = its.week[its.makeUpDays.includes(today) ? 1 : weekday(today)] ?? [];
        const minute = (due - startOfDay(today)) / MINUTE;
        const within = week.some(([begin, end]) => minute > toMinutes(begin) && minute <= toMinutes(end));
        expect(within, `${shown(due)} in ${JSON.stringify(week)}`).toBe(true);
      }),
    );
  });

  test.each([
    ["within the morning", "2026-11-23T09:00", "PT2H", "2026-11-23T11:00"],
    ["over lunch", "2026-11-23T11:00", "PT2H", "2026-11-23T14:30"],
    ["to the very end of the day", "2026-11-23T08:00", "PT8H", "2026-11-23T17:30"],
    ["over night", "2026-11-23T17:00", "PT2H", "2026-11-24T09:30"],
    ["over a weekend", "2026-11-27T17:00", "PT2H", "2026-11-30T09:30"],
    ["received at night, from the morning on", "2026-11-23T22:00", "PT2H", "2026-11-24T10:00"],
    ["received at lunch, from its end on", "2026-11-23T12:30", "PT2H", "2026-11-23T15:30"],
    ["over National Day, on into the Saturday that is worked for it", "2026-09-30T17:00", "PT17H", "2026-10-10T08:30"],
    ["on a Sunday that is worked (调休)", "2026-09-20T09:00", "PT2H", "2026-09-20T11:00"],
    ["over the Spring Festival", "2026-02-13T17:00", "PT9H", "2026-02-24T08:30"],
  ])("%s", (_what, from, much, due) => {
    expect(shown(addTime("working", defaultCalendar, at(from), ms(much)))).toBe(due);
  });

  test("past the last known year weekdays count as they are", () => {
    expect(shown(addTime("working", defaultCalendar, at("2026-12-31T17:00"), ms("PT2H")))).toBe("2027-01-01T09:30");
    expect(shown(addDuration("working", defaultCalendar, at("2199-12-30T09:00"), "P2D"))).toBe("2200-01-01T09:00");
  });

  test("a calendar by which nobody works says nothing of working time: it runs around the clock, and ends", () => {
    const nobody = Array.from({ length: 7 }, () => []);
    for (const week of [nobody, [[], [["09:00", "09:00"]], [], [], [], [], []] as const]) {
      const idle: Calendar = { ...defaultCalendar, week };
      expect(addTime("working", idle, at("2026-11-23T09:00"), HOUR)).toBe(at("2026-11-23T10:00"));
      expect(addDuration("working", idle, at("2026-11-23T09:00"), "P2D")).toBe(at("2026-11-25T09:00"));
      expect(elapsed("working", idle, at("2026-11-23T09:00"), at("2026-11-23T10:00"))).toBe(HOUR);
    }
    const holidays = Array.from({ length: 1_000 }, (_, count) => addDays("2026-11-23", count));
    expect(shown(addDuration("working", { ...defaultCalendar, holidays }, at("2026-11-23T09:00"), "P1D"))).toBe(
      "2029-08-20T17:30",
    );
  });
});

describe("a duration in working time", () => {
  test.each([
    ["two days from a morning are two working days, not 48 hours", "2026-11-23T09:00", "P2D", "2026-11-25T09:00"],
    ["over a weekend", "2026-11-26T10:00", "P2D", "2026-11-30T10:00"],
    ["seven days are seven working days", "2026-11-23T09:00", "P7D", "2026-12-02T09:00"],
    ["a week is seven of them too", "2026-11-23T09:00", "P1W", "2026-12-02T09:00"],
    ["from before a day began: all of it is one of them", "2026-11-23T07:00", "P2D", "2026-11-24T17:30"],
    ["from its very beginning, the same", "2026-11-23T08:00", "P2D", "2026-11-24T17:30"],
    ["from after it ended: it is none of them", "2026-11-23T22:00", "P2D", "2026-11-25T17:30"],
    ["from a weekend", "2026-11-28T12:00", "P2D", "2026-12-01T17:30"],
    ["from lunch: half a day is half a day", "2026-11-23T12:30", "P1D", "2026-11-24T12:00"],
    ["days, then hours", "2026-11-23T17:00", "P1DT2H", "2026-11-25T09:30"],
    ["over National Day, with the Saturday that is worked for it", "2026-09-30T09:00", "P3D", "2026-10-10T09:00"],
    ["over the Spring Festival", "2026-02-13T09:00", "P2D", "2026-02-24T09:00"],
    ["hours alone are working hours", "2026-11-23T17:00", "PT2H", "2026-11-24T09:30"],
    ["none at all", "2026-11-28T12:00", "PT0S", "2026-11-28T12:00"],
  ])("%s", (_what, from, duration, due) => {
    expect(shown(addDuration("working", defaultCalendar, at(from), duration))).toBe(due);
  });

  const count = fc.integer({ min: 1, max: 20 });
  const worked = (its: Calendar, day: Day) => elapsed("working", its, startOfDay(day), startOfDay(addDays(day, 1)));

  test("its last day is a working day, with so many before it, whatever the holidays", () => {
    fc.assert(
      fc.property(calendar, time, count, (its, from, days) => {
        const due = addDuration("working", its, from, `P${days}D`);
        const [first, last] = [dayOf(from), dayOf(due - 1)];
        expect(worked(its, last)).toBeGreaterThan(0);
        const begun = elapsed("working", its, startOfDay(first), from) > 0;
        let between = 0;
        for (let day = begun ? addDays(first, 1) : first; day <= last; day = addDays(day, 1))
          between += Number(worked(its, day) > 0);
        expect(between).toBe(days);
      }),
    );
  });

  test("where the days are alike it is so many times a day's hours, and adds up; around the clock it is what it says", () => {
    fc.assert(
      fc.property(calendar, time, count, count, (its, from, one, two) => {
        const alike: Calendar = {
          ...its,
          week: its.week.map((hours, day) => (day === 0 || day === 6 ? [] : (its.week[1] ?? hours))),
        };
        const after = (start: Ms, days: number) => addDuration("working", alike, start, `P${days}D`);
        const day = (alike.week[1] ?? []).reduce((sum, [begin, end]) => sum + (toMinutes(end) - toMinutes(begin)) * MINUTE, 0);
        expect(elapsed("working", alike, from, after(from, one))).toBe(one * day);
        expect(after(after(from, one), two)).toBe(after(from, one + two));
        expect(addDuration("always", its, from, `P${one}DT${two}H`)).toBe(from + one * DAY + two * HOUR);
      }),
    );
  });
});

const toMinutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** The regulation's numbers, with a duty in working time. */
const working = {
  ...defaultPolicy,
  duties: { ...defaultPolicy.duties, confirm: { ...defaultPolicy.duties.confirm, calendar: "working" as const } },
};
const received = (moment: string, policy: Policy = working): Story =>
  when({ ...beginning, now: at(moment), policy }, "receive", by("sales_rep"), { customer });

describe("a duty in working time", () => {
  test("its ladder is in working time too: an order of Friday evening is due on Monday", () => {
    const story = received("2026-11-27T17:00");
    expect(shown(dutyOf(story, "confirm").dueAt)).toBe("2026-11-30T09:30");
    const alarms: string[] = [];
    for (let now = story; alarms.length < 4;) {
      const alarm = now.order && nextAlarm(now.order, now.now);
      if (!alarm) break;
      alarms.push(`${String(alarm.rung)} ${shown(alarm.at)}`);
      now = later({ ...now, now: alarm.at }, "PT0S");
    }
    // A day's reminders are a day apart, whatever the calendar.
    expect(alarms).toEqual([
      "warn 2026-11-30T09:00",
      "due 2026-11-30T09:30",
      "escalate 2026-11-30T10:30",
      "remind 2026-12-01T10:30",
    ]);
  });

  test("its pause is counted in working time: three days of it are three working days", () => {
    const story = received("2026-11-23T08:00");
    const { dutyId } = dutyOf(story, "confirm");
    const paused = when(story, "pause-duty", by("sales_rep"), { dutyId, awaiting: "the customer", evidence: "mail" });
    // Three working days: the pause ends on Wednesday at closing time.
    expect(dutyOf(paused, "confirm").pauseEndsAt).toBe(at("2026-11-25T17:30"));
    const resumed = when(later(paused, "P1D"), "resume-duty", by("sales_rep"), { dutyId });
    expect(shown(dutyOf(resumed, "confirm").dueAt)).toBe("2026-11-24T10:00");
  });

  test("a night's pause costs nothing", () => {
    const story = received("2026-11-23T17:30");
    const { dutyId } = dutyOf(story, "confirm");
    const paused = when(story, "pause-duty", by("sales_rep"), { dutyId, awaiting: "the customer", evidence: "mail" });
    const resumed = when(later(paused, "PT14H"), "resume-duty", by("sales_rep"), { dutyId });
    expect(dutyOf(resumed, "confirm").dueAt).toBe(dutyOf(story, "confirm").dueAt);
  });

  test("a newer calendar moves due times that are open; an older one does nothing", () => {
    const story = received("2026-11-27T17:00");
    const strike: Calendar = { ...defaultCalendar, version: 2, holidays: [...defaultCalendar.holidays, "2026-11-30"] };
    const order = story.order;
    if (!order) throw new Error("no order");
    const moved = setCalendar(order, strike, story.now);
    expect(moved.events.map(({ event }) => event)).toEqual(["calendar-set"]);
    expect(shown(dutyOf({ ...story, order: moved.order }, "confirm").dueAt)).toBe("2026-12-01T09:30");
    expect(setCalendar(moved.order, { ...defaultCalendar, version: 1 }, story.now).events).toEqual([]);
    expect(setCalendar(moved.order, strike, story.now).events).toEqual([]);
  });

  test("moved on after it was told as due, being overdue is told anew at the new time, the warning not", () => {
    const story = later(received("2026-11-27T15:00"), "PT2H1M");
    const strike: Calendar = { ...defaultCalendar, version: 2, holidays: [...defaultCalendar.holidays, "2026-11-27"] };
    const order = story.order;
    if (!order) throw new Error("no order");
    const moved = { ...story, order: setCalendar(order, strike, story.now).order };
    expect(dutyOf(moved, "confirm").state).toBe("open");
    const told = later(moved, "P3D").events.flatMap((each) =>
      each.event === "rung-told" ? [`${each.data.rung} ${shown(Date.parse(each.data.rungDueAt))}`] : [],
    );
    expect(told).toEqual(["due 2026-11-27T17:00", "escalate 2026-11-30T11:00"]);
  });

  test("what is closed stays as it was", () => {
    const story = when(received("2026-11-27T17:00"), "confirm", by("sales_rep"), {
      lines,
      deliveryDate: "2026-12-20",
      channel: "phone",
    });
    const order = story.order;
    if (!order) throw new Error("no order");
    const strike: Calendar = { ...defaultCalendar, version: 2, holidays: ["2026-11-30"] };
    expect(setCalendar(order, strike, story.now).order.closedDuties).toEqual(order.closedDuties);
  });

  test("a week of working days is told at three quarters of it, and due at the end", () => {
    const weekly: Policy = {
      ...working,
      duties: { ...working.duties, confirm: { ...working.duties.confirm, within: "P7D" } },
    };
    const story = received("2026-11-23T09:00", weekly);
    expect(shown(dutyOf(story, "confirm").dueAt)).toBe("2026-12-02T09:00");
    const alarm = story.order && nextAlarm(story.order, story.now);
    // 42 of 56 hours: five days and two hours.
    expect(alarm && [alarm.rung, shown(alarm.at)]).toEqual(["warn", "2026-11-30T11:00"]);
  });

  test("past the last known year nothing is refused; a calendar put later moves what is still open", () => {
    const story = received("2026-12-31T17:00");
    expect(shown(dutyOf(story, "confirm").dueAt)).toBe("2027-01-01T09:30");
    if (!story.order) throw new Error("no order");
    const next: Calendar = { ...defaultCalendar, version: 1, holidays: ["2027-01-01"], knownUntil: 2027 };
    const moved = { ...story, order: setCalendar(story.order, next, story.now).order };
    expect(shown(dutyOf(moved, "confirm").dueAt)).toBe("2027-01-04T09:30");
    const newYear = received("2027-01-01T09:00");
    expect(shown(dutyOf(newYear, "confirm").dueAt)).toBe("2027-01-01T11:00");
    when(newYear, "confirm", by("sales_rep"), { lines, deliveryDate: "2027-02-01", channel: "phone" });
  });
});

describe("days and durations", () => {
  test("a date without a time ends at 24:00 in the factory's zone", () => {
    expect(iso(startOfDay("2026-11-23"))).toBe("2026-11-22T16:00:00.000Z");
    expect(dayOf(startOfDay("2026-11-23") - 1)).toBe("2026-11-22");
    expect(dutyOf(upTo("leadTime"), "finish-production").dueAt).toBe(startOfDay("2026-12-04"));
  });

  test("days go on without gaps, through months, years and leap days", () => {
    fc.assert(
      fc.property(fc.integer({ min: -800, max: 2_000 }), (count) => {
        const one = addDays("2026-02-28", count);
        expect(startOfDay(addDays(one, 1)) - startOfDay(one)).toBe(DAY);
        expect(addDays(addDays(one, 37), -37)).toBe(one);
        expect(dayOf(startOfDay(one))).toBe(one);
        expect((weekday(addDays(one, 1)) - weekday(one) + 7) % 7).toBe(1);
      }),
    );
  });

  test.each([
    ["P3D", 3 * DAY],
    ["PT2H", 2 * HOUR],
    ["P1DT12H30M", 36.5 * HOUR],
    ["P1W", 7 * DAY],
    ["PT0.5S", 500],
  ])("%s", (text, long) => {
    expect(ms(text)).toBe(long);
  });

  test.each(["", "P", "PT", "2H", "P1M", "P1Y", "PT-1H", "P1DT"])("%s is no duration", (text) => {
    expect(() => ms(text)).toThrow(RangeError);
  });
});
