import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentOf } from "../../src/api/document.ts";
import {
  acceptedSchema,
  answerSchema,
  commandStateSchema,
  dutiesSchema,
  historySchema,
  orderSchema,
  ordersSchema,
  overdueCountSchema,
  readySchema,
} from "../../src/contracts/answers.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { commandNames, commands } from "../../src/domain/order/chapters.ts";
import { roles, type Role } from "../../src/domain/people.ts";
import { HOUR } from "../../src/domain/time.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

interface Sent {
  readonly as?: readonly [id: string, role: Role, machine?: boolean];
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: "GET" | "POST" | "PUT";
}

async function request(url: string, { as, body, headers = {}, method }: Sent = {}) {
  const authorization = as ? { authorization: `Bearer ${await stage.token(...as)}` } : {};
  const answer = await stage.app.inject({
    url,
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { ...authorization, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = answer.body;
  const json: unknown = String(answer.headers["content-type"]).includes("json") ? JSON.parse(text) : text;
  return { status: answer.statusCode, headers: answer.headers, json };
}

const R = ["li.na", "sales_rep"] as const;
const S = ["wang.fang", "supervisor"] as const;
const P = ["production-system", "production", true] as const;

async function problem(url: string, sent: Sent) {
  const { status, headers, json } = await request(url, sent);
  expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  const body = problemSchema.parse(json);
  expect(body.status).toBe(status);
  expect(JSON.stringify(json)).not.toMatch(/node_modules|select |at .*\.ts/u);
  return body;
}

let numbers = 0;
/** A fresh order of li.na, and its number. */
async function received(): Promise<string> {
  numbers += 1;
  const orderNo = `T-${numbers}`;
  const { status } = await request("/orders", { as: R, body: { orderNo, customer, lines } });
  expect(status).toBe(201);
  return orderNo;
}
async function entered(): Promise<string> {
  const orderNo = await received();
  await request(`/orders/${orderNo}/confirm`, { as: R, body: { lines, deliveryDate: "2026-12-20", channel: "phone" } });
  await request(`/orders/${orderNo}/enter`, { as: R, body: entry });
  return orderNo;
}

describe("receiving an order", () => {
  test("answers 201 with its address and the order", async () => {
    const { status, headers, json } = await request("/orders", { as: R, body: examples.receive });
    expect(status).toBe(201);
    const order = orderSchema.parse(json);
    expect(headers["location"]).toBe(`/orders/${order.orderNo}`);
    expect(order).toMatchObject({ status: "pending_confirmation", salesRep: "li.na", amountFen: 350_000 });
    expect(order.permitted).toContain("confirm");
  });

  test("the same key makes no second order, and another body with it is a conflict", async () => {
    const headers = { "idempotency-key": "call-17" };
    const first = await request("/orders", { as: R, body: { customer }, headers });
    const second = await request("/orders", { as: R, body: { customer }, headers });
    expect([second.status, second.headers["location"]]).toEqual([201, first.headers["location"]]);
    expect(await problem("/orders", { as: R, body: { customer, note: "more" }, headers })).toMatchObject({
      code: "idempotency-conflict",
      status: 422,
    });
    const another = await request("/orders", { as: ["zhang.wei", "sales_rep"], body: { customer }, headers });
    expect(another.headers["location"]).not.toBe(first.headers["location"]);
  });

  test("a number that is taken is refused; a rep takes no order in another's name", async () => {
    const orderNo = await received();
    expect(await problem("/orders", { as: R, body: { orderNo, customer } })).toMatchObject({
      code: "refused",
      reason: "order-exists",
    });
    expect(await problem("/orders", { as: R, body: { salesRep: "zhang.wei", customer } })).toMatchObject({ code: "forbidden" });
  });

  test("without a representative a supervisor is to assign one", async () => {
    const { json } = await request("/orders", { as: ["sun.li", "customer_service"], body: { customer } });
    expect(orderSchema.parse(json).duties.map(({ duty }) => duty)).toContain("assign-rep");
  });
});

describe("commands", () => {
  test("a person is answered with the order and what happened", async () => {
    const orderNo = await received();
    const { status, json } = await request(`/orders/${orderNo}/confirm`, { as: R, body: examples.confirm });
    expect(status).toBe(200);
    const answer = answerSchema.parse(json);
    expect(answer.order.stage).toBe("confirmed");
    expect(answer.events).toMatchObject([{ event: "confirmed", command: "confirm", actor: { id: "li.na", role: "sales_rep" } }]);
  });

  test("a machine's report is taken on with 202, must carry a key, and can be asked after", async () => {
    const orderNo = await entered();
    const body = { with: "workshop", channel: "system", summary: "material is here" };
    const url = `/orders/${orderNo}/record-communication`;
    expect(await problem(url, { as: P, body })).toMatchObject({ code: "malformed", errors: [{ path: "Idempotency-Key" }] });
    const { status, headers, json } = await request(url, { as: P, body, headers: { "idempotency-key": "p/1" } });
    expect([status, acceptedSchema.parse(json)]).toEqual([202, { accepted: true }]);
    const state = await request(String(headers["location"]), { as: P });
    expect(commandStateSchema.parse(state.json)).toMatchObject({ state: "done", events: [{ event: "communication-recorded" }] });
    expect(
      await problem(url, { as: P, body: { ...body, summary: "other" }, headers: { "idempotency-key": "p/1" } }),
    ).toMatchObject({
      code: "idempotency-conflict",
    });
  });

  test("a machine's report that does not fit is a discrepancy, and its state says why", async () => {
    const orderNo = await entered();
    const { status } = await request(`/orders/${orderNo}/finish-production`, {
      as: P,
      body: { quantity: [100] },
      headers: { "idempotency-key": "x" },
    });
    expect(status).toBe(202);
    const { json } = await request(`/orders/${orderNo}/commands/x`, { as: P, headers: { "accept-language": "zh-CN" } });
    expect(commandStateSchema.parse(json)).toMatchObject({ state: "refused", reason: "not-in-stage" });
    expect(commandStateSchema.parse(json).detail).toMatch(/订单/u);
  });

  test("Prefer: respond-async makes a person's command a report with their own rights", async () => {
    const orderNo = await entered();
    const headers = { prefer: "respond-async", "idempotency-key": "sig" };
    const { status, headers: answered } = await request(`/orders/${orderNo}/sign`, { as: S, body: {}, headers });
    expect([status, answered["preference-applied"]]).toEqual([202, "respond-async"]);
    const { json } = await request(`/orders/${orderNo}`, { as: S });
    expect(orderSchema.parse(json).stage).toBe("signed");
    expect(await problem(`/orders/${orderNo}/release`, { as: S, body: {}, headers })).toMatchObject({ code: "forbidden" });
  });

  test("a refusal says why, in the reader's language, and what could be sent", async () => {
    const orderNo = await received();
    const english = await problem(`/orders/${orderNo}/sign`, { as: S, body: {} });
    expect(english).toMatchObject({ code: "refused", reason: "not-in-stage", status: 409 });
    expect(english.permitted).toContain("reassign");
    const chinese = await problem(`/orders/${orderNo}/sign`, {
      as: S,
      body: {},
      headers: { "accept-language": "zh-CN,zh;q=0.9,en;q=0.5" },
    });
    expect(chinese.detail).toMatch(/订单现处于/u);
  });

  test("every wrong field is named at once, and nothing is stored", async () => {
    const orderNo = await received();
    const wrong = {
      lines: [{ model: "", quantity: 0, unitPriceFen: 1.5 }],
      deliveryDate: "2026-02-30",
      channel: "pigeon",
      extra: 1,
    };
    const { errors = [], code } = await problem(`/orders/${orderNo}/confirm`, { as: R, body: wrong });
    expect(code).toBe("invalid-body");
    expect(errors.map(({ path }) => path).toSorted()).toEqual([
      "channel",
      "deliveryDate",
      "extra",
      "lines.0.model",
      "lines.0.quantity",
      "lines.0.specification",
      "lines.0.unitPriceFen",
    ]);
    const { json } = await request(`/orders/${orderNo}/history`, { as: R });
    expect(historySchema.parse(json)).toHaveLength(1);
  });

  test("only a machine says when something happened", async () => {
    const orderNo = await received();
    const body = { ...examples.confirm, at: "2026-11-20T10:00:00+08:00" };
    expect(await problem(`/orders/${orderNo}/confirm`, { as: R, body })).toMatchObject({
      code: "invalid-body",
      errors: [{ path: "at" }],
    });
  });

  test("what is not JSON, too large, of another type or nowhere is refused as such", async () => {
    const orderNo = await received();
    const url = `/orders/${orderNo}/confirm`;
    expect(await problem(url, { as: R, body: "{" })).toMatchObject({ code: "malformed", status: 400 });
    expect(await problem(url, { as: R, body: `{"note":"${"x".repeat(1_100_000)}"}` })).toMatchObject({
      code: "too-large",
      status: 413,
    });
    expect(await problem(url, { as: R, body: "a=b", headers: { "content-type": "text/plain" } })).toMatchObject({ status: 415 });
    expect(await problem("/nowhere", {})).toMatchObject({ code: "not-found" });
    expect(await problem("/orders/T-none/confirm", { as: R, body: examples.confirm })).toMatchObject({ code: "not-found" });
    expect(await problem("/orders/..%2F..%2Fx", { as: R })).toMatchObject({ status: 422 });
  });

  test("an ended order is opened again by what may still be said of it, and refuses the rest", async () => {
    const orderNo = await received();
    await request(`/orders/${orderNo}/cancel`, { as: R, body: { reason: "mistake" } });
    const running = stage.runningOrders.get(orderNo);
    for (const effect of running?.pending() ?? []) running?.settle(effect, { result: "done" }, stage.clock);
    await request(`/orders/${orderNo}/record-communication`, { as: R, body: examples["record-communication"] });
    expect(await problem(`/orders/${orderNo}/confirm`, { as: R, body: examples.confirm })).toMatchObject({
      reason: "not-in-stage",
    });
    const { status, json } = await request(`/orders/${orderNo}/record-complaint`, { as: R, body: { about: "no answer" } });
    expect(status).toBe(200);
    expect(answerSchema.parse(json).order.duties.map(({ duty }) => duty)).toEqual(["handle-complaint"]);
    const { json: all } = await request(`/orders/${orderNo}/history`, { as: S });
    expect(historySchema.parse(all)[0]?.event).toBe("received");
  });
});

describe("who may", () => {
  test("nothing without a token, nothing with a bad one", async () => {
    for (const url of ["/orders", "/overdue", "/duties?assignee=me", "/orders/T-1", "/orders/T-1/history"]) {
      expect(await problem(url, {})).toMatchObject({ code: "unauthenticated", status: 401 });
      expect(await problem(url, { headers: { authorization: "Bearer x.y.z" } })).toMatchObject({ code: "unauthenticated" });
    }
  });

  test("each command is open to its roles alone, persons and machines", async () => {
    const orderNo = await received();
    for (const command of commandNames) {
      const { by, machine } = commands[command];
      const url = command === "receive" ? "/orders" : `/orders/${orderNo}/${command}`;
      for (const role of roles) {
        const may = by.includes(role) || (role === "management" && by.includes("supervisor"));
        const { status } = await request(url, { as: ["somebody", role], body: "{" });
        expect([command, role, status]).toEqual([command, role, may ? 400 : 403]);
      }
      if (machine) continue;
      const [role = "supervisor"] = by;
      const { status } = await request(url, { as: ["m", role, true], body: {}, headers: { "idempotency-key": "k" } });
      expect([command, status]).toEqual([command, 403]);
    }
  });

  test("a representative neither sees nor changes another's order", async () => {
    const orderNo = await received();
    const other = ["wu.hua", "sales_rep"] as const;
    for (const url of [`/orders/${orderNo}`, `/orders/${orderNo}/history`])
      expect(await problem(url, { as: other })).toMatchObject({ code: "not-found" });
    expect(await problem(`/orders/${orderNo}/confirm`, { as: other, body: examples.confirm })).toMatchObject({
      code: "not-found",
    });
    const { json } = await request("/orders", { as: other });
    expect(ordersSchema.parse(json).items).toEqual([]);
  });

  test("departments see what their work needs: no prices, no contact", async () => {
    const orderNo = await entered();
    const seen = async (as: Sent["as"] & object) =>
      JSON.stringify((await request(`/orders/${orderNo}`, { as })).json) +
      JSON.stringify((await request(`/orders/${orderNo}/history`, { as })).json);
    const workshop = await seen(["zhou.jie", "production"]);
    for (const hidden of ["+8613800000000", "3500", "350000", "古镇路"]) expect(workshop).not.toContain(hidden);
    expect(workshop).toContain("E27 9W 3000K");
    const carrier = await seen(["he.ping", "logistics"]);
    expect(carrier).toContain("古镇路");
    expect(carrier).not.toContain("350000");
    expect(await seen(["sun.li", "customer_service"])).toContain("+8613800000000");
  });
});

describe("lists", () => {
  test("show a change right after the answer, and what is overdue at the moment of asking", async () => {
    const orderNo = await received();
    const find = async () => {
      const { json } = await request("/orders?limit=200", { as: S });
      return ordersSchema.parse(json).items.find((item) => item.orderNo === orderNo);
    };
    expect(await find()).toMatchObject({ status: "pending_confirmation", customer: { name: customer.name } });
    stage.clock += 3 * HOUR;
    const { json } = await request("/overdue?duty=confirm&limit=200", { as: S });
    expect(dutiesSchema.parse(json).items.find((item) => item.orderNo === orderNo)).toMatchObject({
      overdueSeconds: 3_600,
      rule: "R2.1",
      level: 0,
    });
    const count = await request("/overdue/count", { as: S });
    expect(overdueCountSchema.parse(count.json).byDuty["confirm"]).toBeGreaterThan(0);
    const mine = await request("/duties?assignee=me", { as: R });
    expect(dutiesSchema.parse(mine.json).items.every(({ owner }) => owner.id === "li.na")).toBe(true);
  });

  test("name every wrong parameter", async () => {
    expect(await problem("/orders?limit=201&status=lost&unknown=1", { as: S })).toMatchObject({
      code: "invalid-query",
      status: 422,
    });
    expect(await problem("/orders?cursor=zzz", { as: S })).toMatchObject({ code: "invalid-query", errors: [{ path: "cursor" }] });
    expect(await problem("/duties", { as: S })).toMatchObject({ status: 422 });
  });
});

describe("weather", () => {
  test("while the engine is away commands are answered 503 with Retry-After, probes tell, reads come from the records", async () => {
    const orderNo = await received();
    stage.weather.away = true;
    const { status, headers } = await request(`/orders/${orderNo}/confirm`, { as: R, body: examples.confirm });
    expect([status, headers["retry-after"]]).toEqual([503, "2"]);
    const ready = await request("/readyz");
    expect([ready.status, readySchema.parse(ready.json)]).toMatchObject([503, { ready: false, engine: "away", records: "up" }]);
    expect((await request("/livez")).status).toBe(200);
    expect(orderSchema.parse((await request(`/orders/${orderNo}`, { as: R })).json).stage).toBe("received");
    stage.weather.away = false;
    expect((await request(`/orders/${orderNo}`, { as: R })).headers).not.toHaveProperty("gendan-answered-from");
    expect((await request("/readyz")).status).toBe(200);
    expect((await request(`/orders/${orderNo}/confirm`, { as: R, body: examples.confirm })).status).toBe(200);
  });

  test.each(["away", "silent"] as const)(
    "while the engine is %s an answer of the records says so; of an order that they do not know, nobody says that there is none",
    async (weather) => {
      const orderNo = await received();
      const paths = ["", "/history", "/history.csv", "/forms/order-confirmation"];
      stage.weather[weather] = true;
      for (const path of paths) {
        const { status, headers } = await request(`/orders/${orderNo}${path}`, { as: S });
        expect([path, status, headers["gendan-answered-from"]]).toEqual([path, 200, "records"]);
        const unknown = await request(`/orders/not-yet-recorded${path}`, { as: S });
        expect([path, unknown.status, unknown.headers["retry-after"]]).toEqual([path, 503, "2"]);
        expect(unknown.json).toMatchObject({ detail: "That cannot be said now: nobody answered. Ask again." });
        expect(unknown.headers).not.toHaveProperty("gendan-answered-from");
      }
      stage.weather[weather] = false;
      expect(await problem("/orders/not-yet-recorded", { as: S })).toMatchObject({ status: 404 });
    },
  );

  test("when no worker answers, the caller is told to try again with the same key", async () => {
    const orderNo = await received();
    stage.weather.silent = true;
    expect(await problem(`/orders/${orderNo}/confirm`, { as: R, body: examples.confirm })).toMatchObject({
      code: "unavailable",
      status: 503,
    });
    stage.weather.silent = false;
  });

  test("the documents and metrics are public, and nothing else is", async () => {
    for (const url of ["/openapi.json", "/docs", "/metrics", "/livez"])
      expect([url, (await request(url)).status < 400]).toEqual([url, true]);
    expect((await request("/metrics")).json).toContain("gendan_http_request_duration_seconds_count");
  });
});

test("the committed OpenAPI document is what the code says", async () => {
  const committed = await readFile(new URL("../../openapi/gendan.json", import.meta.url), "utf8");
  expect(JSON.parse(await documentOf())).toEqual(JSON.parse(committed));
});
