import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import type { Metric } from "prom-client";
import { publicationsOf } from "../activities/records.ts";
import type { Database } from "../records/database.ts";
import { projectOrder } from "../records/projection.ts";
import { calendarReader, policyReader } from "../records/versions.ts";
import { beginWith } from "../application/start-argument.ts";
import { openRestoring, type Restoring } from "../application/restore.ts";
import type { Settings } from "../settings.ts";
import { restoredOrders } from "../watch/metrics.ts";

/** How a process opens orders again that are not over and that nothing carries on; `counted`: those that it opened, for Prometheus. */
export function restoringWith(
  client: Client,
  db: Database,
  settings: Settings,
  log: Logger,
): Restoring & { readonly counted: Metric } {
  const counted = restoredOrders();
  const { look } = openRestoring({
    client,
    taskQueue: settings.TASK_QUEUE,
    db,
    begin: beginWith({ policy: policyReader(db, settings.policy), calendar: calendarReader(db) }),
    record: (orderNo) => projectOrder({ db, publication: publicationsOf(client) }, orderNo),
    now: () => Date.now(),
    log,
    restored: (why) => counted.inc({ why }),
  });
  return { look, counted };
}
