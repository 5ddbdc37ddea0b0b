import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { orderSchema } from "../../src/contracts/answers.ts";
import { startGendan, freePort, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";

/** `npm run api` and `npm run worker`, on an engine and records that others keep; they have a task queue of their own. */

const project = fileURLToPath(new URL("../..", import.meta.url));

interface Process {
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

let gendan: Gendan;
let issuer: Server;
let issuerUrl: string;
let privateKey: CryptoKey;
let production: Readonly<Record<string, string>>;
let messages: Server;
/** Keys of the messages that were asked for, in order; each is answered when the test lets it. */
const told: string[] = [];
let letAnswer = (): void => undefined;
const mayAnswer = new Promise<void>((resolve) => {
  letAnswer = resolve;
});
const processes: Process[] = [];

beforeAll(async () => {
  gendan = await startGendan({ STAND_INS: "manual" });
  const keys = await generateKeyPair("ES256");
  privateKey = keys.privateKey;
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "1", alg: "ES256", use: "sig" }] });
  issuer = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(request.url === "/jwks" ? jwks : JSON.stringify({ issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` }));
  });
  messages = createServer((request, response) => {
    told.push(String(request.headers["idempotency-key"]));
    request.resume();
    response.setHeader("content-type", "application/json");
    void mayAnswer.then(() => response.end('{"delivered":[{"role":"customer"}],"unreached":[]}'));
  });
  issuerUrl = await listening(issuer);
  const { databaseUrl, temporalAddress, urls } = await gendan.run();
  production = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TASK_QUEUE: "production-test",
    GENDAN_KEYS: join(gendan.home, "encryption-keys.json"),
    OIDC_ISSUER: issuerUrl,
    OIDC_AUDIENCE: "gendan",
    PRODUCTION_URL: String(urls["production"]),
    WAREHOUSE_URL: String(urls["warehouse"]),
    LOGISTICS_URL: String(urls["logistics"]),
    MESSAGES_URL: await listening(messages),
    LOG_LEVEL: "info",
    // Nobody balances here.
    SHUTDOWN_DELAY: "PT0S",
  };
});
afterEach(() => {
  for (const { child } of processes.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  issuer.close();
  messages.close();
  await gendan.end();
});

async function listening(server: Server): Promise<string> {
  const port = await freePort();
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${port}`;
}

/** Starts `npm run {name}` as production does. */
async function start(name: "api" | "worker", env: Readonly<Record<string, string>> = production): Promise<Process> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--import", "tsx", `src/main/${name}.ts`], {
    cwd: project,
    env: { PATH: process.env["PATH"], TZ: "UTC", [name === "api" ? "PORT" : "WORKER_PORT"]: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  const one: Process = { port, child, ended, said: () => output };
  processes.push(one);
  return one;
}

const probe = ({ port }: Process, path: string): Promise<number> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    ({ status }) => status,
    () => 0,
  );
const answering = (one: Process, path: string, status = 200): Promise<number> =>
  until(
    () => probe(one, path),
    (seen) => seen === status,
    60_000,
  );

async function token(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return new SignJWT({ roles: ["sales_rep"], kind: "person", ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setSubject("li.na")
    .setIssuer(issuerUrl)
    .setAudience("gendan")
    .setExpirationTime("1h")
    .sign(privateKey);
}

async function send({ port }: Process, path: string, body: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
const receive = (api: Process, orderNo: string): Promise<Response> =>
  send(api, "/orders", { orderNo, customer, channel: "phone" });

test.each([
  ["api", "DATABASE_URL"],
  ["api", "GENDAN_KEYS"],
  ["api", "OIDC_ISSUER"],
  ["api", "OIDC_AUDIENCE"],
  ["worker", "DATABASE_URL"],
  ["worker", "GENDAN_KEYS"],
  ["worker", "PRODUCTION_URL"],
  ["worker", "MESSAGES_URL"],
] as const)("%s without %s ends with one line that names it", async (name, missing) => {
  const one = await start(name, { ...production, [missing]: "" });
  expect(await one.ended).toBe(1);
  expect(one.said()).toMatch(new RegExp(`^gendan ${name}: [^\\n]*${missing}[^\\n]*\\n$`, "u"));
});

test("told to stop, the API finishes the request that runs and refuses new ones", async () => {
  const api = await start("api");
  await answering(api, "/readyz");
  // No worker of this queue runs yet: the answer waits for one.
  const running = receive(api, "P-1");
  await until(
    async () => api.said(),
    (said) => said.includes('"url":"/orders"'),
  );
  api.child.kill("SIGTERM");
  await answering(api, "/livez", 0);
  expect(api.child.exitCode).toBeNull();
  await start("worker");
  const answer = await running;
  expect(answer.status).toBe(201);
  expect(orderSchema.parse(await answer.json()).orderNo).toBe("P-1");
  expect(await api.ended).toBe(0);
});

test("told to stop, a worker is not ready any more and finishes what runs; another goes on", async () => {
  const [api, first] = [await start("api"), await start("worker")];
  await answering(api, "/readyz");
  await answering(first, "/readyz");
  const { duties } = orderSchema.parse(await (await receive(api, "P-2")).json());
  const question = { dutyId: duties[0]?.dutyId, question: "E27 or E14?", channel: "phone" };
  expect((await send(api, "/orders/P-2/ask-customer", question)).status).toBe(200);
  await until(
    async () => told.length,
    (count) => count === 1,
  );
  first.child.kill("SIGTERM");
  await answering(first, "/readyz", 503);
  await answering(first, "/livez");
  letAnswer();
  expect(await first.ended).toBe(0);

  const second = await start("worker");
  await answering(second, "/readyz");
  const effects = async () => {
    const headers = { authorization: `Bearer ${await token()}` };
    return orderSchema.parse(await (await fetch(`http://127.0.0.1:${api.port}/orders/P-2`, { headers })).json()).effects;
  };
  await until(effects, (all) => all.length > 0 && all.every(({ state }) => state === "done"));
  expect(told).toHaveLength(1);
});

test("both start while the engine is away, and say that they are not ready", async () => {
  const away = { ...production, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
  const [api, worker] = [await start("api", away), await start("worker", away)];
  for (const each of [api, worker]) {
    await answering(each, "/livez");
    expect(await probe(each, "/readyz")).toBe(503);
  }
  expect((await receive(api, "P-4")).status).toBe(503);
  for (const { child, ended } of [api, worker]) {
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  }
});

test("no token and no personal data is logged", async () => {
  const api = await start("api");
  await answering(api, "/readyz");
  await answering(await start("worker"), "/readyz");
  const answer = await receive(api, "P-5");
  expect(answer.status).toBe(201);
  api.child.kill("SIGTERM");
  await api.ended;
  expect(api.said()).toContain('"url":"/orders"');
  expect(api.said()).not.toMatch(/Bearer|eyJ|8613800000000|客户A/u);
});
