import { defaultPayloadConverter } from "@temporalio/common";
import type { FastifyInstance } from "fastify";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { encryptionCodec } from "../../../src/temporal/codec/codec.ts";
import { keyRingFrom, withNewKey } from "../../../src/temporal/codec/keys.ts";
import { buildCodecServer } from "../../../src/temporal/codec/server.ts";
import { roles, type Role } from "../../../src/domain/people.ts";
import { openLocalIssuer, type LocalIssuer } from "../../../src/identity/local-keys.ts";
import { createVerifier } from "../../../src/identity/verify.ts";

const UI = "http://127.0.0.1:8233";
const PATH = "p".repeat(43);
const ring = keyRingFrom(withNewKey(undefined, "1"));

let folder: string;
let issuer: LocalIssuer;
let app: FastifyInstance;
let log = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-codec-"));
  issuer = await openLocalIssuer(folder);
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  app = await buildCodecServer({
    ring,
    verify: createVerifier(issuer.trust),
    origins: [UI],
    openPath: PATH,
    rateLimit: 1_000,
    logger: pino({ level: "trace" }, sink),
  });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** As the Temporal UI sends a payload: proto's JSON, bytes in base64. */
async function wire(value: unknown): Promise<object> {
  const [payload] = await encryptionCodec(ring).encode([defaultPayloadConverter.toPayload(value)]);
  const metadata = Object.entries(payload?.metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
  return { metadata: Object.fromEntries(metadata), data: Buffer.from(payload?.data ?? []).toString("base64") };
}
const clear = {
  metadata: { encoding: Buffer.from("json/plain").toString("base64") },
  data: Buffer.from('"clear"').toString("base64"),
};
const bearer = async (role: Role, machine = false) => ({
  authorization: `Bearer ${await issuer.issueToken({ id: "wang.fang", roles: [role], machine })}`,
});
const post = (url: string, payload: object, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({ method: "POST", url, headers: { "content-type": "application/json", ...headers }, payload });
const payloadsOf = (body: string) =>
  z
    .object({ payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })) })
    .parse(JSON.parse(body)).payloads;
const texts = (body: string) => payloadsOf(body).map(({ data }) => Buffer.from(data, "base64").toString());

test("decodes for a supervisor, and passes on what is not encrypted or of another key", async () => {
  const other = {
    metadata: { encoding: Buffer.from("binary/encrypted").toString("base64"), "encryption-key-id": "eA==" },
    data: "AAAA",
  };
  const payloads = [await wire({ name: "陈先生" }), clear, other];
  const answer = await post("/decode", { payloads }, await bearer("supervisor"));
  expect(answer.statusCode).toBe(200);
  expect(texts(answer.body)).toEqual(['{"name":"陈先生"}', '"clear"', "\0\0\0"]);
});

test("encodes for the Temporal CLI", async () => {
  const headers = await bearer("management");
  const encoded = payloadsOf((await post("/encode", { payloads: [clear] }, headers)).body);
  expect(Buffer.from(encoded[0]?.metadata["encoding"] ?? "", "base64").toString()).toBe("binary/encrypted");
  expect(texts((await post("/decode", { payloads: encoded }, headers)).body)).toEqual(['"clear"']);
});

test.each(["{}", '{"payloads":null}', '{"payloads":[]}'])(
  "what the CLI sends for `workflow query` and `workflow metadata`, %s, is answered: nothing to encode",
  async (payload) => {
    const headers = { "content-type": "application/json", ...(await bearer("supervisor")) };
    const answer = await app.inject({ method: "POST", url: "/encode", headers, payload });
    expect([answer.statusCode, payloadsOf(answer.body)]).toEqual([200, []]);
  },
);

test("what somebody has encoded is theirs, whatever they write into it; of a machine and of the open path it is nobody's", async () => {
  const forged = { ...clear, metadata: { ...clear.metadata, "gendan-from": Buffer.from("service").toString("base64") } };
  const authorOf = async (url: string, headers: Readonly<Record<string, string>>) => {
    const answer = await post(url, { payloads: [forged] }, headers);
    if (answer.statusCode !== 200) return answer.statusCode;
    const [{ metadata, data } = { metadata: {}, data: "" }] = payloadsOf(answer.body);
    const bytes = Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text, "base64")] as const);
    const [decoded] = await encryptionCodec(ring).decode(
      [{ metadata: Object.fromEntries(bytes), data: Buffer.from(data, "base64") }],
      { type: "workflow", namespace: "default", workflowId: "SO-1" },
    );
    const from: unknown = JSON.parse(Buffer.from(decoded?.metadata?.["gendan-from"] ?? []).toString());
    return z.object({ author: z.record(z.string(), z.unknown()) }).parse(from).author;
  };
  expect(await authorOf("/encode", await bearer("logistics"))).toMatchObject({
    id: "wang.fang",
    roles: ["logistics"],
    kind: "person",
  });
  expect(await authorOf("/encode", await bearer("logistics", true))).toBe(403);
  expect(await authorOf(`/${PATH}/encode`, { origin: UI })).toEqual({});
});

test("only supervisors and management, as persons, read what is everybody's", async () => {
  const payloads = [await wire("secret")];
  const statuses = await Promise.all(
    roles.map(async (role) => [role, (await post("/decode", { payloads }, await bearer(role))).statusCode]),
  );
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries(roles.map((role) => [role, role === "supervisor" || role === "management" ? 200 : 403])),
  );
  expect((await post("/decode", { payloads }, await bearer("supervisor", true))).statusCode).toBe(403);
  const without = await post("/decode", { payloads });
  expect([without.statusCode, without.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="gendan"']);
  expect((await post("/decode", { payloads }, { authorization: "Bearer x.y.z" })).statusCode).toBe(401);
});

test("whoever sends many bad tokens is not listened to for a while, by address", async () => {
  const ask = async (remoteAddress: string) =>
    (await app.inject({ method: "POST", url: "/decode", remoteAddress, headers: { authorization: "Bearer x.y.z" }, payload: {} }))
      .statusCode;
  const statuses = await Promise.all(Array.from({ length: 40 }, () => ask("192.0.2.1")));
  expect([statuses.filter((status) => status === 401).length, statuses.filter((status) => status === 429).length]).toEqual([
    30, 10,
  ]);
  expect(await ask("192.0.2.2")).toBe(401);
});

test("the embedded UI's own path needs no token, and no other path will do", async () => {
  const payloads = [await wire("story")];
  expect(texts((await post(`/${PATH}/decode`, { payloads }, { origin: UI })).body)).toEqual(['"story"']);
  for (const path of [`${PATH}x`, PATH.slice(1), "x"]) expect((await post(`/${path}/decode`, { payloads })).statusCode).toBe(404);
});

test("only pages of the UI's origin may ask: a browser is told so beforehand, and another's request is refused", async () => {
  const ask = (origin: string) =>
    app.inject({
      method: "OPTIONS",
      url: `/${PATH}/decode`,
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-namespace" },
    });
  const own = await ask(UI);
  expect(own.statusCode).toBe(204);
  expect(own.headers).toMatchObject({ "access-control-allow-origin": UI, "access-control-allow-methods": "POST" });
  expect(String(own.headers["access-control-allow-headers"]).toLowerCase()).toContain("x-namespace");
  const payloads = [await wire("story")];
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:8234"]) {
    expect((await ask(origin)).headers["access-control-allow-origin"]).toBeUndefined();
    expect((await post(`/${PATH}/decode`, { payloads }, { origin })).statusCode).toBe(403);
    expect((await post("/decode", { payloads }, { origin, ...(await bearer("supervisor")) })).statusCode).toBe(403);
  }
});

test.each([
  ["no JSON", "{"],
  ["no list", "{}"],
  ["no payloads", '{"payloads":[1]}'],
  ["no base64", '{"payloads":[{"data":"%"}]}'],
])("a body that is %s is refused", async (_what, body) => {
  const answer = await app.inject({
    method: "POST",
    url: "/decode",
    headers: { "content-type": "application/json", ...(await bearer("supervisor")) },
    payload: body,
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
});

test("no payload, no token and not the secret path are logged, at any level", async () => {
  await post(`/${PATH}/decode`, { payloads: [await wire("tell-nobody"), { ...(await wire("x")), data: "AAAA" }] });
  await post("/encode", { payloads: [clear] }, await bearer("supervisor"));
  expect(log).toContain("incoming request");
  expect(log).toContain("could not be decoded");
  expect(log).not.toMatch(/tell-nobody|clear|eyJ|Bearer/u);
  expect(log).not.toContain(PATH);
});
