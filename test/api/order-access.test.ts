import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { historySchema, orderSchema } from "../../src/contracts/answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Whose an order is, is asked before anything else (`docs/http.md`, Queries): nobody is told of what is not theirs. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

type Who = readonly [id: string, role: Role, machine?: boolean];
const R: Who = ["li.na", "sales_rep"];
const other: Who = ["he.jun", "sales_rep"];
const S: Who = ["wang.fang", "supervisor"];

async function ask(as: Who, url: string, body?: object, headers: Readonly<Record<string, string>> = {}) {
  const answer = await stage.app.inject({
    url,
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${await stage.token(...as)}`, ...headers },
    ...(body ? { payload: body } : {}),
  });
  return { status: answer.statusCode, body: answer.body, json: answer.json() };
}

const said = { with: "customer", channel: "phone", summary: "asked" };

async function received(orderNo: string): Promise<string> {
  expect((await ask(R, "/orders", { orderNo, customer, lines })).status).toBe(201);
  return `/orders/${orderNo}`;
}

describe("of an order that went to somebody else", () => {
  test("the one before is told neither of their keys nor of it, whatever they ask", async () => {
    const order = await received("G-1");
    const key = { "idempotency-key": "mine" };
    expect((await ask(R, `${order}/record-communication`, said, key)).status).toBe(200);
    expect((await ask(R, `${order}/commands/mine`)).status).toBe(200);
    await ask(S, `${order}/reassign`, { salesRep: "he.jun" });
    const before = stage.runningOrders.get("G-1")?.lastEvent();
    const none = "/orders/G-none";
    for (const [path, body, headers] of [
      ["", undefined, {}],
      ["/history", undefined, {}],
      ["/commands/mine", undefined, {}],
      ["/commands/never", undefined, {}],
      ["/forms/order-confirmation", undefined, {}],
      // The same again, another body under the key, and both as reports.
      ["/record-communication", said, key],
      ["/record-communication", { ...said, summary: "other" }, key],
      ["/record-communication", said, { ...key, prefer: "respond-async" }],
      ["/record-communication", { ...said, summary: "other" }, { ...key, prefer: "respond-async" }],
    ] as const) {
      const [theirs, notThere] = [await ask(R, `${order}${path}`, body, headers), await ask(R, `${none}${path}`, body, headers)];
      const [a, b] = [theirs, notThere].map(({ status, json }) => [status, { ...problemSchema.parse(json), instance: "" }]);
      expect(a).toEqual(b);
      expect(a).toMatchObject([404, { status: 404 }]);
    }
    expect(stage.runningOrders.get("G-1")?.lastEvent()).toBe(before);
    // Nor is it said again under the key that it was received under.
    const again = { orderNo: "G-1", customer, lines };
    expect((await ask(R, "/orders", again, { "idempotency-key": "call" })).status).toBe(409);
  });

  test("who still owes something on it reads that, and no more", async () => {
    const order = await received("G-2");
    await ask(S, `${order}/record-finding`, { rule: "R2.1", person: "li.na", action: "call the customer" });
    await ask(S, `${order}/record-finding`, { rule: "R2.1", person: "somebody", action: "of somebody else" });
    await ask(S, `${order}/reassign`, { salesRep: "he.jun" });
    const seen = await ask(R, order);
    expect(seen.status).toBe(200);
    expect(orderSchema.parse(seen.json)).toMatchObject({
      duties: [{ duty: "remedy-finding", owner: { id: "li.na" } }],
      findings: [{ action: "call the customer" }],
      lines: [],
      permitted: ["remedy-finding"],
    });
    expect(seen.body).not.toMatch(/of somebody else|13800000000|LED-A60|amountFen/u);
    const lines = historySchema.parse((await ask(R, `${order}/history`)).json);
    expect(lines.map(({ event, data }) => [event, data])).toMatchObject([["finding-recorded", { action: "call the customer" }]]);
    expect((await ask(R, `${order}/forms/order-confirmation`)).status).toBe(404);
    expect((await ask(R, `${order}/record-communication`, said)).status).toBe(404);
    const { findingId } = orderSchema.parse(seen.json).findings[0] as { findingId: string };
    const key = { "idempotency-key": "done" };
    for (const _ of [1, 2]) {
      const done = await ask(R, `${order}/remedy-finding`, { findingId, done: "called" }, key);
      expect(done.status).toBe(200);
      expect(done.body).not.toMatch(/of somebody else|13800000000|LED-A60|amountFen/u);
    }
    expect((await ask(R, order)).status).toBe(404);
    expect((await ask(other, order)).status).toBe(200);
  });
});

test("what is not there and what is not theirs takes the same work", async () => {
  await received("G-3");
  const asked: string[] = [];
  const engine = stage.engine;
  for (const name of ["salesRep", "history", "commandState", "update", "signal", "lastRunHistory"] as const) {
    const plain = engine[name] as (...args: unknown[]) => unknown;
    Object.assign(engine, {
      [name]: (...args: unknown[]) => {
        asked.push(name);
        return plain(...args);
      },
    });
  }
  const paths: readonly (readonly [string, object?])[] = [
    [""],
    ["/history"],
    ["/commands/k"],
    ["/forms/shipping-notice"],
    ["/record-communication", said],
  ];
  for (const [path, body] of paths) {
    const work: string[][] = [];
    for (const orderNo of ["G-3", "G-none"]) {
      asked.length = 0;
      expect((await ask(other, `/orders/${orderNo}${path}`, body)).status).toBe(404);
      work.push([...asked]);
    }
    expect(work[0]).toEqual(work[1]);
    expect(work[0]).toEqual(["salesRep"]);
  }
});

test("a department's machine reads what its department reads, and is nobody's deputy", async () => {
  const order = await received("G-4");
  expect((await ask(["shop", "sales_rep", true], order)).status).toBe(200);
  const people = [
    {
      id: "li.na",
      name: "李娜",
      roles: ["sales_rep"],
      deputies: ["robot"],
      absences: [{ from: "2026-01-01", to: "2027-12-31" }],
    },
    { id: "robot", name: "机器", roles: ["sales_rep"] },
  ];
  const put = await stage.app.inject({
    method: "PUT",
    url: "/staff",
    headers: { authorization: `Bearer ${await stage.token(...S)}` },
    payload: people,
  });
  expect(put.statusCode).toBe(200);
  stage.clock += 3_000;
  const summary = { "idempotency-key": "r" };
  expect((await ask(["robot", "sales_rep", true], `${order}/record-communication`, said, summary)).status).toBe(202);
  expect(stage.runningOrders.get("G-4")?.history().at(-1)?.actor).toEqual({ id: "robot", role: "sales_rep" });
});
