import { setTimeout as wait } from "node:timers/promises";
import { replay } from "../domain/order/evolve.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { SECOND } from "../domain/time.ts";
import { isDatabaseUnreachable, type Database } from "../records/database.ts";
import { eventsOf, lastEventOf } from "../records/read.ts";
import type { Engine } from "../temporal/engine.ts";
import type { QueryOutcome } from "../temporal/outcomes.ts";
import type { ReadOutcome, SendOutcome } from "./outcomes.ts";

/** Reads orders: by their runs, or by the records. */
export interface OrderReader {
  /**
   * All events of an order, by its open run; by the records when it has none, or no worker answers.
   * @throws the database's error when the records are needed and away
   */
  read(orderNo: string): Promise<ReadOutcome>;
  /** The representative of an order by its last run, read without a worker; absent while it has none. */
  salesRep(orderNo: string): Promise<QueryOutcome<string | undefined>>;
}

interface ReaderOptions {
  readonly engine: Pick<Engine, "history" | "salesRep">;
  readonly db: Database;
}

/** How long an answer waits until the records show what it tells, ms. */
const RECORDED_WITHIN = SECOND;

/** All recorded events of an order; none while the records are away. */
export async function recordedEvents(db: Database, orderNo: string): Promise<readonly OrderEvent[]> {
  return eventsOf(db, orderNo).catch((error: unknown) => {
    if (isDatabaseUnreachable(error)) return [];
    throw error;
  });
}

/**
 * Waits a little until the records have these events, so that a list that is read after an answer shows the change. Does not wait while the
 * records are away.
 */
export async function waitUntilRecorded(db: Database, orderNo: string, events: readonly OrderEvent[]): Promise<void> {
  const number = events.at(-1)?.number ?? 0;
  const end = performance.now() + RECORDED_WITHIN;
  try {
    for (let pause = 5; (await lastEventOf(db, orderNo)) < number && performance.now() < end; pause = Math.min(100, pause * 2))
      await wait(pause);
  } catch (error) {
    if (!isDatabaseUnreachable(error)) throw error;
  }
}

/**
 * Completes the answer to a command with the order after it. An answer carries only the events that the command made, so that it is never
 * larger than Temporal takes; those before it are read from the records, or from the run when the records are behind.
 */
export async function completeAnswer(
  { engine, db }: { readonly engine: Pick<Engine, "lastRunHistory">; readonly db: Database },
  orderNo: string,
  events: readonly OrderEvent[],
): Promise<SendOutcome> {
  await waitUntilRecorded(db, orderNo, events);
  const recorded = await recordedEvents(db, orderNo);
  const last = recorded.at(-1)?.number ?? 0;
  if (last + 1 >= (events[0]?.number ?? 1)) {
    const all = [...recorded, ...events.filter(({ number }) => number > last)];
    return { outcome: "answered", events, order: replay(all) };
  }
  const run = await engine.lastRunHistory(orderNo);
  if (run.outcome === "answered") return { outcome: "answered", events, order: replay(run.answer) };
  return run.outcome === "no-run" ? { outcome: "unread" } : run;
}

export function openOrderReader({ engine, db }: ReaderOptions): OrderReader {
  return {
    async read(orderNo) {
      const run = await engine.history(orderNo);
      if (run.outcome === "answered") return { outcome: "read", events: run.answer, mayBeOlder: false };
      const events = await eventsOf(db, orderNo);
      // Without an open run an order changes no more, so the records are up to date with it.
      const mayBeOlder = run.outcome !== "no-run";
      if (events.length > 0) return { outcome: "read", events, mayBeOlder };
      return { outcome: mayBeOlder ? "uncertain" : "no-such-order" };
    },
    salesRep: (orderNo) => engine.salesRep(orderNo),
  };
}
