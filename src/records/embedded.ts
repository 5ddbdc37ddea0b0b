import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { createServer } from "node:net";

/** A Postgres without a server of its own, in a folder; every process reaches it at `url` like any other. */
export interface EmbeddedDatabase {
  readonly url: string;
  close(): Promise<void>;
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === "object") resolve(address.port);
        else reject(new Error("no free port"));
      });
    });
  });
}

/** Messages of the extended query protocol: what they begin ends with `Sync` (PostgreSQL, 55.2.3). */
const PIPELINED = new Set(Buffer.from("PBDECH"));

/**
 * The same database, for a server that lets one connection go on undisturbed only while a transaction is open: a statement with
 * parameters is several messages, and in between them the session is that connection's too. Without this another's statement
 * can come between, and one of them is answered with what the other asked.
 */
function undisturbed(db: PGlite): PGlite {
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

/** Starts PGlite on a folder, which it makes when there is none; on any free port unless one is named. */
export async function startEmbeddedDatabase(folder: string, port?: number): Promise<EmbeddedDatabase> {
  const host = "127.0.0.1";
  const db = await PGlite.create(folder);
  const listensOn = port ?? (await freePort(host));
  const server = new PGLiteSocketServer({ db: undisturbed(db), host, port: listensOn, maxConnections: 100 });
  await server.start();
  return {
    url: `postgres://postgres:postgres@${host}:${listensOn}/postgres?sslmode=disable`,
    async close() {
      await server.stop();
      await db.close();
    },
  };
}
