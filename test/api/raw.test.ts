import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examples } from "../../src/contracts/bodies.ts";
import { exchange, faultOf, fuzzRaw, type Target } from "../support/raw.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Bytes on a socket, whatever they are: answered as everything is, never a fault of ours. `npm run fuzz` asks more of them. */

let stage: Stage;
let target: Target;
beforeAll(async () => {
  stage = await openStage();
  const rep = await stage.token("li.na", "sales_rep");
  const received = await stage.app.inject({
    method: "POST",
    url: "/orders",
    headers: { authorization: `Bearer ${rep}` },
    payload: { ...examples.receive, orderNo: "SO-1" },
  });
  expect(received.statusCode).toBe(201);
  const { port } = new URL(await stage.app.listen({ port: 0, host: "127.0.0.1" }));
  target = {
    host: "127.0.0.1",
    port: Number(port),
    document: JSON.parse(await readFile(new URL("../../openapi/gendan.json", import.meta.url), "utf8")),
    tokens: [rep, await stage.token("wang.fang", "supervisor"), await stage.token("warehouse", "warehouse", true)],
    orders: ["SO-1", "SO-none"],
  };
}, 120_000);
afterAll(() => stage.end());

test("whatever is sent is answered", { timeout: 200_000 }, async () => {
  await fuzzRaw(target, { seed: 11, requests: 400 });
});

test.each<[string, string]>([
  ["no Host", "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n"],
  ["two lengths", "POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
  ["a length and chunks", "POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a coding of transfer that nobody knows", "POST /orders HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\nx"],
  ["a chunk that is none", "POST /orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
  ["a method that nobody knows", "FROB /orders HTTP/1.1\r\nhost: a\r\n\r\n"],
  ["an expectation that nobody knows", "GET /orders HTTP/1.1\r\nhost: a\r\nexpect: wonders\r\nconnection: close\r\n\r\n"],
  ["another protocol", "GET /orders HTTP/1.1\r\nhost: a\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n\r\n"],
  ["a NUL in a header", "GET /orders HTTP/1.1\r\nhost: a\r\nx: a\u0000b\r\n\r\n"],
  ["an address of another host", "GET http://elsewhere.example/orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"],
  ["a star", "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"],
  ["a path upwards", "GET /../../etc/passwd HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"],
  [
    "headers without end",
    `GET /orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${`x: ${"y".repeat(90)}\r\n`.repeat(3_000)}\r\n`,
  ],
  ["3,000 headers", `GET /orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${"x: y\r\n".repeat(3_000)}\r\n`],
  ["an old protocol", "GET /orders HTTP/1.0\r\n\r\n"],
])("%s", async (_name, sent) => {
  const answer = await exchange(target, Buffer.from(sent, "latin1"));
  expect([faultOf(answer, "GET"), answer.status >= 400]).toEqual([undefined, answer.status !== 200]);
  expect(answer.status).not.toBe(500);
});
