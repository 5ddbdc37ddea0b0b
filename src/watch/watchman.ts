import type { Logger } from "pino";
import { iso, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { after, clockNames, missed, unchecked, type ClockName, type Seen, type Standing, type Standings } from "./clocks.ts";
import type { EngineHealth } from "../temporal/health.ts";
import type { LostOrders } from "./lost-orders.ts";
import { untoldDuties } from "./records.ts";

/**
 * The dead-man check of the service's own clocks. It runs in every API process and needs none of the clocks that it checks. Several processes
 * send the same message with the same key, so that people are told once.
 */
export interface Watchman {
  /** Checks every clock once, and tells people of those that have stopped. Never throws. */
  look(): Promise<void>;
  standings(): Standings;
  /** Their states alone, as `/readyz` answers them. */
  states(): { readonly [C in ClockName]: Standing["state"] };
  /** When it last checked, ms. */
  lookedAt(): Ms | undefined;
  /** How long ago the oldest due time passed of which nobody has been told, ms. */
  lag(): Ms;
}

interface WatchmanOptions {
  readonly engine: EngineHealth;
  readonly db: Database;
  /** The last results of the search for lost orders, which has rounds of its own. */
  readonly lost: Pick<LostOrders, "orders" | "records">;
  /** How long a clock may stand before people are told, ms: longer than a restart takes. */
  readonly patience: Ms;
  /** How long a poll of an idle worker lasts, ms. */
  readonly longestPoll?: Ms;
  readonly now: () => Ms;
  readonly log: Logger;
  /** Tells people that a clock has stopped; false: try again. The same key is the same message. */
  readonly tell: (clock: ClockName, key: string) => Promise<boolean>;
}

/** Temporal ends a poll without a task after a minute. */
const LONGEST_POLL = 70_000;
/** People are told again of a stopped clock this often, ms. */
const TELL_EVERY = 4 * 3_600_000;

const RUNS: Seen = { runs: true };

export function openWatchman(options: WatchmanOptions): Watchman {
  const { engine, db, lost, patience, longestPoll = LONGEST_POLL, now, log, tell } = options;
  let standings: Standings = unchecked;
  let lookedAt: Ms | undefined;
  let lag: Ms = 0;
  const told = new Set<string>();

  async function worker(): Promise<Seen> {
    const last = await engine.lastPoll();
    const ago = last === undefined ? Infinity : now() - last;
    if (ago <= longestPoll) return RUNS;
    return {
      runs: false,
      why: last === undefined ? "no worker asks for work" : `no worker has asked for work since ${iso(last)}`,
    };
  }

  async function schedules(): Promise<Seen> {
    const late = (await engine.schedules()).filter((schedule) => missed(schedule, now(), patience));
    return late.length === 0 ? RUNS : { runs: false, why: `did not run: ${late.map(({ id }) => id).join(", ")}` };
  }

  async function duties(): Promise<Seen> {
    const { count, oldest } = await untoldDuties(db, now());
    lag = oldest === undefined ? 0 : now() - oldest;
    if (oldest === undefined) return RUNS;
    return { runs: false, why: `${count} duties are past their due time and nobody has been told`, since: oldest };
  }

  /** A check that fails means that the system that it needs is away. */
  async function attempt(look: () => Promise<Seen>): Promise<Seen | undefined> {
    return look().catch(() => undefined);
  }

  async function lookAt(): Promise<Readonly<Record<ClockName, Seen>>> {
    const [polled, scheduled, due] = await Promise.all([worker, schedules, duties].map(attempt));
    return {
      engine: polled ? RUNS : { runs: false, why: "the engine does not answer" },
      worker: polled ?? "unseen",
      schedules: scheduled ?? "unseen",
      duties: due ?? "unseen",
      records: due ? lost.records() : { runs: false, why: "the records database does not answer" },
      orders: lost.orders(),
    };
  }

  return {
    async look() {
      const seen = await lookAt();
      const before = standings;
      const at = now();
      const stands = (name: ClockName): Standing => after(before[name], seen[name], at, patience);
      standings = {
        engine: stands("engine"),
        worker: stands("worker"),
        schedules: stands("schedules"),
        duties: stands("duties"),
        records: stands("records"),
        orders: stands("orders"),
      };
      lookedAt = at;
      for (const name of clockNames) {
        const { state, why } = standings[name];
        if (state === "stopped" && before[name].state !== "stopped") log.error({ clock: name, why }, "a clock has stopped");
        if (state === "running" && before[name].state === "stopped") log.warn({ clock: name }, "a clock runs again");
        if (state !== "stopped") continue;
        const key = `clock-${name}-${iso(Math.floor(at / TELL_EVERY) * TELL_EVERY)}`;
        if (!told.has(key) && (await tell(name, key).catch(() => false))) told.add(key);
      }
    },
    standings: () => standings,
    states: () => ({
      engine: standings.engine.state,
      worker: standings.worker.state,
      schedules: standings.schedules.state,
      duties: standings.duties.state,
      records: standings.records.state,
      orders: standings.orders.state,
    }),
    lookedAt: () => lookedAt,
    lag: () => lag,
  };
}
