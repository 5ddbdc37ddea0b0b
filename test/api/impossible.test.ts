import { afterAll, beforeAll, expect, test } from "vitest";
import { answerSchema, commandStateSchema } from "../../src/contracts/answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { entry, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** What this order makes of a field: wrong like any other field to a person, a discrepancy from a machine. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => stage.end());

const people: { readonly [R in Role]?: string } = { sales_rep: "li.na", supervisor: "wang.fang", order_admin: "zhao.min" };
let keys = 0;
async function post(role: Role, url: string, body: object, machine = false) {
  const token = await stage.token(machine ? `${role}-system` : (people[role] ?? "he.ping"), role, machine);
  keys += 1;
  const headers = {
    authorization: `Bearer ${token}`,
    "accept-language": "en",
    ...(machine ? { "idempotency-key": `k${keys}` } : {}),
  };
  return { answer: await stage.app.inject({ method: "POST", url, payload: body, headers }), key: `k${keys}`, headers };
}
async function did(role: Role, command: string, body: object) {
  const { answer } = await post(role, `/orders/SO-9/${command}`, body);
  expect([answer.statusCode, answer.body]).toEqual([200, expect.anything()]);
  return answerSchema.parse(answer.json()).order;
}

test("a person is told the field, with a sentence; a reason makes a promise possible, and is shown", async () => {
  await post("sales_rep", "/orders", { orderNo: "SO-9", customer: entry.customer, salesRep: "li.na", lines });
  const past = await post("sales_rep", "/orders/SO-9/confirm", { lines, deliveryDate: "2026-11-01", channel: "phone" });
  expect(past.answer.statusCode).toBe(422);
  expect(problemSchema.parse(past.answer.json())).toMatchObject({
    code: "invalid-body",
    errors: [{ path: "deliveryDate", message: "The date or time has passed: 2026-11-01." }],
  });
  await did("sales_rep", "confirm", { lines, deliveryDate: "2026-12-20T18:00:00+08:00", channel: "phone" });
  await did("sales_rep", "enter", { ...entry });
  await did("supervisor", "sign", {});
  await did("order_admin", "release", {});
  await did("production", "report-lead-time", { finishDate: "2026-12-19" });

  const telling = {
    reason: "material short",
    remedy: { kind: "discount", valueFen: 900_000 },
    newDate: "2026-12-25",
    channel: "phone",
  };
  const dear = await post("sales_rep", "/orders/SO-9/tell-customer-of-delay", telling);
  expect(problemSchema.parse(dear.answer.json())).toMatchObject({ status: 422, errors: [{ path: "remedy.valueFen" }] });
  const remedy = { kind: "other" };
  const soon = await post("sales_rep", "/orders/SO-9/tell-customer-of-delay", { ...telling, remedy, newDate: "2026-12-21" });
  expect(problemSchema.parse(soon.answer.json())).toMatchObject({ status: 422, errors: [{ path: "newDate" }] });
  await did("sales_rep", "tell-customer-of-delay", { ...telling, remedy, newDate: "2026-12-21", override: "by air" });
  const agreed = await did("sales_rep", "agree-remedy", { accepted: true });
  expect(agreed).toMatchObject({ promisedDate: "2026-12-21", promiseOverride: { reason: "by air", by: { id: "li.na" } } });
});

test("a machine's report is a discrepancy, and says why", async () => {
  const { answer, key, headers } = await post(
    "production",
    "/orders/SO-9/report-progress",
    {
      stage: "assembly",
      quantityDone: [1],
      expectedFinish: "2026-11-01",
    },
    true,
  );
  expect(answer.statusCode).toBe(202);
  const state = await stage.app.inject({ url: `/orders/SO-9/commands/${key}`, headers });
  expect(commandStateSchema.parse(state.json())).toMatchObject({ state: "refused", reason: "date-passed" });
  const [{ discrepancies }] = [
    await did("supervisor", "record-communication", { with: "P", channel: "phone", summary: "asked" }),
  ];
  expect(discrepancies).toMatchObject([{ command: "report-progress", refusal: "date-passed", state: "open" }]);
});
