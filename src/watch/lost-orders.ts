import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { MINUTE, SECOND, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import type { RestoreOrder } from "../application/restore.ts";
import type { ListedRun, OrderListings } from "../temporal/listings.ts";
import { agrees, type Seen } from "./clocks.ts";
import { openOrders, recordedOrders } from "./records.ts";

/**
 * Finds orders that nothing carries on though they are not over, and those of which engine and records say different things, and has
 * each looked at. A round holds every order that is open by the records against every order that runs in the engine, and asks beside
 * that which runs were ended lately: so one that was terminated, reset, deleted, or is not in a backup that was restored, is found in the
 * next round, and what a round costs is bounded.
 */
export interface LostOrders {
  /** Looks at all of them once. Never throws. */
  round(): Promise<void>;
  /** Whether every order that is not over is carried on. */
  orders(): Seen;
  /** Whether the records say of running orders what the engine says. */
  records(): Seen;
}

interface LostOrdersOptions {
  readonly listings: OrderListings;
  readonly db: Database;
  readonly restore: RestoreOrder;
  readonly now: () => Ms;
  readonly log: Logger;
  /** Between two pages of the engine's lists, ms: it answers ten a second to everybody together. */
  readonly pause?: Ms;
}

/** Runs that ended so long ago are asked for, ms: the engine's lists are behind, and rounds may be left out. */
const ENDED_LATELY = 5 * MINUTE;
/** Looks under way at a time, and how long a round goes on beginning others, ms. */
const [LOOKS_AT_ONCE, LOOKING] = [10, 20 * SECOND];
/** Of orders of which engine and records differ, so many are looked at in a round: each asks a worker. */
const DIFFERING_A_ROUND = 50;

const RUNS: Seen = { runs: true };

/** Since when something is so, and what the engine said then. */
interface Differing {
  readonly said: string;
  readonly since: Ms;
}

export function openLostOrders({ listings, db, restore, now, log, pause = 200 }: LostOrdersOptions): LostOrders {
  /** Orders that should be carried on and are not, since when. */
  const silent = new Map<string, Ms>();
  let differing: ReadonlyMap<string, Differing> = new Map();
  /** Runs that were ended and have been looked at. */
  let lookedAt: ReadonlySet<string> = new Set();
  let seen = false;

  async function running(): Promise<Map<string, ListedRun>> {
    const all = new Map<string, ListedRun>();
    for (let token: Uint8Array | undefined; ;) {
      const { orders, next } = await listings.runningOrders(token);
      for (const order of orders) all.set(order.orderNo, order);
      if (next === undefined) return all;
      token = next;
      await wait(pause);
    }
  }

  /** Orders that are open by the records and do not run; and those that run otherwise than the records say. */
  async function compare(): Promise<{ missing: string[]; other: ListedRun[] }> {
    const left = await running();
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
    // Nothing is owed in these by the records, or they are not in them at all.
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

  /** Looks at orders a few at a time, as long as there is time; those that it did not come to, or could not look at. */
  async function lookAt(orderNos: readonly string[], until: Ms): Promise<string[]> {
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
            "an order could not be looked at",
          );
        }
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lane));
    return left;
  }

  /** What differs in two rounds is no mere delay of the engine's lists, or of the records. */
  function standing(other: readonly ListedRun[], at: Ms): string[] {
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
        const left = new Set(await lookAt(lost, now() + LOOKING));
        for (const orderNo of silent.keys()) if (!left.has(orderNo)) silent.delete(orderNo);
        for (const orderNo of left) if (!silent.has(orderNo)) silent.set(orderNo, at);
        lookedAt = new Set(ended.flatMap(({ orderNo, runId }) => (left.has(orderNo) ? [] : runId)));
        const suspect = standing(other, at).filter((orderNo) => !left.has(orderNo));
        await lookAt(suspect.slice(0, DIFFERING_A_ROUND), now() + LOOKING);
        seen = true;
      } catch (error) {
        // Whichever is away is said by its own clock.
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
