import { randomUUID } from "node:crypto";
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { Logger } from "pino";
import { ORDER_WORKFLOW, type StartOrder } from "../contracts/workflow.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import { isOver } from "../domain/order/clock.ts";
import { replay } from "../domain/order/evolve.ts";
import { HOUR, iso, SECOND, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { eventsOf } from "../records/read.ts";
import type { Begin } from "./start-argument.ts";
import { recordFrom, relationOf } from "./relation.ts";
import { eventsBeforeReset, lastRunOf, takenBy, wasReset, type Run, type Taken } from "../temporal/runs.ts";

/**
 * What came of looking at an order. `carried-on`: a run carries it on; `over`: there is nothing to carry on, or no such order;
 * `restored`: it was opened again; `silent`: it should be carried on, and cannot be.
 */
export type Found = "carried-on" | "over" | "restored" | "silent";

export interface Restoring {
  /**
   * Looks at one order, and has it carried on when it is not over and nothing does so: a run that was put back to an earlier time, or
   * knows less than the records, is ended, and one is opened that goes on from the record. Commands that the run before had taken in, and that are not on record, are sent to
   * it again. Several may look at the same order at once: the engine opens one run.
   * @throws when engine or records are away, or no worker answers
   */
  look(orderNo: string): Promise<Found>;
}

interface RestoringOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly db: Database;
  /** The argument of a run that goes on from its record. */
  readonly begin: Begin;
  /** Writes into the records what a run knows beyond them. */
  readonly record: (orderNo: string) => Promise<void>;
  readonly now: () => Ms;
  readonly log: Logger;
  /** Told of each order that was opened again here. */
  readonly restored?: (why: Restored) => void;
  /** For the engine's answers about one order, ms. */
  readonly answerWithin?: Ms;
}

/** A run that ends so soon after its start, ms, and so early in its history, does so by itself. */
const [SOON, EARLY] = [10 * SECOND, 10];
/** So many of those in so long, ms, and it is left to people. */
const [ATTEMPTS, MEANWHILE] = [3, HOUR];
/** So often a run whose worker does not answer is asked what it knows, before the order goes on from the records alone. */
const ASKED = 3;

export function openRestoring(options: RestoringOptions): Restoring {
  const { client, taskQueue, db, begin, record, now, log, restored, answerWithin = 10 * SECOND } = options;
  /** How often runs were asked in vain what they know, by order. */
  const inVain = new Map<string, number>();
  const within = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + answerWithin, call);

  async function knownBy(orderNo: string, run: Run): Promise<readonly OrderEvent[] | undefined> {
    try {
      const events = await within(() => run.events());
      inVain.delete(orderNo);
      return events;
    } catch (error) {
      const times = (inVain.get(orderNo) ?? 0) + 1;
      inVain.set(orderNo, times);
      if (run.state === "running" || times < ASKED) throw error;
      inVain.delete(orderNo);
      return undefined;
    }
  }

  /** Whether runs of this order have ended as soon as they were begun, again and again. */
  async function keepsEnding(orderNo: string): Promise<boolean> {
    const query = `WorkflowId="${orderNo}" AND CloseTime > "${iso(now() - MEANWHILE)}" AND ExecutionStatus IN ("Failed", "Terminated", "TimedOut")`;
    let times = 0;
    for await (const { startTime, closeTime, status, historyLength } of client.workflow.list({ query })) {
      const soon = closeTime !== undefined && closeTime.getTime() - startTime.getTime() < SOON;
      if (soon && (status.name === "FAILED" || historyLength < EARLY)) times += 1;
    }
    return times >= ATTEMPTS;
  }

  /** What a run that was ended had taken in and is not on record. */
  async function unrecorded(orderNo: string, run: Run | undefined, events: readonly OrderEvent[]): Promise<readonly Taken[]> {
    if (!run || run.state === "completed") return [];
    const keys = events.flatMap(({ key }) => key ?? []);
    const isRecorded = (key: string): boolean => keys.some((known) => known === key || known.endsWith(`/${key}`));
    const taken = await within(() => takenBy(client, orderNo, run.runId));
    return taken.filter(({ key, handled }) => (key === undefined ? !handled : !isRecorded(key)));
  }

  async function sendAgain(orderNo: string, commands: readonly Taken[]): Promise<void> {
    for (const { name, input, header } of commands)
      await within(() =>
        client.workflowService.signalWorkflowExecution({
          namespace: client.options.namespace,
          workflowExecution: { workflowId: orderNo },
          signalName: name,
          input,
          ...(header ? { header } : {}),
          requestId: randomUUID(),
          identity: client.options.identity,
        }),
      );
  }

  /** Opens an order again, unless it is over and nothing was sent to it that is not on record. */
  async function open(orderNo: string, events: readonly OrderEvent[], why: Restored, run: Run | undefined): Promise<Found> {
    const commands = await unrecorded(orderNo, run, events);
    if (commands.length === 0 && isOver(replay(events), now())) return "over";
    if (await within(() => keepsEnding(orderNo))) return "silent";
    const start: StartOrder = { ...(await begin(orderNo, events)), restored: { why } };
    const args: [StartOrder] = [start];
    try {
      await within(() =>
        client.workflow.start<(start: StartOrder) => Promise<void>>(ORDER_WORKFLOW, {
          workflowId: orderNo,
          taskQueue,
          args,
          workflowIdReusePolicy: "ALLOW_DUPLICATE",
          workflowIdConflictPolicy: "FAIL",
          staticSummary: `order ${orderNo}`,
        }),
      );
    } catch (error) {
      // Somebody else was first.
      if (error instanceof WorkflowExecutionAlreadyStartedError) return "carried-on";
      throw error;
    }
    restored?.(why);
    log.error({ workflowId: orderNo, why }, "an order was not carried on, and goes on from its record");
    await sendAgain(orderNo, commands);
    return "restored";
  }

  async function end(orderNo: string, { runId }: Run, why: Restored): Promise<void> {
    try {
      await within(() =>
        client.workflow
          .getHandle(orderNo, runId)
          .terminate(`this run is ${why === "reset" ? "a reset one, and so " : ""}not what is on record`),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** Ends a run, and opens another one that goes on from the record. */
  async function instead(
    orderNo: string,
    run: Run,
    why: "reset" | "behind",
    known: readonly OrderEvent[] | undefined,
    recorded: readonly OrderEvent[],
  ): Promise<Found> {
    await end(orderNo, run, why);
    return open(orderNo, recordFrom(known, recorded), why, run);
  }

  /** What is on record, and how the run stands to it. Read in this order, as the records only ever follow the engine. */
  async function compared(orderNo: string) {
    const recorded = await eventsOf(db, orderNo);
    const run = await within(() => lastRunOf(client, orderNo));
    const known = run && (await knownBy(orderNo, run));
    return { recorded, run, known };
  }

  return {
    async look(orderNo) {
      const { recorded, run, known } = await compared(orderNo);
      if (run?.state === "running") {
        if (run.taskQueue !== taskQueue) return "silent";
        if (await within(() => wasReset(client, orderNo, run.runId))) {
          const before = await within(() => eventsBeforeReset(client, orderNo, run.runId));
          return instead(orderNo, run, "reset", before, recorded);
        }
        if (!known) return "carried-on";
        const relation = relationOf(known, recorded);
        if (relation === "ahead") await record(orderNo);
        if (relation === "same" || relation === "ahead") return "carried-on";
        const again = await compared(orderNo);
        if (again.run?.runId !== run.runId || !again.known) return "carried-on";
        if (["same", "ahead"].includes(relationOf(again.known, again.recorded))) return "carried-on";
        return instead(orderNo, run, "behind", again.known, again.recorded);
      }
      const events = recordFrom(known, recorded);
      if (events.length === 0) return "over";
      const why = run === undefined ? "missing" : run.state === "completed" ? "behind" : run.state;
      return open(orderNo, events, why, run);
    },
  };
}
