import { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, type WorkflowBundle } from "@temporalio/worker";
import { SimplePlugin } from "@temporalio/plugin";
import { readFile } from "node:fs/promises";
import { dataConverterOf } from "../../src/temporal/codec/codec.ts";
import { keyRingFrom, withNewKey } from "../../src/temporal/codec/keys.ts";
import { noLookAhead } from "../../src/temporal/no-look-ahead.ts";
import { searchAttributes } from "../../src/contracts/search-attributes.ts";

/** Engines that tests run orders on. Where they are is found by `set-up.ts`, through the project's own set-up. */

const logging = { filter: { core: "WARN", other: "WARN" }, forward: {} } as const;
Runtime.install({ logger: new DefaultLogger("ERROR"), telemetryOptions: { logging } });

/** The keys of a test's engine, as `GENDAN_KEYS` has them. */
export const testKeys = withNewKey(undefined, "test");
/** Tests send as the service does: encrypted, with a key of their own, so that it is proved who sent it. */
export const testCodec = dataConverterOf(keyRingFrom(testKeys));
const proving = new SimplePlugin({ name: "proving", dataConverter: testCodec });

function executable(variable: "TEMPORAL_CLI" | "TEMPORAL_TEST_SERVER"): { type: "existing-path"; path: string } {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: run tests by vitest's project "engine", which sets it`);
  return { type: "existing-path", path };
}

/** A dev server in memory, on free ports, with an order's search attributes; in real time. `teardown()` stops it. */
export async function devServer(extraArgs: readonly string[] = []): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createLocal({
    plugins: [noLookAhead, proving],
    server: {
      executable: executable("TEMPORAL_CLI"),
      searchAttributes: Object.values(searchAttributes),
      extraArgs: ["--dynamic-config-value", "history.transferProcessorMaxPollRPS=1000", ...extraArgs],
    },
  });
}

/** A server whose time flies while `result()` or `env.sleep()` is awaited, and not otherwise. `teardown()` stops it. */
export async function timeSkipping(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    plugins: [noLookAhead, proving],
    server: { executable: executable("TEMPORAL_TEST_SERVER") },
  });
  const types = { KEYWORD: 2, INT: 3, DATETIME: 6, KEYWORD_LIST: 7 } as const;
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? "default",
    searchAttributes: Object.fromEntries(Object.values(searchAttributes).map(({ name, type }) => [name, types[type]])),
  });
  return env;
}

/** The workflows' code as a worker in production runs it: built with `dist/` before the tests. */
export async function bundle(): Promise<WorkflowBundle> {
  return { code: await readFile(new URL("../../dist/workflow-bundle/plain.js", import.meta.url), "utf8") };
}
