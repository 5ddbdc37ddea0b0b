import { expect, test } from "vitest";
import { openAlarm, type Timer } from "../../../src/workflows/order/alarm.ts";

interface FakeTimer {
  readonly duration: number;
  readonly summary: string;
  cancelled: boolean;
  readonly end: (fired: boolean) => void;
}

/** Timers that fire when the test says so. */
function fakeTimers() {
  const timers: FakeTimer[] = [];
  const start = (duration: number, summary: string): Timer => {
    let end: FakeTimer["end"] = () => undefined;
    const fired = new Promise<boolean>((resolve) => (end = resolve));
    const timer = { duration, summary, cancelled: false, end };
    timers.push(timer);
    const cancel = () => {
      timer.cancelled = true;
      end(false);
    };
    return { fired, cancel };
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

test("it rings once, and can be set again, for a later time too", async () => {
  const { timers, start } = fakeTimers();
  const alarm = openAlarm(start);
  const waiting = alarm.set(5_000, 0, "first");
  expect(alarm.hasRung()).toBe(false);
  timers[0]?.end(true);
  await waiting;
  expect([alarm.hasRung(), alarm.takeRing(), alarm.takeRing(), alarm.hasRung()]).toEqual([true, true, false, false]);
  void alarm.set(9_000, 5_000, "second");
  expect(timers.map(({ summary }) => summary)).toEqual(["first", "second"]);
});

test("a timer that was replaced does not ring, and does not disarm the one after it", async () => {
  const { start } = fakeTimers();
  const alarm = openAlarm(start);
  const replaced = alarm.set(9_000, 0, "first");
  void alarm.set(5_000, 0, "second");
  await replaced;
  expect(alarm.hasRung()).toBe(false);
  expect(alarm.set(6_000, 0, "third")).toBeUndefined();
});

test("what is due already is due in a millisecond, as Temporal has no shorter timer", () => {
  const { timers, start } = fakeTimers();
  void openAlarm(start).set(1_000, 5_000, "past");
  expect(timers[0]?.duration).toBe(1);
});
