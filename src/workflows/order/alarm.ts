import { CancellationScope, isCancellation, sleep } from "@temporalio/workflow";
import type { Ms } from "../../domain/time.ts";

/** A timer of Temporal's. */
export interface Timer {
  /** Settles when the timer has fired (`true`) or was cancelled (`false`). */
  readonly fired: Promise<boolean>;
  cancel(): void;
}

/** Starts a timer, in a cancellation scope of its own. */
function startTimer(duration: Ms, summary: string): Timer {
  const scope = new CancellationScope();
  const fired = scope.run(async () => {
    try {
      await sleep(duration, { summary });
      return true;
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return false;
    }
  });
  return { fired, cancel: () => scope.cancel() };
}

/** The one timer of an order. It is set anew only when something becomes due earlier, or when it has rung. */
export interface AlarmTimer {
  /**
   * Sets the alarm, unless it is set for that time or an earlier one.
   * @returns settles with the timer that was started; `undefined`: none was
   */
  set(at: Ms, now: Ms, summary: string): Promise<void> | undefined;
  /** Whether it has rung since {@link takeRing}. */
  hasRung(): boolean;
  /** Answers {@link hasRung}, and forgets it. */
  takeRing(): boolean;
}

/** @param start starts a timer of so many ms */
export function openAlarm(start: (duration: Ms, summary: string) => Timer = startTimer): AlarmTimer {
  let armed: { readonly at: Ms; readonly timer: Timer } | undefined;
  let rang = false;

  async function waitFor(mine: NonNullable<typeof armed>): Promise<void> {
    try {
      if (await mine.timer.fired) rang = true;
    } finally {
      if (armed === mine) armed = undefined;
    }
  }

  return {
    set(at, now, summary) {
      if (armed && armed.at <= at) return undefined;
      armed?.timer.cancel();
      armed = { at, timer: start(Math.max(1, at - now), summary) };
      return waitFor(armed);
    },
    hasRung: () => rang,
    takeRing() {
      const had = rang;
      rang = false;
      return had;
    },
  };
}
