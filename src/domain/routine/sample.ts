import type { SamplePolicy } from "./policy.ts";

/**
 * The monthly sample (R6.1), drawn so that anyone can draw it again from the recorded seed: weighted, without replacement
 * (Efraimidis and Spirakis 2006, in the form of exponential lots).
 *
 * 1. For every candidate: `d` = SHA-256 of `{seed}:{orderNo}` in hex; `n` = its first 13 digits as a number (52 bits);
 *    `u` = (n + 1) / (2^52 + 1).
 * 2. lot = -ln(u) / weight.
 * 3. The sample is those with the smallest lots; of equal ones the smaller order number.
 *
 * A lot depends on its own order only, so the draw needs no list of all of them at once, in no particular order.
 */
export interface Lot {
  readonly orderNo: string;
  readonly weight: number;
  readonly lot: number;
}

const SPACE = 2 ** 52;

/** How much likelier an order is drawn than an ordinary one without a complaint: factors multiply. */
export function weightOf(
  { weights }: SamplePolicy,
  { large, complained }: { readonly large: boolean; readonly complained: boolean },
): number {
  return (large ? weights.large : 1) * (complained ? weights.complained : 1);
}

/** The lot of one order. `digest` is the SHA-256 in hex of `{seed}:{orderNo}`. */
export function lotOf(orderNo: string, weight: number, digest: string): Lot {
  const share = (Number.parseInt(digest.slice(0, 13), 16) + 1) / (SPACE + 1);
  return { orderNo, weight, lot: -Math.log(share) / weight };
}

/** How many are drawn of so many: a share of them, within bounds, never more than there are. */
export function sizeOf({ share, atLeast, atMost }: SamplePolicy, candidates: number): number {
  return Math.min(candidates, atMost, Math.max(atLeast, Math.ceil(candidates * share)));
}

/** The `size` best of some lots, best first. */
export function best(lots: readonly Lot[], size: number): readonly Lot[] {
  return lots.toSorted((a, b) => a.lot - b.lot || (a.orderNo < b.orderNo ? -1 : 1)).slice(0, size);
}
