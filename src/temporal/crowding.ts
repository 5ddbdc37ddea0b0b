import type { Client } from "@temporalio/client";
import { optionalTsToMs } from "@temporalio/common/lib/time.js";
import type { CommandInput } from "../contracts/workflow.ts";
import { SECOND } from "../domain/time.ts";
import { isGone } from "./errors.ts";

/** A run's history is examined once after so many reports or bytes sent to it. Each process counts for itself. */
const EXAMINE_EVERY = { reports: 250, bytes: 2 * 1_024 * 1_024 };
/**
 * A run whose history is larger takes no more reports. Temporal ends a run at 51,200 events, 10,000 signals or 50 MiB; with a worker, an
 * order continues as new long before. `waiting`: the limit while no worker takes up the run's workflow task. All waiting reports are then
 * handled in one activation, and the SDK breaks off an activation of more than 5 s.
 */
const LIMIT = { events: 8_000, bytes: 24 * 1_024 * 1_024, waiting: 2_500 };
/** A workflow task scheduled longer ago than this has no worker, ms. */
const NOT_TAKEN_UP = 5 * SECOND;
/** Orders whose reports are counted, at most. */
const ORDERS_COUNTED = 10_000;

/**
 * Keeps reports from piling up in a run's history until Temporal ends the run. Describing a run costs a call, so it is done only now and
 * then.
 * @returns whether a run takes no more reports for now; counts this report
 */
export function crowdingOf(client: Client): (orderNo: string, input: CommandInput) => Promise<boolean> {
  /** What this process has sent to each order since its run's history was last examined. */
  const sent = new Map<string, { reports: number; bytes: number }>();

  return async (orderNo, input) => {
    const before = sent.get(orderNo) ?? { reports: 0, bytes: 0 };
    const now = { reports: before.reports + 1, bytes: before.bytes + JSON.stringify(input).length };
    if (sent.size > ORDERS_COUNTED) sent.clear();
    sent.set(orderNo, now);
    if (now.reports < EXAMINE_EVERY.reports && now.bytes < EXAMINE_EVERY.bytes) return false;
    const described = await client.workflow
      .getHandle(orderNo)
      .describe()
      .catch((error: unknown) => {
        if (isGone(error)) return undefined;
        throw error;
      });
    if (!described) return false;
    const { historyLength, historySize = 0, raw } = described;
    const scheduled = optionalTsToMs(raw.pendingWorkflowTask?.originalScheduledTime);
    const waits = scheduled !== undefined && Date.now() - scheduled > NOT_TAKEN_UP;
    if (historyLength > (waits ? LIMIT.waiting : LIMIT.events) || historySize > LIMIT.bytes) return true;
    sent.delete(orderNo);
    return false;
  };
}
