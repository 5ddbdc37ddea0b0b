import { CancellationScope, isCancellation, sleep } from "@temporalio/workflow";
import type { Ms } from "../../domain/time.ts";

/** A timer of Temporal's. */
export interface Timer {
  /** Settles when the timer has fired or was cancelled. */
  readonly ended: Promise<void>;
  cancel(): void;
}

/** Starts a timer of so many ms; `onFired` is called when it fires. */
export type StartTimer = (duration: Ms, summary: string, onFired: () => void) => Timer;

const startTimer: StartTimer = (duration, summary, onFired) => {
  const scope = new CancellationScope();
  const ended = scope.run(async () => {
    try {
      await sleep(duration, { summary });
      onFired();
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  });
  return { ended, cancel: () => scope.cancel() };
};

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

/** An alarm that is not set. */
export function openAlarm(start: StartTimer = startTimer): AlarmTimer {
  let armed: { readonly at: Ms; readonly timer: Timer } | undefined;
  let rang = false;
  return {
    set(at, now, summary) {
      if (armed && armed.at <= at) return undefined;
      armed?.timer.cancel();
      const timer = start(Math.max(1, at - now), summary, () => {
        rang = true;
        if (armed?.timer === timer) armed = undefined;
      });
      armed = { at, timer };
      return timer.ended;
    },
    hasRung: () => rang,
    takeRing() {
      const had = rang;
      rang = false;
      return had;
    },
  };
}
