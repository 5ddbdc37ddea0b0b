import { msToTs } from "@temporalio/common/lib/time.js";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { NativeConnection } from "@temporalio/worker";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { searchAttributes } from "../../src/contracts/search-attributes.ts";
import { DAY } from "../../src/domain/time.ts";
import { engineAddress } from "../../src/temporal/connection.ts";
import { devServer } from "../support/engines.ts";
import { until } from "../support/until.ts";

/** `npm run setup-namespace`, on an engine. */

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await devServer();
});
afterAll(() => env.teardown());

const project = fileURLToPath(new URL("../..", import.meta.url));

async function setUpWith(settings: Readonly<Record<string, string>>, ...args: readonly string[]) {
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(
      process.execPath,
      ["scripts/run.mjs", "bin/admin/setup-namespace", ...args],
      { cwd: project, env: { PATH: process.env["PATH"], TZ: "UTC", ...settings } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });
}
const setUp = (namespace: string, ...args: readonly string[]) =>
  setUpWith({ TEMPORAL_ADDRESS: env.address, TEMPORAL_NAMESPACE: namespace }, ...args);
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

/** Certificates as an operator makes them. */
async function certificates(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gendan-mtls-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await promisify(execFile)("sh", [join(project, "deploy/secrets.sh"), folder]);
  return folder;
}

/** The engine behind a door that wants a certificate, as Temporal's own frontend does: the dev server has no TLS. */
async function door(folder: string): Promise<string> {
  const [host = "", port] = env.address.split(":");
  const file = async (name: string) => readFile(join(folder, name));
  const [cert, key, ca] = [await file("temporal.pem"), await file("temporal.key"), await file("ca.pem")];
  const server = createServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ["h2"] },
    (outside) => {
      const inside = connect(Number(port), host);
      for (const one of [outside, inside]) one.on("error", () => undefined);
      outside.pipe(inside).pipe(outside);
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return `127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
}

test("with a certificate of deploy/secrets' authority it is let in, needing no key; with none, or another's, it is not", async () => {
  const [ours, theirs] = [await certificates(), await certificates()];
  const address = await door(ours);
  const settings = (of: string, name: string, authority = of) => ({
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: "mtls",
    TEMPORAL_TLS: "true",
    // The address is no name that a certificate has; compose's is.
    TEMPORAL_TLS_SERVER_NAME: "temporal",
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(authority, "ca.pem"),
    TEMPORAL_TLS_CLIENT_CERT_PATH: join(of, `${name}.pem`),
    TEMPORAL_TLS_CLIENT_KEY_PATH: join(of, `${name}.key`),
  });
  expect(await setUpWith(settings(ours, "namespace"))).toMatchObject({
    code: 0,
    said: expect.stringContaining("namespace mtls: made"),
  });
  // A worker's connection is another library's.
  vi.stubEnv("TEMPORAL_CONFIG_FILE", "");
  for (const [name, value] of Object.entries(settings(ours, "worker"))) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const connection = await NativeConnection.connect(engineAddress(undefined).connectionOptions);
  expect((await connection.workflowService.describeNamespace({ namespace: "mtls" })).namespaceInfo?.name).toBe("mtls");
  await connection.close();

  const { TEMPORAL_TLS_CLIENT_CERT_PATH: _cert, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...bare } = settings(ours, "namespace");
  const refused = [
    bare,
    { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: "mtls" },
    settings(theirs, "namespace", ours),
    // A server that another authority vouches for is not spoken to.
    settings(ours, "namespace", theirs),
  ];
  const answers = await Promise.all(refused.map((one) => setUpWith(one)));
  for (const answer of answers)
    expect(answer).toMatchObject({ code: 1, said: expect.stringMatching(/^gendan setup-namespace: .*\n$/u) });
}, 120_000);
