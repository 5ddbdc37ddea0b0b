import type { Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import { ORDER_WORKFLOW } from "../contracts/workflow.ts";
import type { Restoring } from "../application/restore.ts";
import { wasReset } from "../temporal/runs.ts";

/** Runs whose beginning is remembered at most. */
const REMEMBERED = 10_000;

/**
 * Keeps an order's run that was put back to an earlier time from asking anything outside: what it would ask, another run has asked already,
 * perhaps under other keys. It is looked at and replaced; until then its activities are tried again.
 */
export function nothingFromResetRuns(client: Client, look: Restoring["look"]): ActivityInterceptorsFactory {
  const known = new Map<string, Promise<boolean>>();

  function isReset(orderNo: string, runId: string): Promise<boolean> {
    const before = known.get(runId);
    if (before) return before;
    const asked = wasReset(client, orderNo, runId);
    known.set(runId, asked);
    asked.catch(() => known.delete(runId));
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return asked;
  }

  return ({ info: { workflowType, workflowExecution } }) => ({
    inbound: {
      async execute(input, next) {
        if (workflowType === ORDER_WORKFLOW && workflowExecution) {
          const { workflowId, runId } = workflowExecution;
          if (await isReset(workflowId, runId)) {
            await look(workflowId);
            throw ApplicationFailure.retryable("this run was reset: another one carries the order on", "reset");
          }
        }
        return next(input);
      },
    },
  });
}
