import { CancellationScope, patched, sleep, workflowInfo } from "@temporalio/workflow";

/** Reports taken up in one workflow task. */
const REPORTS_A_TASK = 100;

/**
 * Lets reports in, so many a workflow task. Reports that came while no worker ran are all there at once, and the SDK breaks off a workflow
 * task of more than 5 s, which can end the worker.
 */
export interface ReportTurns {
  /** Settles when it is the report's turn: in the order in which they came. */
  wait(): Promise<void>;
}

/** What the turns need of Temporal. */
export interface TurnsOnTemporal {
  /** Distinguishes this workflow task from the one before. */
  historyLength(): number;
  /** Ends this workflow task, and settles in a later one. */
  nextTask(summary: string): Promise<unknown>;
  /** Whether this run takes turns: those that began before there were any do not. */
  takesTurns(): boolean;
}

const onTemporal: TurnsOnTemporal = {
  historyLength: () => workflowInfo().historyLength,
  // A request to cancel the run must not leave reports waiting.
  nextTask: (summary) => CancellationScope.nonCancellable(() => sleep(1, { summary })),
  takesTurns: () => patched("reports-in-turn"),
};

/** The turns of a run. */
export function openReportTurns({ historyLength, nextTask, takesTurns }: TurnsOnTemporal = onTemporal): ReportTurns {
  let task: { readonly historyLength: number; taken: number } | undefined;
  const waiting: (() => void)[] = [];

  async function takeTurns(): Promise<void> {
    while (waiting.length > 0) {
      await nextTask(`${waiting.length} reports wait for their turn · H`);
      for (const go of waiting.splice(0, REPORTS_A_TASK)) go();
    }
  }

  return {
    async wait() {
      const length = historyLength();
      if (task?.historyLength !== length) task = { historyLength: length, taken: 0 };
      task.taken += 1;
      if (waiting.length === 0 && (task.taken <= REPORTS_A_TASK || !takesTurns())) return;
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length === 1) void takeTurns();
      await turn;
    },
  };
}
