import { Client, Connection } from "@temporalio/client";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dataConverterOf } from "../../src/temporal/codec/codec.ts";
import { localKeysPath, openLocalKeys } from "../../src/temporal/codec/keys.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import { castOf, done, inDays, momentInDays, order, reported, settled, trailOf, type Cast } from "../scenarios/client.ts";

/** Personal data never in clear in the engine's files, nor in any process's log. The order is one whose every text is known. */

const secrets = {
  customer: "月光灯饰有限公司",
  person: "欧阳秋水",
  phone: "+8613912345678",
  email: "qiushui@moonlight.example",
  street: "琥珀路七十七号",
  note: "call-only-after-lunch",
  question: "is-the-warm-white-meant",
  answer: "yes-the-amber-kind",
  summary: "grandson-marries-in-may",
  complaint: "lamp-hums-at-night",
  recipient: "慕容晚霞",
  signer: "上官流云",
  reason: "budget-frozen-by-the-bank",
} as const;
const lines = [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3_500 }];
const address = { province: "广东", city: "中山", street: secrets.street, postcode: "528400" };
const buyer = {
  name: secrets.customer,
  contact: { person: secrets.person, phone: secrets.phone, email: secrets.email },
};

let gendan: Gendan;
let cast: Cast;
let said = "";
beforeAll(async () => {
  gendan = await startGendan({ STAND_INS: "manual", LOG_LEVEL: "trace" });
  cast = await castOf(gendan);
});
afterAll(() => gendan.end());

/** How a text may lie in a file: as it is, escaped in JSON, or in base64 at any of its three offsets. */
function disguises(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const escaped = Array.from(text)
    .map((char) => (char > "~" ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char))
    .join("");
  const coded = [0, 1, 2].map((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return Buffer.from(all.slice(offset === 0 ? 0 : 4, -4));
  });
  return [bytes, Buffer.from(escaped), ...coded];
}

function foundIn(content: Buffer): string[] {
  return Object.entries(secrets).flatMap(([name, text]) =>
    disguises(text).some((each) => content.includes(each)) ? [name] : [],
  );
}

/** What the engine keeps, as bytes. */
async function engineFiles(): Promise<Buffer> {
  const names = (await readdir(gendan.home)).filter((name) => name.startsWith("temporal.db"));
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(gendan.home, name)))));
}

async function engineClient(withKeys: boolean): Promise<Client> {
  const connection = await Connection.connect({ address: (await gendan.run()).temporalAddress });
  return new Client({ connection, ...(withKeys ? { dataConverter: dataConverterOf(await openLocalKeys(gendan.home)) } : {}) });
}

test("a whole order is told, with names, numbers, addresses and free texts", async () => {
  const { rep, boss, admin, workshop, store, carrier } = cast;
  const received = { orderNo: "S-1", customer: buyer, salesRep: "li.na", lines, channel: "phone", note: secrets.note };
  expect((await rep.post("/orders", received)).status).toBe(201);
  const { duties } = await order(rep, "S-1");
  const asked = await done(rep, "S-1", "ask-customer", {
    dutyId: duties[0]?.dutyId ?? "",
    question: secrets.question,
    channel: "phone",
  });
  await done(rep, "S-1", "record-answer", { questionId: asked.questions[0]?.questionId ?? "", answer: secrets.answer });
  await done(rep, "S-1", "confirm", { lines, deliveryDate: inDays(20), channel: "phone" });
  const entry = {
    customer: buyer,
    lines,
    custom: null,
    deliveryAddress: address,
    requestedDate: inDays(20),
    selfChecked: true,
  } as const;
  await done(rep, "S-1", "enter", entry);
  await done(rep, "S-1", "record-communication", { with: "customer", channel: "phone", summary: secrets.summary });
  expect((await boss.send("S-1", "refuse-release", { reason: secrets.reason })).status).toBeGreaterThanOrEqual(400);
  await done(boss, "S-1", "sign", {});
  await done(admin, "S-1", "release", {});
  await done(rep, "S-1", "request-cancellation", { askedBy: "customer", reason: secrets.reason });
  await done(boss, "S-1", "refuse-cancellation", { reason: secrets.reason });
  await reported(workshop, "S-1", "report-lead-time", { days: 10 });
  await reported(workshop, "S-1", "finish-production", { quantity: [100] });
  await reported(store, "S-1", "check-goods", { lines: [{ counted: 100, specificationOk: true }] });
  await done(rep, "S-1", "confirm-receiving-time", { from: momentInDays(1), to: momentInDays(30), channel: "phone" });
  await reported(carrier, "S-1", "arrange-transport", { method: "courier", carrier: "SF Express", freightBorneBy: "company" });
  await done(rep, "S-1", "confirm-shipping-data", { recipient: secrets.recipient, phone: secrets.phone, address });
  await reported(carrier, "S-1", "dispatch", { carrier: "SF Express", trackingNumber: "SF1", expectedArrival: inDays(3) });
  const delivery = { trackingNumber: "SF1", signedBy: secrets.signer, deliveredAt: new Date().toISOString() };
  await reported(carrier, "S-1", "report-delivery", delivery);
  await done(rep, "S-1", "record-complaint", { about: secrets.complaint });
  await settled(rep, "S-1");
  const trail = JSON.stringify(await trailOf(boss, "S-1"));
  expect(Object.values(secrets).filter((text) => !trail.includes(text))).toEqual([]);
});

test("from the Temporal CLI, which has no key, a command in clear is on record and never carried out", async () => {
  const client = await engineClient(false);
  const said = { with: "customer", channel: "phone", summary: "told-in-clear" };
  const actor = { id: "li.na", roles: ["sales_rep"], kind: "person" };
  await client.workflow.getHandle("S-1").signal("record-communication", { actor, body: said });
  await client.workflow.getHandle("S-1").signal("record-communication", { actor, body: { with: secrets.customer.length } });
  await until(
    async () => JSON.stringify((await cast.boss.get("/orders/S-1/history")).body),
    (trail) => trail.includes("told-in-clear") && trail.includes("unverified") && trail.includes("command-refused"),
  );
  await client.connection.close();
});

/** The payloads anywhere in an answer of the engine. */
function payloadsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return "metadata" in value && "data" in value ? [value] : Object.values(value).flatMap(payloadsIn);
}

const settingsOfUi = z.object({ Codec: z.object({ Endpoint: z.string() }) });

test("in the Temporal UI the order still reads as a story: its pages are told where to have it decoded", async () => {
  const ui = gendan.urls["temporal"] ?? "";
  const { Codec } = settingsOfUi.parse(await (await fetch(`${ui}/api/v1/settings`)).json());
  const history: unknown = await (await fetch(`${ui}/api/v1/namespaces/default/workflows/S-1/history`)).json();
  expect(foundIn(Buffer.from(JSON.stringify(history)))).toEqual([]);
  const payloads = payloadsIn(history);
  expect(payloads.length).toBeGreaterThan(20);
  const decoded = await fetch(`${Codec.Endpoint}/decode`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(ui).origin, "x-namespace": "default" },
    body: JSON.stringify({ payloads }),
  });
  expect(decoded.status).toBe(200);
  expect(decoded.headers.get("access-control-allow-origin")).toBe(new URL(ui).origin);
  const answered = z.object({ payloads: z.array(z.object({ data: z.string() })) }).parse(await decoded.json()).payloads;
  const story = answered.map(({ data }) => Buffer.from(data, "base64").toString()).join("\n");
  expect(story).toContain("production: place · report-lead-time · R2.3");
  expect(story).toContain(secrets.person);

  const client = await engineClient(true);
  const metadata = await client.workflow.getHandle("S-1").query<{ currentDetails: string }>("__temporal_workflow_metadata");
  expect(metadata.currentDetails).toContain("**");
  const clear = await (await engineClient(false)).workflow.getHandle("S-1").query("__temporal_workflow_metadata").catch(String);
  expect(String(clear)).not.toContain("**");
});

test("after a rotation the new key writes, and what the old one wrote is read on", { timeout: 150_000 }, async () => {
  expect(await gendan.interrupt()).toBe(0);
  said += gendan.output();
  const path = localKeysPath(gendan.home);
  await promisify(execFile)(process.execPath, ["scripts/run.mjs", "bin/admin/new-key", path, "--id", "rotated-2027"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  expect((await engineFiles()).includes("rotated-2027")).toBe(false);
  gendan = await gendan.again();
  cast = { ...cast, rep: await sender(gendan, "li.na", "sales_rep") };
  const { complaints } = await order(cast.rep, "S-1");
  expect(complaints[0]).toMatchObject({ about: secrets.complaint });
  await done(cast.rep, "S-1", "record-communication", { with: "customer", channel: "phone", summary: secrets.summary });
});

test("the engine's files hold none of it, nor do the logs of any process at their most talkative", async () => {
  expect(await gendan.interrupt()).toBe(0);
  said += gendan.output();
  const files = await engineFiles();
  // What was sent in clear shows that the search finds what is there.
  expect(files.includes("told-in-clear")).toBe(true);
  expect(files.includes("rotated-2027")).toBe(true);
  expect(foundIn(files)).toEqual([]);
  expect(said).toContain("incoming request");
  expect(foundIn(Buffer.from(said))).toEqual([]);
  expect(said).not.toMatch(/eyJ|told-in-clear/u);
});
