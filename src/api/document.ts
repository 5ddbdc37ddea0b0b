import type { Kysely } from "kysely";
import { defaultCalendar } from "../domain/clock/calendar.ts";
import { defaultPolicy } from "../domain/policy.ts";
import { defaultRoutinePolicy } from "../domain/routine/policy.ts";
import { NotAuthenticated } from "../identity/verify.ts";
import { openDatabase } from "../records/database.ts";
import type { Schema } from "../records/schema.ts";
import { buildApp } from "./app.ts";
import type { Engine } from "./engine.ts";

const nobody = async (): Promise<never> => {
  throw new NotAuthenticated("no requests are served");
};
const engine: Engine = {
  ask: nobody,
  report: nobody,
  order: nobody,
  history: nobody,
  lastRun: nobody,
  state: nobody,
  isReachable: async () => false,
  inspect: nobody,
  spreadCalendar: nobody,
  renewRewards: nobody,
  tellRewards: nobody,
};

/** The OpenAPI document as it is committed: derived from the routes, with nothing behind them. */
export async function documentOf(): Promise<string> {
  const db: Kysely<Schema> = openDatabase("postgres://127.0.0.1:1/none");
  const app = await buildApp({
    engine,
    db,
    verify: nobody,
    policy: async () => defaultPolicy,
    routine: defaultRoutinePolicy,
    calendar: async () => defaultCalendar,
    staff: async () => undefined,
    stopping: () => false,
    clocks: () => ({
      engine: "unchecked",
      worker: "unchecked",
      schedules: "unchecked",
      duties: "unchecked",
      records: "unchecked",
    }),
    now: () => 0,
    webhookNetworks: [],
    rateLimit: 1,
  });
  await app.ready();
  const document = `${JSON.stringify(app.swagger(), null, 1)}\n`;
  await app.close();
  await db.destroy();
  return document;
}
