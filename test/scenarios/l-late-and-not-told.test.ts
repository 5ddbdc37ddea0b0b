import { beforeAll, expect, test } from "vitest";
import { dutiesSchema } from "../../src/contracts/answers.ts";
import { sharedGendan } from "../support/shared.ts";
import { until } from "../support/until.ts";
import {
  body,
  castOf,
  done,
  inDays,
  largeMaking,
  messagesOf,
  order,
  owed,
  settled,
  taken,
  trailOf,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

/** Example L: a sample finds an order that is late and whose customer was not told (R3.3, R6.1, R6.3). Its 24 hours are three seconds here. */
test("late and the customer not told: overdue for all to see, found by management's sample, made good, and still on record", async () => {
  const { rep, boss, manager, workshop } = cast;
  await largeMaking(cast, "L-1");
  await taken(workshop, "L-1", "report-delay", { cause: "driver chips are short", newFinish: inDays(22) });
  const telling = await owed(rep, "L-1", "tell-customer-of-delay");
  const overdue = async () =>
    body(dutiesSchema, await boss.get("/overdue?duty=tell-customer-of-delay"), 200).items.filter(
      ({ orderNo }) => orderNo === "L-1",
    );
  expect(await until(overdue, ({ length }) => length > 0)).toMatchObject([
    { dutyId: telling?.dutyId, owner: { id: "li.na" }, rule: "R3.3", state: "overdue" },
  ]);
  // The supervisor was told when it was due; the customer was told nothing.
  const rungs = async () => (await messagesOf(gendan, "L-1")).filter(({ params }) => params["duty"] === "tell-customer-of-delay");
  const due = await until(rungs, (all) => all.some(({ params }) => params["rung"] === "due"));
  expect(due.at(-1)?.to.map(({ role }) => role)).toEqual(["sales_rep", "supervisor"]);
  expect((await messagesOf(gendan, "L-1")).some(({ to }) => to.some(({ role }) => role === "customer"))).toBe(false);

  const action = "tell the customer why, and offer a remedy";
  await done(manager, "L-1", "record-finding", { rule: "R3.3", person: "li.na", action });
  const [finding] = (await order(boss, "L-1")).findings;
  expect(finding).toMatchObject({
    rule: "R3.3",
    person: "li.na",
    action,
    recorded: { by: { id: "chen.gang", role: "management" } },
  });
  const findingId = finding?.findingId ?? "";

  await done(rep, "L-1", "tell-customer-of-delay", {
    reason: "driver chips came late",
    remedy: { kind: "discount", valueFen: 50_000 },
    newDate: inDays(25),
    channel: "phone",
  });
  await done(rep, "L-1", "agree-remedy", { accepted: true });
  const end = await done(rep, "L-1", "remedy-finding", { findingId, done: "told, 500 CNY off, new date agreed" });
  expect(end).toMatchObject({ promisedDate: inDays(25), findings: [{ remedied: { done: expect.any(String) } }] });
  expect(await overdue()).toEqual([]);

  // What was missed stays missed: when it was due, and when it was told.
  await settled(rep, "L-1");
  const trail = await trailOf(boss, "L-1");
  const missed = trail.find(
    ({ event, data }) =>
      event === "rung-told" && "rung" in data && data.rung === "due" && "dutyId" in data && data.dutyId === telling?.dutyId,
  );
  const told = trail.find(({ event }) => event === "customer-told-of-delay");
  expect(missed?.data).toMatchObject({ rule: "R3.3", dueAt: telling?.dueAt });
  expect(Date.parse(told?.at ?? "")).toBeGreaterThan(Date.parse(telling?.dueAt ?? ""));
});
