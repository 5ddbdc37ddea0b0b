import { expect, test } from "vitest";
import { openAlarm, type StartTimer } from "../../../src/workflows/order/alarm.ts";

/** Timers that fire when the test says so. */
function fakeTimers() {
  const timers: { readonly duration: number; readonly summary: string; readonly fire: () => void; cancelled: boolean }[] = [];
  const start: StartTimer = (duration, summary, fire) => {
    const timer = { duration, summary, fire, cancelled: false };
    timers.push(timer);
    return { ended: Promise.resolve(), cancel: () => void (timer.cancelled = true) };
  };
  return { timers, start };
}

test("one timer: set for what comes first, and set anew only for something earlier", () => {
  const { timers, start } = fakeTimers();
  const alarm = openAlarm(start);
  void alarm.set(10_000, 1_000, "confirm");
  expect(alarm.set(12_000, 2_000, "later")).toBeUndefined();
  expect(alarm.set(10_000, 2_000, "the same")).toBeUndefined();
  void alarm.set(5_000, 2_000, "earlier");
  expect(timers).toMatchObject([
    { duration: 9_000, summary: "confirm", cancelled: true },
    { duration: 3_000, summary: "earlier", cancelled: false },
  ]);
});

test("it rings once, and can be set again, for a later time too", () => {
  const { timers, start } = fakeTimers();
  const alarm = openAlarm(start);
  void alarm.set(5_000, 0, "first");
  expect(alarm.hasRung()).toBe(false);
  timers[0]?.fire();
  expect([alarm.hasRung(), alarm.takeRing(), alarm.takeRing(), alarm.hasRung()]).toEqual([true, true, false, false]);
  void alarm.set(9_000, 5_000, "second");
  expect(timers.map(({ summary }) => summary)).toEqual(["first", "second"]);
});

test("a timer that fires in the task in which it was replaced rings, and leaves the one after it set", () => {
  const { timers, start } = fakeTimers();
  const alarm = openAlarm(start);
  void alarm.set(9_000, 0, "first");
  void alarm.set(5_000, 0, "second");
  timers[0]?.fire();
  expect(alarm.takeRing()).toBe(true);
  expect(alarm.set(6_000, 0, "third")).toBeUndefined();
});

test("what is due already is due in a millisecond, as Temporal has no shorter timer", () => {
  const { timers, start } = fakeTimers();
  void openAlarm(start).set(1_000, 5_000, "past");
  expect(timers[0]?.duration).toBe(1);
});
