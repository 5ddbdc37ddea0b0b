import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { closeToOthers } from "../node/private-folder.ts";

/** A Postgres without a server of its own, in a folder; every process reaches it at `url` like any other. */
export interface EmbeddedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** What a socket's path may be long at most, bytes: 103 on macOS, 107 on Linux. */
const LONGEST_PATH = 103;
/** As Postgres calls a socket: clients are told its folder and this number. */
const PORT = 5432;
const NAME = `.s.PGSQL.${PORT}`;
/** How long a server before this one, whose supervisor has gone, may take to end, ms. */
const ENDS_WITHIN = 15_000;

/**
 * Where a database's socket is: in its own folder; where that is too far down, in one beside those of other programs, by the first one's
 * name, so that it is there again after a crash.
 * @throws Error when somebody else has taken that name
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
 * A socket for the database in a folder, free to be listened at: one that a killed server has left is taken away, and one that still
 * answers, as its supervisor has gone just now, is given the time to end. Two servers on one folder would destroy it.
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

/** Messages of the extended query protocol: what they begin ends with `Sync` (PostgreSQL, 55.2.3). */
const PIPELINED = new Set(Buffer.from("PBDECH"));

/**
 * The same database, for a server that lets one connection go on undisturbed only while a transaction is open: a statement with
 * parameters is several messages, and in between them the session is that connection's too. Without this another's statement
 * can come between, and one of them is answered with what the other asked.
 */
function isolateConnections(db: PGlite): PGlite {
  let underWay = false;
  const stepwise: Pick<PGlite, "isInTransaction" | "execProtocolRawStream" | "exec"> = {
    isInTransaction: () => underWay || db.isInTransaction(),
    async execProtocolRawStream(message, options) {
      underWay = PIPELINED.has(message[0] ?? 0);
      await db.execProtocolRawStream(message, options);
    },
    // A connection that broke off in the middle is rolled back.
    exec(query, options) {
      underWay = false;
      return db.exec(query, options);
    },
  };
  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Object.hasOwn(stepwise, name) ? Reflect.get(stepwise, name) : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/**
 * Starts PGlite on a folder, which it makes when there is none. It asks nobody for a password, so it listens on a socket that its
 * user alone can open; on a port of the loopback only where one is named, which is for tests and measurements.
 */
export async function startEmbeddedDatabase(folder: string, port?: number): Promise<EmbeddedDatabase> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const socket = port === undefined ? await socketFor(folder) : undefined;
  const db = await PGlite.create(folder);
  // It gives its files modes of its own, whatever the umask.
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
