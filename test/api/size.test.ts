import { afterAll, beforeAll, expect, test } from "vitest";
import { customer, entry } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** An order that is full says so, and what can be done; it can still be called off (`docs/http.md`, Size). */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => stage.end());

test("150 lines of 2,000 characters are confirmed, their entry is refused, and the order goes on", async () => {
  const token = await stage.token("li.na", "sales_rep");
  const post = (url: string, payload: object) =>
    stage.app.inject({ method: "POST", url, payload, headers: { authorization: `Bearer ${token}` } });
  const one = { model: "LED-A60", specification: "灯".repeat(2_000), quantity: 10, unitPriceFen: 100 };
  const lines = Array.from({ length: 150 }, () => one);
  expect((await post("/orders", { orderNo: "SO-long", customer, channel: "phone" })).statusCode).toBe(201);
  const confirmed = await post("/orders/SO-long/confirm", { lines, deliveryDate: "2026-12-20", channel: "phone" });
  expect(confirmed.statusCode).toBe(200);
  const full = await post("/orders/SO-long/enter", { ...entry, lines });
  expect(full.statusCode).toBe(409);
  expect(full.json()).toMatchObject({ code: "refused", reason: "order-full", permitted: expect.arrayContaining(["cancel"]) });
  expect((await post("/orders/SO-long/cancel", { reason: "too long" })).statusCode).toBe(200);
});
