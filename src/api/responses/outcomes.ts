import type { FastifyReply } from "fastify";
import type { NotCarriedOut, NotDone, ReadOutcome, StartOutcome } from "../../application/outcomes.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { ProblemError, problemOfRefusal } from "./problem.ts";

/** What the application's outcomes are as HTTP problems. */

/** Seconds after which a run that takes no more has continued as new. */
const CROWDED_FOR = 30;
/** Seconds after which an order that could not be restored may have been looked at by people. */
const STUCK_FOR = 60;

type Outcome = NotCarriedOut | NotDone | { readonly outcome: "unread" | "uncertain" };

const problems: Readonly<Record<Exclude<Outcome["outcome"], "refused">, () => ProblemError>> = {
  "not-allowed": () => new ProblemError("forbidden", { detail: "role-missing" }),
  "key-used": () => new ProblemError("idempotency-conflict", { detail: "key-used" }),
  "no-such-order": () => new ProblemError("not-found", { detail: "no-such-order" }),
  "too-large": () => problemOfRefusal({ refused: "order-full", details: {}, permitted: [] }),
  "no-answer": () => new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 }),
  unread: () => new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 }),
  stuck: () => new ProblemError("unavailable", { detail: "no-answer", retryAfter: STUCK_FOR }),
  crowded: () => new ProblemError("unavailable", { detail: "order-crowded", retryAfter: CROWDED_FOR }),
  busy: () => new ProblemError("unavailable", { detail: "order-busy", retryAfter: 1 }),
  "engine-away": () => new ProblemError("unavailable", { detail: "engine-away", retryAfter: 2 }),
  uncertain: () => new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 }),
};

/** The problem that a command, a question or a start ended in. */
export function problemOfOutcome(outcome: Outcome): ProblemError {
  return outcome.outcome === "refused" ? problemOfRefusal(outcome.refusal) : problems[outcome.outcome]();
}

/** @throws ProblemError unless it was started */
export function requireStarted(outcome: StartOutcome): void {
  if (outcome.outcome !== "started") throw problemOfOutcome(outcome);
}

/** On an answer that the records gave because no worker did. */
const ANSWERED_FROM = "gendan-answered-from";

/** For the description of answers. */
export const MAY_BE_OLDER =
  "With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it";

/**
 * The events of an order that was read; the answer says when they may be older.
 * @throws ProblemError `not-found`; `unavailable` when it cannot be said whether there is such an order
 */
export function requireEvents(reply: FastifyReply, outcome: ReadOutcome): readonly OrderEvent[] {
  if (outcome.outcome !== "read") {
    if (outcome.outcome === "uncertain") throw problemOfOutcome({ outcome: "uncertain" });
    throw problemOfOutcome({ outcome: "no-such-order" });
  }
  if (outcome.mayBeOlder) void reply.header(ANSWERED_FROM, "records");
  return outcome.events;
}
