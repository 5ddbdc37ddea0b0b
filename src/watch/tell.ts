import { tellSafely, type MessagesOptions } from "../activities/messages.ts";
import { SECOND } from "../domain/time.ts";
import type { ClockName } from "./clocks.ts";

const ONE_TRY = 10 * SECOND;

/**
 * Makes the function that tells supervisors and management of a stopped clock. It asks the message system directly, and needs nothing that may
 * have stopped. Every process uses the same key for the same clock. The function returns false when the message did not get through.
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
