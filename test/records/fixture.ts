import { PGlite } from "@electric-sql/pglite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { migrate, openDatabase, type Database } from "../../src/records/database.ts";
import { startEmbeddedDatabase } from "../../src/records/embedded.ts";

/** A records database of a test's own. */
export interface Fixture {
  readonly db: Database;
  readonly url: string;
  end(): Promise<void>;
}

let template: ReturnType<PGlite["dumpDataDir"]> | undefined;

/** A database with today's schema and nothing in it. */
async function makeTemplate() {
  const folder = await mkdtemp(join(tmpdir(), "gendan-template-"));
  const embedded = await startEmbeddedDatabase(folder);
  const db = openDatabase(embedded.url);
  await migrate(db);
  await db.destroy();
  await embedded.close();
  const made = await PGlite.create(folder);
  const dump = await made.dumpDataDir("none");
  await made.close();
  await rm(folder, { recursive: true });
  return dump;
}

/** Made from a template: to make a database takes seconds, and is done once a process. */
export async function openRecords(): Promise<Fixture> {
  template ??= makeTemplate();
  const folder = await mkdtemp(join(tmpdir(), "gendan-records-"));
  await (await PGlite.create(folder, { loadDataDir: await template })).close();
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

/** A story's events under another number, with a salt as the API gives one. */
export function salted(events: readonly OrderEvent[], orderNo: string, shift = 0): OrderEvent[] {
  return events.map((event) => {
    const moved = { ...event, at: event.at + shift, receivedAt: event.receivedAt + shift };
    return moved.event === "received" ? { ...moved, data: { ...moved.data, orderNo, salt: SALT } } : moved;
  });
}
