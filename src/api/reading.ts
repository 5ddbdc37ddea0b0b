import type { FastifyReply } from "fastify";
import { setTimeout as wait } from "node:timers/promises";
import type { OrderEvent } from "../domain/order/events.ts";
import { SECOND } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { eventsOf, lastEventOf } from "../records/read.ts";
import type { Asked } from "../temporal/engine.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { asProblem } from "./plugins/problems.ts";
import { ProblemError } from "./responses/problem.ts";

/** Stands on an answer that the records gave because no worker did. */
const ANSWERED_FROM = "gendan-answered-from";

/** For the description of answers. */
export const MAY_BE_OLDER =
  "With `Gendan-Answered-From: records` no worker answered in time: what was done last may be missing from it";

/** How long an answer waits for its being recorded, ms. */
const RECORDED_WITHIN = SECOND;

/** All events of an order by the records; none while these are away, when the engine alone must know. */
export async function recorded(db: Database, orderNo: string): Promise<readonly OrderEvent[]> {
  return eventsOf(db, orderNo).catch((error: unknown) => {
    if (error instanceof Error && asProblem(error).code === "unavailable") return [];
    throw error;
  });
}

/** A list that is read after an answer shows the change; unless the records are away, or behind. */
export async function recordedSoon(db: Database, orderNo: string, events: readonly OrderEvent[]): Promise<void> {
  const number = events.at(-1)?.number ?? 0;
  const end = performance.now() + RECORDED_WITHIN;
  try {
    for (let pause = 5; (await lastEventOf(db, orderNo)) < number && performance.now() < end; pause = Math.min(100, pause * 2))
      await wait(pause);
  } catch (error) {
    if (!(error instanceof Error && asProblem(error).code === "unavailable")) throw error;
  }
}

/**
 * All events of an order, those among them that a command was answered with: by the records, which are waited for a little, or by the run.
 * An answer carries what it changed only, so that it is never larger than the engine takes.
 * @throws ProblemError `unavailable` when the records are behind and nobody answers: the command is done, and the same key says so
 */
export async function allWith(
  { db, engine }: Pick<ApiDependencies, "db" | "engine">,
  orderNo: string,
  answered: readonly OrderEvent[],
): Promise<readonly OrderEvent[]> {
  await recordedSoon(db, orderNo, answered);
  const known = await recorded(db, orderNo);
  const last = known.at(-1)?.number ?? 0;
  if (last + 1 >= (answered[0]?.number ?? 1)) return [...known, ...answered.filter(({ number }) => number > last)];
  // The command is done: whoever sent it is told so, if it takes a while, and not to send it again.
  const all = await engine.lastRun(orderNo);
  if (all) return all;
  throw new ProblemError("unavailable", { detail: "no-answer", retryAfter: 2 });
}

/**
 * All events of an order by its run; when there is no answer, by its record. A reader is told when the run may be ahead of the record,
 * and is not told of an order that there is none, when only nobody could be asked.
 * @throws ProblemError `not-found`; `unavailable` when nobody answers for an order that the records do not know yet
 */
export async function eitherWay(
  db: Database,
  reply: FastifyReply,
  orderNo: string,
  asked: Asked<readonly OrderEvent[]>,
): Promise<readonly OrderEvent[]> {
  if (typeof asked === "object") return asked;
  const events = await eventsOf(db, orderNo);
  if (events.length === 0)
    throw asked === "no-answer"
      ? new ProblemError("unavailable", { detail: "cannot-be-said", retryAfter: 2 })
      : new ProblemError("not-found", { detail: "no-such-order" });
  if (asked === "no-answer") void reply.header(ANSWERED_FROM, "records");
  return events;
}
