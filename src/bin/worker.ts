import type { Client } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { collectDefaultMetrics, Registry } from "prom-client";
import { calendarActivities } from "../activities/calendar.ts";
import { checkActivities } from "../activities/check.ts";
import { carrierRecords, logisticsActivities } from "../activities/logistics.ts";
import { messagesActivities } from "../activities/messages.ts";
import { productionActivities } from "../activities/production.ts";
import { refuseResetRuns } from "../activities/reset-runs.ts";
import { followOrders } from "../activities/records.ts";
import { rewardsActivities } from "../activities/rewards.ts";
import { routineActivities } from "../activities/routine.ts";
import { warehouseActivities } from "../activities/warehouse.ts";
import { dataConverterOf } from "../temporal/codec/codec.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import type { RewardsActivities } from "../contracts/workflow-rewards.ts";
import type { RoutinePolicy } from "../domain/routine/policy.ts";
import { MINUTE } from "../domain/time.ts";
import { migrate, openDatabase } from "../records/database.ts";
import { calendarReader, readRoutinePolicy, staffReader } from "../records/versions.ts";
import { DivergentRunError } from "../records/write.ts";
import { startDeliveries } from "../webhooks/deliver.ts";
import { engineAddressOrExit } from "../composition/engine-address.ts";
import { keysOrExit } from "../composition/keys.ts";
import { noLookAhead } from "../temporal/no-look-ahead.ts";
import { openTracing } from "../composition/tracing.ts";
import { workflowBundlePath } from "../composition/workflow-bundle.ts";
import { LOOPBACK, urlOf, whyNot } from "../dev/ports.ts";
import { probeServer } from "../composition/probes.ts";
import { exit, onStop, openLog, settingsOrExit, tellReady } from "../composition/process.ts";
import { composeApplication } from "../composition/application.ts";
import { openClient } from "../temporal/engine.ts";
import { listHeldOrders } from "../temporal/listings.ts";
import { ensureSchedules } from "../temporal/schedules.ts";
import { ensureSearchAttributes } from "../temporal/search-attributes.ts";

/** `npm run worker`: runs workflows and activities, any number of it. */

const settings = settingsOrExit("worker");
const log = openLog("worker", settings.LOG_LEVEL ?? "info");
const needed = (name: string, value: string | undefined): string => value ?? exit("worker", `${name}: is needed`);
const databaseUrl = needed("DATABASE_URL", settings.DATABASE_URL);
const production = needed("PRODUCTION_URL", settings.PRODUCTION_URL);
const warehouse = needed("WAREHOUSE_URL", settings.WAREHOUSE_URL);
const logistics = needed("LOGISTICS_URL", settings.LOGISTICS_URL);
const messages = needed("MESSAGES_URL", settings.MESSAGES_URL);
const { HOST, WORKER_PORT: port = 3001, WORKER_METRICS_PORT: metricsPort } = settings;
// A supervisor's own worker is asked by nobody but this machine, wherever the API listens.
const embedded = process.connected;
const host = embedded ? LOOPBACK : HOST;
const address = engineAddressOrExit("worker", settings);
const dataConverter = dataConverterOf(await keysOrExit("worker", settings));

const levels = { TRACE: "trace", DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;
const metrics = metricsPort === undefined ? {} : { metrics: { prometheus: { bindAddress: `${host}:${metricsPort}` } } };
Runtime.install({
  logger: new DefaultLogger("INFO", ({ level, message, meta }) => {
    const { workflowId, runId, activityType, attempt } = meta ?? {};
    log[levels[level]]({ workflowId, runId, activityType, attempt }, message);
  }),
  telemetryOptions: { ...metrics, logging: { filter: { core: "WARN", other: "WARN" }, forward: {} } },
  // Signals are this process's own matter.
  shutdownSignals: [],
});

let worker: Worker | undefined;
let stopping = false;
const stopped = new AbortController();
const isReady = (): boolean => !stopping && worker?.getState() === "RUNNING";

const registry = new Registry();
collectDefaultMetrics({ register: registry });
const probes = probeServer({ isReady, registry, embedded });

const tracing = await openTracing("worker", settings.OTEL_EXPORTER_OTLP_ENDPOINT);
const db = openDatabase(databaseUrl, { onError: ({ message }) => log.warn({ reason: message }, "a database connection broke") });

const staff = staffReader(db, settings.staff);

/** Tries until it works or the process is stopped, later and later; `undefined` when it was stopped. */
async function untilDone<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  for (let pause = 200; !stopping; pause = Math.min(5_000, pause * 2)) {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error }, `${what}; trying again`);
      await wait(pause);
    }
  }
  return undefined;
}

/** The schema is brought up to date before anything is written; the clock does not wait for it. */
async function prepareRecords(): Promise<void> {
  const own = openDatabase(databaseUrl, { max: 1, statementTimeout: 0 });
  await untilDone("the records database cannot be prepared", () => migrate(own));
  await own.destroy();
}

/** Without its search attributes no order gets on; where this account may not add them, somebody else has to have. */
async function prepareEngine(connection: NativeConnection): Promise<void> {
  await ensureSearchAttributes(connection.operatorService, address.namespace).catch((error: unknown) => {
    log.warn({ err: error }, "search attributes could not be looked up or added; add them if they are not there");
  });
}

/** The schedules follow the policy that management puts, within a minute. */
async function keepSchedules(client: Client): Promise<void> {
  await recordsPrepared;
  let made: RoutinePolicy | undefined;
  while (!stopping) {
    await untilDone("the schedules cannot be made", async () => {
      const policy = await readRoutinePolicy(db, settings.routine);
      if (isDeepStrictEqual(policy, made)) return;
      await ensureSchedules(client, policy, settings.TASK_QUEUE);
      made = policy;
    });
    await wait(MINUTE, undefined, { signal: stopped.signal }).catch(() => undefined);
  }
}

/** Polls until the process is told to stop; then finishes what runs. */
async function work(url: string, activities: OrderActivities & RewardsActivities): Promise<void> {
  const connection = await untilDone("the engine is away", () => NativeConnection.connect(address.connectionOptions));
  if (!connection) return;
  await prepareEngine(connection);
  const client = openClient(connection, address.namespace, { dataConverter });
  const { application, restore, counted } = composeApplication(client, db, settings, log);
  registry.registerMetric(counted);
  const { projector, sinks } = followOrders({
    db,
    client,
    onError: (orderNo, error) => {
      log.warn({ workflowId: orderNo, reason: error instanceof Error ? error.message : "" }, "not recorded yet; trying again");
      if (error instanceof DivergentRunError)
        restore(orderNo).catch((err: unknown) => log.warn({ workflowId: orderNo, err }, "an order could not be restored"));
    },
  });
  const created = await untilDone("the worker cannot be made", () =>
    Worker.create({
      connection,
      namespace: address.namespace,
      taskQueue: settings.TASK_QUEUE,
      dataConverter,
      workflowBundle: { codePath: workflowBundlePath(tracing !== undefined) },
      activities: {
        ...activities,
        ...calendarActivities(client),
        ...routineActivities({
          db,
          reportCommand: (orderNo, command) => application.commands.reportUnchecked(orderNo, command),
          policy: settings.policy,
          calendar: calendarReader(db),
          carrierRecord: carrierRecords(logistics),
          tell: activities.tellAgain,
        }),
      },
      sinks,
      interceptors: { activity: [refuseResetRuns(client, restore)] },
      plugins: [noLookAhead, ...(tracing ? [tracing.engine] : [])],
      maxCachedWorkflows: settings.WORKER_CACHE,
      shutdownGraceTime: 10_000,
      shutdownForceTime: 25_000,
    }),
  );
  if (created && !stopping) {
    worker = created;
    const running = created.run();
    tellReady({ url });
    log.info({ taskQueue: settings.TASK_QUEUE }, "working");
    // Orders do not wait for the schedules.
    tasks.push(keepSchedules(client));
    tasks.push(
      recordsPrepared.then(() =>
        untilDone("the records were not compared with the engine", () => projector.sweep(listHeldOrders(client))),
      ),
    );
    await running;
    await projector.stop();
  }
  await connection.close();
}

const recordsPrepared = prepareRecords();
const delivering = recordsPrepared.then(() =>
  startDeliveries({
    db,
    networks: settings.WEBHOOK_NETWORKS,
    onError: (error) => log.warn({ reason: error instanceof Error ? error.message : "" }, "webhooks are not sent; trying again"),
  }),
);
const tasks: Promise<unknown>[] = [recordsPrepared];
onStop(async (why) => {
  log.info({ why }, "stopping: finishing what runs");
  stopping = true;
  stopped.abort();
  if (worker?.getState() === "RUNNING") worker.shutdown();
  // One that never worked, as the engine is away, has nothing to finish.
  if (worker !== undefined) await Promise.all(tasks);
  await delivering.then((one) => one.stop());
  await Promise.all([probes.close(), db.destroy(), tracing?.close()]);
});

await probes
  .listen({ port, host })
  .catch(async (error: unknown) => exit("worker", `WORKER_PORT: ${(await whyNot(host, port)) ?? String(error)}`));
const bound = probes.server.address();
const listening = typeof bound === "object" && bound ? bound.port : port;

tasks.push(
  work(urlOf(host, listening), {
    ...productionActivities({ url: production }),
    ...warehouseActivities({ url: warehouse }),
    ...logisticsActivities({ url: logistics }),
    ...messagesActivities({ url: messages, staff }),
    ...rewardsActivities({
      db,
      policy: async () => (await readRoutinePolicy(db, settings.routine)).rewards,
      staff,
      now: () => Date.now(),
    }),
    ...checkActivities(staff),
  }),
);
await Promise.all(tasks);
