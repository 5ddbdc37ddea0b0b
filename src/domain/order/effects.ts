import type { Recipient } from "../people.ts";
import type { Ms } from "../time.ts";
import type { Stamp } from "../stamp.ts";

/** Texts for people exist once each, in `src/texts/messages.ts`. */
export const messageNames = [
  "question",
  "special",
  "released",
  "lead-time",
  "delay",
  "goods-refused",
  "made",
  "dispatched",
  "change-outcome",
  "cancelled",
  "finding",
  "refused",
  "rung",
  "run-kept",
  "clock-stopped",
  "order-restored",
  // about no order: the department's routine
  "weekly-summary",
  "inspection",
  "inspection-to-answer",
  "inspection-warning",
  "inspection-overdue",
  "calendar-warning",
  "calendar-overdue",
  "sample",
  // Of no single order: chapter 7.
  "rewards-waiting",
  "rewards-overdue",
  "reward-decided",
] as const;
export type MessageName = (typeof messageNames)[number];

/** What each outside system can be asked (`docs/order.md`, Effects): `POST {base}/{ask}`. */
export const asks = {
  production: ["quote-lead-time", "place", "amend", "rework", "call-off"],
  warehouse: ["expect-goods", "hand-out", "take-back"],
  logistics: ["book", "ship", "trace", "call-off"],
  messages: ["tell"],
} as const;
export type OutsideSystem = keyof typeof asks;

/** What a message is filled with. */
export type MessageParams = Readonly<Record<string, string | number | boolean>>;

/** A message to people: who, which text, and what it is filled with. */
export interface Message {
  readonly to: readonly Recipient[];
  readonly message: MessageName;
  readonly params: MessageParams;
  /** How the customer can be reached, where one of the recipients is the customer. */
  readonly customer?: { readonly name: string; readonly person?: string; readonly phone?: string; readonly email?: string };
}

/** Something to be asked of an outside system. `data` is the body of the request, after `orderNo`. */
export type EffectRequest =
  | { readonly system: "messages"; readonly ask: "tell"; readonly data: Message }
  | {
      readonly [S in Exclude<OutsideSystem, "messages">]: {
        readonly system: S;
        readonly ask: (typeof asks)[S][number];
        readonly data: Readonly<Record<string, unknown>>;
      };
    }[Exclude<OutsideSystem, "messages">];

/** How an outside system's answer is read. */
export interface EffectOutcome {
  /** `refused`: for good. `exhausted`: no answer in all the tries. `unreached`: a message that nobody got. */
  readonly result: "done" | "refused" | "exhausted" | "unreached";
  /** The system's own reference, or its reason. */
  readonly detail?: string | undefined;
  /** For a message: who got it, and who could not be found. */
  readonly reached?: readonly Recipient[] | undefined;
  readonly unreached?: readonly Recipient[] | undefined;
}

/** A request and what became of it, as the order keeps it. */
export type Effect = EffectRequest & {
  /** `{orderNo}-{number of the event}-{system}-{ask}[-{index}]`: sent as `Idempotency-Key`. */
  readonly effectId: string;
  readonly requestedAt: Ms;
  /** The event that asked for it, and the duty where it is about one. */
  readonly eventNumber: number;
  /** The duty that it serves, or else the command that it follows from, with the rule: how it reads for an operator. */
  readonly occasion?: { readonly name: string; readonly rule: string } | undefined;
  readonly about?: string | undefined;
  readonly state: "pending" | "done" | "failed" | "taken_over";
  readonly outcome?: EffectOutcome | undefined;
  /** The event of its failing: since then somebody must take over. */
  readonly failed?: Stamp | undefined;
};
