import type { Without } from "./shapes.ts";
import type { ConfirmationFacts } from "./vocabulary/confirmation.ts";
import type { ProductionFacts } from "./vocabulary/production.ts";
import type { ShippingFacts } from "./vocabulary/shipping.ts";
import type { DelaysFacts } from "./vocabulary/delays.ts";
import type { ForceMajeureFacts } from "./vocabulary/force-majeure.ts";
import type { ChangesFacts } from "./vocabulary/changes.ts";
import type { CancellationFacts } from "./vocabulary/cancellation.ts";
import type { AftercareFacts } from "./vocabulary/aftercare.ts";
import type { InspectionsFacts } from "./vocabulary/inspections.ts";
import type { Stamp } from "../stamp.ts";
import type { Author } from "../people.ts";
import type { Policy } from "../policy.ts";
import type { DutyName } from "./duty.ts";
import type { Duration, Instant, Moment, Ms } from "../time.ts";
import type { Bodies, CommandName } from "./bodies.ts";
import type { EffectOutcome } from "./effects.ts";
import type { RefusalCode, Details } from "./refusals.ts";
import type { Calendar } from "../clock/calendar.ts";
import type { Rung, RungTold } from "../clock/watch.ts";

/**
 * What can have happened to an order: an event's name and what it carries. Past tense, small. A type is never changed,
 * only added, because recorded orders are made of them.
 */
export interface Facts
  extends
    ConfirmationFacts,
    ProductionFacts,
    ShippingFacts,
    DelaysFacts,
    ForceMajeureFacts,
    ChangesFacts,
    CancellationFacts,
    AftercareFacts,
    InspectionsFacts {
  received: Without<Bodies["receive"]> & {
    orderNo: string;
    policy: Policy;
    calendar?: Calendar;
    /** Random, hex: what digests of the order's personal texts are made with. */
    salt?: string;
    /** What its commands are held to, {@link RULES}; absent: 1. A run that is replayed has to decide as it did. */
    rules?: number;
    /** Personal texts of this order were removed from the records, then and by a policy of that period. */
    personalDataRemoved?: { at: Instant; after: Duration };
  };
  "duty-paused": { dutyId: string; awaiting: string; evidence: string };
  "duty-resumed": { dutyId: string; limit?: boolean | undefined };
  "duty-acknowledged": { dutyId: string; promisedAt?: Moment | undefined };
  "rung-told": RungTold & { duty: DutyName };
  "rung-unreached": { dutyId: string; duty: DutyName; rung: Rung; effectId: string };
  "effect-done": { effectId: string; outcome: EffectOutcome };
  "effect-failed": { effectId: string; outcome: EffectOutcome };
  "effect-taken-over": { effectId: string; outcome: "done" | "abandoned" };
  "discrepancy-opened": {
    discrepancyId: string;
    command: CommandName;
    body: object;
    reporter: Author;
    key: string;
    hash: string;
    run: number;
    shipment: number;
    refusal: RefusalCode;
    details: Details;
    /** The body was too large to be kept. */
    cut?: Cut | undefined;
  };
  /** The same report once more, or another one when too many are open: how often it came by now. */
  "discrepancy-repeated": { discrepancyId: string; count: number };
  /** So many reports came by now when there was no more room for them. */
  "reports-not-kept": { count: number };
  "discrepancy-closed": { discrepancyId: string; decision: "accepted" | "apply" | "discard"; reason?: string | undefined };
  "calendar-set": { calendar: Calendar };
  /** Nothing carried the order on, though it was not over: it goes on from its record. */
  "order-restored": { why: Restored };
  /** Somebody asked the engine to cancel the run: an order is called off by its commands, never by that. */
  "run-cancellation-refused": Record<never, never>;
  /** What came and is no command of an order: a calendar that does not hold. */
  "message-refused": { name: string; refusal: RefusalCode; details: Details; sent: Excerpt };
  "report-known": Record<never, never>;
  "command-refused": { body: object; refusal: RefusalCode; details: Details; cut?: Cut | undefined };
}

/**
 * Why an order has to be opened again before it is over: its run was ended from outside (`terminated`, `canceled`), by itself (`failed`)
 * or by the engine (`timed-out`); it was put back to an earlier time (`reset`); the engine knows nothing of the order (`missing`), or
 * less than the records, as when it was restored from a backup (`behind`).
 */
export const restoreReasons = ["terminated", "canceled", "failed", "timed-out", "reset", "missing", "behind"] as const;
export type Restored = (typeof restoreReasons)[number];

/** What stands for a body that is too large to be kept. */
export interface Cut {
  /** Characters of its JSON. */
  readonly length: number;
  readonly digest: string;
}

/** What was sent and could not be taken on, as far as it is kept: the beginning of its JSON, and the length of the whole, characters. */
export interface Excerpt {
  readonly excerpt: string;
  readonly length: number;
}

export type EventName = keyof Facts;

/** An event without who, when and why: what `decide` answers. `at`, `actor`, `command` where they are not those of what was sent. */
export type Fact<E extends EventName = EventName> = {
  [N in E]: {
    readonly event: N;
    readonly data: Facts[N];
    readonly at?: Ms;
    readonly actor?: Author;
    readonly command?: CommandName;
  };
}[E];

/** The format of events that this code writes; it reads this one and all before (`docs/upgrading.md`). */
export const FORMAT = 1;

/**
 * What an order's commands are held to, kept by it from its first event on. 2: what cannot be is refused (impossible days and
 * moments, more given away than the order comes to).
 */
export const RULES = 2;

/** One line of the audit trail. The list of these is the order. */
export type OrderEvent<E extends EventName = EventName> = {
  readonly [N in E]: Stamp & {
    /** The command it followed from; `clock` for what time or an outside answer brought. */
    readonly command: CommandName | "clock";
    readonly event: N;
    readonly data: Facts[N];
    readonly version: typeof FORMAT;
    readonly reason?: string | undefined;
    readonly note?: string | undefined;
    /** The command's idempotency key and the hash of what was sent. */
    readonly key?: string | undefined;
    readonly hash?: string | undefined;
  };
}[E];

/** Whether two are the same event. No text is compared: the records do not take every text, and personal ones are removed some day. */
export function isSameEvent(one: OrderEvent, other: OrderEvent | undefined): boolean {
  return (
    other !== undefined &&
    one.number === other.number &&
    one.event === other.event &&
    one.at === other.at &&
    one.receivedAt === other.receivedAt
  );
}

/** Shorthand for the chapters. */
export function fact<E extends EventName>(event: E, data: Facts[E]): Fact {
  // The signature holds event and data together; a union of all facts cannot say so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { event, data } as Fact;
}
