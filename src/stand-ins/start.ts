import { join } from "node:path";
import type { CommandName } from "../domain/order/bodies.ts";
import type { OutsideSystem } from "../domain/order/effects.ts";
import type { Role } from "../domain/people.ts";
import { openJournal } from "./journal.ts";
import type { StandIn } from "./kernel.ts";
import { logistics } from "./logistics.ts";
import { messages } from "./messages.ts";
import { production } from "./production.ts";
import { openReporter } from "./reports.ts";
import { buildStandInServer } from "./server.ts";
import { warehouse } from "./warehouse.ts";

/**
 * How long after an ask each command is reported in `auto` mode, ms. Gendan asks production for the lead time and to begin at the
 * same time, in any order, so `finish-production` must be later than `report-lead-time`.
 */
export type Delays = Partial<Readonly<Record<CommandName, number>>>;

/** One to four and a half seconds, to be watched. Later steps of one ask come later. */
const usualDelays: Delays = {
  "report-lead-time": 1_000,
  "report-progress": 2_000,
  "finish-production": 4_000,
  "answer-amendment": 1_500,
  "check-goods": 1_500,
  "arrange-transport": 1_500,
  dispatch: 1_500,
  "report-tracking": 3_000,
  "report-delivery": 4_500,
  "report-trace": 1_500,
};
const DEFAULT_DELAY = 1_000;

export interface StandInsOptions {
  /** `auto`: they report by themselves; `manual`: only on `POST /control/report`. */
  readonly mode: "auto" | "manual";
  /** The URL of Gendan's API, which need not be up yet. */
  readonly gendanUrl: string | (() => string);
  /** Issues a token of the machine `id` with a department's role. */
  readonly token: (role: Role, id: string) => Promise<string>;
  readonly ports?: Partial<Readonly<Record<OutsideSystem, number>>>;
  /** Factor of all delays: 0.1 is ten times as fast. */
  readonly pace?: number;
  /** Overrides of {@link usualDelays}. */
  readonly delays?: Delays;
  /** Folder of their journals; without it they are in memory only. */
  readonly home?: string;
}

export interface StandIns {
  readonly urls: Readonly<Record<OutsideSystem, string>>;
  readonly close: () => Promise<void>;
}

/**
 * Starts stand-ins of the four outside systems, each an HTTP server of its own.
 * @throws Error which names the system and port that cannot be listened on, or the journal that cannot be read; the others are stopped
 */
export async function startStandIns(options: StandInsOptions): Promise<StandIns> {
  const { mode, gendanUrl, token, ports, home, pace = 1 } = options;
  const delays = { ...usualDelays, ...options.delays };
  const stops: (() => Promise<void>)[] = [];

  async function start(standIn: StandIn): Promise<string> {
    const { system, role } = standIn;
    const journal = openJournal(home === undefined ? undefined : join(home, `${system}.jsonl`));
    const app = buildStandInServer({
      standIn,
      mode,
      journal,
      delay: (command) => (delays[command] ?? DEFAULT_DELAY) * pace,
      reporter: (manner) =>
        openReporter({
          journal,
          mode,
          gendanUrl: () => (typeof gendanUrl === "string" ? gendanUrl : gendanUrl()),
          token: async () => {
            if (role === undefined) throw new Error(`the ${system} stand-in reports nothing`);
            return token(role, `${system}-stand-in`);
          },
          manner,
        }),
    });
    stops.push(() => app.close());
    const port = ports?.[system] ?? 0;
    try {
      return await app.listen({ host: "127.0.0.1", port });
    } catch (cause) {
      const why =
        cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE" ? "is in use" : "cannot be listened on";
      throw new Error(`port ${port} of the ${system} stand-in ${why}`, { cause });
    }
  }
  const close = async (): Promise<void> => {
    await Promise.all(stops.map((stop) => stop()));
  };

  try {
    const urls = {
      production: await start(production),
      warehouse: await start(warehouse),
      logistics: await start(logistics),
      messages: await start(messages),
    };
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}
