import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "../../src/records/embedded.ts";

/** One Postgres session serves every connection: what one of them is in the middle of must be nobody else's. */

let folder: string;
let embedded: EmbeddedDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-embedded-"));
  embedded = await startEmbeddedDatabase(folder);
}, 120_000);
afterAll(async () => {
  await embedded.close();
  await rm(folder, { recursive: true });
});

async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: embedded.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

test("each of many connections gets its own answers, also while others are in transactions", async () => {
  await connected((client) => client.query("create table counted (n int, turn int)"));
  const wrong: unknown[] = [];
  const one = async (mine: number): Promise<void> =>
    connected(async (client) => {
      for (let turn = 0; turn < 20; turn += 1) {
        if (mine % 2 === 0) {
          await client.query("begin");
          await client.query("insert into counted values ($1, $2)", [mine, turn]);
          await client.query(turn % 4 === 0 ? "rollback" : "commit");
        } else {
          const { rows } = await client.query("select $1::int as mine, $2::int as turn, $3::text as said", [mine, turn, "x"]);
          if (rows[0]?.mine !== mine || rows[0]?.turn !== turn) wrong.push(rows);
        }
      }
    });
  await Promise.all(Array.from({ length: 10 }, (_, mine) => one(mine)));
  expect(wrong).toEqual([]);
  const { rows } = await connected((client) => client.query("select count(*)::int as n from counted"));
  expect(rows).toEqual([{ n: 75 }]);
});

test("a connection that breaks off in the middle holds up nobody", async () => {
  const client = new pg.Client({ connectionString: embedded.url });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin");
  client.query("select $1::int, pg_sleep(0.05)", [1]).catch(() => undefined);
  await new Promise<void>((resolve) => {
    client.once("end", resolve);
    setImmediate(() => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy());
  });
  expect((await connected((other) => other.query("select $1::int as n", [7]))).rows).toEqual([{ n: 7 }]);
});
