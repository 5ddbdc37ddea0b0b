import type { Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import { ORDER_WORKFLOW } from "../contracts/workflow.ts";
import type { Restoring } from "../application/restore.ts";
import { wasReset } from "../temporal/runs.ts";

/**
 * Keeps an order's run that was put back to an earlier time from asking anything outside: what it would ask, another run has asked already,
 * perhaps under other keys. It is looked at and replaced; until then its activities are tried again.
 */
export function nothingFromResetRuns(client: Client, look: Restoring["look"]): ActivityInterceptorsFactory {
  return ({ info: { workflowType, workflowExecution } }) => ({
    inbound: {
      async execute(input, next) {
        if (workflowType === ORDER_WORKFLOW && workflowExecution) {
          const { workflowId, runId } = workflowExecution;
          if (await wasReset(client, workflowId, runId)) {
            await look(workflowId);
            throw ApplicationFailure.retryable("this run was reset: another one carries the order on", "reset");
          }
        }
        return next(input);
      },
    },
  });
}
