import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dutiesSchema, orderSchema, overdueCountSchema } from "../../src/contracts/answers.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";
import { body, castOf, customer, done, inDays, lamps, messagesOf, order, trailOf, type Cast } from "./client.ts";

let gendan: Gendan;
let cast: Cast;
beforeAll(async () => {
  // Two hours are eight seconds here: warned after six, escalated after twelve.
  const policy = { duties: { confirm: { within: "PT8S" } }, ladder: { escalateAtLeast: "PT1S" } };
  gendan = await startGendan({ STAND_INS: "manual", GENDAN_POLICY: JSON.stringify(policy) });
  cast = await castOf(gendan);
});
afterAll(() => gendan.end());

/** The messages that tell a rung of `confirm`, oldest first. */
async function rungMessages(orderNo: string) {
  return (await messagesOf(gendan, orderNo)).filter(({ message, params }) => message === "rung" && params["duty"] === "confirm");
}

/** Which rungs were told, and to which roles. */
async function rungs(orderNo: string): Promise<string[]> {
  return (await rungMessages(orderNo)).map(
    ({ params, to }) => `${String(params["rung"])}: ${[...new Set(to.map(({ role }) => role))].join(" ")}`,
  );
}

/** What the audit trail says of the rungs: which, and when each was due. */
async function rungsOnRecord(orderNo: string) {
  return (await trailOf(cast.boss, orderNo)).filter(({ event }) => event === "rung-told").map(({ data }) => data);
}

async function overdue() {
  return body(dutiesSchema, await cast.boss.get("/overdue"), 200).items;
}

/** How many running orders the engine's own visibility finds overdue now, as the Temporal UI and CLI would. */
async function overdueInTemporal(): Promise<number> {
  const connection = await Connection.connect({ address: (await gendan.run()).temporalAddress });
  try {
    const query = `ExecutionStatus="Running" AND NextDueAt < "${new Date().toISOString()}"`;
    return (await new Client({ connection }).workflow.count(query)).count;
  } finally {
    await connection.close();
  }
}

/** Waits for an instant; nothing happens that could be waited for instead. */
async function passed(at: number): Promise<void> {
  await until(
    async () => Date.now(),
    (now) => now > at,
    60_000,
  );
}

/** Receives an order by telephone; its `confirm`. */
async function received(orderNo: string) {
  const now = body(orderSchema, await cast.rep.post("/orders", { orderNo, customer, channel: "phone" }), 201);
  const duty = now.duties.find((each) => each.duty === "confirm");
  if (!duty) throw new Error("confirm is not owed");
  expect(Date.parse(duty.dueAt) - Date.parse(now.receivedAt)).toBe(8_000);
  return { ...duty, due: Date.parse(duty.dueAt) };
}

/** R2.1, and the ladder (H): each rung told once, in Chinese and English. */
test("a confirmation that is missed is warned of, told when due, and escalated to management", async () => {
  const { boss } = cast;
  const { dutyId, dueAt, due } = await received("L-1");
  expect(await overdue()).toEqual([]);
  expect(await overdueInTemporal()).toBe(0);
  const told = await until(
    () => rungs("L-1"),
    ({ length }) => length === 3,
    40_000,
  );
  expect(told).toEqual(["warn: sales_rep", "due: sales_rep supervisor", "escalate: management"]);
  for (const { texts, to } of await rungMessages("L-1")) {
    expect(texts["zh"]?.subject).toContain("与客户确认订单");
    expect(texts["zh"]?.body).toMatch(/L-1[^]*\p{Script=Han}|\p{Script=Han}[^]*L-1/u);
    expect(texts["en"]?.subject).toContain("confirm the order with the customer");
    expect(texts["en"]?.body).toContain("L-1");
    for (const { role, id } of to) if (role === "sales_rep") expect(id).toBe("li.na");
  }
  expect(await rungsOnRecord("L-1")).toMatchObject([
    { rung: "warn", dutyId, dueAt, rungDueAt: new Date(due - 2_000).toISOString() },
    { rung: "due", dutyId, rungDueAt: dueAt },
    { rung: "escalate", dutyId, rungDueAt: new Date(due + 4_000).toISOString() },
  ]);

  const [item, ...more] = await overdue();
  expect(more).toEqual([]);
  expect(item).toMatchObject({
    orderNo: "L-1",
    status: "pending_confirmation",
    duty: "confirm",
    dutyId,
    owner: { role: "sales_rep", id: "li.na" },
    rule: "R2.1",
    dueAt,
    state: "overdue",
    acknowledgedBy: null,
  });
  expect(item?.overdueSeconds).toBeGreaterThanOrEqual(3);
  await until(overdue, ([now]) => now?.level === 3);
  expect(overdueCountSchema.parse((await boss.get("/overdue/count")).body)).toEqual({
    total: 1,
    byDuty: { confirm: 1 },
    byRole: { sales_rep: 1 },
    bySalesRep: { "li.na": 1 },
  });
  await until(overdueInTemporal, (count) => count === 1);
  expect(await order(boss, "L-1")).toMatchObject({ duties: [{ dutyId, state: "overdue", overdueSince: dueAt, level: 3 }] });
});

test("it is acknowledged, confirmed late, and no longer overdue; that it was stays on record", async () => {
  const { rep, boss } = cast;
  const [item] = await overdue();
  await done(boss, "L-1", "acknowledge", { dutyId: item?.dutyId ?? "", note: "I have called her" });
  expect(await overdue()).toMatchObject([{ orderNo: "L-1", acknowledgedBy: "wang.fang" }]);
  const late = await done(rep, "L-1", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" });
  expect(late).toMatchObject({ stage: "confirmed", promisedDate: inDays(20) });
  expect(late.duties.map(({ duty, state }) => [duty, state])).toEqual([["enter", "open"]]);
  expect(await overdue()).toEqual([]);
  expect(overdueCountSchema.parse((await boss.get("/overdue/count")).body).total).toBe(0);
  await until(overdueInTemporal, (count) => count === 0);
  expect((await rungs("L-1")).length).toBe(3);
  expect((await rungsOnRecord("L-1")).map((data) => "rung" in data && data.rung)).toEqual(["warn", "due", "escalate"]);
});

test("what falls due while the worker is down shows everywhere, and is caught up with one message when it runs again", async () => {
  const { pids } = await gendan.run();
  const { dutyId, dueAt, due } = await received("L-2");
  // Stopped, so that nobody starts it again before the time; then killed.
  process.kill(pids["worker"] ?? 0, "SIGSTOP");
  try {
    expect(Date.now()).toBeLessThan(due - 2_000);
    await passed(due + 4_000);
    expect(await overdue()).toMatchObject([{ orderNo: "L-2", dutyId, dueAt, state: "overdue", level: 0 }]);
    expect(overdueCountSchema.parse((await cast.boss.get("/overdue/count")).body).total).toBe(1);
    await until(overdueInTemporal, (count) => count === 1);
    expect(await rungs("L-2")).toEqual([]);
  } finally {
    await gendan.crash("worker");
  }
  await until(
    () => rungs("L-2"),
    ({ length }) => length > 0,
    60_000,
  );
  await until(overdue, ([item]) => item?.level === 3);
  const late = await done(cast.rep, "L-2", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" });
  expect(late.stage).toBe("confirmed");
  // One for the highest rung that passed; the record shows when it was due, not when the worker came back.
  expect(await rungs("L-2")).toEqual(["escalate: management"]);
  expect(await rungsOnRecord("L-2")).toMatchObject([
    { rung: "escalate", dutyId, dueAt, rungDueAt: new Date(due + 4_000).toISOString() },
  ]);
});
