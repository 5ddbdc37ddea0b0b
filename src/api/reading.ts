import type { FastifyReply } from "fastify";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Database } from "../records/database.ts";
import { eventsOf } from "../records/read.ts";
import type { Asked } from "./engine.ts";
import { ProblemError } from "./problem.ts";

/** Stands on an answer that the records gave because no worker did. */
const ANSWERED_FROM = "gendan-answered-from";

/** For the description of answers. */
export const MAY_BE_OLDER =
  "With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it";

/**
 * What an order's run answered; when there is no answer, what its record says. A reader is told when the run may be ahead of the record,
 * and is not told of an order that there is none, when only nobody could be asked.
 * @throws ProblemError `not-found`; `unavailable` when nobody answers for an order that the records do not know yet
 */
export async function eitherWay<T extends object>(
  db: Database,
  reply: FastifyReply,
  orderNo: string,
  asked: Asked<T>,
  recorded: (events: readonly OrderEvent[]) => T,
): Promise<T> {
  if (typeof asked === "object") return asked;
  const events = await eventsOf(db, orderNo);
  if (events.length === 0)
    throw asked === "no-answer"
      ? new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 })
      : new ProblemError("not-found", { detail: "no-such-order" });
  if (asked === "no-answer") void reply.header(ANSWERED_FROM, "records");
  return recorded(events);
}
