import { defaultPolicy } from "../domain/default-policy.ts";
import { defaultRoutinePolicy } from "../domain/routine/policy.ts";
import { NotAuthenticated } from "../identity/verify.ts";
import { openDatabase, type Database } from "../records/database.ts";
import { buildApp } from "./app.ts";
import type { ApiDependencies } from "./dependencies.ts";

/**
 * The API's parts with nothing behind them.
 * @param fail what becomes of whatever is asked of the engine or of an issuer
 */
export function nothingBehind(db: Database, fail: () => Promise<never>): ApiDependencies {
  return {
    application: {
      commands: {
        send: fail,
        sendOnly: fail,
        report: fail,
        reportIfAllowed: fail,
        reportUnchecked: fail,
        receive: fail,
        reportReceive: fail,
        stateOf: fail,
      },
      orders: { read: fail, salesRep: fail },
      workflows: { inspect: fail, spreadCalendar: fail, renewRewards: fail, tellRewards: fail },
      isEngineReachable: async () => false,
    },
    db,
    verify: fail,
    policy: async () => defaultPolicy,
    routine: defaultRoutinePolicy,
    staff: async () => undefined,
    stopping: () => false,
    clocks: () => ({
      engine: "unchecked",
      worker: "unchecked",
      schedules: "unchecked",
      duties: "unchecked",
      records: "unchecked",
      orders: "unchecked",
    }),
    now: () => 0,
    webhookNetworks: [],
    rateLimit: 1,
  };
}

/** The OpenAPI document as it is committed: derived from the routes, with nothing behind them. */
export async function documentOf(): Promise<string> {
  const db = openDatabase("postgres://127.0.0.1:1/none");
  const nobody = async (): Promise<never> => {
    throw new NotAuthenticated("no requests are served");
  };
  const app = await buildApp(nothingBehind(db, nobody));
  await app.ready();
  const document = `${JSON.stringify(app.swagger(), null, 1)}\n`;
  await app.close();
  await db.destroy();
  return document;
}
