import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { z } from "zod";
import { runServer } from "./server-process.ts";
import { prepareEmbedded } from "../temporal/namespace.ts";
import { freePort } from "./ports.ts";
import { exit, settingsOrExit } from "../composition/process.ts";

/** The stack's Temporal server on Postgres, as in production: its schemas are set up or updated first. */

const run = promisify(execFile);
const NAME = "engine";
const HOST = "127.0.0.1";
/** Cannot be changed for a database that is there (`docs/operations.md`, Sizing). */
const SHARDS = 4;
const settings = settingsOrExit(NAME);
const needed = (name: string, value: string | undefined): string => value ?? exit(NAME, `${name}: is needed`);
const server = needed("STACK_SERVER", settings.STACK_SERVER);
const sqlTool = needed("STACK_SQL_TOOL", settings.STACK_SQL_TOOL);
const schemas = needed("STACK_SCHEMAS", settings.STACK_SCHEMAS);
const database = new URL(needed("STACK_DATABASE_URL", settings.STACK_DATABASE_URL));
const databases = { temporal: "temporal", visibility: "temporal_visibility" } as const;

/** A new database gets the schema's table of versions, every one the steps that it lacks. */
async function updateSchema(kind: keyof typeof databases): Promise<void> {
  const name = databases[kind];
  const url = new URL(database);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  const { rowCount } = await client.query("select from pg_tables where tablename = 'schema_version'");
  await client.end();
  const where = ["--plugin", "postgres12", "--ep", database.hostname, "--port", database.port, "--user", database.username];
  // The password by the environment: arguments can be read by every user of the machine.
  const env = { ...process.env, SQL_PASSWORD: decodeURIComponent(database.password) };
  const tool = (...args: string[]) => run(sqlTool, [...where, "--database", name, ...args], { env });
  if (rowCount === 0) await tool("setup-schema", "--version", "0.0");
  await tool("update-schema", "--schema-dir", join(schemas, kind, "versioned"));
}

function store(name: string, maxConns: number) {
  const { hostname, port, username, password } = database;
  const connectAddr = `${hostname}:${port}`;
  const credentials = { user: username, password: decodeURIComponent(password) };
  return {
    sql: { pluginName: "postgres12", databaseName: name, connectAddr, connectProtocol: "tcp", ...credentials, maxConns },
  };
}

const folder = join(settings.GENDAN_HOME, "temporal");

/** Kept from start to start: members that come back elsewhere are waited for at their old address for a while. */
async function keptPorts(): Promise<readonly number[]> {
  const path = join(folder, "ports.json");
  const kept = await readFile(path, "utf8").catch(() => undefined);
  if (kept !== undefined) return z.array(z.int()).length(7).parse(JSON.parse(kept));
  const ports: number[] = [];
  while (ports.length < 7) {
    const port = await freePort(HOST);
    if (!ports.includes(port)) ports.push(port);
  }
  await writeFile(path, JSON.stringify(ports));
  return ports;
}

function service(grpcPort: number | undefined, membershipPort: number | undefined) {
  return { rpc: { grpcPort, membershipPort, bindOnIP: HOST } };
}

/** JSON is YAML, which is what the server reads. */
async function configuration(): Promise<string> {
  await mkdir(folder, { recursive: true });
  const [frontend, matching, matchingMembers, history, historyMembers, worker, workerMembers] = await keptPorts();
  const dynamic = join(folder, "dynamic.yaml");
  // The dev server's rate for visibility and its grid of 50 ms are raised as for the embedded one.
  await writeFile(dynamic, JSON.stringify({ "history.transferProcessorMaxPollRPS": [{ value: 1_000 }] }));
  const port = settings.TEMPORAL_PORT;
  const config = {
    log: { stdout: false, level: "error" },
    persistence: {
      defaultStore: "default",
      visibilityStore: "visibility",
      numHistoryShards: SHARDS,
      datastores: { default: store(databases.temporal, 20), visibility: store(databases.visibility, 10) },
    },
    global: { membership: { maxJoinDuration: "30s", broadcastAddress: HOST } },
    services: {
      frontend: service(port, frontend),
      matching: service(matching, matchingMembers),
      history: service(history, historyMembers),
      worker: service(worker, workerMembers),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: "active",
      currentClusterName: "active",
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: "frontend", rpcAddress: `${HOST}:${port}` },
      },
    },
    dcRedirectionPolicy: { policy: "noop" },
    dynamicConfigClient: { filepath: dynamic, pollInterval: "60s" },
  };
  const path = join(folder, "server.yaml");
  // It holds the database's password.
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}

try {
  await updateSchema("temporal");
  await updateSchema("visibility");
  await runServer({
    name: NAME,
    program: server,
    setting: "STACK_SERVER",
    args: ["--config-file", await configuration(), "--allow-no-auth", "start"],
    serves: () => prepareEmbedded(`${HOST}:${settings.TEMPORAL_PORT}`),
  });
} catch (error) {
  exit(NAME, `the Temporal server: ${error instanceof Error ? error.message : String(error)}`);
}
