import type { FastifyInstance } from "fastify";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { buildApp } from "../../src/api/app.ts";
import { nothingBehind } from "../../src/api/document.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { openDatabase } from "../../src/records/database.ts";
import { drip } from "../support/drip.ts";
import { until } from "../support/until.ts";

/** Clients that take their time, and too many at once: what each may take, and that others are served meanwhile. */

const PATIENCE = 600;

const db = openDatabase("postgres://127.0.0.1:1/none");
const apps: FastifyInstance[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await db.destroy();
});

/** The API on a port of its own. Its engine answers nobody before `goOn`. */
async function open(atOnce: number) {
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const never = async (): Promise<never> => {
    throw new Error("not asked for here");
  };
  const nothing = nothingBehind(db, never);
  const app = await buildApp({
    ...nothing,
    application: {
      ...nothing.application,
      orders: { ...nothing.application.orders, salesRep: async () => ({ outcome: "answered", answer: "li.na" }) },
      commands: {
        ...nothing.application.commands,
        stateOf: async () => {
          await held;
          return { outcome: "waiting" };
        },
      },
    },
    verify: async () => ({ id: "li.na", roles: ["sales_rep"], kind: "person" }),
    rateLimit: 10_000,
    atOnce,
    patience: PATIENCE,
  });
  apps.push(app);
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: "Bearer good" } });
  return { app, url, ask, goOn };
}

const body =
  "POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n";

test.each([
  ["nothing at all", "", ""],
  ["a header byte by byte", "GET /livez HTTP/1.1\r\nhost: a\r\nx: ", "y"],
  ["headers without an end", "GET /livez HTTP/1.1\r\nhost: a\r\n", "x: y\r\n"],
  ["a body byte by byte", body, " "],
  ["half a body, and no more", body, ""],
])("%s: cut off in time, and others are served meanwhile", async (_what, first, each) => {
  const { url, ask } = await open(10);
  const slow = Array.from({ length: 50 }, () => drip(url, first, each));
  expect((await ask("/livez")).status).toBe(200);
  for (const answer of await Promise.all(slow)) {
    // Told why, as a problem, where there was something that could be answered.
    if (answer === "") continue;
    const [head = "", said = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: \d/u);
    expect(problemSchema.parse(JSON.parse(said))).toMatchObject({ code: "unavailable", status: 503 });
  }
});

test("who does not take their answers is cut off too", async () => {
  const { url, app } = await open(10);
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.pause().on("error", () => undefined);
  // More than the buffers between us hold.
  socket.write("GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nhost: a\r\n\r\n".repeat(20));
  const connected = () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  await wait(PATIENCE);
  expect(await connected()).toBe(1);
  expect(await until(connected, (count) => count === 0, 10 * PATIENCE)).toBe(0);
  socket.destroy();
});

test("more at once than can be worked on are asked to come again; probes are answered; afterwards there is place", async () => {
  const { url, ask, goOn } = await open(3);
  // Who sends slowly holds no place.
  const slow = drip(url, body, " ");
  const path = "/orders/T-1/commands/k";
  const working = [ask(path), ask(path), ask(path)];
  await wait(200);
  const one = await ask(path);
  expect([one.status, one.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(problemSchema.parse(await one.json())).toMatchObject({ code: "unavailable", status: 503 });
  expect((await ask("/livez")).status).toBe(200);
  goOn();
  for (const answer of await Promise.all(working)) expect(answer.status).toBe(200);
  for (const answer of await Promise.all([ask(path), ask(path), ask(path)])) expect(answer.status).toBe(200);
  await slow;
});
