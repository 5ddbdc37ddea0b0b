import type { WorkflowInterceptors } from "@temporalio/workflow";
import { AS_HANDLED } from "../contracts/workflow.ts";

/**
 * Keeps a workflow from what no workflow task has handed over yet.
 *
 * A query may come to a worker that does not have the workflow, when something has happened to it since its last workflow task. Temporal's
 * Core then replays the whole history, hands over what came last as well, and keeps the workflow like that. Its next workflow task finds it
 * done already, at the time of the task before and apart from what comes along with it; another worker that replays the history does it
 * otherwise, so that events are numbered anew, or the workflow cannot be replayed at all. So what is handed over for a query is not taken,
 * and the query fails: Core then forgets the workflow, the query is asked again (`src/temporal/no-look-ahead.ts`), and comes with the workflow
 * task.
 */
export function interceptors(): WorkflowInterceptors {
  /** The workflow task of which something was handed over last: the time at which it was started, and how far its history went. */
  let last: { readonly startedAt: string; readonly length: number } | undefined;
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
          // A query saw the workflow task without its updates: it has to be handed over as one.
          if (ahead || (sameTask && jobs?.some(({ doUpdate }) => doUpdate)))
            throw new Error("handed over in part for a query: to be replayed");
          last = { startedAt, length };
          next(input);
        },
      },
    ],
  };
}
