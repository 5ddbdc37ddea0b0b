import { afterAll, beforeAll, expect, test } from "vitest";
import {
  deliveriesSchema,
  secretSchema,
  webhookSchema,
  webhooksSchema,
  webhookWithSecret,
} from "../../src/contracts/webhooks.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { openStage, type Stage } from "./api-under-test.ts";

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

test("the same key makes one new secret, however often and at once it is asked for; with something else none", async () => {
  const key = { "idempotency-key": "rotation" };
  const { webhookId, secret } = webhookWithSecret.parse((await ask("POST", "/webhooks", { url })).json());
  const rotate = (headers = key) => ask("POST", `/webhooks/${webhookId}/rotate-secret`, undefined, headers);
  const answers = await Promise.all([rotate(), rotate(), rotate()]);
  for (const answer of [...answers, await rotate()]) {
    expect([answer.statusCode, answer.json()]).toEqual([200, answers[0]?.json()]);
  }
  const [first] = answers.map((answer) => secretSchema.parse(answer.json()));
  expect(first?.secret).not.toBe(secret);
  expect(secretSchema.parse((await rotate({ "idempotency-key": "another" })).json()).secret).not.toBe(first?.secret);
  expect((await rotate()).json()).toEqual(first);
  // The key was for another subscription, another thing to do; what failed may be asked for again.
  const other = webhookWithSecret.parse((await ask("POST", "/webhooks", { url })).json());
  for (const path of [`${other.webhookId}/rotate-secret`, `${webhookId}/deliveries/msg_1/resend`]) {
    const conflict = await ask("POST", `/webhooks/${path}`, undefined, key);
    expect([conflict.statusCode, problemSchema.parse(conflict.json()).code]).toEqual([422, "idempotency-conflict"]);
  }
  const lost = { "idempotency-key": "lost" };
  expect((await ask("POST", `/webhooks/${webhookId}/deliveries/msg_1/resend`, undefined, lost)).statusCode).toBe(404);
  expect((await rotate(lost)).statusCode).toBe(200);
  expect((await rotate({ "idempotency-key": "not a key" })).statusCode).toBe(422);
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
  // Under a key it is sent once more once: not again when it has been delivered since.
  const { deliveryId = "" } = page.items[0] ?? {};
  const resent = () =>
    ask("POST", `/webhooks/${webhookId}/deliveries/${deliveryId}/resend`, undefined, { "idempotency-key": "r" });
  expect((await resent()).statusCode).toBe(202);
  await stage.db.updateTable("deliveries").set({ state: "delivered" }).where("delivery_id", "=", deliveryId).execute();
  expect((await resent()).json()).toEqual({ accepted: true });
  const state = stage.db.selectFrom("deliveries").select("state").where("delivery_id", "=", deliveryId);
  expect(await state.executeTakeFirst()).toEqual({ state: "delivered" });
  // Of another's subscription it is not.
  const other = webhookWithSecret.parse((await ask("POST", "/webhooks", { url })).json());
  expect((await ask("POST", `/webhooks/${other.webhookId}/deliveries/${page.items[0]?.deliveryId}/resend`)).statusCode).toBe(404);
});
