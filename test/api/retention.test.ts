import { afterAll, beforeAll, expect, test } from "vitest";
import { historySchema, orderSchema, ordersSchema } from "../../src/contracts/answers.ts";
import type { Role } from "../../src/domain/people.ts";
import { DAY } from "../../src/domain/time.ts";
import { removePersonalData } from "../../src/records/retention.ts";
import { verifyRecords } from "../../src/records/verify.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { visibleText } from "../forms/reading.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function request(url: string, body?: object, id = "li.na", role: Role = "sales_rep") {
  return stage.app.inject({
    url,
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${await stage.token(id, role)}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
}

const PERSONAL = /客户A|陈先生|13800000000|古镇路|附说明书/u;

test("an order whose personal data was removed is read, listed, printed and spoken of all the same", async () => {
  await request("/orders", { orderNo: "P-1", customer, lines, note: "附说明书" });
  await request("/orders/P-1/confirm", { lines, deliveryDate: "2026-12-20", channel: "phone" });
  await request("/orders/P-1/enter", entry);
  expect((await request("/orders/P-1/history")).body).toMatch(PERSONAL);
  expect((await request("/orders/P-1/history")).body).not.toContain("salt");
  await request("/orders/P-1/cancel", { reason: "customer went elsewhere" });
  const running = stage.runningOrders.get("P-1");
  for (const effect of running?.pending() ?? []) running?.settle(effect, { result: "done" }, stage.clock);
  // What was settled is published with the next command.
  await request("/orders/P-1/record-communication", { with: "陈先生", channel: "phone", summary: "告别" });
  stage.clock += 1_100 * DAY;
  expect(await removePersonalData(stage.db, stage.clock, "P1096D")).toMatchObject({ orders: 1, failed: [] });

  const order = orderSchema.parse((await request("/orders/P-1")).json());
  expect(order).toMatchObject({ status: "cancelled", amountFen: 350_000, personalDataRemoved: { after: "P1096D" } });
  const history = await request("/orders/P-1/history");
  expect(historySchema.parse(history.json()).map(({ event }) => event)).toEqual(
    expect.arrayContaining(["received", "entered", "cancelled"]),
  );
  expect(history.body).toContain("customer went elsewhere");
  const listed = await request("/orders");
  expect(ordersSchema.parse(listed.json()).items).toHaveLength(1);
  const form = await request("/orders/P-1/forms/order-confirmation");
  expect(visibleText(form.body)).toContain("个人信息已按保存期限删除");
  expect(visibleText(form.body)).toContain("（已删除）");
  const csv = await request("/orders/P-1/history.csv");
  for (const answer of [history, listed, form, csv, await request("/orders/P-1")]) {
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toMatch(PERSONAL);
  }

  // Opened again by a complaint, it goes on from the record as it is.
  stage.runningOrders.delete("P-1");
  const complained = await request("/orders/P-1/record-complaint", { about: "发票" }, "sun.li", "customer_service");
  expect(complained.statusCode).toBe(200);
  expect(await verifyRecords(stage.db)).toMatchObject({ faults: [] });
});
