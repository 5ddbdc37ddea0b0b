import { expect, test } from "vitest";
import { openReportTurns } from "../../../src/workflows/order/report-turns.ts";

/** Workflow tasks that end when the test says so. */
function fakeTasks(takesTurns = true) {
  let historyLength = 3;
  let goOn: (() => void) | undefined;
  const summaries: string[] = [];
  const turns = openReportTurns({
    historyLength: () => historyLength,
    takesTurns: () => takesTurns,
    nextTask(summary) {
      summaries.push(summary);
      return new Promise<void>((resolve) => (goOn = resolve));
    },
  });
  return {
    turns,
    summaries,
    /** Ends the task, and lets what waited for the next go on. */
    async nextTask() {
      historyLength += 5;
      goOn?.();
      await new Promise(setImmediate);
    },
  };
}

/** Lets in so many reports; answers which of them have been taken up. */
async function letIn(turns: ReturnType<typeof openReportTurns>, taken: number[], from: number, reports: number): Promise<void> {
  for (let number = from; number < from + reports; number++) void turns.wait().then(() => taken.push(number));
  await new Promise(setImmediate);
}

test("100 reports are taken up in one workflow task, the others in later ones, in the order in which they came", async () => {
  const { turns, summaries, nextTask } = fakeTasks();
  const taken: number[] = [];
  await letIn(turns, taken, 0, 250);
  expect(taken).toHaveLength(100);
  await nextTask();
  expect(taken).toHaveLength(200);
  await nextTask();
  expect(taken).toEqual(Array.from({ length: 250 }, (_, number) => number));
  // The timer starts with the first report that waits.
  expect(summaries).toEqual(["1 reports wait for their turn · H", "50 reports wait for their turn · H"]);
});

test("a report that comes while others wait, waits behind them", async () => {
  const { turns, nextTask } = fakeTasks();
  const taken: number[] = [];
  await letIn(turns, taken, 0, 150);
  await letIn(turns, taken, 150, 1);
  expect(taken).toHaveLength(100);
  await nextTask();
  expect(taken.slice(-2)).toEqual([149, 150]);
});

test("every workflow task begins to count anew", async () => {
  const { turns, summaries, nextTask } = fakeTasks();
  const taken: number[] = [];
  await letIn(turns, taken, 0, 100);
  await nextTask();
  await letIn(turns, taken, 100, 100);
  expect([taken.length, summaries.length]).toEqual([200, 0]);
});

test("a run that began before there were turns takes all at once", async () => {
  const { turns } = fakeTasks(false);
  const taken: number[] = [];
  await letIn(turns, taken, 0, 250);
  expect(taken).toHaveLength(250);
});
