import { beforeAll, expect, test } from "vitest";
import {
  acceptedSchema,
  answerSchema,
  commandStateSchema,
  dutiesSchema,
  orderSchema,
  ordersSchema,
} from "../../src/contracts/answers.ts";
import { problemSchema, type Problem } from "../../src/contracts/problem.ts";
import type { Answer } from "../support/people.ts";
import { sharedGendan } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { address, body, castOf, customer, done, entered, eventsOf, inDays, lamps, order, trailOf, type Cast } from "./client.ts";

let cast: Cast;
beforeAll(async () => {
  cast = await castOf(sharedGendan());
});

/** A refusal over HTTP, as `application/problem+json`. */
function problem(answer: Answer, status: number): Problem {
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/u);
  return body(problemSchema, answer, status);
}

/** Example A: customer A orders 100 LED lamps; confirmed at once and entered, the order is pending confirmation (R2.1, R2.2). */
test("100 LED lamps are entered, are pending confirmation, and the list shows them right after the answer", async () => {
  const { rep, boss } = cast;
  const now = await entered(cast, "A-1");
  const listed = ordersSchema.parse((await rep.get("/orders?status=pending_confirmation&limit=200")).body);
  expect(listed.items.filter(({ orderNo }) => orderNo === "A-1")).toMatchObject([
    { orderNo: "A-1", status: "pending_confirmation", stage: "entered", amountFen: 350_000, promisedDate: inDays(20) },
  ]);
  expect(now).toMatchObject({
    status: "pending_confirmation",
    stage: "entered",
    class: { large: false, custom: false },
    amountFen: 350_000,
    requestedDate: inDays(20),
    promisedDate: inDays(20),
    salesRep: "li.na",
    revision: 1,
  });
  expect(now.duties.map(({ duty, owner, rule, state }) => [duty, owner.role, rule, state])).toEqual([
    ["sign", "supervisor", "R5.3", "open"],
  ]);
  const { items } = body(dutiesSchema, await boss.get("/duties?assignee=me&limit=200"), 200);
  expect(items.filter(({ orderNo }) => orderNo === "A-1")).toMatchObject([{ duty: "sign" }]);
  expect(await eventsOf(boss, "A-1")).toEqual(["received", "confirmed", "entered"]);
});

/** R1.2. */
test("what was said and done for the order is on record with who, when and why", async () => {
  expect(await trailOf(cast.rep, "A-1")).toMatchObject([
    { number: 1, actor: { id: "li.na", role: "sales_rep" }, command: "receive", event: "received" },
    { number: 2, actor: { id: "li.na" }, command: "confirm", data: { deliveryDate: inDays(20), channel: "phone" } },
    { number: 3, actor: { id: "li.na" }, command: "enter", data: { deliveryAddress: address, selfChecked: true } },
  ]);
});

/** R2.2. */
test("an entry that lacks something is refused, naming every field in Chinese and in English, and nothing is stored", async () => {
  const { rep } = cast;
  await rep.post("/orders", { orderNo: "A-2", customer, channel: "phone" });
  await done(rep, "A-2", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" });
  const before = await order(rep, "A-2");
  const lacking = {
    customer: { name: "", contact: {} },
    lines: [{ model: "LED-A60", quantity: 0, unitPriceFen: 3_500 }],
    custom: null,
    deliveryAddress: { city: "中山" },
    selfChecked: false,
    requestdDate: inDays(20),
  };
  for (const [language, written] of [
    ["zh-CN", /\p{Script=Han}/u],
    ["en", /^[^\p{Script=Han}]+$/u],
  ] as const) {
    const said = problem(await rep.post("/orders/A-2/enter", lacking, { "accept-language": language }), 422);
    expect(said).toMatchObject({ code: "invalid-body", title: expect.stringMatching(written) });
    expect((said.errors ?? []).map(({ path }) => path).toSorted()).toEqual([
      "customer.contact",
      "customer.name",
      "deliveryAddress.province",
      "deliveryAddress.street",
      "lines.0.quantity",
      "lines.0.specification",
      "requestdDate",
      "requestedDate",
      "selfChecked",
    ]);
    for (const { message } of said.errors ?? []) expect(message).toMatch(written);
  }
  expect(await eventsOf(rep, "A-2")).toEqual(["received", "confirmed"]);
  expect(await order(rep, "A-2")).toEqual(before);
});

test("an action that is not permitted is refused with the stage, and with what is permitted", async () => {
  const said = problem(await cast.boss.send("A-2", "sign", {}), 409);
  expect(said).toMatchObject({ code: "refused", reason: "not-in-stage", detail: expect.stringContaining("confirmed") });
  expect(said.permitted).not.toContain("sign");
  const mine = problem(await cast.rep.send("A-2", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" }), 409);
  expect(mine.permitted).toContain("enter");
});

test("a call that is sent twice is one order, and the same key with another call is refused", async () => {
  const { rep } = cast;
  const headers = { "idempotency-key": "call-1" };
  const first = await rep.post("/orders", { customer }, headers);
  const second = await rep.post("/orders", { customer }, headers);
  const { orderNo } = body(orderSchema, first, 201);
  expect(body(orderSchema, second, 201).orderNo).toBe(orderNo);
  expect(first.headers.get("location")).toBe(`/orders/${orderNo}`);
  expect(second.headers.get("location")).toBe(`/orders/${orderNo}`);
  expect(problem(await rep.post("/orders", { customer, note: "another" }, headers), 422).code).toBe("idempotency-conflict");
  expect(await eventsOf(rep, orderNo)).toEqual(["received"]);
});

test("a command that is sent twice happens once and is answered the same, and another body with its key is refused", async () => {
  const { rep } = cast;
  const said = { with: "customer", channel: "phone", summary: "asked when" } as const;
  const headers = { "idempotency-key": "said-1" };
  const first = body(answerSchema, await rep.send("A-1", "record-communication", said, headers), 200);
  const second = body(answerSchema, await rep.send("A-1", "record-communication", said, headers), 200);
  expect(first.events.map(({ event }) => event)).toEqual(["communication-recorded"]);
  expect(second).toEqual(first);
  const other = await rep.send("A-1", "record-communication", { ...said, summary: "asked where" }, headers);
  expect(problem(other, 422).code).toBe("idempotency-conflict");
  expect((await eventsOf(rep, "A-1")).filter((event) => event === "communication-recorded")).toHaveLength(1);
});

test("a machine's report is accepted with the address that tells what became of it; sent twice it is one", async () => {
  const { workshop, rep } = cast;
  const said = { with: "sales", channel: "system", summary: "capacity is free" } as const;
  const headers = { "idempotency-key": "report-1" };
  const first = await workshop.send("A-1", "record-communication", said, headers);
  expect(body(acceptedSchema, first, 202)).toEqual({ accepted: true });
  expect(first.headers.get("location")).toBe("/orders/A-1/commands/report-1");
  const state = async () => body(commandStateSchema, await workshop.get(first.headers.get("location") ?? "/nowhere"), 200);
  const became = await until(state, (now) => now.state !== "waiting");
  expect(became).toMatchObject({
    state: "done",
    events: [{ event: "communication-recorded", actor: { id: "production-system", role: "production" } }],
  });
  const again = await workshop.send("A-1", "record-communication", said, headers);
  expect([again.status, again.headers.get("location")]).toEqual([202, "/orders/A-1/commands/report-1"]);
  const other = await workshop.send("A-1", "record-communication", { ...said, summary: "it is not" }, headers);
  expect(problem(other, 422).code).toBe("idempotency-conflict");
  expect(await state()).toEqual(became);
  expect((await eventsOf(rep, "A-1")).filter((event) => event === "communication-recorded")).toHaveLength(2);
});

test("a machine's report that is not permitted is kept as a discrepancy, with the reason", async () => {
  const { workshop, rep } = cast;
  const answer = await workshop.send("A-1", "finish-production", { quantity: [100] }, { "idempotency-key": "early" });
  expect(answer.status).toBe(202);
  const state = async () => body(commandStateSchema, await workshop.get("/orders/A-1/commands/early"), 200);
  expect(await until(state, (now) => now.state !== "waiting")).toMatchObject({ state: "refused", reason: "not-in-stage" });
  expect(await order(rep, "A-1")).toMatchObject({ stage: "entered", discrepancies: [{ state: "open" }] });
  const unkeyed = await workshop.send("A-1", "finish-production", { quantity: [100] }, { "idempotency-key": "" });
  expect(problem(unkeyed, 400).code).toBe("malformed");
  expect((await workshop.get("/orders/A-1/commands/never-sent")).status).toBe(404);
});

test("a report that a person asks for is accepted, says so, and is done", async () => {
  const { rep } = cast;
  const said = { with: "customer", channel: "phone", summary: "told her" } as const;
  const headers = { prefer: "respond-async", "idempotency-key": "later-1" };
  const answer = await rep.send("A-2", "record-communication", said, headers);
  expect([answer.status, answer.headers.get("preference-applied")]).toEqual([202, "respond-async"]);
  const state = async () => body(commandStateSchema, await rep.get("/orders/A-2/commands/later-1"), 200);
  expect((await until(state, (now) => now.state !== "waiting")).state).toBe("done");
});
