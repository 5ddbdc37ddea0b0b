import { afterAll, beforeAll, expect, test } from "vitest";
import {
  deliveriesSchema,
  secretSchema,
  webhookSchema,
  webhooksSchema,
  webhookWithSecret,
} from "../../src/contracts/webhooks.ts";
import { examples } from "../../src/contracts/examples.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
let boss: string;
beforeAll(async () => {
  stage = await openStage();
  boss = await stage.token("wang.fang", "supervisor");
});
afterAll(() => stage.end());

const url = "https://receiver.example/hook";
async function ask(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  payload?: object,
  headers: Record<string, string> = {},
) {
  return stage.app.inject({
    method,
    url: path,
    headers: { authorization: `Bearer ${boss}`, ...headers },
    ...(payload ? { payload } : {}),
  });
}

test("a subscription is made, shown without its secret, changed, and ended", async () => {
  const made = await ask("POST", "/webhooks", { url, events: ["order.signed"], description: "portal" });
  expect(made.statusCode).toBe(201);
  const { webhookId, secret } = webhookWithSecret.parse(made.json());
  expect(made.headers["location"]).toBe(`/webhooks/${webhookId}`);
  expect(secret).toMatch(/^whsec_[\w+/=]{44}$/u);
  const one = await ask("GET", `/webhooks/${webhookId}`);
  expect(webhookSchema.strict().parse(one.json())).toMatchObject({
    url,
    events: ["order.signed"],
    state: "on",
    createdBy: "wang.fang",
  });
  expect(webhooksSchema.parse((await ask("GET", "/webhooks")).json()).items).toHaveLength(1);
  expect((await ask("GET", "/webhooks")).body).not.toContain(secret);
  const off = webhookSchema.parse((await ask("PATCH", `/webhooks/${webhookId}`, { state: "off", events: null })).json());
  expect(off).toMatchObject({ state: "off", events: null, url });
  const next = secretSchema.parse((await ask("POST", `/webhooks/${webhookId}/rotate-secret`)).json());
  expect(next.secret).not.toBe(secret);
  expect((await ask("DELETE", `/webhooks/${webhookId}`)).statusCode).toBe(204);
  for (const [method, path] of [
    ["GET", ""],
    ["DELETE", ""],
    ["GET", "/deliveries"],
    ["POST", "/rotate-secret"],
    ["POST", "/deliveries/msg_1/resend"],
  ] as const) {
    expect((await ask(method, `/webhooks/${webhookId}${path}`)).statusCode).toBe(404);
  }
  expect((await ask("PATCH", `/webhooks/${webhookId}`, { state: "on" })).statusCode).toBe(404);
});

test("the same key makes one subscription, and with another body none", async () => {
  const key = { "idempotency-key": "once" };
  const [first, second] = [await ask("POST", "/webhooks", { url }, key), await ask("POST", "/webhooks", { url }, key)];
  expect(second.json()).toEqual(first.json());
  expect((await ask("POST", "/webhooks", { url, description: "x" }, key)).statusCode).toBe(422);
});

test.each([
  [{}, ["url"]],
  [{ url: "receiver" }, ["url"]],
  [{ url: "http://192.168.1.1/" }, ["url"]],
  [{ url: "https://169.254.169.254/latest/meta-data/" }, ["url"]],
  [{ url: "https://user:secret@receiver.example/" }, ["url"]],
  [{ url, events: ["order.eaten"] }, ["events.0"]],
  [{ url, events: [] }, ["events"]],
  [{ url, more: 1 }, ["more"]],
])("%j is refused, naming %j", async (body, paths) => {
  const answer = await ask("POST", "/webhooks", body);
  expect(answer.statusCode).toBe(422);
  expect(problemSchema.parse(answer.json()).errors?.map(({ path }) => path)).toEqual(paths);
});

test("what happens to an order is put up for delivery, and can be looked at page by page and sent again", async () => {
  const { webhookId } = webhookWithSecret.parse((await ask("POST", "/webhooks", { url })).json());
  const rep = await stage.token("li.na", "sales_rep");
  const received = { ...examples.receive, orderNo: "SO-hook" };
  await stage.app.inject({ method: "POST", url: "/orders", headers: { authorization: `Bearer ${rep}` }, payload: received });
  const note = { with: "customer", channel: "phone", summary: "told" };
  await stage.app.inject({
    method: "POST",
    url: "/orders/SO-hook/record-communication",
    headers: { authorization: `Bearer ${rep}` },
    payload: note,
  });
  const page = deliveriesSchema.parse((await ask("GET", `/webhooks/${webhookId}/deliveries?limit=1`)).json());
  expect(page.items).toMatchObject([
    { type: "order.communication-recorded", orderNo: "SO-hook", number: 2, state: "waiting", attempts: 0 },
  ]);
  const rest = deliveriesSchema.parse((await ask("GET", `/webhooks/${webhookId}/deliveries?limit=1&cursor=${page.next}`)).json());
  expect(rest).toMatchObject({ items: [{ type: "order.received", number: 1 }], next: null });
  expect((await ask("GET", `/webhooks/${webhookId}/deliveries?cursor=x`)).statusCode).toBe(422);
  const again = await ask("POST", `/webhooks/${webhookId}/deliveries/${page.items[0]?.deliveryId}/resend`);
  expect([again.statusCode, again.json()]).toEqual([202, { accepted: true }]);
  // Of another's subscription it is not.
  const other = webhookWithSecret.parse((await ask("POST", "/webhooks", { url })).json());
  expect((await ask("POST", `/webhooks/${other.webhookId}/deliveries/${page.items[0]?.deliveryId}/resend`)).statusCode).toBe(404);
});
