import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { MINUTE, SECOND, type Ms } from "../../domain/time.ts";
import type { Form } from "../../forms/form.ts";
import { ProblemError } from "../responses/problem.ts";
import type { Table } from "./spreadsheet.ts";
import type * as thread from "./thread.ts";

/**
 * Renders PDFs and workbooks in threads: reading fonts and packing a workbook take from tenths of a second to many seconds, which
 * would block the event loop.
 */
export interface Renderer {
  /** Renders a form as PDF. @throws ProblemError `unavailable` when too many documents wait, or the time limit has passed */
  pdf(caller: string, form: Form): Promise<Buffer>;
  /** Renders a workbook with a sheet for each table. @throws ProblemError `unavailable` as above */
  xlsx(caller: string, tables: readonly Table[]): Promise<Buffer>;
  close(): Promise<void>;
}

interface RendererOptions {
  /** Time limit of a document, including waiting, ms. */
  readonly timeout?: Ms;
  /** Documents of one caller, one being rendered and the others waiting. */
  readonly maxPerCaller?: number;
  /** Documents that may wait for a thread. */
  readonly maxQueue?: number;
}

/** Threads at most: each caller uses one at a time, so at least two let another caller in. */
const THREADS = Math.max(2, availableParallelism());
/** Heap limit of a thread; a document that needs more fails, and only its thread ends. */
const THREAD_MEMORY_MIB = 512;

const busy = () => new ProblemError("unavailable", { detail: "document-waits", retryAfter: 10 });

/** Opens a renderer. Its threads start with the first document. */
export function openRenderer({ timeout = 20 * SECOND, maxPerCaller = 8, maxQueue = 32 }: RendererOptions = {}): Renderer {
  const pool = new Piscina({
    // Tests run the TypeScript source, whose thread needs a loader.
    filename: new URL(import.meta.url.endsWith(".ts") ? "./thread.mjs" : "./thread.js", import.meta.url).href,
    minThreads: 0,
    maxThreads: THREADS,
    maxQueue,
    idleTimeout: 5 * MINUTE,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MIB },
  });
  /** By caller: how many documents are waiting or being rendered, and when the last of them settles. */
  const queues = new Map<string, { count: number; last: Promise<unknown> }>();

  async function render<N extends keyof typeof thread>(
    name: N,
    task: Parameters<(typeof thread)[N]>[0],
    previous: Promise<unknown>,
    signal: AbortSignal,
  ) {
    await previous;
    signal.throwIfAborted();
    if (pool.queueSize >= maxQueue) throw busy();
    const bytes: Uint8Array = await pool.run(task, { name, signal });
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async function enqueue<N extends keyof typeof thread>(
    caller: string,
    name: N,
    task: Parameters<(typeof thread)[N]>[0],
  ): Promise<Buffer> {
    const queue = queues.get(caller) ?? { count: 0, last: Promise.resolve() };
    if (queue.count >= maxPerCaller) throw busy();
    const signal = AbortSignal.timeout(timeout);
    const rendering = render(name, task, queue.last, signal);
    queue.count += 1;
    queue.last = rendering.catch(() => undefined);
    queues.set(caller, queue);
    try {
      return await rendering;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      throw signal.aborted || code === "ERR_WORKER_OUT_OF_MEMORY" ? busy() : error;
    } finally {
      queue.count -= 1;
      if (queue.count === 0) queues.delete(caller);
    }
  }

  return {
    pdf: async (caller, form) => enqueue(caller, "pdf", form),
    xlsx: async (caller, tables) => enqueue(caller, "xlsx", tables),
    close: async () => pool.destroy(),
  };
}
