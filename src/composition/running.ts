import { Connection } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { dataConverterOf } from "../temporal/codec/codec.ts";
import type { Settings } from "../settings.ts";
import { keysOrExit } from "./keys.ts";
import { openClient } from "../temporal/engine.ts";
import { exit } from "./process.ts";

/** What tools that run beside the service work on: what the settings name, or what `npm start` runs in this home. */
interface Running {
  readonly databaseUrl: string;
  readonly temporalAddress: string | undefined;
  /** Whether `npm start` runs in this home: then its keys are this home's. */
  readonly embedded: boolean;
}

/** Finds the records database, and the engine where one runs; ends with one line when there is no database. */
export async function findRunning(name: string, settings: Settings): Promise<Running> {
  const embedded = await readFile(join(settings.GENDAN_HOME, "run.json"), "utf8").then(
    (text) => z.object({ databaseUrl: z.string(), temporalAddress: z.string() }).parse(JSON.parse(text)),
    () => undefined,
  );
  const databaseUrl = settings.DATABASE_URL ?? embedded?.databaseUrl;
  if (databaseUrl === undefined)
    return exit(name, "DATABASE_URL: no records database is named, and no npm start runs in this home");
  return {
    databaseUrl,
    temporalAddress: settings.TEMPORAL_ADDRESS ?? embedded?.temporalAddress,
    embedded: embedded !== undefined,
  };
}

/** Connects to the engine; ends with one line when it does not answer. A worker must run: it is the worker that remembers. */
export async function connectTo(name: string, settings: Settings, { temporalAddress, embedded }: Running) {
  const dataConverter = dataConverterOf(await keysOrExit(name, settings, embedded));
  const { connectionOptions, namespace = "default" } = loadClientConnectConfig();
  const address = temporalAddress === undefined ? {} : { address: temporalAddress };
  const connection = await Connection.connect({ ...connectionOptions, ...address }).catch((error: unknown) =>
    exit(name, `TEMPORAL_ADDRESS: the engine does not answer (${error instanceof Error ? error.name : "unknown"})`),
  );
  return { connection, client: openClient(connection, namespace, { dataConverter }) };
}
