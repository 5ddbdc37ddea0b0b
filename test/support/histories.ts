import type { Client } from "@temporalio/client";
import type { PayloadCodec } from "@temporalio/common";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { access, writeFile } from "node:fs/promises";
import { z } from "zod";
import { ORDER_WORKFLOW } from "../../src/contracts/workflow.ts";

const payloadJson = z.strictObject({ metadata: z.record(z.string(), z.string()), data: z.string().optional() });
const bytes = (base64: string): Uint8Array => Buffer.from(base64, "base64");
const text = (value: Uint8Array | null | undefined): string => Buffer.from(value ?? []).toString("base64");

/** A history in JSON with all its payloads in clear, each with who is proved to have sent it: a replay has no keys. */
async function inClear(value: unknown, codec: PayloadCodec, workflowId: string): Promise<unknown> {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((each: unknown) => inClear(each, codec, workflowId)));
  const payload = payloadJson.safeParse(value);
  if (!payload.success) {
    const fields = Object.entries(value).map(async ([name, each]) => [name, await inClear(each, codec, workflowId)] as const);
    return Object.fromEntries(await Promise.all(fields));
  }
  const { metadata, data = "" } = payload.data;
  const named = Object.entries(metadata).map(([name, each]) => [name, bytes(each)] as const);
  const [plain] = await codec.decode([{ metadata: Object.fromEntries(named), data: bytes(data) }], {
    type: "workflow",
    namespace: "default",
    workflowId,
  });
  return {
    metadata: Object.fromEntries(Object.entries(plain?.metadata ?? {}).map(([name, each]) => [name, text(each)])),
    data: text(plain?.data),
  };
}

/** The file of an order's run; the first is 1. */
const fileOf = (orderNo: string, run: number): URL =>
  new URL(`../histories/${orderNo}${run === 1 ? "" : `-run-${run}`}.json`, import.meta.url);

/** Orders that an engine holds, of those that a scenario numbers itself (A-1), and of which no history is kept. */
export async function unrecorded(client: Client): Promise<string[]> {
  const without = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `WorkflowType="${ORDER_WORKFLOW}"` }))
    if (/^[A-Z]-\d+$/u.test(workflowId)) await access(fileOf(workflowId, 1)).catch(() => without.add(workflowId));
  return [...without].toSorted();
}

/**
 * Keeps the history of every run of an order that an engine holds, for `test/workflows/replay.test.ts`: with
 * `RECORD_HISTORIES=yes` the tests that run orders do so at their end. Of those that are recorded, commit what is new.
 */
export async function recordHistories(client: Client, codec?: PayloadCodec): Promise<void> {
  const runs = new Map<string, number>();
  for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowType="${ORDER_WORKFLOW}"` })) {
    const run = (runs.get(workflowId) ?? 0) + 1;
    runs.set(workflowId, run);
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const recorded: unknown = JSON.parse(historyToJSON(history));
    await writeFile(
      fileOf(workflowId, run),
      `${JSON.stringify(codec ? await inClear(recorded, codec, workflowId) : recorded)}\n`,
    );
  }
}
