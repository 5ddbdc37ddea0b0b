import type { Database } from "../records/database.ts";
import type { Ms } from "../domain/time.ts";
import type { Engine } from "../temporal/engine.ts";
import { openCommands, type Commands } from "./commands.ts";
import { openOrderReader, type OrderReader } from "./reading.ts";
import type { RestoreOrder } from "./restore.ts";
import type { MakeStartArgument } from "./start-argument.ts";

/** What the service does, for whoever calls it: the HTTP API, the routine, tools. */
export interface Application {
  readonly commands: Commands;
  readonly orders: OrderReader;
  /** The service's own workflows. */
  readonly workflows: Pick<Engine, "inspect" | "spreadCalendar" | "renewRewards" | "tellRewards">;
  isEngineReachable(): Promise<boolean>;
}

interface ApplicationOptions {
  readonly engine: Engine;
  readonly db: Database;
  readonly makeStartArgument: MakeStartArgument;
  /** Restores an order whose run is lost. */
  readonly restore: RestoreOrder;
  /** The present time, ms. */
  readonly now: () => Ms;
}

export function openApplication(options: ApplicationOptions): Application {
  const { engine } = options;
  return {
    commands: openCommands(options),
    orders: openOrderReader(options),
    workflows: engine,
    isEngineReachable: () => engine.isReachable(),
  };
}
