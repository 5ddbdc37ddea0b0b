import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  Client,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type ClientPlugin,
  type Connection,
} from "@temporalio/client";
import { ApplicationFailure, type DataConverter, type WorkflowIdReusePolicy } from "@temporalio/common";
import { optionalTsToMs } from "@temporalio/common/lib/time.js";
import { decodeOptionalSinglePayload } from "@temporalio/common/lib/internal-non-workflow/index.js";
import { isUnder } from "../contracts/keys.ts";
import { ownIds } from "../contracts/workflow-ids.ts";
import {
  ORDER_WORKFLOW,
  QUERIES,
  REFUSED,
  SPREAD_CALENDAR_WORKFLOW,
  TASK_QUEUE,
  type CommandAnswer,
  type CommandInput,
  type CommandState,
  type RefusedCommand,
  type StartOrder,
} from "../contracts/workflow.ts";
import { searchAttributes } from "../contracts/search-attributes.ts";
import { INSPECTION_WORKFLOW, type InspectionStart } from "../contracts/workflow-routine.ts";
import { RENEW_REWARDS_WORKFLOW, TELL_REWARDS_WORKFLOW, type RewardsStart } from "../contracts/workflow-rewards.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { SECOND, type Ms } from "../domain/time.ts";
import type { Restoring } from "../application/restore.ts";
import { ProblemError, problemOfRefusal } from "../api/responses/problem.ts";
import { NoTurn, takingTurns } from "./turns.ts";

/**
 * What came of a question: its answer; `no-run`: the engine has none of that order, or has forgotten it; `no-answer`: no worker answered
 * soon, or the engine is away.
 */
export type Asked<T> = T | "no-run" | "no-answer";

/**
 * The workflow engine as the API needs it. Whatever fails is a {@link ProblemError}: `unavailable` when the engine is away
 * or nobody answers in time, the refusal's own when a command is refused. `undefined` means: no such run is open.
 */
export interface Engine {
  /** Sends an answered command; `start` opens a run when none is open. */
  ask(orderNo: string, command: CommandName, input: CommandInput, start?: Start): Promise<CommandAnswer | undefined>;
  /** Sends a report; durable when this resolves. False: no run is open. */
  report(orderNo: string, command: CommandName, input: CommandInput, start?: Start): Promise<boolean>;
  /** All events of an order that runs. */
  history(orderNo: string): Promise<Asked<readonly OrderEvent[]>>;
  /** Whose an order is by its last run, without a worker; `salesRep` is absent while none has had it, or it has nobody. */
  repOf(orderNo: string): Promise<Asked<{ readonly salesRep?: string | undefined }>>;
  /**
   * All events of an order by its last run, that may have ended; `undefined` when the engine knows none, or has forgotten it.
   * @throws ProblemError `unavailable` when it could not be asked
   */
  lastRun(orderNo: string): Promise<readonly OrderEvent[] | undefined>;
  /** What became of a command, by its caller's key; a report that no worker has taken up yet is found in the engine's own history. */
  state(orderNo: string, key: string): Promise<CommandState>;
  isReachable(): Promise<boolean>;
  /** Starts an inspection; one of that id that runs already is the same one. */
  inspect(start: InspectionStart): Promise<void>;
  /** Brings a calendar to every running order; the same version is brought once at a time. */
  spreadCalendar(calendar: Calendar): Promise<void>;
  /** Derives a month's rewards and penalties anew; resolves when that is done. */
  renewRewards(month: string): Promise<void>;
  /** Has those told who are to be; resolves when that is under way. */
  tellRewards(month: string): Promise<void>;
}

/** How a run is opened: for an order that must be new, or for one that goes on from its record. */
export interface Start {
  readonly argument: StartOrder;
  readonly fresh: boolean;
}

interface EngineOptions {
  readonly taskQueue?: string;
  /** What is added to the engine's client. */
  readonly plugins?: ClientPlugin[];
  /** How what is sent is encrypted, and what comes back is read. */
  readonly dataConverter?: DataConverter;
  /**
   * How long an answered command may take, ms: longer than the 10 s after which the engine gives a workflow task to somebody else, when the
   * worker that had it was stopped or killed just then.
   */
  readonly answerWithin?: Ms;
  /** How long a query may take before the records are asked instead, ms. */
  readonly queryWithin?: Ms;
  /** Looks at an order that has no open run: one that is not over goes on from its record. */
  readonly look?: Restoring["look"];
}

/** gRPC's status codes. */
const [INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION] = [3, 5, 8, 9];
/**
 * Answered commands of one order that are with the engine at a time, and those that wait here: the engine takes ten of an order, by all
 * processes together.
 */
const TURNS = { atOnce: 8, waiting: 32 };
/** After so much that was sent to an order its run's history is looked at, once more; several processes do so each for themselves. */
const LOOK_EVERY = { reports: 250, bytes: 2 * 1_024 * 1_024 };
/**
 * A history as large as this takes no more reports: the engine ends a run at 51,200 events, 10,000 signals, or 50 MiB, and with a worker an
 * order continues as new long before. `waiting`: so many events while no worker takes a workflow task up, who then takes up all of them in one
 * go, which the SDK breaks off after 5 s.
 */
const CROWDED = { events: 8_000, bytes: 24 * 1_024 * 1_024, waiting: 2_500 };
/** A workflow task that is older than this is taken up by nobody, ms. */
const NOT_TAKEN_UP = 5 * SECOND;
/** Of so many orders it is known what was sent. */
const ORDERS_KNOWN = 10_000;
/** Before an update that met a change of runs is sent once more, ms. */
const ONCE_MORE = 50;

/** What the engine takes as an id at most is 1,000 characters, unless whoever runs it has said less. */
const LONGEST_ID = 255;

/** The id of a command's update: the same key is the same update. */
function updateIdOf(key: string): string {
  return key.length <= LONGEST_ID ? key : createHash("sha256").update(key).digest("hex");
}

/** Whether a signal was sent under a key. */
function wasSent(sent: unknown, key: string): sent is object {
  if (typeof sent !== "object" || sent === null || !("key" in sent) || !("actor" in sent)) return false;
  const { key: its, actor } = sent;
  if (typeof its !== "string" || typeof actor !== "object" || actor === null || !("id" in actor)) return false;
  return typeof actor.id === "string" && isUnder({ key: its, actor: { id: actor.id } }, key);
}

/** gRPC's status code, also of what the client has wrapped. */
function statusOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error ? statusOf(error.cause) : undefined;
}

/** Whether a run is not there; a history's own call says so in gRPC's words. */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && statusOf(error) === NOT_FOUND);
}

/** Whether a command came to a workflow that is no order: no other has such handlers. The SDK's words. */
function isNoOrder(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.message.startsWith("No registered handler for update")
  );
}

function isRefusedCommand(value: unknown): value is RefusedCommand {
  return typeof value === "object" && value !== null && "refused" in value && "permitted" in value;
}

/** Whether the engine could not be asked, or did not answer: the client wraps what its connection says. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isGrpcServiceError(error) || isAway(error.cause);
}

/** What the server says of a message that is too large for it, for gRPC, for a payload; not of one too many. */
const TOO_LARGE = /larger than max|exceeds (?:size )?limit|exceeds the .*size limit|too large/iu;
/** What it says of a run that takes no more signals or updates until it continues as new. */
const TOO_MANY = /limit for signal|total number of distinct updates/iu;

function saidBy(error: unknown, words: RegExp): boolean {
  return error instanceof Error && (words.test(error.message) || saidBy(error.cause, words));
}

/** Whether the engine refused a message for its size: it would refuse it again. */
function isTooLarge(error: unknown): boolean {
  const status = statusOf(error);
  return (status === INVALID_ARGUMENT || status === RESOURCE_EXHAUSTED) && saidBy(error, TOO_LARGE);
}

/** Whether a run takes no more for now. */
function isCrowded(error: unknown): boolean {
  return statusOf(error) !== undefined && saidBy(error, TOO_MANY);
}

/** For a run to be carried on, and to continue as new, s. */
const CROWDED_FOR = 30;

/** The problem that an error of the engine's client amounts to. */
function problemOf(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure && error.cause.type === REFUSED) {
    const refused: unknown = error.cause.details?.[0];
    if (isRefusedCommand(refused)) return problemOfRefusal(refused);
  }
  const inVain = isGrpcDeadlineError(error) || isGrpcCancelledError(error);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || inVain) {
    return new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 });
  }
  if (isTooLarge(error)) return problemOfRefusal({ refused: "order-full", details: {}, permitted: [] });
  if (isCrowded(error)) return new ProblemError("unavailable", { detail: "order-crowded", retryAfter: CROWDED_FOR });
  if (error instanceof NoTurn || statusOf(error) === RESOURCE_EXHAUSTED)
    return new ProblemError("unavailable", { detail: "order-busy", retryAfter: 1 });
  if (isAway(error)) return new ProblemError("unavailable", { detail: "engine-away", retryAfter: 2 });
  return error;
}

/** Opens the engine's client. Nothing is asked before it is needed, so that the API starts while the engine is away. */
export function openEngine(connection: Connection, namespace: string, options: EngineOptions = {}): Engine {
  const {
    taskQueue = TASK_QUEUE,
    dataConverter,
    plugins = [],
    answerWithin = 15 * SECOND,
    queryWithin = 2 * SECOND,
    look,
  } = options;
  const client = new Client({ connection, namespace, plugins, ...(dataConverter ? { dataConverter } : {}) });
  const { loadedDataConverter } = client.options;

  const inTurn = takingTurns(TURNS);

  async function within<T>(time: Ms, call: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + time, call);
    } catch (error) {
      throw problemOf(error);
    }
  }

  /** An answered command, when it is the order's turn. */
  function answered<T>(orderNo: string, call: () => Promise<T>): Promise<T> {
    return inTurn(orderNo, () => within(answerWithin, call)).catch((error: unknown) => {
      throw problemOf(error);
    });
  }

  /** `undefined` where the run is not there; a run that is closed is not there for commands. */
  async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (isGone(error) || isNoOrder(error)) return undefined;
      throw error;
    }
  }

  /** As {@link unlessGone}; an order that is not over is opened again where its run is gone, and asked then. */
  async function orRestored<T>(orderNo: string, call: () => Promise<T>): Promise<T | undefined> {
    const answer = await unlessGone(call);
    if (answer !== undefined || !look) return answer;
    const found = await look(orderNo);
    if (found === "silent") throw new ProblemError("unavailable", { detail: "no-answer", retryAfter: 60 });
    return found === "over" ? undefined : unlessGone(call);
  }

  /**
   * An update that comes in the moment in which an order continues as new is turned away with the workflow task that it was in: it is sent
   * to the next run, as the same update, until the time of the call is up. The first try alone may start a run: what was turned away may
   * have ended the one that it started, and must not start another.
   */
  async function toTheNextRun<T>(first: () => Promise<T>, next: () => Promise<T>): Promise<T> {
    for (let call = first; ; call = next) {
      try {
        return await call();
      } catch (error) {
        if (statusOf(error) !== FAILED_PRECONDITION || isCrowded(error)) throw error;
        await wait(ONCE_MORE);
      }
    }
  }

  /** What this process has sent to an order since its run's history was last looked at. */
  const sent = new Map<string, { reports: number; bytes: number }>();

  /**
   * Reports that no worker takes up pile up in the run's history, which the engine ends when it has grown too large: long before that they
   * are turned away for a while. Looked at now and then only, as it takes a call.
   * @throws ProblemError `unavailable`
   */
  async function unlessCrowded(orderNo: string, input: CommandInput): Promise<void> {
    const since = sent.get(orderNo) ?? { reports: 0, bytes: 0 };
    const now = { reports: since.reports + 1, bytes: since.bytes + JSON.stringify(input).length };
    if (sent.size > ORDERS_KNOWN) sent.clear();
    sent.set(orderNo, now);
    if (now.reports < LOOK_EVERY.reports && now.bytes < LOOK_EVERY.bytes) return;
    const described = await unlessGone(() => client.workflow.getHandle(orderNo).describe());
    if (!described) return;
    const { historyLength, historySize = 0, raw } = described;
    const scheduled = optionalTsToMs(raw.pendingWorkflowTask?.originalScheduledTime);
    const waits = scheduled !== undefined && Date.now() - scheduled > NOT_TAKEN_UP;
    if (historyLength > (waits ? CROWDED.waiting : CROWDED.events) || historySize > CROWDED.bytes)
      throw new ProblemError("unavailable", { detail: "order-crowded", retryAfter: CROWDED_FOR });
    sent.delete(orderNo);
  }

  function startOptions(orderNo: string, { argument, fresh }: Start) {
    const reuse: WorkflowIdReusePolicy = fresh ? "REJECT_DUPLICATE" : "ALLOW_DUPLICATE";
    const args: [StartOrder] = [argument];
    return { workflowId: orderNo, taskQueue, args, workflowIdReusePolicy: reuse, staticSummary: `order ${orderNo}` };
  }

  function rewardsOptions(what: "rewards" | "rewards-telling", month: string) {
    const start: RewardsStart = { month };
    const args: [RewardsStart] = [start];
    return { workflowId: ownIds.rewards(what, start, randomUUID()), taskQueue, args, staticSummary: `${what} ${month}` };
  }

  async function query<T extends object>(orderNo: string, name: string, ...args: unknown[]): Promise<Asked<T>> {
    try {
      return await client.withDeadline(Date.now() + queryWithin, () =>
        client.workflow.getHandle(orderNo).query<T, unknown[]>(name, ...args),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return "no-run";
      // Another kind of workflow has that id.
      if (error instanceof Error && error.name === "QueryNotRegisteredError") return "no-run";
      if (isAway(error)) return "no-answer";
      throw error;
    }
  }

  async function waiting(orderNo: string, key: string): Promise<CommandState> {
    const found = await within(5 * SECOND, () => unlessGone(() => client.workflow.getHandle(orderNo).fetchHistory()));
    const type = found?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;
    if (found && type !== ORDER_WORKFLOW) return { state: "no-order" };
    for (const event of found?.events ?? []) {
      const payload = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0];
      const sent: unknown = await decodeOptionalSinglePayload(loadedDataConverter, payload);
      if (!wasSent(sent, key)) continue;
      return { state: "waiting", hash: "hash" in sent && typeof sent.hash === "string" ? sent.hash : undefined };
    }
    return { state: "unknown", ...(found ? { unsure: true as const } : {}) };
  }

  return {
    ask: (orderNo, command, input, start) =>
      answered(orderNo, async () => {
        const args = { args: [input] as [CommandInput], ...(input.key === undefined ? {} : { updateId: updateIdOf(input.key) }) };
        const update = () => client.workflow.getHandle(orderNo).executeUpdate<CommandAnswer, [CommandInput]>(command, args);
        if (!start) return orRestored(orderNo, () => toTheNextRun(update, update));
        const startWorkflowOperation = new WithStartWorkflowOperation<(argument: StartOrder) => Promise<void>>(ORDER_WORKFLOW, {
          ...startOptions(orderNo, start),
          workflowIdConflictPolicy: "USE_EXISTING",
        });
        const starting = () =>
          client.workflow.executeUpdateWithStart<(argument: StartOrder) => Promise<void>, CommandAnswer, [CommandInput]>(
            command,
            {
              ...args,
              startWorkflowOperation,
            },
          );
        try {
          return await unlessGone(() => toTheNextRun(starting, update));
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
          throw error;
        }
      }),
    report: (orderNo, command, input, start) =>
      within(answerWithin, async () => {
        const signalArgs: [CommandInput] = [input];
        await unlessCrowded(orderNo, input);
        if (!start) {
          const taken = await orRestored(orderNo, async () => {
            await client.workflow.getHandle(orderNo).signal<[CommandInput]>(command, input);
            return true;
          });
          return taken ?? false;
        }
        try {
          await client.workflow.signalWithStart<(argument: StartOrder) => Promise<void>, [CommandInput]>(ORDER_WORKFLOW, {
            ...startOptions(orderNo, start),
            signal: command,
            signalArgs,
          });
          return true;
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
          throw error;
        }
      }),
    history: (orderNo) => query<readonly OrderEvent[]>(orderNo, QUERIES.history),
    async repOf(orderNo) {
      try {
        const { type, typedSearchAttributes } = await client.withDeadline(Date.now() + queryWithin, () =>
          client.workflow.getHandle(orderNo).describe(),
        );
        return type === ORDER_WORKFLOW ? { salesRep: typedSearchAttributes.get(searchAttributes.SalesRep) } : "no-run";
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return "no-run";
        if (isAway(error)) return "no-answer";
        throw error;
      }
    },
    lastRun: (orderNo) =>
      unlessGone(() =>
        within(answerWithin, async () => {
          const handle = client.workflow.getHandle(orderNo);
          return (await handle.describe()).type === ORDER_WORKFLOW
            ? await handle.query<readonly OrderEvent[]>(QUERIES.history)
            : undefined;
        }),
      ),
    async state(orderNo, key) {
      const known = await query<CommandState>(orderNo, QUERIES.command, key);
      if (typeof known === "object" && known.state !== "unknown") return known;
      const found = await waiting(orderNo, key);
      return typeof known === "object" && found.state === "unknown" ? known : found;
    },
    spreadCalendar: (calendar) =>
      within(answerWithin, async () => {
        const args: [Calendar] = [calendar];
        await client.workflow.start<(calendar: Calendar) => Promise<void>>(SPREAD_CALENDAR_WORKFLOW, {
          workflowId: ownIds.calendar(calendar.version),
          taskQueue,
          args,
          workflowIdConflictPolicy: "USE_EXISTING",
          staticSummary: `calendar ${calendar.version} to every running order`,
        });
      }),
    inspect: (start) =>
      within(answerWithin, async () => {
        const { reportId } = start.head;
        const args: [InspectionStart] = [start];
        await client.workflow.start<(start: InspectionStart) => Promise<string>>(INSPECTION_WORKFLOW, {
          workflowId: ownIds.inspection(reportId),
          taskQueue,
          args,
          workflowIdConflictPolicy: "USE_EXISTING",
          staticSummary: `inspection ${reportId}`,
        });
      }),
    renewRewards: (month) =>
      within(answerWithin, async () => {
        await client.workflow.execute(RENEW_REWARDS_WORKFLOW, rewardsOptions("rewards", month));
      }),
    tellRewards: (month) =>
      within(answerWithin, async () => {
        await client.workflow.start(TELL_REWARDS_WORKFLOW, rewardsOptions("rewards-telling", month));
      }),
    async isReachable() {
      try {
        await client.withDeadline(Date.now() + queryWithin, () => client.workflowService.describeNamespace({ namespace }));
        return true;
      } catch {
        return false;
      }
    },
  };
}
