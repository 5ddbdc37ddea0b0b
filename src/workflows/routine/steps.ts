import { proxyActivities, workflowInfo } from "@temporalio/workflow";
import { ApplicationFailure, defineSearchAttributeKey } from "@temporalio/common";
import type { RoutineActivities, RoutineStart, Scope } from "../../contracts/workflow-routine.ts";
import type { Message } from "../../domain/order/effects.ts";
import { MINUTE, SECOND, type Ms } from "../../domain/time.ts";

/** The engine's own: when an action of a schedule was due; of one triggered by hand, when that was. */
const scheduledStart = defineSearchAttributeKey("TemporalScheduledStartTime", "DATETIME");

/**
 * When a run was due, ms: its period follows from this and never from the time at which it is run, so that a run that is
 * made up after downtime is about its own period.
 */
export function dueTimeOf({ scheduledAt }: RoutineStart): Ms {
  if (scheduledAt !== undefined) return Date.parse(scheduledAt);
  const { typedSearchAttributes, startTime } = workflowInfo();
  return (typedSearchAttributes.get(scheduledStart) ?? startTime).getTime();
}

/** No bound: what a routine reads and writes are the records and the engine, and it waits while they are away. */
export const activities = proxyActivities<RoutineActivities>({
  startToCloseTimeout: 10 * MINUTE,
  heartbeatTimeout: MINUTE,
  retry: { initialInterval: SECOND, maximumInterval: MINUTE },
});

/** Messages end some day: a report that nobody could be told of is there all the same. */
const { announce } = proxyActivities<Pick<RoutineActivities, "announce">>({
  startToCloseTimeout: 10 * SECOND,
  retry: { initialInterval: SECOND, maximumInterval: 10 * MINUTE, maximumAttempts: 20 },
});

/**
 * Goes through the orders of a scope, a page at a time; a long way continues as new, with where it is.
 * @param goOn the argument of the next run, and `type` its workflow where that is another one
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

/** Tells people; when nobody of them is reached, management. */
export async function tellPeople(key: string, message: Message): Promise<void> {
  if (await announce(key, message)) return;
  if (await announce(`${key}-management`, { ...message, to: [{ role: "management" }] })) return;
  throw ApplicationFailure.nonRetryable(`${key} is made, but nobody was reached to be told`, "unreached");
}
