import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dutiesSchema, orderSchema } from "../../src/contracts/answers.ts";
import { HOUR } from "../../src/domain/time.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { sender, type Sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import { body, castOf, customer, done, eventsOf, inDays, lamps, order, owed, timeFor, type Cast } from "./client.ts";

/** What supervisors put over HTTP, and orders that run meanwhile. */

let gendan: Gendan;
let cast: Cast;
let colleague: Sender;
beforeAll(async () => {
  // Forty hours of working time: five working days.
  const policy = { duties: { confirm: { within: "PT40H", calendar: "working" } } };
  gendan = await startGendan({ STAND_INS: "manual", GENDAN_POLICY: JSON.stringify(policy) });
  cast = await castOf(gendan);
  colleague = await sender(gendan, "zhang.wei", "sales_rep");
});
afterAll(() => gendan.end());

const received = async (orderNo: string) =>
  body(orderSchema, await cast.rep.post("/orders", { orderNo, customer, channel: "phone" }), 201);
const versionsOf = async (path: string) =>
  body(z.array(z.looseObject({ version: z.int(), by: z.unknown() })), await cast.boss.get(`${path}/versions`), 200);
const mine = async (who: Sender, orderNo: string) =>
  body(dutiesSchema, await who.get("/duties?assignee=me&limit=200"), 200).items.filter((item) => item.orderNo === orderNo);

test("another calendar reaches an order that runs, and moves what is still to be done", async () => {
  await received("V-1");
  const before = await owed(cast.rep, "V-1", "confirm");
  expect(timeFor(before)).toBeGreaterThan(4 * 24 * HOUR);

  const roundTheClock = {
    week: Array.from({ length: 7 }, () => [["00:00", "24:00"]]),
    holidays: ["2030-01-01"],
    makeUpDays: [],
    knownUntil: 2030,
  };
  expect((await cast.rep.put("/calendar", roundTheClock)).status).toBe(403);
  expect((await cast.boss.put("/calendar", roundTheClock)).status).toBe(200);
  const moved = await until(
    () => owed(cast.rep, "V-1", "confirm"),
    (duty) => duty?.dueAt !== before?.dueAt,
  );
  expect(timeFor(moved)).toBe(40 * HOUR);
  expect(moved?.dutyId).toBe(before?.dutyId);
  await until(
    () => mine(cast.rep, "V-1"),
    ([item]) => item?.dueAt === moved?.dueAt,
  );
  expect(await eventsOf(cast.boss, "V-1")).toEqual(["received", "calendar-set"]);
  expect(await versionsOf("/calendar")).toMatchObject([{ by: "wang.fang", version: 1 }]);
});

test("who is away is skipped for the deputy, who hands the work back afterwards; both are on record", async () => {
  await received("V-2");
  const staff = (absences: readonly { from: string; to: string }[]) => [
    { id: "wang.fang", name: "王芳", roles: ["supervisor"] },
    { id: "li.na", name: "李娜", roles: ["sales_rep"], reportsTo: "wang.fang", deputies: ["zhang.wei"], absences },
    { id: "zhang.wei", name: "张伟", roles: ["sales_rep"], reportsTo: "wang.fang" },
  ];
  expect((await colleague.get("/orders/V-2")).status).toBe(404);
  expect((await cast.boss.put("/staff", staff([{ from: inDays(0), to: inDays(3) }]))).status).toBe(200);

  // At once, which is within two seconds.
  await until(
    () => colleague.get("/orders/V-2"),
    ({ status }) => status === 200,
  );
  await until(
    () => mine(colleague, "V-2"),
    ([item]) => item?.duty === "confirm",
  );
  await done(colleague, "V-2", "record-communication", { with: "customer", channel: "phone", summary: "E27, not E14" });
  expect(await order(colleague, "V-2")).toMatchObject({ salesRep: "li.na", deputy: { id: "zhang.wei" } });

  expect((await cast.boss.put("/staff", staff([]))).status).toBe(200);
  await until(
    () => colleague.get("/orders/V-2"),
    ({ status }) => status === 404,
  );
  await done(cast.rep, "V-2", "confirm", { lines: lamps, deliveryDate: inDays(20), channel: "phone" });
  expect((await eventsOf(cast.rep, "V-2")).filter((event) => event.startsWith("work-handed"))).toEqual([
    "work-handed-over",
    "work-handed-back",
  ]);
  expect(await versionsOf("/staff")).toHaveLength(2);
});
