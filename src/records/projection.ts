import { setTimeout as sleep } from "node:timers/promises";
import { SECOND, type Ms } from "../domain/time.ts";
import type { Publication } from "../contracts/workflow.ts";
import type { Database } from "./database.ts";
import { lastEventOf } from "./read.ts";
import { publish } from "./write.ts";

/**
 * Projects orders into the records. When a worker has advanced an order, it queries the engine for the events since the records' last one
 * and writes them. A query is answered from committed state, so nothing uncommitted is recorded; it adds nothing to the order's history,
 * and neither timers nor commands wait for it. What a worker had not written when it died is found by {@link Projector.sweep} when a
 * worker starts.
 */
export interface Projector {
  /** An order may have events that the records do not hold. `soon` waits a moment, to read several changes with one query. */
  changed(orderNo: string, when?: "at-once" | "soon"): void;
  /**
   * Projects all these orders, beside those that `changed` names: they must not wait until no order changes any more.
   * @throws what `orders` throws, after the orders that it has yielded are projected
   */
  sweep(orders: AsyncGenerator<{ readonly orderNo: string }>): Promise<void>;
  /** Writes pending changes for up to five seconds, and ends. The rest is found by the next worker that starts. */
  stop(): Promise<void>;
}

/** Where events are written to, and where they come from. */
export interface ProjectionSource {
  readonly db: Database;
  /** Queries an order for what comes after event `after`; `undefined`: nothing. */
  readonly publication: (orderNo: string, after: number) => Promise<Publication | undefined>;
}

/**
 * Writes the events of an order since the records' last one.
 * @throws when the engine or the records do not answer
 */
export async function projectOrder({ db, publication }: ProjectionSource, orderNo: string): Promise<void> {
  for (let more = true; more;) {
    const news = await publication(orderNo, await lastEventOf(db, orderNo));
    if (news) await publish(db, news);
    more = news?.more === true;
  }
}

interface ProjectorOptions extends ProjectionSource {
  /** Called when an order could not be projected; it is tried again. */
  readonly onError: (orderNo: string, error: unknown) => void;
  /** How long after a failure an order is tried again, ms. */
  readonly again?: Ms;
}

/** Orders projected at the same time: named by `changed`, and by `sweep`. */
const [CHANGED_AT_ONCE, SWEPT_AT_ONCE] = [8, 4];
/** What `soon` means, ms. */
const SOON = SECOND;
/** How long `stop` goes on writing, ms. */
const STOP_WITHIN = 5 * SECOND;

/** Starts projecting the orders of this worker. */
export function startProjector({ db, publication, onError, again = SECOND }: ProjectorOptions): Projector {
  const pending = new Set<string>();
  const inProgress = new Set<string>();
  const lanes = new Set<Promise<void>>();
  /** Orders that wait: failed ones, and those changed `soon`. */
  const delayed = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  function nextPending(): string | undefined {
    for (const orderNo of pending) if (!inProgress.has(orderNo)) return orderNo;
    return undefined;
  }

  async function projectOrRetry(orderNo: string): Promise<void> {
    inProgress.add(orderNo);
    try {
      await projectOrder({ db, publication }, orderNo);
    } catch (error) {
      onError(orderNo, error);
      delay(orderNo, again);
    }
    inProgress.delete(orderNo);
  }

  async function projectPending(): Promise<void> {
    for (let orderNo = nextPending(); orderNo !== undefined && !stopped; orderNo = nextPending()) {
      pending.delete(orderNo);
      await projectOrRetry(orderNo);
    }
  }

  function delay(orderNo: string, time: Ms): void {
    if (!stopped && !delayed.has(orderNo))
      delayed.set(
        orderNo,
        setTimeout(() => changed(orderNo), time),
      );
  }

  function changed(orderNo: string, when: "at-once" | "soon" = "at-once"): void {
    if (stopped) return;
    if (when === "soon") return delay(orderNo, SOON);
    clearTimeout(delayed.get(orderNo));
    delayed.delete(orderNo);
    pending.add(orderNo);
    if (lanes.size >= CHANGED_AT_ONCE || nextPending() === undefined) return;
    const started = projectPending().finally(() => lanes.delete(started));
    lanes.add(started);
  }

  return {
    changed,
    async sweep(orders) {
      async function sweepNext(): Promise<void> {
        for await (const { orderNo } of orders) {
          if (stopped) return;
          // Its query may have been answered before the sweep: project it once more.
          if (inProgress.has(orderNo)) changed(orderNo);
          else {
            pending.delete(orderNo);
            await projectOrRetry(orderNo);
          }
        }
      }
      const ended = await Promise.allSettled(Array.from({ length: SWEPT_AT_ONCE }, sweepNext));
      for (const each of ended) if (each.status === "rejected") throw each.reason;
    },
    async stop() {
      for (const orderNo of delayed.keys()) changed(orderNo);
      const timeout = new AbortController();
      const finishLanes = async (): Promise<void> => {
        while (lanes.size > 0) await Promise.race(lanes);
      };
      await Promise.race([finishLanes(), sleep(STOP_WITHIN, undefined, { signal: timeout.signal }).catch(() => undefined)]);
      timeout.abort();
      stopped = true;
      for (const timer of delayed.values()) clearTimeout(timer);
      await Promise.all(lanes);
    },
  };
}
