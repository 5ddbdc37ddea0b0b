import type { Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import type { RestoreOrder } from "../application/restore.ts";
import { ORDER_WORKFLOW } from "../contracts/workflow.ts";
import { wasReset } from "../temporal/runs.ts";

/**
 * Keeps an order's run that was started by a reset from asking outside systems: the run before it has asked already, perhaps under other
 * keys. The run is replaced (`src/application/restore.ts`); until then its activities fail and are tried again.
 */
export function refuseResetRuns(client: Client, restore: RestoreOrder): ActivityInterceptorsFactory {
  return ({ info: { workflowType, workflowExecution } }) => ({
    inbound: {
      async execute(input, next) {
        if (workflowType === ORDER_WORKFLOW && workflowExecution) {
          const { workflowId, runId } = workflowExecution;
          if (await wasReset(client, workflowId, runId)) {
            await restore(workflowId);
            throw ApplicationFailure.retryable("this run was reset: another run continues the order", "reset");
          }
        }
        return next(input);
      },
    },
  });
}
