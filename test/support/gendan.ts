import { Client, Connection } from "@temporalio/client";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bringEngine } from "../../scripts/setup/engine.mjs";
import { encryptionCodec } from "../../src/temporal/codec/codec.ts";
import { openLocalKeys } from "../../src/temporal/codec/keys.ts";
import { freePort as freePortOn, LOOPBACK } from "../../src/dev/ports.ts";
import { openLocalIssuer } from "../../src/identity/local-keys.ts";
import type { Role } from "../../src/domain/people.ts";
import { recordHistories } from "./histories.ts";
import { until } from "./until.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Ports that this process has handed out. */
const handedOut = new Set<number>();

/**
 * A port that is free, and stays so until it is used: outside the range from which systems take the ports of outgoing connections, of which
 * tests that run side by side open thousands.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await freePortOn(LOOPBACK);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}

/** What a running `npm start` notes of itself. */
interface Run {
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

function isRun(value: unknown): value is Run {
  return typeof value === "object" && value !== null && "pids" in value && "urls" in value;
}

/** What whoever sends requests has to know of a running service. */
export interface Served {
  readonly url: string;
  /** Addresses: `api`, `docs`, `temporal`, and of the stand-ins `production`, `warehouse`, `logistics`, `messages`. */
  readonly urls: Readonly<Record<string, string>>;
  token(id: string, role: Role, machine?: boolean): Promise<string>;
}

/** A token of the embedded issuer in a home. */
export async function tokenFrom(home: string, id: string, role: Role, machine = false): Promise<string> {
  return (await openLocalIssuer(home)).issueToken({ id, roles: [role], machine, ttl: "PT1H" });
}

/** Keeps what orders went through, for `test/workflows/replay.test.ts`. */
async function record(temporalAddress: string, home: string): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  await recordHistories(new Client({ connection }), encryptionCodec(await openLocalKeys(home)));
  await connection.close();
}

/** The real processes of `npm start`, on free ports and in a home of their own. */
export interface Gendan extends Served {
  readonly home: string;
  /** What it printed so far. */
  output(): string;
  run(): Promise<Run>;
  /** Kills one of its processes, as a crash would: `api`, `worker`, `engine`, `database`, `stand-ins`. */
  crash(name: string): Promise<void>;
  /** Ends it as Ctrl-C does; answers its exit code. The home stays. */
  interrupt(): Promise<number | null>;
  /** Starts it anew in the same home. */
  again(env?: Readonly<Record<string, string>>): Promise<Gendan>;
  /** Ends it and removes its home. */
  end(): Promise<void>;
}

/** `npm start`, or with `GENDAN_STACK=yes` `npm run stack`: the same tests on production's engine and Postgres. */
const script = process.env["GENDAN_STACK"] === "yes" ? "stack.mjs" : "start.mjs";

/** Spawns it and waits until everything is ready. */
export async function startGendan(env: Readonly<Record<string, string>> = {}, home?: string): Promise<Gendan> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), "gendan-test-")));
  const [port, temporalPort, uiPort, codecPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const cli = await bringEngine();
  let output = "";
  const child: ChildProcess = spawn(process.execPath, [join(project, "scripts", script)], {
    cwd: project,
    env: {
      ...process.env,
      TEMPORAL_CLI: cli,
      GENDAN_HOME: folder,
      PORT: String(port),
      TEMPORAL_PORT: String(temporalPort),
      TEMPORAL_UI_PORT: String(uiPort),
      CODEC_PORT: String(codecPort),
      STAND_INS_PACE: "0.2",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });

  const noted = async (): Promise<Run | undefined> => {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`);
    const text = await readFile(join(folder, "run.json"), "utf8").catch(() => "null");
    const run: unknown = JSON.parse(text);
    return isRun(run) && run.pid === child.pid ? run : undefined;
  };
  const first = await until(noted, (run) => run !== undefined, 220_000).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`${String(error)}\n${output}`);
  });
  const run = async (): Promise<Run> => {
    const current = await noted();
    if (!current) throw new Error("no run is noted");
    return current;
  };
  const interrupt = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    return exited;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    home: folder,
    output: () => output,
    run,
    urls: first?.urls ?? {},
    token: (id, role, machine) => tokenFrom(folder, id, role, machine),
    async crash(name) {
      const before = (await run()).pids[name];
      if (before === undefined) throw new Error(`no process ${name}`);
      process.kill(before, "SIGKILL");
      await until(run, ({ pids }) => pids[name] !== before, 30_000);
    },
    interrupt,
    again: (more = {}) => startGendan({ ...env, ...more }, folder),
    async end() {
      if (process.env["RECORD_HISTORIES"] === "yes") await record((await run()).temporalAddress, folder);
      await interrupt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
