import Fastify from "fastify";
import { request } from "node:http";
import { Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { buildCodecServer } from "../../src/temporal/codec/server.ts";
import { keyRingFrom, withNewKey } from "../../src/temporal/codec/keys.ts";
import { answersToLoopbackOnly } from "../../src/node/loopback.ts";
import { probeServer } from "../../src/composition/probes.ts";
import { openJournal } from "../../src/stand-ins/journal.ts";
import { messages } from "../../src/stand-ins/messages.ts";
import { openReporter } from "../../src/stand-ins/reports.ts";
import { buildStandInServer } from "../../src/stand-ins/server.ts";

/** The status that a server answers with to a name, as a browser sends the one of its address bar. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}

const OPEN_PATH = "p".repeat(43);
const codecServer = (openPath: string | undefined) =>
  buildCodecServer({
    ring: keyRingFrom(withNewKey(undefined, "1")),
    verify: async () => ({ id: "wang.fang", roles: ["supervisor"], kind: "person" }),
    origins: ["http://127.0.0.1:8233"],
    openPath,
    rateLimit: 1_000,
  });
const probes = (embedded: boolean) => probeServer({ isReady: () => true, registry: new Registry(), embedded });

/** Every server that `npm start` has listen without a sign-in, and something that each answers. */
const servers = {
  "a stand-in": async () => {
    const journal = openJournal();
    const parts = { journal, mode: "manual", gendanUrl: () => "", token: async () => "" } as const;
    const reporter = (manner: Parameters<typeof openReporter>[0]["manner"]) => openReporter({ ...parts, manner });
    return { app: buildStandInServer({ standIn: messages, mode: "manual", journal, reporter, delay: () => 0 }), path: "/state" };
  },
  "a worker's probes": async () => ({ app: probes(true), path: "/metrics" }),
  "the codec server": async () => ({ app: await codecServer(OPEN_PATH), path: "/livez" }),
};

test.each(Object.entries(servers))("%s answers to this machine's names only", async (_name, make) => {
  const { app, path } = await make();
  onTestFinished(() => app.close());
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = new URL(url);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "LOCALHOST", "127.0.0.1:9000"])
    expect([host, await statusFor(url + path, host)]).toEqual([host, 200]);
  for (const host of [
    `rebound.example:${port}`,
    "localhost.rebound.example",
    `127.0.0.1.nip.io:${port}`,
    `localhost.:${port}`,
    `2130706433:${port}`,
    "localhost:1:2",
    "localhost@rebound.example",
  ])
    expect([host, await statusFor(url + path, host)]).toEqual([host, 421]);
  // Also where there is nothing.
  expect(await statusFor(`${url}/nothing`, "rebound.example")).toBe(421);
});

test("in production a worker's probes and the codec server are called by their own names", async () => {
  for (const app of [probes(false), await codecServer(undefined)]) {
    onTestFinished(() => app.close());
    expect(await statusFor(`${await app.listen({ host: "127.0.0.1", port: 0 })}/livez`, "worker:3001")).toBe(200);
  }
});

test("what is refused by its name has done nothing", async () => {
  let done = 0;
  const app = Fastify();
  answersToLoopbackOnly(app);
  app.post("/", async () => (done += 1));
  onTestFinished(() => app.close());
  const refused = await app.inject({ method: "POST", url: "/", headers: { host: "rebound.example" } });
  expect(refused.statusCode).toBe(421);
  expect(refused.headers["content-type"]).toContain("application/problem+json");
  expect(refused.json()).toMatchObject({ status: 421, detail: expect.stringContaining("localhost") });
  expect(done).toBe(0);
});
