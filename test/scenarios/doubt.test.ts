import { afterAll, beforeAll, expect, test } from "vitest";
import { orderSchema } from "../../src/contracts/answers.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";
import {
  body,
  castOf,
  customer,
  done,
  eventsOf,
  inDays,
  lamps,
  messagesOf,
  order,
  refused,
  toldToCustomer,
  trailOf,
  type Cast,
} from "./client.ts";

let gendan: Gendan;
let cast: Cast;
beforeAll(async () => {
  // Two hours are ten seconds here: warned after seven and a half.
  const policy = { duties: { confirm: { within: "PT10S" } }, ladder: { escalateAtLeast: "PT1S" } };
  gendan = await startGendan({ STAND_INS: "manual", GENDAN_POLICY: JSON.stringify(policy) });
  cast = await castOf(gendan);
});
afterAll(() => gendan.end());

/** R2.1: doubts go to the customer at once and are on record; the duty's clock stops meanwhile (H). */
test("a doubt goes to the customer at once and stops the confirmation's clock until the customer has answered", async () => {
  const { rep, boss } = cast;
  const placed = body(orderSchema, await rep.post("/orders", { orderNo: "Q-1", customer, channel: "phone" }), 201);
  const before = placed.duties.find(({ duty }) => duty === "confirm");
  const dutyId = before?.dutyId ?? "";
  const due = Date.parse(before?.dueAt ?? "");
  const asked = await done(rep, "Q-1", "ask-customer", { dutyId, question: "Which cap: E27 or E14?", channel: "phone" });
  const askedAt = Date.parse(asked.questions[0]?.askedAt ?? "");
  expect(asked.questions).toMatchObject([{ dutyId, question: "Which cap: E27 or E14?" }]);
  expect(asked.questions[0]).not.toHaveProperty("answer");
  expect(asked.duties).toMatchObject([{ duty: "confirm", dutyId, state: "paused", awaiting: "customer" }]);
  await until(
    () => toldToCustomer(gendan, "Q-1"),
    ({ length }) => length > 0,
  );
  const [question] = (await messagesOf(gendan, "Q-1")).filter(({ message }) => message === "question");
  expect(question?.texts["en"]?.body).toContain("Which cap: E27 or E14?");

  // The time passes that it would have been due at; nobody is warned, and it is not overdue.
  await until(
    async () => Date.now(),
    (now) => now > due + 1_000,
  );
  expect((await order(rep, "Q-1")).duties).toMatchObject([{ dutyId, state: "paused", level: 0 }]);
  expect((await boss.get("/overdue")).body).toMatchObject({ items: [] });
  expect((await messagesOf(gendan, "Q-1")).map(({ message }) => message)).toEqual(["question"]);

  const { questionId = "" } = asked.questions[0] ?? {};
  const answered = await done(rep, "Q-1", "record-answer", { questionId, answer: "E27" });
  expect(answered.questions).toMatchObject([{ questionId, answer: "E27" }]);
  const answeredAt = Date.parse(answered.questions[0]?.answeredAt ?? "");
  const after = answered.duties.find((each) => each.dutyId === dutyId);
  expect(after?.state).toBe("open");
  expect(Date.parse(after?.dueAt ?? "")).toBe(due + answeredAt - askedAt);
  expect(await refused(rep, "Q-1", "record-answer", { questionId, answer: "E14" })).toMatch(/question/u);

  // The clock goes on: it is warned of at its new time.
  await until(
    () => messagesOf(gendan, "Q-1"),
    (all) => all.some(({ message, params }) => message === "rung" && params["rung"] === "warn"),
    30_000,
  );
  await done(rep, "Q-1", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" });
});

test("question and answer are on record with who and when", async () => {
  const trail = await trailOf(cast.boss, "Q-1");
  expect(trail.filter(({ event }) => event === "customer-asked" || event === "answer-recorded")).toMatchObject([
    { actor: { id: "li.na", role: "sales_rep" }, data: { question: "Which cap: E27 or E14?", channel: "phone" } },
    { actor: { id: "li.na", role: "sales_rep" }, data: { answer: "E27" } },
  ]);
});

test("a doubt about nothing that is owed is refused, and a machine has no doubts", async () => {
  const { rep, workshop } = cast;
  const before = await eventsOf(rep, "Q-1");
  const doubt = { dutyId: "confirm-99", question: "?", channel: "phone" } as const;
  expect(await refused(rep, "Q-1", "ask-customer", doubt)).toBe("no-such-duty");
  expect((await workshop.send("Q-1", "ask-customer", doubt)).status).toBe(403);
  expect(await eventsOf(rep, "Q-1")).toEqual(before);
});
