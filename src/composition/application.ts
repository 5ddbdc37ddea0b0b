import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import type { Metric } from "prom-client";
import { openApplication, type Application } from "../application/application.ts";
import { openRestoring, type RestoreOrder } from "../application/restore.ts";
import { startArgumentsFrom } from "../application/start-argument.ts";
import type { Database } from "../records/database.ts";
import { projectOrder } from "../records/projection.ts";
import { calendarReader, policyReader } from "../records/versions.ts";
import type { Settings } from "../settings.ts";
import { openEngine } from "../temporal/engine.ts";
import { openOrderRuns, queryPublication } from "../temporal/runs.ts";
import { restoredOrders } from "../watch/metrics.ts";

/** What API and worker share: the application on Temporal and the records. */
interface ComposedApplication {
  readonly application: Application;
  readonly restore: RestoreOrder;
  /** Counts the orders that this process has restored, for Prometheus. */
  readonly counted: Metric;
}

export function composeApplication(client: Client, db: Database, settings: Settings, log: Logger): ComposedApplication {
  const { TASK_QUEUE: taskQueue } = settings;
  const counted = restoredOrders();
  const now = (): number => Date.now();
  const makeStartArgument = startArgumentsFrom({ policy: policyReader(db, settings.policy), calendar: calendarReader(db) });
  const restore = openRestoring({
    runs: openOrderRuns(client, taskQueue),
    taskQueue,
    db,
    makeStartArgument,
    record: (orderNo) => projectOrder({ db, publication: (no, after) => queryPublication(client, no, after) }, orderNo),
    now,
    log,
    onRestored: (why) => counted.inc({ why }),
  });
  const application = openApplication({ engine: openEngine(client, { taskQueue }), db, makeStartArgument, restore, now });
  return { application, restore, counted };
}
