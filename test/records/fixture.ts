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

export async function openRecords(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), "gendan-records-"));
  const embedded = await startEmbeddedDatabase(join(folder, "records"));
  const db = openDatabase(embedded.url);
  await migrate(db);
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
