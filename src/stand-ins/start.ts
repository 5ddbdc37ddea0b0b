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
import { standInServer } from "./server.ts";
import { warehouse } from "./warehouse.ts";

/**
 * How long after an ask each command is reported in `auto`, ms. Gendan asks production how long it needs and to begin at
 * the same time, in any order: `finish-production` has to leave time for the answer to the first.
 */
export type Delays = Partial<Readonly<Record<CommandName, number>>>;

/** One to four seconds: fast enough to watch, slow enough to see. Later steps of one ask come later. */
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
const OTHERWISE = 1_000;

export interface StandInsOptions {
  /** `auto`: they carry orders on by themselves; `manual`: they report only when told to. */
  readonly mode: "auto" | "manual";
  /** Where Gendan's API is, or will be. */
  readonly gendanUrl: string | (() => string);
  /** A token of a machine `id` that carries a department's role. */
  readonly token: (role: Role, id: string) => Promise<string>;
  readonly ports?: Partial<Readonly<Record<OutsideSystem, number>>>;
  /** All delays times this: 0.1 is ten times as fast. */
  readonly pace?: number;
  /** Laid over {@link usualDelays}. */
  readonly delays?: Delays;
  /** Folder for what they remember; without it they remember until they are closed. */
  readonly home?: string;
}

export interface StandIns {
  readonly urls: Readonly<Record<OutsideSystem, string>>;
  readonly close: () => Promise<void>;
}

/**
 * Starts stand-ins of the four outside systems, each an HTTP server of its own.
 * @throws Error that names system and port when one is in use (the others are stopped), or a memory that can't be read.
 */
export async function startStandIns(options: StandInsOptions): Promise<StandIns> {
  const { mode, gendanUrl, token, ports, home, pace = 1 } = options;
  const delays = { ...usualDelays, ...options.delays };
  const stops: (() => Promise<void>)[] = [];

  async function start(standIn: StandIn): Promise<string> {
    const { system, role } = standIn;
    const journal = openJournal(home === undefined ? undefined : join(home, `${system}.jsonl`));
    const app = standInServer({
      standIn,
      mode,
      journal,
      delay: (command) => (delays[command] ?? OTHERWISE) * pace,
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
      const why = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE" ? "is in use" : "can't be listened on";
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
