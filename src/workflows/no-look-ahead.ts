import type { WorkflowInterceptors } from "@temporalio/workflow";
import { AS_HANDLED } from "../contracts/workflow.ts";

/**
 * Keeps a query from taking a workflow ahead of its workflow task (`docs/decisions/0003-no-look-ahead-for-queries.md`).
 *
 * When a query comes to a worker that does not have the workflow in its cache, Temporal's Core replays the whole history. Events after the last
 * workflow task are handed over as well, with the time of that task, and the workflow is kept in that state. Its next workflow task then finds
 * these events applied, while any other worker's replay applies them in the next task. So an activation that is made for a query is not passed
 * on, and the query fails: Core evicts the workflow, the client asks again (`src/temporal/no-look-ahead.ts`), and the events come with their
 * workflow task.
 */
export function interceptors(): WorkflowInterceptors {
  /** The workflow task whose events were handed over last: when it was started, and the length of its history. */
  let last: { readonly startedAt: string; readonly length: number } | undefined;
  /** Whether Core has handed over events for a query. What comes after that is refused, until Core has evicted the workflow. */
  let ahead = false;
  return {
    internals: [
      {
        activate(input, next) {
          const { jobs, isReplaying, historyLength, timestamp } = input.activation;
          const query = jobs?.find(({ queryWorkflow }) => queryWorkflow)?.queryWorkflow;
          if (query) {
            if (ahead && !query.headers?.[AS_HANDLED])
              throw new Error("asked between an event and its workflow task: to be asked again");
            return next(input);
          }
          const startedAt = `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`;
          const length = historyLength ?? 0;
          const sameTask = !isReplaying && input.batchIndex === 0 && last?.startedAt === startedAt ? last : undefined;
          if (sameTask && length > sameTask.length) {
            ahead = true;
            return;
          }
          // A query came before the updates of this workflow task were handed over: the task has to be handed over as a whole.
          if (ahead || (sameTask && jobs?.some(({ doUpdate }) => doUpdate)))
            throw new Error("handed over in part for a query: to be replayed");
          last = { startedAt, length };
          next(input);
        },
      },
    ],
  };
}
