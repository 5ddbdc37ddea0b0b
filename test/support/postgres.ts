import { execFile, spawn } from "node:child_process";
import { chown, mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { bringPostgres } from "../../scripts/setup/stack.mjs";
import { openDatabase } from "../../src/records/database.ts";
import { sql } from "kysely";
import { freePort } from "./gendan.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** A Postgres of a test's own, on the loopback, with its programs. */
export interface PrivatePostgres {
  url(database: string): string;
  /** Runs one of Postgres' programs: `pg_dump`, `pg_restore`, `createdb`. */
  program(name: string, ...args: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Postgres does not run as root: where we are, it runs as the system's own user for it. */
async function owner(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string): Promise<number> => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

/** Makes a cluster in a folder that others may pass through, and starts it. */
export async function startPostgres(folder: string): Promise<PrivatePostgres> {
  // The folder may hold links to some of the programs only: the others are where these lead.
  const programs = dirname(await realpath(join(await bringPostgres(), "postgres")));
  const [who, port] = [await owner(), await freePort()];
  const data = join(folder, "cluster");
  await mkdir(data, { mode: 0o700 });
  if (who.uid !== undefined && who.gid !== undefined) await chown(data, who.uid, who.gid);
  await run(
    join(programs, "initdb"),
    [`--pgdata=${data}`, "--username=gendan", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
    who,
  );
  const values = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "fsync=off"].flatMap((value) => [
    "-c",
    value,
  ]);
  const server = spawn(join(programs, "postgres"), ["-D", data, ...values], { ...who, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
  });
  const url = (database: string): string => `postgres://gendan@127.0.0.1:${port}/${database}?sslmode=disable`;
  const answers = async (): Promise<boolean> => {
    const db = openDatabase(url("postgres"), { max: 1 });
    const up = await sql`select 1`.execute(db).then(
      () => true,
      () => false,
    );
    await db.destroy();
    return up;
  };
  await until(answers, (up) => up, 60_000);
  return {
    url,
    async program(name, ...args) {
      await run(join(programs, name), args);
    },
    async stop() {
      server.kill("SIGINT");
      await ended;
    },
  };
}
