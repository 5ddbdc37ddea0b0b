import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import { ApplicationFailure, defineSearchAttributeKey } from "@temporalio/common";
import type { RoutineActivities, RoutineStart, Scope } from "../../contracts/workflow-routine.ts";
import type { Message } from "../../domain/order/effects.ts";
import { MINUTE, SECOND, type Ms } from "../../domain/time.ts";

/** Temporal's own attribute: when an action of a schedule was due, or when it was triggered by hand. */
const scheduledStart = defineSearchAttributeKey("TemporalScheduledStartTime", "DATETIME");

/**
 * When a run was due, ms. The period that it is about is derived from this, and not from the time at which it runs: after a downtime a run is
 * still about its own period.
 */
export function dueTimeOf({ scheduledAt }: RoutineStart): Ms {
  if (scheduledAt !== undefined) return Date.parse(scheduledAt);
  const { typedSearchAttributes, startTime } = workflowInfo();
  return (typedSearchAttributes.get(scheduledStart) ?? startTime).getTime();
}

/** Tried without limit: a routine reads and writes the records and the engine, and waits while they are away. */
export const activities = proxyActivities<RoutineActivities>({
  startToCloseTimeout: 10 * MINUTE,
  heartbeatTimeout: MINUTE,
  retry: { initialInterval: SECOND, maximumInterval: MINUTE },
});

/** Tried 20 times: the routine report is made even if its message cannot be delivered. */
const { announce } = proxyActivities<Pick<RoutineActivities, "announce">>({
  startToCloseTimeout: 10 * SECOND,
  retry: { initialInterval: SECOND, maximumInterval: 10 * MINUTE, maximumAttempts: 20 },
});

/**
 * Goes through the orders of a scope, a page at a time. When the history grows long it continues as new from where it is.
 * @param goOn continues as new from a cursor
 */
export async function forEachPage(
  scope: Scope,
  cursor: string | undefined,
  page: (orderNos: readonly string[]) => Promise<void>,
  goOn: (cursor: string) => Promise<never>,
): Promise<void> {
  let after = cursor;
  do {
    const { orderNos, next } = await activities.orderPage(scope, after);
    if (orderNos.length > 0) await page(orderNos);
    after = next;
    if (after !== undefined && workflowInfo().continueAsNewSuggested) await goOn(after);
  } while (after !== undefined);
}

/**
 * Tells people; when none of them is reached, management.
 * @param key the message is told once under this key
 * @throws ApplicationFailure `unreached` when management is not reached either
 */
export async function tellPeople(key: string, message: Message): Promise<void> {
  if (await announce(key, message)) return;
  if (await announce(`${key}-management`, { ...message, to: [{ role: "management" }] })) return;
  throw ApplicationFailure.nonRetryable(`${key} is made, but nobody was reached to be told`, "unreached");
}
