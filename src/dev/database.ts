import { cpSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { startEmbeddedDatabase } from "../records/embedded.ts";
import { exit, onStop, settingsOrExit, tellReady } from "../composition/process.ts";

/** The embedded records database as a process of its own, so that a crash of it is not one of the others. */

const settings = settingsOrExit("database");
const folder = join(settings.GENDAN_HOME, "records");

/** Gives a new home a copy of an empty database, renamed into place: half a copy would not start. */
async function copyTemplate(template: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0) return;
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  cpSync(template, draft, { recursive: true });
  await rename(draft, folder);
}

if (settings.RECORDS_TEMPLATE !== undefined) await copyTemplate(settings.RECORDS_TEMPLATE);
const database = await startEmbeddedDatabase(folder, settings.EMBEDDED_DATABASE_PORT).catch((error: unknown) =>
  exit("database", error instanceof Error ? error.message : String(error)),
);
onStop(() => database.close());
tellReady({ url: database.url });
