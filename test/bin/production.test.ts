import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { orderSchema } from "../../src/contracts/answers.ts";
import { freePort } from "../support/gendan.ts";
import { openProduction, probe, ready, type Process, type Production } from "../support/production.ts";
import { until } from "../support/until.ts";

/** `npm run api` and `npm run worker`, as production starts them. */

let production: Production;
let messages: Server;
let rep: string;
/** Keys of the messages that were asked for, in order; each is answered when the test lets it. */
const told: string[] = [];
let letAnswer = (): void => undefined;
const mayAnswer = new Promise<void>((resolve) => {
  letAnswer = resolve;
});
const processes: Process[] = [];

beforeAll(async () => {
  messages = createServer((request, response) => {
    told.push(String(request.headers["idempotency-key"]));
    request.resume();
    response.setHeader("content-type", "application/json");
    void mayAnswer.then(() => response.end('{"delivered":[{"role":"customer"}],"unreached":[]}'));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => {
    messages.listen(port, "127.0.0.1", resolve);
  });
  // Nobody balances here.
  production = await openProduction({ MESSAGES_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: "info", SHUTDOWN_DELAY: "PT0S" });
  rep = await production.token("li.na", "sales_rep");
});
afterEach(() => {
  for (const { child } of processes.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  messages.close();
  await production.end();
});

async function start(name: "api" | "worker", more: Readonly<Record<string, string>> = {}): Promise<Process> {
  const one = await production.start(name, more);
  processes.push(one);
  return one;
}

const answering = (one: Process, path: string, status: number): Promise<number> =>
  until(
    () => probe(one, path),
    (seen) => seen === status,
  );

const send = ({ url }: Process, path: string, body: unknown): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${rep}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

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
  const one = await start(name, { [missing]: "" });
  expect(await one.ended).toBe(1);
  expect(one.said()).toMatch(new RegExp(`^gendan ${name}: [^\\n]*${missing}[^\\n]*\\n$`, "u"));
});

test("told to stop, the API finishes the request that runs and refuses new ones", async () => {
  // One of another queue, which makes the records' tables: the answer waits for one of the API's own.
  const [api, other] = [await start("api"), await start("worker", { TASK_QUEUE: "another" })];
  await Promise.all([api, other].map(ready));
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
  await Promise.all([api, first].map(ready));
  const { duties } = orderSchema.parse(await (await receive(api, "P-2")).json());
  const question = { dutyId: duties[0]?.dutyId, question: "E27 or E14?", channel: "phone" };
  expect((await send(api, "/orders/P-2/ask-customer", question)).status).toBe(200);
  await until(
    async () => told.length,
    (count) => count === 1,
  );
  first.child.kill("SIGTERM");
  await answering(first, "/readyz", 503);
  expect(await probe(first, "/livez")).toBe(200);
  letAnswer();
  expect(await first.ended).toBe(0);

  await ready(await start("worker"));
  const effects = async () => {
    const headers = { authorization: `Bearer ${rep}` };
    return orderSchema.parse(await (await fetch(`${api.url}/orders/P-2`, { headers })).json()).effects;
  };
  await until(effects, (all) => all.length > 0 && all.every(({ state }) => state === "done"));
  expect(told).toHaveLength(1);
});

test("both start while the engine is away, and say that they are not ready", async () => {
  const away = { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
  const [api, worker] = [await start("api", away), await start("worker", away)];
  for (const each of [api, worker]) {
    await answering(each, "/livez", 200);
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
  await Promise.all([api, await start("worker")].map(ready));
  const answer = await receive(api, "P-5");
  expect(answer.status).toBe(201);
  api.child.kill("SIGTERM");
  await api.ended;
  expect(api.said()).toContain('"url":"/orders"');
  expect(api.said()).not.toMatch(/Bearer|eyJ|8613800000000|客户A/u);
});
