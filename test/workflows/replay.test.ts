import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { readdir, readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { bundle } from "../support/engines.ts";
import { ignoredSinks } from "./order-under-test.ts";

/**
 * Histories that were recorded from running orders: today's code must come to the same commands. Record anew, or more, with
 * `RECORD_HISTORIES=yes npx vitest run --project scenarios` (over HTTP), or with `test/workflows/order.test.ts`.
 */
const folder = new URL("../histories/", import.meta.url);
let code: WorkflowBundle;
beforeAll(async () => {
  code = await bundle();
});

const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));

test("there are recorded histories", () => {
  expect(names.length).toBeGreaterThanOrEqual(8);
});

test.each(names)("%s replays", async (name) => {
  const history: unknown = JSON.parse(await readFile(new URL(name, folder), "utf8"));
  await Worker.runReplayHistory(
    { workflowBundle: code, replayName: name, sinks: ignoredSinks },
    history,
    name.replace(".json", ""),
  );
});
