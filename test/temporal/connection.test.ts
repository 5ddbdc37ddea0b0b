import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { engineAddress } from "../../src/temporal/connection.ts";
import { readSettings } from "../../src/settings.ts";

/** How a production engine is named, Temporal Cloud's among them: by the environment, as `@temporalio/envconfig` reads it. */

afterEach(() => {
  vi.unstubAllEnvs();
});

function address(env: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return engineAddress(readSettings(env).EMBEDDED_ENGINE);
}

test("by address and namespace, in clear", () => {
  const { connectionOptions, namespace } = address({ TEMPORAL_ADDRESS: "temporal:7233", TEMPORAL_NAMESPACE: "gendan" });
  expect(namespace).toBe("gendan");
  expect(connectionOptions).toMatchObject({ address: "temporal:7233" });
  expect(connectionOptions.tls).toBeFalsy();
});

test("by an API key, which goes over TLS only", () => {
  const env = { TEMPORAL_ADDRESS: "eu.api.temporal.io:7233", TEMPORAL_NAMESPACE: "gendan.a1b2c", TEMPORAL_API_KEY: "k" };
  const { connectionOptions, namespace } = address(env);
  expect(namespace).toBe("gendan.a1b2c");
  expect(connectionOptions).toMatchObject({ apiKey: "k" });
  expect(connectionOptions.tls).toBeTruthy();
});

test("by a client certificate, from files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gendan-tls-"));
  const paths = {
    TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, "client.pem"),
    TEMPORAL_TLS_CLIENT_KEY_PATH: join(folder, "client.key"),
  };
  for (const path of Object.values(paths)) await writeFile(path, path);
  const { connectionOptions } = address({ TEMPORAL_ADDRESS: "gendan.a1b2c.tmprl.cloud:7233", TEMPORAL_TLS: "true", ...paths });
  const bytes = (path: string) => new TextEncoder().encode(path);
  expect(connectionOptions.tls).toMatchObject({
    clientCertPair: { crt: bytes(paths.TEMPORAL_TLS_CLIENT_CERT_PATH), key: bytes(paths.TEMPORAL_TLS_CLIENT_KEY_PATH) },
  });
  await rm(folder, { recursive: true });
});

test("embedded it is the supervisor's own, whatever this machine's user has set up", () => {
  const env = { EMBEDDED_ENGINE: "127.0.0.1:7", TEMPORAL_ADDRESS: "elsewhere:7233", TEMPORAL_API_KEY: "k" };
  expect(address(env)).toEqual({ connectionOptions: { address: "127.0.0.1:7" }, namespace: "default" });
});
