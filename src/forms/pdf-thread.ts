import { parentPort } from "node:worker_threads";
import type { Form } from "./form.ts";
import { pdfFor } from "./pdf.ts";

/** The thread that makes PDFs: looking through the fonts costs some tenths of a second of work a form. */

export interface Job {
  readonly id: number;
  readonly form: Form;
}
export type Done = { readonly id: number } & ({ readonly pdf: Uint8Array } | { readonly failed: string });

async function done({ id, form }: Job): Promise<Done> {
  try {
    return { id, pdf: await pdfFor(form) };
  } catch (error) {
    return { id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function work(job: Job): Promise<void> {
  const answer = await done(job);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
}

parentPort?.on("message", (job: Job) => void work(job));
