import type { Duration } from "./time.ts";

/**
 * The numbers of the regulation. None of them is a constant elsewhere: an order keeps the policy that it started with,
 * as data in its first event. Times are ISO 8601 durations, money is integer fen.
 */
export interface Policy<D extends string = string> {
  /** R2.3 H: an order of this much is large. */
  readonly largeAmountFen: number;
  /** How long the goods travel, for a forecast while no carrier has said: promise − transit is the planned finish. */
  readonly transitAllowance: Duration;
  /** How long a duty's clock may stop in all, questions included. */
  readonly pauseLimit: Duration;
  readonly ladder: LadderPolicy;
  /** The duties that it knows; one from before there was a duty does not know it. */
  readonly duties: Readonly<Record<D, DutyPolicy>>;
  readonly freight: { readonly ordinary: FreightBearer; readonly special: FreightBearer };
  readonly effects: EffectsPolicy;
  /** How much may be said of an order, bytes of its compressed record at most (`order/weight.ts`); absent in older orders: the default. */
  readonly orderBytes?: number | undefined;
}

type FreightBearer = "company" | "customer";

/** When a duty's people are told, as parts of the duty's time. */
export interface LadderPolicy {
  /** The owner is warned at this part of the time, 0 to 1. */
  readonly warnAt: number;
  /** Management is told this part of the time after it was due … */
  readonly escalateAfter: number;
  /** … but not earlier than this after it was due. */
  readonly escalateAtLeast: Duration;
  /** Then everybody again, this often, until acknowledged. */
  readonly remindEvery: Duration;
}

/** How an outside system is asked. */
export interface EffectsPolicy {
  /** One try. */
  readonly timeout: Duration;
  /** The first wait between two tries; it doubles up to `retryAtMost`. */
  readonly retryAfter: Duration;
  readonly retryAtMost: Duration;
  /** After this many tries a person takes over. */
  readonly attempts: number;
}

export interface DutyPolicy {
  /** The budget; absent where the due time itself is known (planned finish). */
  readonly within?: Duration | undefined;
  /** The budget for a special order. */
  readonly special?: Duration | undefined;
  /** `always` counts around the clock, `working` only the working time of the factory's calendar. */
  readonly calendar: "always" | "working";
  /** Whether its clock may stop while somebody else is awaited. */
  readonly pausable: boolean;
  /** A ladder of its own. */
  readonly ladder?: { readonly [K in keyof LadderPolicy]?: LadderPolicy[K] | undefined } | undefined;
}

/** A duty of so much time, around the clock; its clock may stop while somebody else is awaited. */
export function within(time: Duration | undefined, special?: Duration): DutyPolicy {
  return { within: time, special, calendar: "always", pausable: true };
}
/** A duty of so much time, around the clock, whose clock never stops. */
export function noPause(time: Duration): DutyPolicy {
  return { within: time, calendar: "always", pausable: false };
}

/** More than this, 1.25 MiB, the engine might not take in one message: it is the default, and may be made less. */
export const MOST_ORDER_BYTES = 1_310_720;

/** The ladder of a duty: what its own leaves out is the policy's. */
export function ladderOf(policy: Policy, { ladder = {} }: DutyPolicy): LadderPolicy {
  const { warnAt, escalateAfter, escalateAtLeast, remindEvery } = ladder;
  return {
    warnAt: warnAt ?? policy.ladder.warnAt,
    escalateAfter: escalateAfter ?? policy.ladder.escalateAfter,
    escalateAtLeast: escalateAtLeast ?? policy.ladder.escalateAtLeast,
    remindEvery: remindEvery ?? policy.ladder.remindEvery,
  };
}

/** The time for a duty, or `undefined` where only a known due time counts. */
export function timeFor({ within: time, special: specialTime }: DutyPolicy, special: boolean): Duration | undefined {
  return special && specialTime !== undefined ? specialTime : time;
}
