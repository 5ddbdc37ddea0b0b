import { spawn, type SpawnOptions } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { exit, onStop, tellReady } from "../composition/process.ts";

/** A program that is not ours, such as the engine, and how a process of ours runs it. */
interface ServerOptions {
  /** The name of the process that runs it. */
  readonly name: string;
  readonly program: string;
  /** The setting that named the program, for whoever has to correct it. */
  readonly setting: string;
  readonly args: readonly string[];
  readonly options?: SpawnOptions;
  readonly stopBy?: NodeJS.Signals;
  /** Tried until it works: then the server serves. What it answers is told to the supervisor. */
  readonly serves: () => Promise<Readonly<Record<string, unknown>>>;
}

/** How long a server may take until it serves, ms: much data on a slow disk. */
const START_LIMIT = 60_000;
/** How long it may take to stop, ms. */
const STOP_LIMIT = 10_000;

/**
 * Runs a server that knows nothing of the supervisor, and ends it when the supervisor is gone, however that went. When it
 * ends by itself, this process ends with the last line that it wrote.
 */
export async function runServer({
  name,
  program,
  setting,
  args,
  options = {},
  stopBy = "SIGTERM",
  serves,
}: ServerOptions): Promise<void> {
  const server = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  let stopping = false;
  server.once("error", (error) => exit(name, `${setting}: ${error.message}`));
  const gone = new Promise<void>((resolve) => {
    server.once("exit", (code, signal) => {
      resolve();
      if (!stopping) exit(name, `${program} ended (${signal ?? code}): ${said.trim().split("\n").at(-1) ?? ""}`);
    });
  });
  onStop(async () => {
    stopping = true;
    server.kill(stopBy);
    const late = setTimeout(() => server.kill("SIGKILL"), STOP_LIMIT);
    await gone;
    clearTimeout(late);
  });
  for (const end = Date.now() + START_LIMIT; ;) {
    try {
      tellReady({ server: server.pid, ...(await serves()) });
      return;
    } catch (error) {
      if (stopping) return;
      if (Date.now() > end) {
        server.kill("SIGKILL");
        exit(name, error instanceof Error ? error.message : String(error));
      }
      await wait(100);
    }
  }
}
