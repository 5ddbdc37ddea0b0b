import { isCancellation } from "@temporalio/workflow";

/** Work that goes on beside the workflow's main loop: timers and activities. The loop fails with the first failure of any of it. */
export interface Background {
  /** Lets work go on. Its cancellation is no failure. */
  run(...work: readonly (Promise<void> | undefined)[]): void;
  hasFailed(): boolean;
  /** @throws the first failure */
  throwFailure(): void;
}

/** With nothing going on. */
export function openBackground(): Background {
  const failures: unknown[] = [];
  return {
    run(...work) {
      for (const each of work)
        void each?.catch((error: unknown) => {
          if (!isCancellation(error)) failures.push(error);
        });
    },
    hasFailed: () => failures.length > 0,
    throwFailure() {
      if (failures.length > 0) throw failures[0];
    },
  };
}
