import { msToTs } from "@temporalio/common/lib/time.js";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { searchAttributes } from "../../src/contracts/search-attributes.ts";
import { DAY } from "../../src/domain/time.ts";
import { devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";

/** `npm run setup-namespace`, on an engine. */

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await devServer();
});
afterAll(() => env.teardown());

async function setUp(namespace: string, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "src/main/setup-namespace.ts", ...args],
      {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        env: { PATH: process.env["PATH"], TZ: "UTC", TEMPORAL_ADDRESS: env.address, TEMPORAL_NAMESPACE: namespace },
      },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });
}
const attributesOf = async (namespace: string) =>
  (await env.connection.operatorService.listSearchAttributes({ namespace })).customAttributes;

test("makes the namespace with its search attributes, and again changes nothing", async () => {
  expect(await setUp("gendan", "--retention-days", "30")).toEqual({
    code: 0,
    said: "namespace gendan: made, closed orders stay 30 days\nsearch attributes: all there\n",
  });
  const names = Object.values(searchAttributes).map(({ name }) => name);
  // The engine shows them a moment later.
  const present = await until(
    () => attributesOf("gendan"),
    (all) => names.every((name) => name in all),
  );
  expect(await setUp("gendan")).toEqual({ code: 0, said: "namespace gendan: there already\nsearch attributes: all there\n" });
  expect(await attributesOf("gendan")).toEqual(present);
});

test("refuses an attribute of another type, names it, and changes nothing", async () => {
  await env.connection.workflowService.registerNamespace({
    namespace: "taken",
    workflowExecutionRetentionPeriod: msToTs(DAY),
  });
  const [KEYWORD, INT] = [2, 3];
  const { OrderStatus } = searchAttributes;
  const adding = { namespace: "taken", searchAttributes: { [OrderStatus.name]: INT, Unrelated: KEYWORD } };
  await until(
    () =>
      env.connection.operatorService.addSearchAttributes(adding).then(
        () => true,
        () => false,
      ),
    (added) => added,
  );
  const before = await until(
    () => attributesOf("taken"),
    (all) => OrderStatus.name in all,
  );
  const { code, said } = await setUp("taken");
  expect(code).toBe(1);
  expect(said).toContain("gendan setup-namespace: search attributes of another type are there: OrderStatus\n");
  expect(await attributesOf("taken")).toEqual(before);
});
