import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "./ports.ts";
import { runServer } from "./server-process.ts";
import { exit, settingsOrExit } from "../composition/process.ts";
import { secretFile } from "../node/secret-file.ts";

/**
 * One of the stack's two Postgres clusters, the records' or the engine's, in the home and on the loopback, with a password made
 * at the first start.
 */

const run = promisify(execFile);
const databases = { database: ["gendan"], "engine-database": ["temporal", "temporal_visibility"] } as const;
const HOST = "127.0.0.1";
const USER = "gendan";
const settings = settingsOrExit("database");
const NAME = settings.STACK_ROLE;
const { GENDAN_HOME: home, EMBEDDED_DATABASE_PORT: wanted } = settings;
const programs = settings.STACK_POSTGRES ?? exit(NAME, "STACK_POSTGRES: is needed");
const folder = join(home, `postgres-${NAME}`);

/** Postgres does not run as root: where we are, it runs as the system's own user for it. */
async function whoRuns(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string): Promise<number> => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes the cluster when there is none. What a first try left half done is made anew: it holds nothing yet. */
async function makeCluster(password: string, owner: { uid?: number; gid?: number }): Promise<void> {
  if (await isThere(join(folder, "gendan-ready"))) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const given = join(home, `postgres.password.${process.pid}`);
  await writeFile(given, password, { mode: 0o600 });
  try {
    if (owner.uid !== undefined && owner.gid !== undefined) {
      await chown(folder, owner.uid, owner.gid);
      await chown(given, owner.uid, owner.gid);
    }
    const options = ["--auth=scram-sha-256", `--pwfile=${given}`, "--encoding=UTF8", "--locale=C.UTF-8"];
    await run(join(programs, "initdb"), [`--pgdata=${folder}`, `--username=${USER}`, ...options], owner);
  } finally {
    await rm(given, { force: true });
  }
  await writeFile(join(folder, "gendan-ready"), "");
}

/** A server whose keeper was killed goes on alone: the home is ours, so it is ours to end. */
async function endLeftOver(owner: { uid?: number; gid?: number }): Promise<void> {
  if (!(await isThere(join(folder, "postmaster.pid")))) return;
  // It fails where the file is all that is left, which Postgres sees by itself.
  await run(join(programs, "pg_ctl"), ["stop", `--pgdata=${folder}`, "--mode=immediate", "--wait"], owner).catch(() => undefined);
}

async function serves(url: string): Promise<Readonly<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: `${url}/postgres`, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    for (const database of databases[NAME]) {
      const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
      if (rowCount === 0) await client.query(`create database ${database}`);
    }
  } finally {
    await client.end();
  }
  return { url: `${url}/${databases[NAME][0]}` };
}

try {
  await mkdir(home, { recursive: true });
  // One password for both clusters, which are made side by side.
  const password = await secretFile(join(home, "postgres.password"), async () => randomBytes(24).toString("base64url"));
  const owner = await whoRuns();
  // Its user has to pass through the home to its folder, and no more than that; nobody else has.
  if (owner.gid !== undefined) {
    await chown(home, 0, owner.gid);
    await chmod(home, 0o710);
  }
  await makeCluster(password, owner);
  await endLeftOver(owner);
  const port = wanted ?? (await freePort(HOST));
  const values = [`listen_addresses=${HOST}`, `port=${port}`, "unix_socket_directories=", "max_connections=200"];
  await runServer({
    name: NAME,
    program: join(programs, "postgres"),
    setting: "STACK_POSTGRES",
    args: ["-D", folder, ...values.flatMap((value) => ["-c", value])],
    options: owner,
    // Its fast shutdown: connections are ended, what was committed is kept.
    stopBy: "SIGINT",
    serves: () => serves(`postgres://${USER}:${password}@${HOST}:${port}`),
  });
} catch (error) {
  exit(NAME, `Postgres in ${folder}: ${error instanceof Error ? error.message : String(error)}`);
}
