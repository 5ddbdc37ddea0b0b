import { randomUUID } from "node:crypto";
import {
  QueryNotRegisteredError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import { ORDER_WORKFLOW, QUERIES, type Publication, type StartOrder } from "../contracts/workflow.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import { commandNames } from "../domain/order/chapters.ts";
import { iso, SECOND, type Ms } from "../domain/time.ts";
import { orderStartOptions, type OrderWorkflow } from "./order-start.ts";
import { decodeCommandInput } from "./queries.ts";

type History = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;

/** The run that Temporal had last of an order. */
export interface Run {
  readonly runId: string;
  readonly taskQueue: string;
  /** `completed`: it ended by itself; else why it ended. */
  readonly state: "running" | "completed" | Restored;
}

/** A command that was sent to a run, as it came, so that its sender's proof still holds when it is sent again. */
export interface TakenCommand {
  readonly name: CommandName;
  readonly input: Payloads;
  readonly header: temporal.api.common.v1.IHeader | undefined;
  /** The key that it was sent with, where it can be read. */
  readonly key: string | undefined;
  /** Whether a workflow task has handled it. */
  readonly handled: boolean;
}

/**
 * The runs of orders, by Temporal's own state, which is never behind as its lists are. Each call throws when Temporal is away or does not
 * answer in time.
 */
export interface OrderRuns {
  /** The last run; `undefined` when Temporal knows none, or the workflow of that id is no order. */
  lastRun(orderNo: string): Promise<Run | undefined>;
  /** All events of the order by one of its runs; `undefined` when that run cannot be replayed. */
  eventsOf(orderNo: string, runId: string): Promise<readonly OrderEvent[] | undefined>;
  /** Whether a run was started by a reset. */
  wasReset(orderNo: string, runId: string): Promise<boolean>;
  /**
   * All events by the run that a reset run was made of: that run sent the requests to outside systems. `undefined` when Temporal does not
   * have them any more.
   */
  eventsBeforeReset(orderNo: string, runId: string): Promise<readonly OrderEvent[] | undefined>;
  /** The commands that a run was sent, oldest first. */
  takenCommands(orderNo: string, runId: string): Promise<readonly TakenCommand[]>;
  /** How many runs have ended since a time, ms, as soon as they were started. */
  countFailedStarts(orderNo: string, since: Ms): Promise<number>;
  /** Starts a run; `false` when one is open already. */
  start(argument: StartOrder): Promise<boolean>;
  /** Terminates a run, unless it has ended. */
  terminate(orderNo: string, runId: string, reason: string): Promise<void>;
  /** Sends commands to the open run as signals, just as they came. */
  resend(orderNo: string, commands: readonly TakenCommand[]): Promise<void>;
}

/** A run that ended so soon after its start, ms, and so early in its history, ended by itself. */
const [SOON, EARLY] = [10 * SECOND, 10];

/** The client's names of states in which a run has ended before its order was over. */
const endings: Readonly<Record<string, Restored>> = {
  TERMINATED: "terminated",
  CANCELLED: "canceled",
  FAILED: "failed",
  TIMED_OUT: "timed-out",
};

function isCommand(name: string | null | undefined): name is CommandName {
  return commandNames.some((each) => each === name);
}

/** The command in an event of a run's history, if there is one. */
function commandIn(event: History): Pick<TakenCommand, "name" | "input" | "header"> | undefined {
  const signal = event.workflowExecutionSignaledEventAttributes;
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
  const [name, input, header] = signal
    ? [signal.signalName, signal.input, signal.header]
    : [update?.name, update?.args, update?.header];
  return isCommand(name) && input ? { name, input, header: header ?? undefined } : undefined;
}

async function askWhetherReset(client: Client, workflowId: string, runId: string): Promise<boolean> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const original = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
  return original !== undefined && original !== runId;
}

/** Runs of which it is remembered whether they were reset, at most, of each client. */
const REMEMBERED = 10_000;
const resetRuns = new WeakMap<Client, Map<string, Promise<boolean>>>();

/**
 * Whether a run was started by a reset. That never changes, so Temporal is asked once a run.
 * @throws when Temporal is away
 */
export function wasReset(client: Client, workflowId: string, runId: string): Promise<boolean> {
  const known = resetRuns.get(client) ?? new Map<string, Promise<boolean>>();
  resetRuns.set(client, known);
  const before = known.get(runId);
  if (before) return before;
  const asked = askWhetherReset(client, workflowId, runId);
  known.set(runId, asked);
  asked.catch(() => known.delete(runId));
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return asked;
}

/** The time limit for one page of a publication, ms: the order may have to be replayed first. */
const PUBLICATION_WITHIN = 10 * SECOND;

/**
 * A page of what the records have to be told of an order, when they hold its events up to this one; `undefined` when there is nothing more.
 * A reset run tells nothing: the run before it may have made events, and asked outside systems, that the records do not hold yet, and the
 * order continues from those (`src/application/restore.ts`).
 * @throws when no worker answers; for a reset run, until it has been replaced
 */
export function queryPublication(client: Client, orderNo: string, after: number): Promise<Publication | undefined> {
  return client.withDeadline(Date.now() + PUBLICATION_WITHIN, async () => {
    const page = await client.workflow.getHandle(orderNo).query<Publication | undefined, [number]>(QUERIES.publication, after);
    if (page?.runId !== undefined && (await wasReset(client, orderNo, page.runId)))
      throw new Error("the run was reset: nothing of it is recorded until it has been replaced");
    return page;
  });
}

/** @param answerWithin the time limit of each call, ms */
export function openOrderRuns(client: Client, taskQueue: string, answerWithin: Ms = 10 * SECOND): OrderRuns {
  const within = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + answerWithin, call);

  async function describe(orderNo: string): Promise<Run | undefined> {
    const described = await client.workflow
      .getHandle(orderNo)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
    if (described?.type !== ORDER_WORKFLOW) return undefined;
    const { runId, taskQueue, status, raw } = described;
    const ending = endings[status.name];
    if (ending === undefined) return { runId, taskQueue, state: status.name === "COMPLETED" ? "completed" : "running" };
    return { runId, taskQueue, state: raw.workflowExtendedInfo?.resetRunId ? "reset" : ending };
  }

  async function queryEvents(orderNo: string, runId: string): Promise<readonly OrderEvent[] | undefined> {
    try {
      return (await client.workflow.getHandle(orderNo, runId).query<readonly OrderEvent[] | undefined>(QUERIES.history)) ?? [];
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) return undefined;
      throw error;
    }
  }

  async function historyOf(orderNo: string, runId: string): Promise<readonly History[]> {
    return (await client.workflow.getHandle(orderNo, runId).fetchHistory()).events ?? [];
  }

  async function queryBaseRun(orderNo: string, runId: string): Promise<readonly OrderEvent[] | undefined> {
    const base = (await historyOf(orderNo, runId)).findLast(({ workflowTaskFailedEventAttributes: failed }) => failed?.baseRunId)
      ?.workflowTaskFailedEventAttributes?.baseRunId;
    if (!base) return undefined;
    return queryEvents(orderNo, base).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  }

  async function readCommands(orderNo: string, runId: string): Promise<readonly TakenCommand[]> {
    const events = await historyOf(orderNo, runId);
    const handledTo = Math.max(
      0,
      ...events.map((event) => Number(event.workflowTaskCompletedEventAttributes?.startedEventId ?? 0)),
    );
    const taken: TakenCommand[] = [];
    for (const event of events) {
      const command = commandIn(event);
      if (!command) continue;
      const input = await decodeCommandInput(client, command.input);
      const key =
        typeof input === "object" && input !== null && "key" in input && typeof input.key === "string" ? input.key : undefined;
      taken.push({ ...command, key, handled: Number(event.eventId) <= handledTo });
    }
    return taken;
  }

  return {
    lastRun: (orderNo) => within(() => describe(orderNo)),
    eventsOf: (orderNo, runId) => within(() => queryEvents(orderNo, runId)),
    wasReset: (orderNo, runId) => within(() => wasReset(client, orderNo, runId)),
    eventsBeforeReset: (orderNo, runId) => within(() => queryBaseRun(orderNo, runId)),
    takenCommands: (orderNo, runId) => within(() => readCommands(orderNo, runId)),
    countFailedStarts: (orderNo, since) =>
      within(async () => {
        const query = `WorkflowId="${orderNo}" AND CloseTime > "${iso(since)}" AND ExecutionStatus IN ("Failed", "Terminated", "TimedOut")`;
        let count = 0;
        for await (const { startTime, closeTime, status, historyLength } of client.workflow.list({ query })) {
          const soon = closeTime !== undefined && closeTime.getTime() - startTime.getTime() < SOON;
          if (soon && (status.name === "FAILED" || historyLength < EARLY)) count += 1;
        }
        return count;
      }),
    start: (argument) =>
      within(async () => {
        try {
          await client.workflow.start<OrderWorkflow>(ORDER_WORKFLOW, {
            ...orderStartOptions(argument.orderNo, taskQueue, { argument, isNew: false }),
            workflowIdConflictPolicy: "FAIL",
          });
          return true;
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
          throw error;
        }
      }),
    async terminate(orderNo, runId, reason) {
      try {
        await within(() => client.workflow.getHandle(orderNo, runId).terminate(reason));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
    async resend(orderNo, commands) {
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
    },
  };
}
