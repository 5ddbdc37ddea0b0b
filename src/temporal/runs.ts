import { QueryNotRegisteredError, WorkflowNotFoundError, type Client } from "@temporalio/client";
import { decodeOptionalSinglePayload } from "@temporalio/common/lib/internal-non-workflow/index.js";
import type { temporal } from "@temporalio/proto";
import { ORDER_WORKFLOW, QUERIES } from "../contracts/workflow.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import { commandNames } from "../domain/order/chapters.ts";

type History = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads;

/** The run of an order that the engine had last. */
export interface Run {
  readonly runId: string;
  readonly taskQueue: string;
  /** `completed`: it came to its own end. */
  readonly state: "running" | "completed" | Restored;
  /**
   * All events of the order as this run has them; `undefined` when it cannot say, as it cannot be replayed.
   * @throws when nobody could be asked
   */
  events(): Promise<readonly OrderEvent[] | undefined>;
}

/** Names of states that are an end, as the client has them. */
const ends: Readonly<Record<string, Restored>> = {
  TERMINATED: "terminated",
  CANCELLED: "canceled",
  FAILED: "failed",
  TIMED_OUT: "timed-out",
};

/**
 * The last run of an order; `undefined` when the engine knows none, or what has that id is no order. Answered from the engine's own
 * state, not from its lists, which are behind.
 * @throws when the engine is away
 */
export async function lastRunOf(client: Client, orderNo: string): Promise<Run | undefined> {
  const described = await client.workflow
    .getHandle(orderNo)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  if (described?.type !== ORDER_WORKFLOW) return undefined;
  const { runId, taskQueue, status, raw } = described;
  const ended = ends[status.name];
  return {
    runId,
    taskQueue,
    state:
      ended === undefined
        ? status.name === "COMPLETED"
          ? "completed"
          : "running"
        : raw.workflowExtendedInfo?.resetRunId
          ? "reset"
          : ended,
    events: () => eventsBy(client, orderNo, runId),
  };
}

/** All events of an order as one of its runs has them; `undefined` when it cannot say. */
async function eventsBy(client: Client, orderNo: string, runId: string): Promise<readonly OrderEvent[] | undefined> {
  try {
    return (await client.workflow.getHandle(orderNo, runId).query<readonly OrderEvent[] | undefined>(QUERIES.history)) ?? [];
  } catch (error) {
    if (error instanceof QueryNotRegisteredError) return undefined;
    throw error;
  }
}

/**
 * What the run knew that a reset run was made of: what it asked outside was asked by that. What the reset run has done since is another
 * story. `undefined` when that cannot be said any more.
 * @throws when nobody could be asked
 */
export async function eventsBeforeReset(
  client: Client,
  orderNo: string,
  runId: string,
): Promise<readonly OrderEvent[] | undefined> {
  const events = (await client.workflow.getHandle(orderNo, runId).fetchHistory()).events ?? [];
  const base = events.findLast(({ workflowTaskFailedEventAttributes: failed }) => failed?.baseRunId)
    ?.workflowTaskFailedEventAttributes?.baseRunId;
  if (!base) return undefined;
  return eventsBy(client, orderNo, base).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
}

/** A command as a run was sent it, as it came: whoever signed it has signed it still. */
export interface Taken {
  readonly name: CommandName;
  readonly input: Payloads;
  readonly header: temporal.api.common.v1.IHeader | undefined;
  /** The key that it was sent with, where it can be read. */
  readonly key: string | undefined;
  /** Whether a workflow task has seen it. */
  readonly handled: boolean;
}

function isCommand(name: string | null | undefined): name is CommandName {
  return commandNames.some((each) => each === name);
}

/** The command of an event of a run's history, if it is one. */
function commandIn(event: History): Pick<Taken, "name" | "input" | "header"> | undefined {
  const signal = event.workflowExecutionSignaledEventAttributes;
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
  const [name, input, header] = signal
    ? [signal.signalName, signal.input, signal.header]
    : [update?.name, update?.args, update?.header];
  return isCommand(name) && input ? { name, input, header: header ?? undefined } : undefined;
}

/** Commands that a run was sent and has taken in, oldest first. */
export async function takenBy(client: Client, orderNo: string, runId: string): Promise<readonly Taken[]> {
  const events = (await client.workflow.getHandle(orderNo, runId).fetchHistory()).events ?? [];
  const seen = Math.max(0, ...events.map((event) => Number(event.workflowTaskCompletedEventAttributes?.startedEventId ?? 0)));
  const taken: Taken[] = [];
  for (const event of events) {
    const command = commandIn(event);
    if (!command) continue;
    const sent: unknown = await decodeOptionalSinglePayload(client.options.loadedDataConverter, command.input.payloads?.[0]);
    const key = typeof sent === "object" && sent !== null && "key" in sent && typeof sent.key === "string" ? sent.key : undefined;
    taken.push({ ...command, key, handled: Number(event.eventId) <= seen });
  }
  return taken;
}

async function askWhetherReset(client: Client, orderNo: string, runId: string): Promise<boolean> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: orderNo, runId },
    maximumPageSize: 1,
  });
  const original = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
  return original !== undefined && original !== runId;
}

/** Runs that are remembered at most, a client. */
const REMEMBERED = 10_000;
const resetRuns = new WeakMap<Client, Map<string, Promise<boolean>>>();

/** Whether a run was begun by resetting another one. That never changes, so the engine is asked once a run. */
export function wasReset(client: Client, orderNo: string, runId: string): Promise<boolean> {
  const known = resetRuns.get(client) ?? new Map<string, Promise<boolean>>();
  resetRuns.set(client, known);
  const before = known.get(runId);
  if (before) return before;
  const asked = askWhetherReset(client, orderNo, runId);
  known.set(runId, asked);
  asked.catch(() => known.delete(runId));
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return asked;
}
