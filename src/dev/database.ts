import { join } from "node:path";
import { startEmbeddedDatabase } from "../records/embedded.ts";
import { exit, onStop, settingsOrExit, tellReady } from "../composition/process.ts";

/** The embedded records database as a process of its own, so that a crash of it is not one of the others. */
const settings = settingsOrExit("database");
const folder = join(settings.GENDAN_HOME, "records");
const database = await startEmbeddedDatabase(folder, settings.EMBEDDED_DATABASE_PORT).catch((error: unknown) =>
  exit("database", error instanceof Error ? error.message : String(error)),
);
onStop(() => database.close());
tellReady({ url: database.url });
