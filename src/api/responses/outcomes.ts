import type { FastifyReply } from "fastify";
import type { NotCarriedOut, NotDone, ReadOutcome, StartOutcome } from "../../application/outcomes.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { ProblemError, problemOfRefusal } from "./problem.ts";

/** What the application's outcomes are as HTTP problems. */

/** Seconds after which a run that takes no more has continued as new. */
const CROWDED_FOR = 30;
/** Seconds after which an order that could not be restored may have been looked at by people. */
const STUCK_FOR = 60;

/** The problem that a command or a request to Temporal ended in. */
export function problemOfOutcome(outcome: NotCarriedOut | NotDone | { readonly outcome: "unread" | "uncertain" }): ProblemError {
  switch (outcome.outcome) {
    case "refused":
      return problemOfRefusal(outcome.refusal);
    case "not-allowed":
      return new ProblemError("forbidden", { detail: "role-missing" });
    case "key-used":
      return new ProblemError("idempotency-conflict", { detail: "key-used" });
    case "no-such-order":
      return new ProblemError("not-found", { detail: "no-such-order" });
    case "too-large":
      return problemOfRefusal({ refused: "order-full", details: {}, permitted: [] });
    case "no-answer":
    case "unread":
      return new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 });
    case "stuck":
      return new ProblemError("unavailable", { detail: "no-answer", retryAfter: STUCK_FOR });
    case "crowded":
      return new ProblemError("unavailable", { detail: "order-crowded", retryAfter: CROWDED_FOR });
    case "busy":
      return new ProblemError("unavailable", { detail: "order-busy", retryAfter: 1 });
    case "engine-away":
      return new ProblemError("unavailable", { detail: "engine-away", retryAfter: 2 });
    case "uncertain":
      return new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 });
  }
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
