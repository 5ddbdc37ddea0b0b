import { sql } from "kysely";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../src/records/database.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import {
  alterSubscription,
  claimDeliveries,
  deliveriesOf,
  deleteOldDeliveries,
  replaceSecret,
  resendDelivery,
  subscribe,
  findSubscription,
} from "../../src/records/webhooks.ts";
import { publish } from "../../src/records/write.ts";
import { parseNetworks } from "../../src/webhooks/addresses.ts";
import { defaultDeliveryPolicy, startDeliveries, type DeliveryPolicy } from "../../src/webhooks/deliver.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { openRecords, type Fixture } from "../records/fixture.ts";
import { upTo } from "../domain/regular.ts";
import { until } from "../support/until.ts";

/** The outbox and its senders, with a real database and real receivers. */

let records: Fixture;
let db: Database;
beforeAll(async () => {
  records = await openRecords();
  ({ db } = records);
}, 120_000);
afterAll(async () => {
  await records.end();
});

interface Delivered {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly said: { type: string; timestamp: string; data: { orderNo: string; number: number } };
}
type Answering = (got: Delivered, response: ServerResponse, nth: number) => void;

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

/** A receiver that keeps the deliveries and answers as the test says. */
async function receiver(answer: Answering = (_got, response) => response.writeHead(204).end()) {
  const got: Delivered[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const one = { id: headers["webhook-id"] ?? "", headers, body, said: JSON.parse(body) as Delivered["said"] };
      got.push(one);
      answer(one, response, got.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { got, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook` };
}

const quick: DeliveryPolicy = { ...defaultDeliveryPolicy, pauses: [20, 20, 20], timeout: 500, lease: 1_000, pollEvery: 20 };
function startSender(policy: DeliveryPolicy = quick, networks = "127.0.0.0/8") {
  const errors: unknown[] = [];
  const sender = startDeliveries({ db, networks: parseNetworks(networks), policy, onError: (error) => errors.push(error) });
  senders.push(sender);
  return { sender, errors };
}

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
async function addSubscription(url: string, events: readonly string[] | null = null, webhookId = "wh_1"): Promise<void> {
  const createdAt = new Date(MONDAY - 1).toISOString();
  const one = { webhookId, url, events, state: "on" as const, description: "", createdBy: "wang.fang", createdAt };
  await subscribe(db, one, SECRET, "");
}
/** Publishes an order up to its signature, as its workflow would. Returns the number of its events. */
async function publishOrder(orderNo = "SO-1", events = upTo("sign").events): Promise<number> {
  const renamed = events.map((event) => (event.event === "received" ? { ...event, data: { ...event.data, orderNo } } : event));
  await publish(db, publicationOf(renamed, MONDAY));
  return events.length;
}
const listDeliveries = async (webhookId = "wh_1") => (await deliveriesOf(db, webhookId, { limit: 200 })).items;

test("each recorded event is delivered once: signed, in order, without personal data", async () => {
  const { got, url } = await receiver();
  await addSubscription(url);
  const count = await publishOrder();
  startSender();
  await until(listDeliveries, (all) => all.length === count && all.every(({ state }) => state === "delivered"));
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
  // Published again, as after a crash or by a rebuild, it is not delivered again.
  await publishOrder();
  expect(await listDeliveries()).toHaveLength(count);
});

test("a subscription gets only its types of events, only those since it was made, and none while it is off", async () => {
  const { url } = await receiver();
  await addSubscription(url, ["order.signed"]);
  await addSubscription(url, null, "wh_off");
  await alterSubscription(db, "wh_off", { state: "off" });
  const createdAt = new Date(MONDAY + 365 * 86_400_000).toISOString();
  await subscribe(
    db,
    { webhookId: "wh_new", url, events: null, state: "on", description: "", createdBy: "a", createdAt },
    SECRET,
    "",
  );
  await publishOrder();
  expect((await listDeliveries()).map(({ type }) => type)).toEqual(["order.signed"]);
  expect([await listDeliveries("wh_off"), await listDeliveries("wh_new")]).toEqual([[], []]);
});

test("an event and its delivery are written in one transaction", async () => {
  const { url } = await receiver();
  await addSubscription(url);
  const { events } = upTo("sign");
  await expect(publish(db, { ...publicationOf(events, MONDAY), events: events.slice(1) })).rejects.toThrow("cannot follow");
  expect(await listDeliveries()).toEqual([]);
});

test("after a 500 a delivery is retried with its id, in order, until it is given up; then the subscription waits until it is switched on again", async () => {
  const mend = { broken: true };
  const { got, url } = await receiver((_got, response) => response.writeHead(mend.broken ? 500 : 200).end());
  await addSubscription(url);
  const count = await publishOrder();
  startSender();
  const seen = await until(listDeliveries, (all) => all.some(({ state }) => state === "failed"));
  expect(seen.find(({ state }) => state === "failed")).toMatchObject({
    number: 1,
    attempts: 4,
    status: 500,
    why: "answered 500",
  });
  expect((await findSubscription(db, "wh_1"))?.state).toBe("failing");
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  mend.broken = false;
  await alterSubscription(db, "wh_1", { state: "on" });
  await until(listDeliveries, (all) => all.filter(({ state }) => state === "delivered").length === count - 1);
  const [failed] = (await listDeliveries()).filter(({ state }) => state === "failed");
  expect(await resendDelivery(db, "wh_1", failed?.deliveryId ?? "")).toBe(true);
  await until(listDeliveries, (all) => all.every(({ state }) => state === "delivered"));
  expect(got.at(-1)?.id).toBe(failed?.deliveryId);
});

test("a delivery claimed by a worker that died is sent by another", async () => {
  const { got, url } = await receiver();
  await addSubscription(url, ["order.signed"]);
  await publishOrder();
  // What a worker that is killed now has done: taken it on, and nothing else.
  expect(await claimDeliveries(db, "wh_1", 4, 300)).toHaveLength(1);
  expect(await claimDeliveries(db, "wh_1", 4, 300)).toHaveLength(0);
  startSender();
  startSender();
  await until(listDeliveries, (all) => all.every(({ state }) => state === "delivered"));
  expect(got).toHaveLength(1);
  expect((await listDeliveries())[0]?.attempts).toBe(2);
});

test("a receiver that does not answer in time is retried, and delays no other receiver", async () => {
  const slow = await receiver((_got, response, nth) => (nth === 1 ? undefined : response.writeHead(200).end()));
  const prompt = await receiver();
  await addSubscription(slow.url, ["order.signed"], "wh_slow");
  await addSubscription(prompt.url, ["order.signed"], "wh_prompt");
  await publishOrder();
  startSender({ ...quick, timeout: 1_000, lease: 5_000 });
  await until(
    () => listDeliveries("wh_prompt"),
    (all) => all.every(({ state }) => state === "delivered"),
  );
  expect(slow.got.length).toBeLessThanOrEqual(1);
  const [delivery] = await until(
    () => listDeliveries("wh_slow"),
    (all) => all.every(({ state }) => state === "delivered"),
  );
  expect(delivery).toMatchObject({ attempts: 2 });
});

test("Retry-After is honoured", async () => {
  const { url } = await receiver((_got, response) => response.writeHead(429, { "retry-after": "3600" }).end());
  await addSubscription(url, ["order.signed"]);
  await publishOrder();
  startSender();
  const [delivery] = await until(listDeliveries, ([first]) => first?.status === 429);
  expect(Date.parse(delivery?.nextAt ?? "") - Date.now()).toBeGreaterThan(3_000_000);
});

test("410 switches a subscription off at once", async () => {
  const { url } = await receiver((_got, response) => response.writeHead(410).end());
  await addSubscription(url, ["order.signed"]);
  await publishOrder();
  startSender();
  await until(
    async () => (await findSubscription(db, "wh_1"))?.state,
    (state) => state === "off",
  );
  expect(await listDeliveries()).toMatchObject([{ state: "failed", attempts: 1, why: "answered 410" }]);
});

test("a redirect is not followed", async () => {
  const target = await receiver();
  const { url } = await receiver((_got, response) => response.writeHead(307, { location: target.url }).end());
  await addSubscription(url, ["order.signed"]);
  await publishOrder();
  startSender();
  await until(listDeliveries, ([first]) => first?.state === "failed");
  expect(target.got).toEqual([]);
});

test("an address that is not allowed is not connected to, whether given as an IP or as a name", async () => {
  const { got, url } = await receiver();
  const port = new URL(url).port;
  await addSubscription(url, ["order.signed"], "wh_number");
  await addSubscription(`http://localhost:${port}/hook`, ["order.signed"], "wh_name");
  await addSubscription(`http://[::ffff:127.0.0.1]:${port}/hook`, ["order.signed"], "wh_mapped");
  await publishOrder();
  startSender(quick, "");
  for (const webhookId of ["wh_number", "wh_name", "wh_mapped"]) {
    const [delivery] = await until(
      () => listDeliveries(webhookId),
      ([first]) => first?.state === "failed",
    );
    expect(delivery?.why).toBe("address not allowed");
  }
  expect(got).toEqual([]);
});

test("while a secret is being replaced both secrets sign, afterwards only the new one", async () => {
  const { got, url } = await receiver();
  await addSubscription(url, ["order.signed"]);
  const next = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
  await replaceSecret(db, "wh_1", next, 3_600_000);
  await publishOrder("SO-1");
  startSender();
  await until(
    async () => got.length,
    (count) => count === 1,
  );
  const [both] = got;
  for (const secret of [SECRET, next]) expect(new Webhook(secret).verify(both?.body ?? "", both?.headers ?? {})).toBeTruthy();
  await sql`update webhooks set previous_until = now() - interval '1 second'`.execute(db);
  await publishOrder("SO-2");
  await until(
    async () => got.length,
    (count) => count === 2,
  );
  const last = got[1];
  expect(new Webhook(next).verify(last?.body ?? "", last?.headers ?? {})).toBeTruthy();
  expect(() => new Webhook(SECRET).verify(last?.body ?? "", last?.headers ?? {})).toThrow();
});

test("old deliveries are deleted", async () => {
  const { url } = await receiver();
  await addSubscription(url);
  await publishOrder();
  await sql`update deliveries set created_at = now() - interval '31 days' where number = 1`.execute(db);
  const before = (await listDeliveries()).length;
  await deleteOldDeliveries(db, defaultDeliveryPolicy.keep);
  expect(await listDeliveries()).toHaveLength(before - 1);
});
