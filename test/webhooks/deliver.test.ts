import { sql } from "kysely";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../src/records/database.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { alter, claim, deliveriesOf, prune, replaceSecret, resend, subscribe, subscription } from "../../src/records/webhooks.ts";
import { publish } from "../../src/records/write.ts";
import { networksFrom } from "../../src/webhooks/addresses.ts";
import { deliveryPolicy, startDelivering, type DeliveryPolicy } from "../../src/webhooks/deliver.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { upTo } from "../domain/regular.ts";
import { until } from "../support/until.ts";

/** The outbox and its senders, on a real database and with real receivers. */

let records: Fixture;
let db: Database;
beforeAll(async () => {
  records = await openRecords();
  ({ db } = records);
}, 120_000);
afterAll(async () => {
  await records.end();
});

interface Got {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly said: { type: string; timestamp: string; data: { orderNo: string; number: number } };
}
type Answering = (got: Got, response: ServerResponse, nth: number) => void;

const servers: Server[] = [];
const senders: { stop(): Promise<void> }[] = [];
beforeEach(() => sql`truncate orders, events, duties, webhooks, deliveries`.execute(db));
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A receiver that keeps what it gets, and answers as a test says. */
async function receiver(answer: Answering = (_got, response) => response.writeHead(204).end()) {
  const got: Got[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const one = { id: headers["webhook-id"] ?? "", headers, body, said: JSON.parse(body) as Got["said"] };
      got.push(one);
      answer(one, response, got.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { got, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook` };
}

const quick: DeliveryPolicy = { ...deliveryPolicy, retryAfter: [20, 20, 20], within: 500, lease: 1_000, every: 20 };
function deliver(policy: DeliveryPolicy = quick, networks = "127.0.0.0/8") {
  const errors: unknown[] = [];
  const sender = startDelivering({ db, networks: networksFrom(networks), policy, onError: (error) => errors.push(error) });
  senders.push(sender);
  return { sender, errors };
}

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
async function wanting(url: string, events: readonly string[] | null = null, webhookId = "wh_1"): Promise<void> {
  const createdAt = new Date(MONDAY - 1).toISOString();
  const one = { webhookId, url, events, state: "on" as const, description: "", createdBy: "wang.fang", createdAt };
  await subscribe(db, one, SECRET, "");
}
/** A story's order, as its workflow would publish it. */
async function told(orderNo = "SO-1", events = upTo("sign").events): Promise<number> {
  const renamed = events.map((event) => (event.event === "received" ? { ...event, data: { ...event.data, orderNo } } : event));
  await publish(db, publicationOf(renamed, MONDAY));
  return events.length;
}
const states = async (webhookId = "wh_1") => (await deliveriesOf(db, webhookId, { limit: 200 })).items;

test("what is recorded is told: signed, in order, that it happened and nothing personal", async () => {
  const { got, url } = await receiver();
  await wanting(url);
  const count = await told();
  deliver();
  await until(states, (all) => all.length === count && all.every(({ state }) => state === "delivered"));
  expect(got.map(({ said }) => said.data.number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(got[0]?.said).toEqual({
    type: "order.received",
    timestamp: new Date(MONDAY).toISOString(),
    data: { orderNo: "SO-1", number: 1 },
  });
  for (const { body, headers } of got) {
    expect(new Webhook(SECRET).verify(body, headers)).toBeTruthy();
    expect(body).not.toMatch(/客户|陈先生|1380000/u);
  }
  // Recorded once more, as after a crash or a rebuilding, it is not told once more.
  await told();
  expect(await states()).toHaveLength(count);
});

test("only the types asked for, only what happened since, and nothing while it is off", async () => {
  const { url } = await receiver();
  await wanting(url, ["order.signed"]);
  await wanting(url, null, "wh_off");
  await alter(db, "wh_off", { state: "off" });
  const createdAt = new Date(MONDAY + 365 * 86_400_000).toISOString();
  await subscribe(
    db,
    { webhookId: "wh_new", url, events: null, state: "on", description: "", createdBy: "a", createdAt },
    SECRET,
    "",
  );
  await told();
  expect((await states()).map(({ type }) => type)).toEqual(["order.signed"]);
  expect([await states("wh_off"), await states("wh_new")]).toEqual([[], []]);
});

test("the outbox is written with the event, or neither is", async () => {
  const { url } = await receiver();
  await wanting(url);
  const { events } = upTo("sign");
  await expect(publish(db, { ...publicationOf(events, MONDAY), events: events.slice(1) })).rejects.toThrow("cannot follow");
  expect(await states()).toEqual([]);
});

test("500s are tried again with the same id, in order, until one is given up: then all waits, and goes on when switched on", async () => {
  const mend = { broken: true };
  const { got, url } = await receiver((_got, response) => response.writeHead(mend.broken ? 500 : 200).end());
  await wanting(url);
  const count = await told();
  deliver();
  const seen = await until(states, (all) => all.some(({ state }) => state === "failed"));
  expect(seen.find(({ state }) => state === "failed")).toMatchObject({
    number: 1,
    attempts: 4,
    status: 500,
    why: "answered 500",
  });
  expect((await subscription(db, "wh_1"))?.state).toBe("failing");
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  mend.broken = false;
  await alter(db, "wh_1", { state: "on" });
  await until(states, (all) => all.filter(({ state }) => state === "delivered").length === count - 1);
  const [failed] = (await states()).filter(({ state }) => state === "failed");
  expect(await resend(db, "wh_1", failed?.deliveryId ?? "")).toBe(true);
  await until(states, (all) => all.every(({ state }) => state === "delivered"));
  expect(got.at(-1)?.id).toBe(failed?.deliveryId);
});

test("a worker that dies with a delivery in hand loses nothing: another sends it", async () => {
  const { got, url } = await receiver();
  await wanting(url, ["order.signed"]);
  await told();
  // What a worker that is killed now has done: taken it on, and nothing else.
  expect(await claim(db, "wh_1", 4, 300)).toHaveLength(1);
  expect(await claim(db, "wh_1", 4, 300)).toHaveLength(0);
  deliver();
  deliver();
  await until(states, (all) => all.every(({ state }) => state === "delivered"));
  expect(got).toHaveLength(1);
  expect((await states())[0]?.attempts).toBe(2);
});

test("a receiver that does not answer in time is tried again, and holds up no other", async () => {
  const slow = await receiver((_got, response, nth) => (nth === 1 ? undefined : response.writeHead(200).end()));
  const prompt = await receiver();
  await wanting(slow.url, ["order.signed"], "wh_slow");
  await wanting(prompt.url, ["order.signed"], "wh_prompt");
  await told();
  deliver({ ...quick, within: 1_000, lease: 5_000 });
  await until(
    () => states("wh_prompt"),
    (all) => all.every(({ state }) => state === "delivered"),
  );
  expect(slow.got.length).toBeLessThanOrEqual(1);
  const [delivery] = await until(
    () => states("wh_slow"),
    (all) => all.every(({ state }) => state === "delivered"),
  );
  expect(delivery).toMatchObject({ attempts: 2 });
});

test("Retry-After is waited for", async () => {
  const { url } = await receiver((_got, response) => response.writeHead(429, { "retry-after": "3600" }).end());
  await wanting(url, ["order.signed"]);
  await told();
  deliver();
  const [delivery] = await until(states, ([first]) => first?.status === 429);
  expect(Date.parse(delivery?.nextAt ?? "") - Date.now()).toBeGreaterThan(3_000_000);
});

test("410 ends a subscription at once", async () => {
  const { url } = await receiver((_got, response) => response.writeHead(410).end());
  await wanting(url, ["order.signed"]);
  await told();
  deliver();
  await until(
    async () => (await subscription(db, "wh_1"))?.state,
    (state) => state === "off",
  );
  expect(await states()).toMatchObject([{ state: "failed", attempts: 1, why: "answered 410" }]);
});

test("a redirect is not followed", async () => {
  const target = await receiver();
  const { url } = await receiver((_got, response) => response.writeHead(307, { location: target.url }).end());
  await wanting(url, ["order.signed"]);
  await told();
  deliver();
  await until(states, ([first]) => first?.state === "failed");
  expect(target.got).toEqual([]);
});

test("an address that is not allowed is not connected to, by number or by name", async () => {
  const { got, url } = await receiver();
  const port = new URL(url).port;
  await wanting(url, ["order.signed"], "wh_number");
  await wanting(`http://localhost:${port}/hook`, ["order.signed"], "wh_name");
  await wanting(`http://[::ffff:127.0.0.1]:${port}/hook`, ["order.signed"], "wh_mapped");
  await told();
  deliver(quick, "");
  for (const webhookId of ["wh_number", "wh_name", "wh_mapped"]) {
    const [delivery] = await until(
      () => states(webhookId),
      ([first]) => first?.state === "failed",
    );
    expect(delivery?.why).toBe("address not allowed");
  }
  expect(got).toEqual([]);
});

test("while a secret is changed both sign, and afterwards only the new one", async () => {
  const { got, url } = await receiver();
  await wanting(url, ["order.signed"]);
  const next = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
  await replaceSecret(db, "wh_1", next, 3_600_000);
  await told("SO-1");
  deliver();
  await until(
    async () => got.length,
    (count) => count === 1,
  );
  const [both] = got;
  for (const secret of [SECRET, next]) expect(new Webhook(secret).verify(both?.body ?? "", both?.headers ?? {})).toBeTruthy();
  await sql`update webhooks set previous_until = now() - interval '1 second'`.execute(db);
  await told("SO-2");
  await until(
    async () => got.length,
    (count) => count === 2,
  );
  const last = got[1];
  expect(new Webhook(next).verify(last?.body ?? "", last?.headers ?? {})).toBeTruthy();
  expect(() => new Webhook(SECRET).verify(last?.body ?? "", last?.headers ?? {})).toThrow();
});

test("what is old is forgotten", async () => {
  const { url } = await receiver();
  await wanting(url);
  await told();
  await sql`update deliveries set created_at = now() - interval '31 days' where number = 1`.execute(db);
  const before = (await states()).length;
  await prune(db, deliveryPolicy.keep);
  expect(await states()).toHaveLength(before - 1);
});
