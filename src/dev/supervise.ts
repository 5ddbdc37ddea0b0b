import { fork, type ChildProcess } from "node:child_process";
import { modulePath } from "../node/module-path.ts";

/** The programs that a supervisor starts: the service's own, and those that only `npm start` and `npm run stack` need. */
const programs = {
  api: "../bin/api",
  worker: "../bin/worker",
  "codec-server": "../bin/codec-server",
  engine: "./engine",
  database: "./database",
  "stand-ins": "./stand-ins",
  "stack-engine": "./stack-engine",
  "stack-database": "./stack-database",
} as const;
export type ProgramName = keyof typeof programs;

/** The processes that a supervisor starts. */
export type ProcessName = "engine" | "codec-server" | "engine-database" | "database" | "stand-ins" | "worker" | "api";

/** What a process says when it serves. */
export type Ready = Readonly<Record<string, unknown>>;

/** A process that is kept running. */
export interface Supervised {
  readonly name: ProcessName;
  pid(): number | undefined;
  /** What it said when it first served. */
  readonly ready: Promise<Ready>;
  /** Ends it; kills it when it has not ended after `within` ms. */
  stop(within: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

interface SuperviseOptions {
  readonly program: ProgramName;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Says what happens to it. */
  readonly say: (line: string) => void;
  /** It ended before it ever served; it has said why by itself. */
  readonly onFailure: () => void;
  /** It serves, for the first time or again. */
  readonly onReady: () => void;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;
/** What has run so long, ms, is no process that crashes at its start: the next one is started soon. */
const STEADY = 60_000;

function isReady(message: unknown): message is Ready {
  return typeof message === "object" && message !== null && "ready" in message;
}

function killIfThere(pid: unknown): void {
  if (typeof pid !== "number") return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Runs a program, and again when it ends by itself, later and later. One that never served is given up. */
export function supervise(name: ProcessName, { program, env, say, onFailure, onReady }: SuperviseOptions): Supervised {
  let child: ChildProcess | undefined;
  let stopping = false;
  let served = false;
  let pause = FIRST_PAUSE;
  let again: NodeJS.Timeout | undefined;
  /** A server that the process keeps and that outlives it when it is killed. */
  let kept: unknown;
  let resolveReady: (message: Ready) => void = () => undefined;
  const ready = new Promise<Ready>((resolve) => {
    resolveReady = resolve;
  });

  function start(): void {
    const began = Date.now();
    const started = fork(modulePath(programs[program], import.meta.url), [], {
      env: { ...env, TZ: "UTC" },
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // Out of the terminal's group: a Ctrl-C, or the end of the group, finds a server's keeper still able to end it.
      detached: name === "engine" || name.endsWith("database"),
    });
    child = started;
    started.on("message", (message) => {
      if (!isReady(message)) return;
      served = true;
      kept = message["server"];
      resolveReady(message);
      onReady();
    });
    started.once("exit", (code, signal) => {
      if (stopping) return;
      killIfThere(kept);
      kept = undefined;
      if (!served) return onFailure();
      if (Date.now() - began > STEADY) pause = FIRST_PAUSE;
      say(`${name} ended (${signal ?? code}); starting it again`);
      again = setTimeout(start, pause);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    });
  }
  start();

  const hasEnded = (one: ChildProcess): boolean => one.exitCode !== null || one.signalCode !== null;
  return {
    name,
    pid: () => child?.pid,
    ready,
    async stop(within) {
      stopping = true;
      clearTimeout(again);
      const last = child;
      if (last && !hasEnded(last)) {
        const ended = new Promise<void>((resolve) => {
          last.once("exit", () => resolve());
        });
        last.kill("SIGTERM");
        const timer = setTimeout(() => last.kill("SIGKILL"), within);
        await ended;
        clearTimeout(timer);
        if (last.signalCode === "SIGKILL") killIfThere(kept);
      }
    },
    kill() {
      stopping = true;
      clearTimeout(again);
      child?.kill("SIGKILL");
      killIfThere(kept);
    },
  };
}
