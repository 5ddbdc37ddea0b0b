import type { Stamp } from "../stamp.ts";
import type { Author } from "../people.ts";
import type { DutyName, Policy } from "../policy.ts";
import type { Day, Duration, Instant, Moment, Ms } from "../time.ts";
import type { Bodies, CommandName, Promising, Terms } from "./bodies.ts";
import type { EffectOutcome } from "./effects.ts";
import type { RefusalCode, Details } from "./refusals.ts";
import type { Calendar } from "../clock/calendar.ts";
import type { Rung, RungTold } from "../clock/watch.ts";

type Without<B, K extends PropertyKey> = Omit<B, K | "note">;

/**
 * What can have happened to an order: an event's name and what it carries. Past tense, small. A type is never changed,
 * only added, because recorded orders are made of them.
 */
export interface Facts {
  // chapter 2, R2 and who signs
  received: Without<Bodies["receive"], never> & {
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
  "rep-assigned": { salesRep: string };
  "work-handed-over": { from: string; to: string };
  "work-handed-back": { from: string; to: string };
  "customer-asked": { questionId: string; dutyId: string; question: string; channel: string };
  "answer-recorded": { questionId: string; answer: string };
  confirmed: Without<Bodies["confirm"], never>;
  entered: Without<Bodies["enter"], never>;
  "entry-corrected": Without<Bodies["correct-entry"], never>;
  "special-acknowledged": Record<never, never>;
  /** `days`: said so, and counted from the release. */
  "lead-time-reported": { finishDate: Day; days?: number | undefined };
  "design-settled": { reference: string };
  "delivery-date-informed": Without<Bodies["inform-delivery-date"], never>;
  "final-terms-accepted": Without<Bodies["confirm-final-terms"], "accepted">;
  "final-terms-declined": { why?: string | undefined; channel: string };
  signed: Record<never, never>;
  "signature-refused": { reason: string };
  released: Record<never, never>;
  "release-refused": { reason: string };
  // chapter 3
  "progress-reported": Without<Bodies["report-progress"], never>;
  "progress-updated": Without<Bodies["update-progress"], never>;
  "production-finished": { quantity: number[] };
  "delay-reported": Without<Bodies["report-delay"], never>;
  "delay-opened": { delayId: string; cause: string; forecastArrival: Day; promisedDate: Day };
  "delay-news": { delayId: string; cause: string; forecastArrival: Day };
  "delay-withdrawn": { delayId: string };
  "customer-told-of-delay": Without<Bodies["tell-customer-of-delay"], never> & { delayId: string };
  "remedy-agreed": { delayId: string; newDate: Day } & Promising & Pick<Bodies["tell-customer-of-delay"], "remedy">;
  "remedy-refused": { delayId: string };
  "remedy-decided": { delayId: string; decision: Bodies["decide-remedy"]["decision"]; reason: string };
  "receiving-time-confirmed": Without<Bodies["confirm-receiving-time"], never>;
  // chapter 4
  "goods-accepted": Without<Bodies["check-goods"], never>;
  "goods-refused": Without<Bodies["check-goods"], never>;
  "transport-arranged": Without<Bodies["arrange-transport"], never>;
  "shipping-data-confirmed": Without<Bodies["confirm-shipping-data"], never>;
  dispatched: Without<Bodies["dispatch"], never>;
  "customer-told-of-shipment": { channel: string };
  /** `late`: older than what is known, or of a shipment that is no longer under way. It is kept, and changes nothing. */
  "tracking-reported": Without<Bodies["report-tracking"], never> & { late?: true };
  delivered: Without<Bodies["report-delivery"], never>;
  "trace-reported": Without<Bodies["report-trace"], never>;
  "problem-reported": { kind: string; detail: string; trackingNumber: string };
  "loss-decided": { decision: Bodies["decide-loss"]["decision"]; reason: string };
  "receipt-confirmed": { satisfaction?: number | undefined };
  // R1.3
  "change-requested": Without<Bodies["request-change"], never> & { changeId: string };
  "change-assessed": Without<Bodies["assess-change"], never>;
  "change-accepted": { changeId: string; needsSignature: boolean };
  "change-withdrawn": { changeId: string };
  "change-signed": { changeId: string };
  "change-signature-refused": { changeId: string; reason: string };
  "amendment-answered": { changeId: string; accepted: boolean; reason?: string | undefined; terms?: Terms | undefined };
  "change-outcome-told": { changeId: string; channel: string };
  // R7.4
  "force-majeure-declared": Without<Bodies["declare-force-majeure"], never> & { forceMajeureId: string };
  "force-majeure-verified": { forceMajeureId: string; verified: boolean };
  // cancellation (H)
  "cancellation-requested": { askedBy: string; reason: string };
  "cancellation-refused": { reason: string };
  "cancellation-decided": { reason: string; settlement?: string | undefined };
  cancelled: Record<never, never>;
  // aftercare
  "communication-recorded": Without<Bodies["record-communication"], never>;
  "complaint-recorded": { complaintId: string; about: string };
  "complaint-resolved": Without<Bodies["resolve-complaint"], never>;
  "finding-recorded": Without<Bodies["record-finding"], never> & { findingId: string };
  "finding-remedied": { findingId: string; done: string };
  "inspection-asked": Without<Bodies["ask-inspection"], never>;
  "inspection-answered": { inspectionId: string; result: Bodies["answer-inspection"]["result"] };
  // the clock, and what is asked outside
  "duty-paused": { dutyId: string; awaiting: string; evidence: string };
  "duty-resumed": { dutyId: string; limit?: boolean | undefined };
  "duty-acknowledged": { dutyId: string; promisedAt?: Moment | undefined };
  "rung-told": RungTold;
  "rung-unreached": { dutyId: string; duty: DutyName; rung: Rung; effectId: string };
  "effect-done": { effectId: string; outcome: EffectOutcome };
  "effect-failed": { effectId: string; outcome: EffectOutcome };
  "effect-taken-over": { effectId: string; outcome: "done" | "abandoned" };
  // reports that do not fit
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
