import type { Sinks } from "@temporalio/workflow";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import type { EffectOutcome, Message, OutsideSystem } from "../domain/order/effects.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import type { Refusal } from "../domain/order/refusals.ts";
import type { DutyRow, OrderRow } from "../domain/order/rows.ts";
import type { Actor } from "../domain/people.ts";
import type { Policy } from "../domain/policy.ts";
import type { Instant, Ms } from "../domain/time.ts";

/** What the API, the workflow and its activities say to each other through Temporal. Types and names only. */

export const TASK_QUEUE = "gendan";
/** The workflow type; the workflow's id is the order number. */
export const ORDER_WORKFLOW = "order";

/** The argument of the workflow: a new order, or the record of one that runs on. */
export interface StartOrder {
  readonly orderNo: string;
  readonly policy: Policy;
  readonly calendar: Calendar;
  /** Random, hex, for a new order: digests of its personal texts are made with it. */
  readonly salt?: string | undefined;
  /** What a new order's commands are held to (`RULES`); absent: 1, started by older code. A replay has to decide as it did. */
  readonly rules?: number | undefined;
  /** The whole record so far, when the order is continued or opened again. */
  readonly events?: readonly OrderEvent[] | undefined;
  /** Nothing carried the order on, though it was not over: that comes on record first. */
  readonly restored?: { readonly why: Restored } | undefined;
  /** Continue as new after so many history events; absent: when the server suggests it. */
  readonly continueAfter?: number | undefined;
}

/**
 * The argument of a command's update or signal, both named like the command. From the Temporal CLI `actor` and `body`
 * are enough.
 */
export interface CommandInput {
  readonly actor: Actor;
  readonly body: object;
  /** `Idempotency-Key`, as its caller's own (`contracts/keys.ts`). */
  readonly key?: string | undefined;
  /** SHA-256 in hex of command, actor and body. */
  readonly hash?: string | undefined;
  /** Business time, when it is not the time of receipt. */
  readonly at?: Instant | undefined;
  /** When the API took it on. */
  readonly receivedAt?: Instant | undefined;
  /** Whether the body has passed the wire contract; if not, the worker checks it first. */
  readonly checked?: boolean | undefined;
}

/** What a command's update answers: what it changed. The order as it is then is read from all events (`api/reading.ts`). */
export interface CommandAnswer {
  readonly events: readonly OrderEvent[];
  /** The hash that the key was first used with. */
  readonly hash: string;
}

/** `ApplicationFailure.type` of a refused update; `details[0]` is a {@link RefusedCommand}. */
export const REFUSED = "refused";
export interface RefusedCommand extends Refusal {
  readonly permitted: readonly CommandName[];
}

/** What became of a command, by its key. */
export type CommandState =
  /**
   * `unsure`: no worker answered, and the engine does not show yet what it took in while one of its tasks was under way. `full`: the order
   * has no room for another report.
   */
  | { readonly state: "unknown"; readonly unsure?: true; readonly full?: true }
  /** A workflow of another kind has that id. */
  | { readonly state: "no-order" }
  | { readonly state: "waiting"; readonly hash?: string | undefined }
  | { readonly state: "done"; readonly events: readonly OrderEvent[]; readonly hash: string }
  | { readonly state: "refused"; readonly refusal: Refusal; readonly events: readonly OrderEvent[]; readonly hash: string };

/**
 * Query `order(actor, at)`: the order as that caller sees it at that time, ms. Query `history()`: all events. Query `command(key)`.
 * Query `publication(after)`: what the records are to be told, if they hold the events up to that one.
 */
export const QUERIES = { order: "order", history: "history", command: "command", publication: "publication" } as const;

/** The header of a query that is to be answered from what workflow tasks have handed over, as no other will come: the workflow is closed. */
export const AS_HANDLED = "as-handled";

/** The signal that brings a newer calendar to a running order. */
export const SET_CALENDAR = "set-calendar";
/** The workflow that brings a calendar to every running order. */
export const SPREAD_CALENDAR_WORKFLOW = "spreadCalendar";

/** The activities of the workflow that spreads a calendar. */
export interface CalendarActivities {
  /** A page of running orders, and the token of the next one. */
  runningOrders(token: string | undefined): Promise<{ readonly orderNos: readonly string[]; readonly next: string | undefined }>;
  /** Signals the calendar to each; those that have ended meanwhile are passed over. */
  sendCalendar(orderNos: readonly string[], calendar: Calendar): Promise<void>;
}

/** What is asked of an outside system in one activity. */
export interface Ask {
  readonly orderNo: string;
  readonly effectId: string;
  readonly system: Exclude<OutsideSystem, "messages">;
  readonly ask: string;
  readonly data: Readonly<Record<string, unknown>>;
}
export interface Tell {
  /** Absent in a message that is about no order. */
  readonly orderNo?: string | undefined;
  readonly effectId: string;
  readonly message: Message;
  /** The message system asked for patience until then, ms. */
  readonly notBefore?: Ms | undefined;
}

/** An outcome, and when it was had: ms, by the clock of the worker that asked. */
export interface Dated extends EffectOutcome {
  readonly at?: Ms | undefined;
}

/** A failure that may pass; `notBefore`: until when the message system asked for patience, ms. */
interface TellAgain {
  readonly result: "again";
  readonly detail: string;
  readonly notBefore?: Ms | undefined;
}

/** What became of one message of several. */
export type TellOutcome = { readonly effectId: string } & (TellAgain | Dated);

/** What the records database is told: events in order, and the rows as they are after the last of them. */
export interface Publication {
  readonly order: OrderRow;
  readonly events: readonly OrderEvent[];
  readonly duties: readonly DutyRow[];
  /** The event that they follow on, as the run has it; absent where they are all events, and from older code. */
  readonly follows?: OrderEvent | undefined;
  /** There are more events than go into one answer: the duties come with the last of them. */
  readonly more?: true | undefined;
  /** The Temporal run that answered; absent from older code. */
  readonly runId?: string | undefined;
}

/**
 * What an order tells its own worker, beside its history: that something has happened. The records follow by asking for it once it is
 * committed (`records/projection.ts`).
 */
export interface OrderSinks extends Sinks {
  /** `soon` may wait a little: what changed by answers from outside alone is often followed by more. */
  records: { changed(when: "at-once" | "soon"): void };
}

/** The activities of an order. */
export interface OrderActivities {
  /** Asks, reads the answer. Throws what may pass (Temporal tries again); returns what is settled. */
  askProduction(ask: Ask): Promise<Dated>;
  askWarehouse(ask: Ask): Promise<Dated>;
  askLogistics(ask: Ask): Promise<Dated>;
  /** One try at each message; what may pass is answered `again`. */
  tell(messages: readonly Tell[]): Promise<readonly TellOutcome[]>;
  /** One message until it is settled; throws what may pass, so that Temporal tries again. */
  tellAgain(message: Tell): Promise<TellOutcome>;
  /** Checks a body that did not come through the API: the body as it is read, or every field that is wrong. */
  check(command: string, body: object): Promise<{ readonly body: object } | readonly { path: string; message: string }[]>;
}

export type { DutyRow, OrderRow };
