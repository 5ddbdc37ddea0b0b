import { Worker } from "@temporalio/worker";
import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../support/engines.ts";
import { ignoredSinks } from "./order-under-test.ts";

/**
 * Histories that were recorded from running orders: today's code must give the same commands. Record them again, or more of them, with
 * `RECORD_HISTORIES=yes npx vitest run --project scenarios` (over HTTP), or with `test/workflows/order.test.ts`.
 */
const folder = new URL("../histories/", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));

/** The history that the worker takes up next: one worker replays all, each in the test that has its name. */
let next: { readonly workflowId: string; readonly history: unknown } | undefined;
async function* histories() {
  while (next) yield next;
}
let replays: ReturnType<typeof Worker.runReplayHistories>;
beforeAll(async () => {
  replays = Worker.runReplayHistories({ workflowBundle: await bundle(), sinks: ignoredSinks }, histories());
});
afterAll(async () => {
  next = undefined;
  await replays.next();
});

test("there are recorded histories", () => {
  expect(names.length).toBeGreaterThanOrEqual(8);
});

test.each(names)("%s replays", async (name) => {
  const history: unknown = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  next = { history, workflowId: name.replace(".json", "") };
  const { value } = await replays.next();
  if (value?.error) throw value.error;
  expect(value?.workflowId).toBe(next.workflowId);
});
