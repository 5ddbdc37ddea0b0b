import type { FastifyInstance } from "fastify";
import { connect } from "node:net";
import { Gauge, Registry } from "prom-client";
import { afterAll, describe, expect, test } from "vitest";
import { openLocalKeys } from "../../src/temporal/codec/keys.ts";
import { buildCodecServer } from "../../src/temporal/codec/server.ts";
import { probeServer } from "../../src/composition/probes.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drip } from "../support/drip.ts";
import { until } from "../support/until.ts";

/** Clients that take their time, at the servers beside the API; the API's are in `api/slow-clients.test.ts`. */

const PATIENCE = 600;
const folder = await mkdtemp(join(tmpdir(), "gendan-slow-"));
const apps: FastifyInstance[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await rm(folder, { recursive: true });
});

/** More than the buffers between us hold. */
function talkative(): Registry {
  const registry = new Registry();
  registry.registerMetric(new Gauge({ name: "much", help: "x".repeat(5_000_000), registers: [] }));
  return registry;
}
const servers: Readonly<Record<string, () => Promise<FastifyInstance>>> = {
  "the codec server": async () =>
    buildCodecServer({
      ring: await openLocalKeys(folder),
      verify: async () => ({ id: "wang", roles: ["supervisor"], kind: "person" }),
      origins: ["http://ui.example"],
      rateLimit: 10_000,
      patience: PATIENCE,
    }),
  "a worker's probes": async () =>
    probeServer({ isReady: () => true, registry: talkative(), embedded: false, patience: PATIENCE }),
};
const heads: Readonly<Record<string, readonly [string, string]>> = {
  "nothing at all": ["", ""],
  "a header byte by byte": ["GET /livez HTTP/1.1\r\nhost: a\r\nx: ", "y"],
  "a body byte by byte": [
    "POST /decode HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n",
    " ",
  ],
};

describe.each(Object.entries(servers))("%s", (_name, open) => {
  async function opened(): Promise<{ app: FastifyInstance; url: string }> {
    const app = await open();
    apps.push(app);
    return { app, url: await app.listen({ port: 0, host: "127.0.0.1" }) };
  }

  test.each(Object.entries(heads))("cuts off who sends %s, and serves others meanwhile", async (_what, [first, each]) => {
    const { url } = await opened();
    const slow = Array.from({ length: 20 }, () => drip(url, first, each));
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    await Promise.all(slow);
  });

  test("cuts off who does not take their answers", async () => {
    const { url, app } = await opened();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.pause().on("error", () => undefined);
    const path = app.hasRoute({ method: "GET", url: "/metrics" }) ? "/metrics" : "/livez";
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`.repeat(path === "/metrics" ? 20 : 60_000));
    const connected = () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)));
    await until(connected, (count) => count === 1);
    expect(await until(connected, (count) => count === 0)).toBe(0);
    socket.destroy();
  });
});
