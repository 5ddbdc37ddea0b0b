import { Connection } from "@temporalio/client";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { buildApp } from "../api/app.ts";
import { openClient } from "../temporal/engine.ts";
import { openOrderListings } from "../temporal/listings.ts";
import { dataConverterOf } from "../temporal/codec/codec.ts";
import { createVerifier } from "../identity/verify.ts";
import { openDatabase } from "../records/database.ts";
import { policyReader, staffReader } from "../records/versions.ts";
import { routineNames } from "../domain/routine/policy.ts";
import { ms } from "../domain/time.ts";
import { openEngineHealth } from "../temporal/health.ts";
import { openLostOrders } from "../watch/lost-orders.ts";
import { clockMetrics } from "../watch/metrics.ts";
import { tellOfClock } from "../watch/tell.ts";
import { openWatchman } from "../watch/watchman.ts";
import { engineAddressOrExit } from "../composition/engine-address.ts";
import { keysOrExit } from "../composition/keys.ts";
import { exit, onStop, openLog, settingsOrExit, tellReady } from "../composition/process.ts";
import { composeApplication } from "../composition/application.ts";
import { openTracing } from "../composition/tracing.ts";
import { whyNot } from "../dev/ports.ts";
import { trustOrExit } from "../composition/trust.ts";

/** `npm run api`: the HTTP API, any number of it. */

const settings = settingsOrExit("api");
const supervised = process.connected;
const { DATABASE_URL: databaseUrl, HOST: host, PORT: port } = settings;
if (databaseUrl === undefined) exit("api", "DATABASE_URL: is needed; the records database must be named");
const log = openLog("api", settings.LOG_LEVEL ?? "info");
const { connectionOptions, namespace } = engineAddressOrExit("api", settings);
const dataConverter = dataConverterOf(await keysOrExit("api", settings));
const trust = await trustOrExit("api", settings);

// Neither is connected to before it is needed: the API starts, and says 503, while they are away.
const tracing = await openTracing("api", settings.OTEL_EXPORTER_OTLP_ENDPOINT);
const connection = Connection.lazy(connectionOptions);
const db = openDatabase(databaseUrl, { onError: ({ message }) => log.warn({ reason: message }, "a database connection broke") });
const staff = staffReader(db, settings.staff);
const { MESSAGES_URL: messagesUrl, TASK_QUEUE: taskQueue } = settings;
const now = (): number => Date.now();
const client = openClient(connection, namespace, { dataConverter, plugins: tracing ? [tracing.engine] : [] });
const { application, restore, counted } = composeApplication(client, db, settings, log);
const lost = openLostOrders({ listings: openOrderListings(client, taskQueue), db, restore, now, log });
const watchman = openWatchman({
  engine: openEngineHealth(client, taskQueue, routineNames),
  db,
  lost,
  patience: ms(settings.CLOCK_STOPPED_AFTER),
  now,
  log,
  // Without a message system it shows in `/readyz`, in the metrics and in the log.
  tell: messagesUrl === undefined ? async () => true : tellOfClock({ url: messagesUrl, staff }),
});
let stopping = false;
const app = await buildApp({
  application,
  db,
  verify: createVerifier(trust),
  policy: policyReader(db, settings.policy),
  routine: settings.routine,
  staff,
  company: settings.GENDAN_COMPANY,
  clocks: () => watchman.states(),
  stopping: () => stopping,
  now,
  logger: log,
  tracing: tracing?.requests,
  webhookNetworks: settings.WEBHOOK_NETWORKS,
  trustedProxies: settings.TRUSTED_PROXIES,
  rateLimit: settings.RATE_LIMIT,
  atOnce: settings.REQUESTS_AT_ONCE,
});

clockMetrics(app.metrics, watchman, now);
app.metrics.registerMetric(counted);

/** One after another, again and again; what takes long holds up nothing else. */
const stopped = new AbortController();
async function untilStopped(work: () => Promise<void>): Promise<void> {
  const pause = ms(settings.CLOCK_CHECK_EVERY);
  while (!stopped.signal.aborted) {
    await wait(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
    if (!stopped.signal.aborted) await work();
  }
}
const watching = Promise.all([untilStopped(() => watchman.look()), untilStopped(() => lost.round())]);

/** Answers that are still being made: at the stop each says that its connection ends, or a kept one would hold up the end. */
const answering = new Set<ServerResponse>();
app.server.on("request", (_request, response: ServerResponse) => {
  answering.add(response);
  response.once("close", () => answering.delete(response));
});
onStop(async (why) => {
  // Said first, and served on for a while: whoever balances sends nothing here any more when the door is closed.
  stopping = true;
  log.info({ why }, "stopping: not ready any more");
  // A supervisor's own API has nobody who balances.
  if (!supervised) await wait(ms(settings.SHUTDOWN_DELAY));
  log.info("stopping: no new requests");
  for (const response of answering) if (!response.headersSent) response.setHeader("connection", "close");
  stopped.abort();
  await Promise.all([app.close(), watching]);
  await Promise.all([connection.close(), db.destroy(), tracing?.close()]);
});
await app
  .listen({ port, host })
  .catch(async (error: unknown) => exit("api", `PORT: ${(await whyNot(host, port)) ?? String(error)}`));
tellReady();
