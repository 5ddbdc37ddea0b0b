/**
 * Why a command is refused. A detail named `field` says which field of the body cannot be right for this order: a person is
 * answered as for any wrong field (422). Stable words that other systems may act on. Their sentences are in `src/texts/refusals.ts`. */
export const refusalCodes = [
  "not-in-stage", // { stage, allowed }
  "wrong-role", // { roles }
  "not-your-order", // {}
  "machine-not-allowed", // {}
  "order-exists", // {}
  "no-such-order", // {}
  "cancelling", // {}
  "own-entry", // {}
  "own-request", // {}
  "special-open", // { open }
  "not-special", // {}
  "not-custom", // {}
  "not-large", // {}
  "custom-needs-final-terms", // {}
  "lead-time-unknown", // {}
  "lead-time-not-asked", // {}
  "design-not-settled", // {}
  "rep-unassigned", // {}
  "same-rep", // {}
  "rep-differs", // { salesRep }
  "no-such-duty", // { id }
  "no-such-question", // { id }
  "no-such-change", // { id }
  "no-such-effect", // { id }
  "no-such-discrepancy", // { id }
  "no-such-complaint", // { id }
  "no-such-finding", // { id }
  "no-such-inspection", // { id }
  "no-such-force-majeure", // { id }
  "duty-not-pausable", // { duty }
  "duty-overdue", // { duty }
  "duty-not-overdue", // { duty }
  "duty-paused", // { duty }
  "duty-not-paused", // { duty }
  "question-holds-duty", // { duty }
  "pause-used-up", // { duty }
  "not-duty-owner", // { duty }
  "not-told", // { duty }
  "wrong-line-count", // { expected, given }
  "more-than-ordered", // { line, ordered, given }
  "receiving-time-missing", // {}
  "transport-missing", // {}
  "transport-exists", // {}
  "shipping-data-missing", // {}
  "shipping-data-exists", // {}
  "dedicated-vehicle-only-special", // {}
  "change-open", // {}
  "cancellation-open", // {}
  "no-cancellation-open", // {}
  "wrong-tracking-number", // { expected, given }
  "already-told", // {}
  "no-open-delay", // {}
  "delay-not-told", // {}
  "remedy-not-refused", // {}
  "remedy-not-possible-now", // { kind }
  "not-in-state", // { state }
  "revision-outdated", // { revision }
  "patch-invalid", // { fields }
  "remedy-above-amount", // { field, valueFen, amountFen }
  "amount-below-discount", // { field, discountFen, amountFen }
  "nothing-changes", // {}
  "date-passed", // { field, date }
  "promise-impossible", // { field, date, earliest }
  "delivered-before-dispatch", // { field, date, dispatched }
  "in-the-future", // { field, date }
  "before-the-order", // { field, date, received }
  "supervisor-decides", // {}
  "not-the-one-named", // {}
  "already-known", // {}
  "late-tracking", // {}
  "calendar-unknown", // { year }; only in records of older code
  "idempotency-conflict", // {}
  "body-invalid", // { fields }
  "order-full", // { needs, left } in KiB
  "report-cut", // {}
  "unverified", // {}
  "no-such-command", // {}
  "our-fault", // {}
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** What a refusal's sentence is filled with. */
export type Details = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A refusal is a value: a stable word and what its sentence needs. */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly details: Details;
}

export function refuse(refused: RefusalCode, details: Details = {}): Refusal {
  return { refused, details };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "refused" in value;
}
