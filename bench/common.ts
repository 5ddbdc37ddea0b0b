import { fork, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Role } from "../src/domain/people.ts";
import { freePort, tokenFrom } from "../test/support/gendan.ts";
import { startPostgres } from "../test/support/postgres.ts";

/** What benchmarks share: a folder of their own, Gendan's processes, requests, and tables of figures. */

const project = fileURLToPath(new URL("..", import.meta.url));

/** What a benchmark started: ended in the opposite order, whatever happened. */
export interface Scratch {
  readonly folder: string;
  onEnd(end: () => Promise<void>): void;
}

/** Does `work` in a folder of its own, and ends what it started. */
export async function inScratch(work: (scratch: Scratch) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gendan-bench-"));
  // As root, Postgres runs as another user, who passes through.
  await chmod(folder, 0o711);
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    await work({ folder, onEnd: (end) => void ends.unshift(end) });
  } finally {
    for (const end of ends) await end();
  }
}

/** One of Gendan's processes, as built, with what it tells when it is ready. */
async function startProcess(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; told: unknown }> {
  const child = fork(join(project, "dist", `${name}.js`), {
    cwd: project,
    env: { PATH: process.env["PATH"], TZ: "UTC", LOG_LEVEL: "error", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const told = await new Promise<unknown>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
  });
  return { child, told };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  child.kill("SIGTERM");
  await ended;
}

/** A records database of its own: Postgres, or PGlite as `npm start` has it. */
export async function startRecords(kind: "postgres" | "pglite", { folder, onEnd }: Scratch): Promise<string> {
  if (kind === "postgres") {
    const postgres = await startPostgres(folder);
    onEnd(() => postgres.stop());
    return postgres.url("postgres");
  }
  const { child, told } = await startProcess("dev/database", { GENDAN_HOME: folder });
  onEnd(() => stopProcess(child));
  if (typeof told !== "object" || told === null || !("url" in told)) throw new Error("the database told no address");
  return String(told.url);
}

/** An API on these records, without an engine: lists need none. */
export async function startApi(databaseUrl: string, { folder, onEnd }: Scratch) {
  const port = await freePort();
  const { child } = await startProcess("bin/api", {
    GENDAN_HOME: folder,
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    // Nobody listens there.
    TEMPORAL_ADDRESS: "127.0.0.1:1",
    RATE_LIMIT: "100000000",
    CLOCK_CHECK_EVERY: "PT1H",
    SHUTDOWN_DELAY: "PT0S",
  });
  onEnd(() => stopProcess(child));
  return { port, tokenOf: (id: string, role: Role) => tokenFrom(folder, id, role) };
}

const agent = new Agent({ keepAlive: true });

/** Asks once, on a connection that is kept. */
export function get(port: number, path: string, token: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: "127.0.0.1", port, path, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    asked.once("error", reject);
    asked.end();
  });
}

/** The value below which a part of the others lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? Number.NaN;
}

/** The least, the median and the greatest of a few measurements of the same figure. */
export function spreadOf(values: readonly number[]): string {
  return [Math.min(...values), quantile(values, 0.5), Math.max(...values)].map((value) => value.toFixed(1)).join(" / ");
}

/** Prints a table as Markdown, as it goes into documents. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  process.stdout.write(line(head) + line(head.map(() => "---")) + rows.map(line).join(""));
}

/** What the figures were measured on. */
export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? "processor"}, Node ${process.version}`;
}
