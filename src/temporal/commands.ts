import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from "@temporalio/client";
import { ORDER_WORKFLOW, SET_CALENDAR, type CommandAnswer, type CommandInput } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { Ms } from "../domain/time.ts";
import { callWithin } from "./calls.ts";
import { crowdingOf } from "./crowding.ts";
import { isBetweenRuns, refusalIn } from "./errors.ts";
import { orderStartOptions, type OrderStart, type OrderWorkflow } from "./order-start.ts";
import type { CommandOutcome, ReportOutcome } from "./outcomes.ts";
import { NoTurn, takingTurns } from "./turns.ts";

/** Sends commands to the runs of orders. */
export interface OrderCommands {
  /** Sends a command as an update, and waits for its answer. With `start`, a run is started where none is open. */
  update(orderNo: string, command: CommandName, input: CommandInput, start?: OrderStart): Promise<CommandOutcome>;
  /** Sends a command as a signal. With `start`, a run is started where none is open. */
  signal(orderNo: string, command: CommandName, input: CommandInput, start?: OrderStart): Promise<ReportOutcome>;
}

interface OrderCommandsOptions {
  readonly taskQueue: string;
  /** The time limit of one command, ms. */
  readonly answerWithin: Ms;
}

/** Updates of one order that are sent at once, and that wait here for their turn: Temporal takes ten, of all processes together. */
const TURNS = { atOnce: 8, waiting: 32 };
/** Pause before an update that came between two runs is sent again, ms. */
const BETWEEN_RUNS = 50;
/** Longest id of an update that Temporal takes in every configuration; its own default is 1,000 characters. */
const LONGEST_ID = 255;

/** The id of a command's update: the same key is the same update. */
function updateIdOf(key: string): string {
  return key.length <= LONGEST_ID ? key : createHash("sha256").update(key).digest("hex");
}

/**
 * Sends an update, and sends it to the next run when it came in the moment in which its run was continued as new, as the same update, until
 * the call's time is up. Only the first try may start a run: what was turned away may have ended the run that it started, and must not
 * start another one.
 */
async function sendToTheOpenRun<T>(first: () => Promise<T>, next: () => Promise<T>): Promise<T> {
  for (let send = first; ; send = next) {
    try {
      return await send();
    } catch (error) {
      if (!isBetweenRuns(error)) throw error;
      await wait(BETWEEN_RUNS);
    }
  }
}

/** Brings a calendar to an order; one that has ended has no due times any more, and is passed over. */
export async function sendCalendar(client: Client, orderNo: string, calendar: Calendar): Promise<void> {
  try {
    await client.workflow.getHandle(orderNo).signal<[Calendar]>(SET_CALENDAR, calendar);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

export function openOrderCommands(client: Client, { taskQueue, answerWithin }: OrderCommandsOptions): OrderCommands {
  const inTurn = takingTurns(TURNS);
  const isCrowded = crowdingOf(client);

  /** Reads what only a command can meet: its refusal, and an order that exists. */
  async function orElse<T>(send: () => Promise<T>) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { outcome: "already-exists" } as const;
      const refusal = refusalIn(error);
      if (refusal) return { outcome: "refused", refusal } as const;
      throw error;
    }
  }

  async function sendUpdate(orderNo: string, command: CommandName, input: CommandInput, start?: OrderStart) {
    const { key } = input;
    const options = { args: [input] as [CommandInput], ...(key === undefined ? {} : { updateId: updateIdOf(key) }) };
    const update = () => client.workflow.getHandle(orderNo).executeUpdate<CommandAnswer, [CommandInput]>(command, options);
    const startAndUpdate = (argument: OrderStart) => {
      const startWorkflowOperation = new WithStartWorkflowOperation<OrderWorkflow>(ORDER_WORKFLOW, {
        ...orderStartOptions(orderNo, taskQueue, argument),
        workflowIdConflictPolicy: "USE_EXISTING",
      });
      return client.workflow.executeUpdateWithStart<OrderWorkflow, CommandAnswer, [CommandInput]>(command, {
        ...options,
        startWorkflowOperation,
      });
    };
    const answer = await sendToTheOpenRun(start ? () => startAndUpdate(start) : update, update);
    return { outcome: "answered", answer } as const;
  }

  async function sendSignal(orderNo: string, command: CommandName, input: CommandInput, start?: OrderStart) {
    if (await isCrowded(orderNo, input)) return { outcome: "crowded" } as const;
    const signalArgs: [CommandInput] = [input];
    if (start)
      await client.workflow.signalWithStart<OrderWorkflow, [CommandInput]>(ORDER_WORKFLOW, {
        ...orderStartOptions(orderNo, taskQueue, start),
        signal: command,
        signalArgs,
      });
    else await client.workflow.getHandle(orderNo).signal<[CommandInput]>(command, input);
    return { outcome: "taken-in" } as const;
  }

  return {
    async update(orderNo, command, input, start) {
      const send = () => callWithin(client, answerWithin, () => orElse(() => sendUpdate(orderNo, command, input, start)));
      try {
        return await inTurn(orderNo, send);
      } catch (error) {
        if (error instanceof NoTurn) return { outcome: "busy" };
        throw error;
      }
    },
    async signal(orderNo, command, input, start) {
      const outcome = await callWithin(client, answerWithin, () => orElse(() => sendSignal(orderNo, command, input, start)));
      if (outcome.outcome === "refused") throw new Error("a signal has no answer, and so no refusal");
      return outcome;
    },
  };
}
