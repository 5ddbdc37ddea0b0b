import { CancellationScope } from "@temporalio/workflow";

/**
 * Runs a workflow to its own end, whatever the engine is asked: *Request Cancellation* is one button in the Temporal UI, and would silence
 * every clock in it. What ends a run by force (terminate) is none of this; it is found by whoever watches.
 * @param asked told of each request, in the workflow task that it comes with
 */
export function ignoreCancellation<T>(work: () => Promise<T>, asked: () => void = () => undefined): Promise<T> {
  CancellationScope.current().cancelRequested.catch(asked);
  return CancellationScope.nonCancellable(work);
}
