import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { MINUTE, SECOND, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import type { RestoreOrder } from "../application/restore.ts";
import type { ListedRun, OrderListings } from "../temporal/listings.ts";
import { agrees, type Seen } from "./clocks.ts";
import { openOrders, recordedOrders } from "./records.ts";

/**
 * Finds orders that are not over and have no run, and orders of which Temporal and the records differ, and has each restored where needed. A
 * round compares every open order of the records with every running order of Temporal's list, and lists the runs that ended lately. So an order
 * whose run was terminated, reset or deleted, or is missing from a restored backup, is found in the next round, at a bounded cost.
 */
export interface LostOrders {
  /** Compares all orders once. Never throws. */
  round(): Promise<void>;
  /** Whether every order that is not over has a run that continues it. */
  orders(): Seen;
  /** Whether the records agree with Temporal about running orders. */
  records(): Seen;
}

interface LostOrdersOptions {
  readonly listings: OrderListings;
  readonly db: Database;
  readonly restore: RestoreOrder;
  readonly now: () => Ms;
  readonly log: Logger;
  /** Pause between two pages of Temporal's list, ms: a namespace is limited to ten list requests a second. */
  readonly pause?: Ms;
}

/** How far back ended runs are listed, ms: Temporal's lists are behind, and rounds may fail. */
const ENDED_LATELY = 5 * MINUTE;
/** Orders that are examined at once, and how long a round begins to examine more, ms. */
const [LOOKS_AT_ONCE, LOOKING] = [10, 20 * SECOND];
/** Differing orders that are examined in one round: each costs a query. */
const DIFFERING_A_ROUND = 50;

const RUNS: Seen = { runs: true };

/** What Temporal listed of an order that differs, and since when. */
interface Differing {
  readonly said: string;
  readonly since: Ms;
}

export function openLostOrders({ listings, db, restore, now, log, pause = 200 }: LostOrdersOptions): LostOrders {
  /** Orders that are not over and have no run, since when. */
  const silent = new Map<string, Ms>();
  let differing: ReadonlyMap<string, Differing> = new Map();
  /** Ended runs whose order has been examined. */
  let lookedAt: ReadonlySet<string> = new Set();
  let seen = false;

  async function listRunning(): Promise<Map<string, ListedRun>> {
    const all = new Map<string, ListedRun>();
    for (let token: Uint8Array | undefined; ;) {
      const { orders, next } = await listings.runningOrders(token);
      for (const order of orders) all.set(order.orderNo, order);
      if (next === undefined) return all;
      token = next;
      await wait(pause);
    }
  }

  /** Orders that are open by the records and do not run, and running orders that differ from the records. */
  async function compare(): Promise<{ missing: string[]; other: ListedRun[] }> {
    const left = await listRunning();
    const missing: string[] = [];
    const other: ListedRun[] = [];
    for await (const page of openOrders(db)) {
      for (const recorded of page) {
        const order = left.get(recorded.orderNo);
        if (!order) missing.push(recorded.orderNo);
        else if (!agrees(order, recorded)) other.push(order);
        left.delete(recorded.orderNo);
      }
    }
    // These have ended by the records, or the records do not have them.
    const unknown = [...left.values()];
    for (let from = 0; from < unknown.length; from += 1_000) {
      const some = unknown.slice(from, from + 1_000);
      const recorded = await recordedOrders(
        db,
        some.map(({ orderNo }) => orderNo),
      );
      other.push(...some.filter((order) => !agrees(order, recorded.get(order.orderNo))));
    }
    return { missing, other };
  }

  /** Examines orders a few at a time until a time, ms. Returns those that are stuck, failed, or were not reached. */
  async function examine(orderNos: readonly string[], until: Ms): Promise<string[]> {
    const left: string[] = [];
    const waiting = orderNos.values();
    const lane = async (): Promise<void> => {
      for (const orderNo of waiting) {
        if (now() > until) {
          left.push(orderNo);
          continue;
        }
        try {
          if ((await restore(orderNo)) === "stuck") left.push(orderNo);
        } catch (error) {
          left.push(orderNo);
          log.warn(
            { workflowId: orderNo, reason: error instanceof Error ? error.message : "" },
            "an order could not be examined",
          );
        }
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lane));
    return left;
  }

  /** The orders that differ in the same way as in the round before: the others may be a delay of the list or of the records. */
  function keepDiffering(other: readonly ListedRun[], at: Ms): string[] {
    const before = differing;
    differing = new Map(
      other.map(({ orderNo, status, nextDueAt }) => {
        const said = `${status} ${nextDueAt}`;
        const known = before.get(orderNo);
        return [orderNo, known?.said === said ? known : { said, since: at }];
      }),
    );
    return [...differing].filter(([orderNo, { said }]) => before.get(orderNo)?.said === said).map(([orderNo]) => orderNo);
  }

  return {
    async round() {
      const at = now();
      try {
        const ended = await listings.endedRuns(at - ENDED_LATELY);
        const { missing, other } = await compare();
        const fresh = ended.filter(({ runId }) => !lookedAt.has(runId)).map(({ orderNo }) => orderNo);
        const lost = [...new Set([...fresh, ...missing])];
        const left = new Set(await examine(lost, now() + LOOKING));
        for (const orderNo of silent.keys()) if (!left.has(orderNo)) silent.delete(orderNo);
        for (const orderNo of left) if (!silent.has(orderNo)) silent.set(orderNo, at);
        lookedAt = new Set(ended.flatMap(({ orderNo, runId }) => (left.has(orderNo) ? [] : runId)));
        const suspect = keepDiffering(other, at).filter((orderNo) => !left.has(orderNo));
        await examine(suspect.slice(0, DIFFERING_A_ROUND), now() + LOOKING);
        seen = true;
      } catch (error) {
        // The clock of the system that is away tells of it.
        log.debug({ err: error }, "orders could not be compared with the engine");
      }
    },
    orders() {
      if (!seen) return "unseen";
      if (silent.size === 0) return RUNS;
      return { runs: false, why: `${silent.size} open orders are not carried on`, since: Math.min(...silent.values()) };
    },
    records() {
      if (!seen) return "unseen";
      if (differing.size === 0) return RUNS;
      const since = Math.min(...[...differing.values()].map((each) => each.since));
      return { runs: false, why: `${differing.size} running orders are not in the records as they are`, since };
    },
  };
}
