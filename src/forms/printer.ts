import { Worker } from "node:worker_threads";
import type { Form } from "./form.ts";
import type { Done, Job } from "./pdf-thread.ts";

/** Makes PDFs beside the process's own work, one after another, so that nobody's request waits for somebody's form. */
export interface Printer {
  /** The PDF's bytes. @throws Error when it could not be made. */
  print(form: Form): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (pdf: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Opens a printer; its thread begins with the first form, and anew after one that it died of. */
export function openPrinter(): Printer {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let last = 0;

  function lost(dead: Worker, error: Error): void {
    if (thread !== dead) return;
    thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function begin(): Worker {
    const worker = new Worker(new URL("./pdf-thread.mjs", import.meta.url), { execArgv: [] });
    worker.unref();
    worker.on("message", (done: Done) => {
      const one = waiting.get(done.id);
      waiting.delete(done.id);
      if ("pdf" in done) one?.resolve(done.pdf);
      else one?.reject(new Error(`a form could not be printed: ${done.failed}`));
    });
    worker.on("error", (error) => lost(worker, error));
    worker.on("exit", (code) => lost(worker, new Error(`the printing thread ended with ${code}`)));
    return worker;
  }

  return {
    print: (form) =>
      new Promise((resolve, reject) => {
        thread ??= begin();
        const job: Job = { id: ++last, form };
        waiting.set(job.id, { resolve, reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        thread.postMessage(job);
      }),
    async close() {
      await thread?.terminate();
    },
  };
}
