import { createHash } from "node:crypto";
import { cpSync, existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "../../scripts/setup/cache.mjs";
import { bringRecordsTemplate } from "../../scripts/setup/records-template.mjs";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { migrate, openDatabase, type Database } from "../../src/records/database.ts";
import { startEmbeddedDatabase } from "../../src/records/embedded.ts";

/** A records database for one test file. */
export interface Fixture {
  readonly db: Database;
  readonly url: string;
  end(): Promise<void>;
}

const [project, source] = [new URL("../../", import.meta.url), new URL("../../src/records/", import.meta.url)];

/** The sources of the schema, as one text. */
async function schemaState(): Promise<string> {
  const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".ts")).toSorted();
  const hash = createHash("sha256");
  for (const name of names) hash.update(await readFile(new URL(name, source)));
  return hash.digest("hex").slice(0, 16);
}

/** A folder with an empty database of today's schema. Kept between runs: creating one takes seconds. */
async function schemaTemplate(): Promise<string> {
  const kept = fileURLToPath(new URL("node_modules/.cache/gendan/", project));
  const folder = join(kept, `records-${await schemaState()}`);
  if (existsSync(folder)) return folder;
  return alone(join(kept, "records.lock"), "making a records database", async () => {
    if (existsSync(folder)) return folder;
    for (const old of await readdir(kept)) if (old.startsWith("records-")) await rm(join(kept, old), { recursive: true });
    const draft = `${folder}.draft`;
    const empty = await bringRecordsTemplate();
    if (empty !== undefined) cpSync(empty, draft, { recursive: true });
    const embedded = await startEmbeddedDatabase(draft);
    const db = openDatabase(embedded.url);
    await migrate(db);
    await db.destroy();
    await embedded.close();
    await rename(draft, folder);
    return folder;
  });
}
let template: Promise<string> | undefined;

export async function openRecords(): Promise<Fixture> {
  template ??= schemaTemplate();
  const folder = await mkdtemp(join(tmpdir(), "gendan-records-"));
  cpSync(await template, folder, { recursive: true });
  const embedded = await startEmbeddedDatabase(folder);
  const db = openDatabase(embedded.url);
  return {
    db,
    url: embedded.url,
    async end() {
      await db.destroy();
      await embedded.close();
      await rm(folder, { recursive: true });
    },
  };
}

export const SALT = "00112233445566778899aabbccddeeff";

/** Events under another order number and `shift` ms later, with a salt as the API adds one. */
export function salted(events: readonly OrderEvent[], orderNo: string, shift = 0): OrderEvent[] {
  return events.map((event) => {
    const moved = { ...event, at: event.at + shift, receivedAt: event.receivedAt + shift };
    return moved.event === "received" ? { ...moved, data: { ...moved.data, orderNo, salt: SALT } } : moved;
  });
}
