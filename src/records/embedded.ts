import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { closeToOthers } from "../node/private-folder.ts";

/** A PGlite database in a folder; processes connect to it at `url` as to any Postgres. */
export interface EmbeddedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** The longest path of a socket, bytes: 103 on macOS, 107 on Linux. */
const LONGEST_PATH = 103;
/** Postgres names a socket by this number; clients are told the folder and the number. */
const PORT = 5432;
const NAME = `.s.PGSQL.${PORT}`;
/** How long an earlier server whose supervisor is gone may take to end, ms. */
const ENDS_WITHIN = 15_000;

/**
 * The folder of a database's socket: its own; where that path is too long for a socket, a folder in the system's temporary directory,
 * named by a hash of the database's path, so that the same one is found again after a crash.
 * @throws Error when another user owns a folder of that name
 */
async function socketFolder(folder: string): Promise<string> {
  const own = resolve(folder);
  if (Buffer.byteLength(join(own, NAME)) <= LONGEST_PATH) return own;
  const short = join(tmpdir(), `gendan-${createHash("sha256").update(own).digest("hex").slice(0, 24)}`);
  await mkdir(short, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  const found = await lstat(short);
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid) || (found.mode & 0o077) !== 0)
    throw new Error(`${short} is not this user's alone, and ${own} is too long a path for a socket; move one of them`);
  return short;
}

/** Whether a server answers at a socket. */
function isAnswering(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}

/**
 * A free socket for the database in a folder. A socket that a killed server left is removed. A server that still answers, because its
 * supervisor has ended a moment ago, is given time to end: two servers on one folder would destroy the database.
 */
async function socketFor(folder: string) {
  const where = await socketFolder(folder);
  const path = join(where, NAME);
  for (const end = Date.now() + ENDS_WITHIN; await isAnswering(path); await wait(50)) {
    if (Date.now() > end) throw new Error(`another server answers at ${path}`);
  }
  await rm(path, { force: true });
  const isElsewhere = where !== resolve(folder);
  return { folder: where, path, remove: async () => (isElsewhere ? rm(where, { recursive: true, force: true }) : undefined) };
}

/** Messages of the extended query protocol, which ends with `Sync` (PostgreSQL documentation, 55.2.3). */
const PIPELINED = new Set(Buffer.from("PBDECH"));

/**
 * The same database, safe for several connections. The socket server lets a connection keep the one session only while a transaction is
 * open. But a statement with parameters is several messages; without this wrapper another connection's statement can come between
 * them, and one of the two gets the other's answer.
 */
function isolateConnections(db: PGlite): PGlite {
  let inPipeline = false;
  const isolated: Pick<PGlite, "isInTransaction" | "execProtocolRawStream" | "exec"> = {
    isInTransaction: () => inPipeline || db.isInTransaction(),
    async execProtocolRawStream(message, options) {
      inPipeline = PIPELINED.has(message[0] ?? 0);
      await db.execProtocolRawStream(message, options);
    },
    // Rolls back what a broken connection has left.
    exec(query, options) {
      inPipeline = false;
      return db.exec(query, options);
    },
  };
  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Object.hasOwn(isolated, name) ? Reflect.get(isolated, name) : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/**
 * Starts PGlite on a folder, and creates the folder if needed. PGlite checks no password, so it listens on a socket that only its user
 * can open. It listens on a loopback port only if one is given, for tests and measurements.
 */
export async function startEmbeddedDatabase(folder: string, port?: number): Promise<EmbeddedDatabase> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const socket = port === undefined ? await socketFor(folder) : undefined;
  const db = await PGlite.create(folder);
  // PGlite sets the modes of its files itself, whatever the umask.
  await closeToOthers(folder);
  const at = socket ? { path: socket.path } : { host: "127.0.0.1", port: port ?? 0 };
  const server = new PGLiteSocketServer({ db: isolateConnections(db), ...at, maxConnections: 100 });
  await server.start();
  if (socket) await chmod(socket.path, 0o600);
  const host = socket ? `${encodeURIComponent(socket.folder)}:${PORT}` : server.getServerConn();
  return {
    url: `postgres://postgres:postgres@${host}/postgres?sslmode=disable`,
    async close() {
      await server.stop();
      await db.close();
      await closeToOthers(folder);
      await socket?.remove();
    },
  };
}
