import { setTimeout as sleep } from "node:timers/promises";
import { SECOND, type Ms } from "../domain/time.ts";
import type { Publication } from "../contracts/workflow.ts";
import type { Database } from "./database.ts";
import { lastEventOf } from "./read.ts";
import { publish } from "./write.ts";

/**
 * The records follow the orders. A worker that has carried an order on asks the engine for what happened since the records' last event, and
 * writes that: what the engine answers is committed, so nothing is ever recorded that has not been. It costs an order's history nothing,
 * and neither clock nor commands wait for it. What a worker had still to write when it died is found when one starts: {@link Projector.sweep}.
 */
export interface Projector {
  /** Something may have happened to an order that the records do not hold. What is asked for `soon` is asked for with what comes meanwhile. */
  changed(orderNo: string, when?: "at-once" | "soon"): void;
  /**
   * Looks after all these orders, beside those that it hears of: an order that nobody tells of must not
   * wait until all others are quiet.
   * @throws what `orders` throws, when those that it has named have been looked after
   */
  sweep(orders: AsyncGenerator<{ readonly orderNo: string }>): Promise<void>;
  /** Writes what it has heard of, for a while, and ends. What is left is found by whoever starts next. */
  stop(): Promise<void>;
}

/** Where what happened to orders is written, and who says what that is. */
export interface ProjectionSource {
  readonly db: Database;
  /** What the records are to be told of an order when they hold its events up to this one. */
  readonly publication: (orderNo: string, after: number) => Promise<Publication | undefined>;
}

/**
 * Writes what happened to an order since the records' last event.
 * @throws when the order or the records cannot be asked
 */
export async function projectOrder({ db, publication }: ProjectionSource, orderNo: string): Promise<void> {
  for (let more = true; more;) {
    const news = await publication(orderNo, await lastEventOf(db, orderNo));
    if (news) await publish(db, news);
    more = news?.more === true;
  }
}

interface ProjectorOptions extends ProjectionSource {
  /** Told of what could not be done; it is tried again. */
  readonly onError: (orderNo: string, error: unknown) => void;
  /** How long after a failure an order is tried again, ms. */
  readonly again?: Ms;
}

/** Orders under way at a time: those that it hears of, and those that it looks after all the same. */
const [HEARD_AT_ONCE, SWEPT_AT_ONCE] = [8, 4];
/** What `soon` means, ms. */
const SOON = SECOND;
/** How long what is known is still written at the end, ms. */
const LAST = 5 * SECOND;

/** Keeps the records in step with the orders of this worker. */
export function startProjector({ db, publication, onError, again = SECOND }: ProjectorOptions): Projector {
  const owed = new Set<string>();
  const busy = new Set<string>();
  const lanes = new Set<Promise<void>>();
  /** Orders that are asked for later: what did not work, and what may wait. */
  const later = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  function next(): string | undefined {
    for (const orderNo of owed) if (!busy.has(orderNo)) return orderNo;
    return undefined;
  }

  async function look(orderNo: string): Promise<void> {
    busy.add(orderNo);
    try {
      await projectOrder({ db, publication }, orderNo);
    } catch (error) {
      onError(orderNo, error);
      wait(orderNo, again);
    }
    busy.delete(orderNo);
  }

  async function lane(): Promise<void> {
    for (let orderNo = next(); orderNo !== undefined && !stopped; orderNo = next()) {
      owed.delete(orderNo);
      await look(orderNo);
    }
  }

  function wait(orderNo: string, time: Ms): void {
    if (!stopped && !later.has(orderNo))
      later.set(
        orderNo,
        setTimeout(() => changed(orderNo), time),
      );
  }

  function changed(orderNo: string, when: "at-once" | "soon" = "at-once"): void {
    if (stopped) return;
    if (when === "soon") return wait(orderNo, SOON);
    clearTimeout(later.get(orderNo));
    later.delete(orderNo);
    owed.add(orderNo);
    if (lanes.size >= HEARD_AT_ONCE || next() === undefined) return;
    const started = lane().finally(() => lanes.delete(started));
    lanes.add(started);
  }

  return {
    changed,
    async sweep(orders) {
      async function sweeping(): Promise<void> {
        for await (const { orderNo } of orders) {
          if (stopped) return;
          // One that is under way is looked after once more, as it may have been asked before.
          if (busy.has(orderNo)) changed(orderNo);
          else {
            owed.delete(orderNo);
            await look(orderNo);
          }
        }
      }
      const ended = await Promise.allSettled(Array.from({ length: SWEPT_AT_ONCE }, sweeping));
      for (const each of ended) if (each.status === "rejected") throw each.reason;
    },
    async stop() {
      for (const orderNo of later.keys()) changed(orderNo);
      const given = new AbortController();
      const written = async (): Promise<void> => {
        while (lanes.size > 0) await Promise.race(lanes);
      };
      await Promise.race([written(), sleep(LAST, undefined, { signal: given.signal }).catch(() => undefined)]);
      given.abort();
      stopped = true;
      for (const timer of later.values()) clearTimeout(timer);
      await Promise.all(lanes);
    },
  };
}
