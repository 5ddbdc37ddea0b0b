import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { MINUTE, SECOND, type Ms } from "../../domain/time.ts";
import type { Form } from "../../forms/form.ts";
import { ProblemError } from "../responses/problem.ts";
import type { Table } from "./spreadsheet.ts";
import type * as thread from "./thread.ts";

/**
 * Makes PDFs and workbooks in threads of their own: looking through fonts and packing a workbook cost tenths of a second to
 * many seconds, which no other request may wait for.
 */
export interface Renderer {
  /** The PDF's bytes. @throws ProblemError `unavailable` when there is too much to do, or no time left */
  pdf(caller: string, form: Form): Promise<Buffer>;
  /** A workbook's bytes, a sheet a table. @throws ProblemError `unavailable` as above */
  xlsx(caller: string, tables: readonly Table[]): Promise<Buffer>;
  close(): Promise<void>;
}

interface RendererOptions {
  /** For one document, waiting included, ms. */
  readonly within?: Ms;
  /** Documents of one caller at once; all but one of them wait. */
  readonly ofCaller?: number;
  /** Callers whose documents wait for a thread. */
  readonly waiting?: number;
}

/** Threads at most: one caller has one at a time, so there is another for others. */
const THREADS = Math.max(2, availableParallelism());
/** Of a thread: a document that needs more is not made, and only its thread ends. */
const MEMORY_MIB = 512;

const busy = () => new ProblemError("unavailable", { detail: "document-waits", retryAfter: 10 });

/** Opens a press; its threads begin with the first document. */
export function openRenderer({ within = 20 * SECOND, ofCaller = 8, waiting = 32 }: RendererOptions = {}): Renderer {
  const pool = new Piscina({
    // In a test this is TypeScript, which a thread has to be taught first.
    filename: new URL(import.meta.url.endsWith(".ts") ? "./thread.mjs" : "./thread.js", import.meta.url).href,
    minThreads: 0,
    maxThreads: THREADS,
    maxQueue: waiting,
    idleTimeout: 5 * MINUTE,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
  });
  /** Of each caller whose documents are being made: how many, and the end of the last one. */
  const turns = new Map<string, { count: number; last: Promise<unknown> }>();

  async function make<N extends keyof typeof thread>(
    name: N,
    task: Parameters<(typeof thread)[N]>[0],
    before: Promise<unknown>,
    signal: AbortSignal,
  ) {
    await before;
    signal.throwIfAborted();
    if (pool.queueSize >= waiting) throw busy();
    const made: Uint8Array = await pool.run(task, { name, signal });
    return Buffer.from(made.buffer, made.byteOffset, made.byteLength);
  }

  async function inTurn<N extends keyof typeof thread>(
    caller: string,
    name: N,
    task: Parameters<(typeof thread)[N]>[0],
  ): Promise<Buffer> {
    const turn = turns.get(caller) ?? { count: 0, last: Promise.resolve() };
    if (turn.count >= ofCaller) throw busy();
    const signal = AbortSignal.timeout(within);
    const making = make(name, task, turn.last, signal);
    turn.count += 1;
    turn.last = making.catch(() => undefined);
    turns.set(caller, turn);
    try {
      return await making;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      throw signal.aborted || code === "ERR_WORKER_OUT_OF_MEMORY" ? busy() : error;
    } finally {
      turn.count -= 1;
      if (turn.count === 0) turns.delete(caller);
    }
  }

  return {
    pdf: async (caller, form) => inTurn(caller, "pdf", form),
    xlsx: async (caller, tables) => inTurn(caller, "xlsx", tables),
    close: async () => pool.destroy(),
  };
}
