import type { Duration } from "./time.ts";

/**
 * The numbers of the regulation. None of them is a constant elsewhere: an order keeps the policy that it started with,
 * as data in its first event. Times are ISO 8601 durations, money is integer fen.
 */
export interface Policy {
  /** R2.3 H: an order of this much is large. */
  readonly largeAmountFen: number;
  /** How long the goods travel, for a forecast while no carrier has said: promise − transit is the planned finish. */
  readonly transitAllowance: Duration;
  /** How long a duty's clock may stop in all, questions included. */
  readonly pauseLimit: Duration;
  readonly ladder: LadderPolicy;
  readonly duties: { readonly [D in DutyName | HouseDutyName]: DutyPolicy };
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

/** Every duty (`docs/order.md`, Duties). */
export const dutyNames = [
  "assign-rep",
  "confirm",
  "enter",
  "acknowledge-special",
  "settle-design",
  "report-lead-time",
  "inform-delivery-date",
  "confirm-final-terms",
  "sign",
  "correct-entry",
  "release",
  "update-progress",
  "finish-production",
  "tell-customer-of-delay",
  "agree-remedy",
  "decide-remedy",
  "confirm-receiving-time",
  "check-goods",
  "rework",
  "arrange-transport",
  "confirm-shipping-data",
  "dispatch",
  "tell-customer-of-shipment",
  "prove-delivery",
  "decide-loss",
  "confirm-receipt",
  "assess-change",
  "answer-change",
  "answer-amendment",
  "tell-change-outcome",
  "decide-cancellation",
  "handle-complaint",
  "remedy-finding",
  "inspect",
  "verify-force-majeure",
  "resolve-discrepancy",
  "take-over",
] as const;
export type DutyName = (typeof dutyNames)[number];

/** Duties of the house and not of an order. */
export const houseDutyNames = ["put-calendar"] as const;
export type HouseDutyName = (typeof houseDutyNames)[number];

function within(time: Duration | undefined, special?: Duration): DutyPolicy {
  return { within: time, special, calendar: "always", pausable: true };
}
function noPause(time: Duration): DutyPolicy {
  return { within: time, calendar: "always", pausable: false };
}

/** More than this, 1.25 MiB, the engine might not take in one message: it is the default, and may be made less. */
export const MOST_ORDER_BYTES = 1_310_720;

/** The regulation's numbers, and the house's where it gives none. `GENDAN_POLICY` is laid over this. */
export const defaultPolicy: Policy = {
  largeAmountFen: 1_000_000,
  transitAllowance: "P3D",
  pauseLimit: "P3D",
  ladder: { warnAt: 0.75, escalateAfter: 0.5, escalateAtLeast: "PT1H", remindEvery: "P1D" },
  duties: {
    "assign-rep": within("PT30M"),
    confirm: within("PT2H"),
    enter: within("PT2H", "PT1H"),
    "acknowledge-special": within("PT1H"),
    "settle-design": within("PT24H"),
    "report-lead-time": within("PT24H", "PT12H"),
    "inform-delivery-date": within("PT2H"),
    "confirm-final-terms": within("PT24H"),
    sign: within("PT4H", "PT2H"),
    "correct-entry": within("PT4H", "PT2H"),
    release: within("PT4H", "PT2H"),
    "update-progress": within("P7D"),
    "finish-production": within(undefined),
    "tell-customer-of-delay": noPause("PT24H"),
    "agree-remedy": within("P3D"),
    "decide-remedy": within("PT24H"),
    "confirm-receiving-time": within("PT24H"),
    "check-goods": within("PT24H"),
    rework: within("P3D"),
    "arrange-transport": within("PT24H"),
    "confirm-shipping-data": within("PT24H"),
    dispatch: within("PT24H"),
    "tell-customer-of-shipment": noPause("PT2H"),
    "prove-delivery": within("P1D"),
    "decide-loss": within("PT24H"),
    "confirm-receipt": within("PT24H"),
    "assess-change": within("PT24H"),
    "answer-change": within("P3D"),
    "answer-amendment": within("PT24H"),
    "tell-change-outcome": noPause("PT24H"),
    "decide-cancellation": within("PT24H"),
    "handle-complaint": within("P2D"),
    "remedy-finding": within("P1D"),
    inspect: within("P7D"),
    "verify-force-majeure": within("P2D"),
    "resolve-discrepancy": within("PT24H"),
    "take-over": within("PT4H"),
    "put-calendar": noPause("P30D"),
  },
  freight: { ordinary: "customer", special: "company" },
  effects: { timeout: "PT10S", retryAfter: "PT1S", retryAtMost: "PT10M", attempts: 20 },
  orderBytes: MOST_ORDER_BYTES,
};

/** What a policy says of a duty; an order that started before there was such a duty takes the default. */
export function dutyPolicyOf({ duties }: Policy, duty: DutyName | HouseDutyName): DutyPolicy {
  const known: { readonly [D in DutyName | HouseDutyName]?: DutyPolicy } = duties;
  return known[duty] ?? defaultPolicy.duties[duty];
}

/** The ladder of a duty: what its own leaves out is the policy's. */
export function ladderOf(policy: Policy, duty: DutyName | HouseDutyName): LadderPolicy {
  const { warnAt, escalateAfter, escalateAtLeast, remindEvery } = dutyPolicyOf(policy, duty).ladder ?? {};
  return {
    warnAt: warnAt ?? policy.ladder.warnAt,
    escalateAfter: escalateAfter ?? policy.ladder.escalateAfter,
    escalateAtLeast: escalateAtLeast ?? policy.ladder.escalateAtLeast,
    remindEvery: remindEvery ?? policy.ladder.remindEvery,
  };
}

/** The time for a duty, or `undefined` where only a known due time counts. */
export function timeFor(policy: Policy, duty: DutyName, special: boolean): Duration | undefined {
  const row = dutyPolicyOf(policy, duty);
  return special && row.special !== undefined ? row.special : row.within;
}
