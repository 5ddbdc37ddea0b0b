import type { Client } from "@temporalio/client";
import type { Ms } from "../domain/time.ts";
import { isGone, isNoOrder, notDoneBy } from "./errors.ts";
import type { NoRun, NotDone } from "./outcomes.ts";

/**
 * Makes calls within a time limit, ms for all of them together, and reads their errors as outcomes.
 * @throws whatever is neither `no-run` nor a reason of {@link NotDone}
 */
export async function callWithin<T>(client: Client, limit: Ms, call: () => Promise<T>): Promise<T | NoRun | NotDone> {
  try {
    return await client.withDeadline(Date.now() + limit, call);
  } catch (error) {
    if (isGone(error) || isNoOrder(error)) return { outcome: "no-run" };
    const notDone = notDoneBy(error);
    if (notDone) return notDone;
    throw error;
  }
}
