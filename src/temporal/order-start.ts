import type { WorkflowIdReusePolicy } from "@temporalio/common";
import type { StartOrder } from "../contracts/workflow.ts";

/** The order workflow's function, as far as the client's types need it. */
export type OrderWorkflow = (start: StartOrder) => Promise<void>;

/** How a run is started: for a new order, or for one that continues from its events. */
export interface OrderStart {
  readonly argument: StartOrder;
  /** Whether the number must be unknown to Temporal. */
  readonly isNew: boolean;
}

/** The options that every start of an order's run has in common. */
export function orderStartOptions(orderNo: string, taskQueue: string, { argument, isNew }: OrderStart) {
  const reuse: WorkflowIdReusePolicy = isNew ? "REJECT_DUPLICATE" : "ALLOW_DUPLICATE";
  const args: [StartOrder] = [argument];
  return { workflowId: orderNo, taskQueue, args, workflowIdReusePolicy: reuse, staticSummary: `order ${orderNo}` };
}
