import { tellSafely, type MessagesOptions } from "../activities/messages.ts";
import { SECOND } from "../domain/time.ts";
import type { ClockName } from "./clocks.ts";

const ONE_TRY = 10 * SECOND;

/**
 * Tells supervisors and management that a clock stands, straight through the message system: nothing that may have stopped
 * is needed for it. Every process that finds the same says it with the same key. False: it did not get through.
 */
export function tellOfClock(options: MessagesOptions): (clock: ClockName, key: string) => Promise<boolean> {
  return async (clock, key) => {
    const message = {
      to: [{ role: "supervisor" }, { role: "management" }] as const,
      message: "clock-stopped",
      params: { clock },
    } as const;
    const outcome = await tellSafely(options, { effectId: key, message }, AbortSignal.timeout(ONE_TRY));
    return outcome.result !== "again";
  };
}
