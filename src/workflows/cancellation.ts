import { CancellationScope } from "@temporalio/workflow";

/** That the engine was asked to cancel the run. */
export interface CancelRequest {
  /** Whether it was asked since {@link take}. */
  isPending(): boolean;
  /** Answers {@link isPending}, and forgets it. */
  take(): boolean;
}

/**
 * Runs a workflow to its own end, even when the engine is asked to cancel it: *Request Cancellation* is one button in the Temporal UI, and
 * would stop every timer of the workflow. *Terminate* cannot be ignored; `src/watch/lost-orders.ts` finds the orders that it ended.
 * @param work is told of a request in the workflow task that it comes with
 */
export function ignoreCancellation<T>(work: (request: CancelRequest) => Promise<T>): Promise<T> {
  let pending = false;
  CancellationScope.current().cancelRequested.catch(() => (pending = true));
  const request: CancelRequest = {
    isPending: () => pending,
    take() {
      const had = pending;
      pending = false;
      return had;
    },
  };
  return CancellationScope.nonCancellable(() => work(request));
}
