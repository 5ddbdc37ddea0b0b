import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "../../src/records/embedded.ts";

/** All connections share one Postgres session: none may see what another has not finished. */

let made: string;
let folder: string;
let embedded: EmbeddedDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-embedded-"));
  // Creating a database takes seconds.
  await (await startEmbeddedDatabase(folder)).close();
  made = `${folder}-made`;
  await cp(folder, made, { recursive: true });
  embedded = await startEmbeddedDatabase(folder);
}, 120_000);
afterAll(async () => {
  await embedded.close();
  for (const one of [folder, made]) await rm(one, { recursive: true });
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

test("a connection that breaks in the middle of a transaction does not block others", async () => {
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

/** The folder of the socket in a database's address. */
const socketIn = (url: string): string => decodeURIComponent(new URL(url).hostname);

async function answersAt(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("select 1 as one");
  await client.end();
  return rows;
}

test("it listens on a socket that only its user can open, and on no port", async () => {
  const { url } = embedded;
  expect(socketIn(url)).toBe(folder);
  const socket = await stat(join(folder, ".s.PGSQL.5432"));
  expect(socket.isSocket()).toBe(true);
  expect(socket.mode & 0o777).toBe(0o600);
  // The user's settings for another Postgres do not count.
  process.env["PGPORT"] = "1";
  try {
    expect(await answersAt(url)).toEqual([{ one: 1 }]);
  } finally {
    delete process.env["PGPORT"];
  }
});

test.each([
  ["with characters that an address has its own use for", "a b%41/库?x=1#y@z:5"],
  ["longer than a socket's path may be", "long/".repeat(30)],
])("a folder %s", async (_name, name) => {
  const home = await mkdtemp(join(tmpdir(), "gendan-embedded-"));
  const where = join(home, name, "records");
  await cp(made, where, { recursive: true });
  // The mode that older versions set.
  await chmod(where, 0o755);
  const first = await startEmbeddedDatabase(where);
  expect(await answersAt(first.url)).toEqual([{ one: 1 }]);
  const at = socketIn(first.url);
  expect((await stat(at)).mode & 0o077).toBe(0);
  await first.close();
  // After a crash the socket is left, and the path is the same.
  await mkdir(at, { recursive: true, mode: 0o700 });
  await writeFile(join(at, ".s.PGSQL.5432"), "");
  const again = await startEmbeddedDatabase(where);
  expect(again.url).toBe(first.url);
  expect(await answersAt(again.url)).toEqual([{ one: 1 }]);
  await again.close();
  expect(await readdir(at).catch(() => [])).not.toContain(".s.PGSQL.5432");
  // Nothing is left in the temporary directory, and a folder of another user is not trusted.
  if (at !== where) {
    await mkdir(at);
    await chmod(at, 0o755);
    await expect(startEmbeddedDatabase(where)).rejects.toThrow(/this user's alone/u);
    await rm(at, { recursive: true });
  }
  await rm(home, { recursive: true });
});

test("it waits for an earlier server that is still ending: two on one folder would destroy the database", async () => {
  const where = await mkdtemp(join(tmpdir(), "gendan-embedded-"));
  await cp(made, where, { recursive: true });
  let asked = (): void => undefined;
  const knocked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const ending = createServer((socket) => {
    socket.destroy();
    asked();
  });
  await new Promise<void>((resolve) => {
    ending.listen(join(where, ".s.PGSQL.5432"), resolve);
  });
  const starting = startEmbeddedDatabase(where);
  await knocked;
  expect(await readdir(where)).not.toContain("postmaster.pid");
  await new Promise((resolve) => {
    ending.close(resolve);
  });
  const started = await starting;
  expect(await answersAt(started.url)).toEqual([{ one: 1 }]);
  await started.close();
  await rm(where, { recursive: true });
});
