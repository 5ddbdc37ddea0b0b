import type { Logger } from "pino";
import { isOver } from "../domain/order/clock.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import { replay } from "../domain/order/evolve.ts";
import { HOUR, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { eventsOf } from "../records/read.ts";
import type { OrderRuns, Run, TakenCommand } from "../temporal/runs.ts";
import { continuationOf, relationOf } from "./continuation.ts";
import type { MakeStartArgument } from "./start-argument.ts";

/**
 * Makes sure that an order that is not over has a run that continues it. A run that was reset, or knows less than the records, is terminated
 * and replaced by one that continues from the order's events. Commands that the replaced run had taken in, and that are not kept as events,
 * are sent to the new run. Several processes may do this for one order at once: Temporal starts one run.
 * @returns `carried-on`: a run continues it already; `over`: it is over, or there is no such order; `restored`: a run was started; `stuck`:
 *   it should have a run, and cannot be given one
 * @throws when Temporal or the records are away, or no worker answers
 */
export type RestoreOrder = (orderNo: string) => Promise<RestoreOutcome>;
export type RestoreOutcome = "carried-on" | "over" | "restored" | "stuck";

interface RestoringOptions {
  readonly runs: OrderRuns;
  /** The task queue of this service: a run on another one is not its own. */
  readonly taskQueue: string;
  readonly db: Database;
  readonly makeStartArgument: MakeStartArgument;
  /** Writes into the records the events that a run knows beyond them. */
  readonly record: (orderNo: string) => Promise<void>;
  readonly now: () => Ms;
  readonly log: Logger;
  /** Told of each order that was restored here. */
  readonly onRestored?: (why: Restored) => void;
}

/** After so many runs that ended at once, in so long, ms, an order is left to people. */
const [ATTEMPTS, MEANWHILE] = [3, HOUR];
/** After so many failed queries of an ended run, the order continues from the records alone. */
const QUERIES_OF_ENDED = 3;

export function openRestoring(options: RestoringOptions): RestoreOrder {
  const { runs, taskQueue, db, makeStartArgument, record, now, log, onRestored } = options;
  /** Failed queries of runs, by order. */
  const failedQueries = new Map<string, number>();

  /** The events that a run knows; `undefined` when it cannot be replayed, or has ended and did not answer several times. */
  async function eventsKnownTo(orderNo: string, { runId, state }: Run): Promise<readonly OrderEvent[] | undefined> {
    try {
      const events = await runs.eventsOf(orderNo, runId);
      failedQueries.delete(orderNo);
      return events;
    } catch (error) {
      const failed = (failedQueries.get(orderNo) ?? 0) + 1;
      failedQueries.set(orderNo, failed);
      if (state === "running" || failed < QUERIES_OF_ENDED) throw error;
      failedQueries.delete(orderNo);
      return undefined;
    }
  }

  /** The commands that a run had taken in before it was ended, and that are not kept as events. */
  async function findUnrecorded(
    orderNo: string,
    run: Run | undefined,
    events: readonly OrderEvent[],
  ): Promise<readonly TakenCommand[]> {
    if (!run || run.state === "completed") return [];
    const keys = events.flatMap(({ key }) => key ?? []);
    const isRecorded = (key: string): boolean => keys.some((known) => known === key || known.endsWith(`/${key}`));
    const taken = await runs.takenCommands(orderNo, run.runId);
    return taken.filter(({ key, handled }) => (key === undefined ? !handled : !isRecorded(key)));
  }

  /** Starts a run that continues from these events, unless the order is over and no command is left to be sent again. */
  async function startRun(
    orderNo: string,
    events: readonly OrderEvent[],
    why: Restored,
    before: Run | undefined,
  ): Promise<RestoreOutcome> {
    const commands = await findUnrecorded(orderNo, before, events);
    if (commands.length === 0 && isOver(replay(events), now())) return "over";
    if ((await runs.countFailedStarts(orderNo, now() - MEANWHILE)) >= ATTEMPTS) return "stuck";
    // Another process may have been first.
    if (!(await runs.start({ ...(await makeStartArgument(orderNo, events)), restored: { why } }))) return "carried-on";
    onRestored?.(why);
    log.error({ workflowId: orderNo, why }, "an order that was not over had no run; it was restored from its events");
    await runs.resend(orderNo, commands);
    return "restored";
  }

  /** Terminates a run, and starts another one that continues from the order's events. */
  async function replaceRun(
    orderNo: string,
    run: Run,
    why: "reset" | "behind",
    known: readonly OrderEvent[] | undefined,
    recorded: readonly OrderEvent[],
  ): Promise<RestoreOutcome> {
    const reason = why === "reset" ? "this run was reset" : "the records have events that this run does not have";
    await runs.terminate(orderNo, run.runId, reason);
    return startRun(orderNo, continuationOf(known, recorded), why, run);
  }

  /** The recorded events and those that the last run knows. Read in this order: the records only ever follow the run. */
  async function readBoth(orderNo: string) {
    const recorded = await eventsOf(db, orderNo);
    const run = await runs.lastRun(orderNo);
    const known = run && (await eventsKnownTo(orderNo, run));
    return { recorded, run, known };
  }

  async function checkRunning(
    orderNo: string,
    run: Run,
    known: readonly OrderEvent[] | undefined,
    recorded: readonly OrderEvent[],
  ): Promise<RestoreOutcome> {
    if (run.taskQueue !== taskQueue) return "stuck";
    if (await runs.wasReset(orderNo, run.runId))
      return replaceRun(orderNo, run, "reset", await runs.eventsBeforeReset(orderNo, run.runId), recorded);
    if (!known) return "carried-on";
    const relation = relationOf(known, recorded);
    if (relation === "ahead") await record(orderNo);
    if (relation === "same" || relation === "ahead") return "carried-on";
    // Read again: the run may have moved on between the two readings.
    const again = await readBoth(orderNo);
    if (again.run?.runId !== run.runId || !again.known) return "carried-on";
    if (["same", "ahead"].includes(relationOf(again.known, again.recorded))) return "carried-on";
    return replaceRun(orderNo, run, "behind", again.known, again.recorded);
  }

  return async (orderNo) => {
    const { recorded, run, known } = await readBoth(orderNo);
    if (run?.state === "running") return checkRunning(orderNo, run, known, recorded);
    const events = continuationOf(known, recorded);
    if (events.length === 0) return "over";
    const why = run === undefined ? "missing" : run.state === "completed" ? "behind" : run.state;
    return startRun(orderNo, events, why, run);
  };
}
