import type { Client } from "@temporalio/client";
import { randomUUID } from "node:crypto";

/** What somebody can do to an order's run with Temporal's own tools. */
export const acts = ["cancel", "terminate", "reset", "delete"] as const;
export type Act = (typeof acts)[number];

/** Puts an order's run back to after one of its workflow tasks: to the one at this part of its history, 0 to 1. */
async function reset(client: Client, orderNo: string, part: number): Promise<void> {
  const handle = client.workflow.getHandle(orderNo);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const ends = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: task }) => task).map(({ eventId }) => eventId);
  const workflowTaskFinishEventId = ends[Math.min(ends.length - 1, Math.floor(part * ends.length))];
  if (!workflowTaskFinishEventId) return;
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: orderNo, runId },
    reason: "a test",
    requestId: randomUUID(),
    workflowTaskFinishEventId,
  });
}

/** Does it to an order; one that has ended meanwhile, or is not there, is left alone. */
export async function silence(client: Client, act: Act, orderNo: string, part = 0.5): Promise<void> {
  const handle = client.workflow.getHandle(orderNo);
  try {
    if (act === "cancel") await handle.cancel();
    else if (act === "terminate") await handle.terminate("a test");
    else if (act === "reset") await reset(client, orderNo, part);
    else
      await client.workflowService.deleteWorkflowExecution({
        namespace: client.options.namespace,
        workflowExecution: { workflowId: orderNo },
      });
  } catch (error) {
    if (!(error instanceof Error && /not found|already completed/iu.test(`${error.message} ${String(error.cause)}`))) throw error;
  }
}
