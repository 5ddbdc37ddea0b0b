import { afterAll, beforeAll, expect, test } from "vitest";
import { dutiesSchema, orderSchema } from "../../src/contracts/answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { customer } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function send(method: "GET" | "PUT" | "POST", url: string, id: string, role: Role, body?: unknown) {
  const authorization = `Bearer ${await stage.token(id, role)}`;
  const answer = await stage.app.inject({
    method,
    url,
    headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const json: unknown = answer.json();
  return { status: answer.statusCode, json };
}

const day = [
  ["08:00", "12:00"],
  ["13:30", "17:30"],
];
test("towards the year's end the next year's holidays are the supervisor's duty, until they are put", async () => {
  const list = async (url: string, role: Role) => dutiesSchema.parse((await send("GET", url, "wang.fang", role)).json).items;
  const mine = (role: Role) => list("/duties?assignee=me", role);
  stage.clock = Date.parse("2026-11-02T00:00:00+08:00");
  expect(await mine("supervisor")).toEqual([]);
  stage.clock = MONDAY;
  const [owed] = await mine("supervisor");
  expect(owed).toEqual({
    ...{ orderNo: null, status: null, salesRep: null, about: null, acknowledgedBy: null, dutyId: "put-calendar-2026" },
    ...{ duty: "put-calendar", owner: { role: "supervisor" }, rule: "H", state: "open", level: 0, overdueSeconds: 0 },
    ...{ openedAt: "2026-11-01T16:00:00.000Z", dueAt: "2026-12-01T16:00:00.000Z" },
  });
  expect(await mine("order_admin")).toEqual([]);
  expect(await list("/overdue", "supervisor")).toEqual([]);

  // Nobody has put it, and the year is over.
  stage.clock = Date.parse("2027-01-01T09:00:00+08:00");
  expect(await list("/overdue?duty=put-calendar", "supervisor")).toMatchObject([{ state: "overdue", level: 4, orderNo: null }]);
  expect(await list("/overdue", "sales_rep")).toEqual([]);
  expect((await send("GET", "/overdue/count", "wang.fang", "supervisor")).json).toEqual({
    ...{ total: 1, byDuty: { "put-calendar": 1 }, byRole: { supervisor: 1 }, bySalesRep: {} },
  });
  expect((await send("POST", "/orders", "li.na", "sales_rep", { orderNo: "NY-1", customer })).status).toBe(201);
  const page = await send("GET", "/overdue?limit=1", "wang.fang", "supervisor");
  expect(dutiesSchema.parse(page.json)).toMatchObject({ items: [{ duty: "put-calendar" }], next: null });

  stage.clock = MONDAY;
});

const calendar = { week: [[], day, day, day, day, day, []], holidays: ["2027-01-01"], makeUpDays: [], knownUntil: 2027 };

test("a supervisor puts a calendar, versions are kept, and running orders have it", async () => {
  const received = await send("POST", "/orders", "li.na", "sales_rep", { orderNo: "C-1", customer });
  expect(received.status).toBe(201);
  expect((await send("PUT", "/calendar", "li.na", "sales_rep", calendar)).status).toBe(403);
  expect(await send("PUT", "/calendar", "wang.fang", "supervisor", calendar)).toMatchObject({
    status: 200,
    json: { version: 1, ...calendar },
  });
  expect(await send("PUT", "/calendar", "wang.fang", "supervisor", calendar)).toMatchObject({ json: { version: 1 } });
  // As it was read it can be put, changed; not when somebody else has put another meanwhile.
  const other = { ...calendar, version: 1, holidays: ["2027-01-01", "2027-02-05"] };
  expect(await send("PUT", "/calendar", "chen.gang", "management", other)).toMatchObject({ json: { version: 2 } });
  expect(await send("PUT", "/calendar", "wang.fang", "supervisor", other)).toMatchObject({
    status: 422,
    json: { errors: [{ path: "version" }] },
  });
  expect(await send("GET", "/calendar", "li.na", "sales_rep")).toMatchObject({ json: { version: 2, holidays: other.holidays } });
  expect((await send("GET", "/calendar/versions", "wang.fang", "supervisor")).json).toMatchObject([
    { version: 2, by: "chen.gang" },
    { version: 1, by: "wang.fang" },
  ]);
  expect(stage.runningOrders.get("C-1")?.order()?.calendar).toMatchObject({ version: 2, holidays: other.holidays });
  // The year that is known now closes the supervisor's duty to put it.
  const mine = (await send("GET", "/duties?assignee=me", "wang.fang", "supervisor")).json;
  expect(dutiesSchema.parse(mine).items.map(({ duty }) => duty)).not.toContain("put-calendar");
});

test("a wrong calendar names every wrong field", async () => {
  const wrong = { ...calendar, week: [day], holidays: ["2026-02-30"], knownUntil: "soon" };
  const { status, json } = await send("PUT", "/calendar", "wang.fang", "supervisor", wrong);
  expect(status).toBe(422);
  expect((problemSchema.parse(json).errors ?? []).map(({ path }) => path).toSorted()).toEqual([
    "holidays.0",
    "knownUntil",
    "week",
  ]);
});

test("while somebody is away their deputy acts for them, on record under the deputy's own name", async () => {
  const people = [
    {
      id: "li.na",
      name: "李娜",
      roles: ["sales_rep"],
      deputies: ["zhang.wei"],
      absences: [{ from: "2026-11-20", to: "2026-11-30" }],
    },
    { id: "zhang.wei", name: "张伟", roles: ["sales_rep"] },
  ];
  await send("POST", "/orders", "li.na", "sales_rep", { orderNo: "C-2", customer });
  expect((await send("GET", "/orders/C-2", "zhang.wei", "sales_rep")).status).toBe(404);
  expect(await send("PUT", "/staff", "wang.fang", "supervisor", people)).toMatchObject({ status: 200, json: { version: 1 } });
  // What was read a moment ago may still be used for two seconds.
  const deadline = Date.now() + 10_000;
  let seen = 404;
  while (seen !== 200 && Date.now() < deadline) {
    seen = (await send("GET", "/orders/C-2", "zhang.wei", "sales_rep")).status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const body = { with: "customer", channel: "phone", summary: "I act for Li Na this week" };
  const { status, json } = await send("POST", "/orders/C-2/record-communication", "zhang.wei", "sales_rep", body);
  expect(status).toBe(200);
  // In whose stead it was done is on record, and that the work changed hands.
  expect(json).toMatchObject({
    events: [
      { event: "communication-recorded", actor: { id: "zhang.wei", role: "sales_rep", deputyFor: "li.na" } },
      { event: "work-handed-over", data: { from: "li.na", to: "zhang.wei" } },
    ],
    order: { salesRep: "li.na", deputy: { id: "zhang.wei" } },
  });
  const again = await send("POST", "/orders/C-2/record-communication", "zhang.wei", "sales_rep", body);
  expect(again.json).toMatchObject({ events: [{ event: "communication-recorded" }] });
  const work = await send("GET", "/duties?assignee=me", "zhang.wei", "sales_rep");
  const items: unknown = expect.arrayContaining([
    expect.objectContaining({ orderNo: "C-2", duty: "confirm", owner: { role: "sales_rep", id: "li.na" } }),
  ]);
  expect(work.json).toMatchObject({ items });
  // Back again, she goes on with it herself.
  const back = await send("POST", "/orders/C-2/record-communication", "li.na", "sales_rep", body);
  expect(back.json).toMatchObject({
    events: [{ actor: { id: "li.na" } }, { event: "work-handed-back", data: { from: "zhang.wei", to: "li.na" } }],
  });
  expect(orderSchema.parse((await send("GET", "/orders/C-2", "wang.fang", "supervisor")).json).salesRep).toBe("li.na");
});

test("a staff list that contradicts itself is refused", async () => {
  const people = [{ id: "a", name: "A", roles: ["sales_rep"], deputies: ["nobody"] }];
  const { status, json } = await send("PUT", "/staff", "wang.fang", "supervisor", people);
  expect(status).toBe(422);
  expect(JSON.stringify(json)).toContain("nobody");
});

test("who sends nothing is told what is missing", async () => {
  const fields = Object.keys(calendar).map((path) => ({ path, message: "is needed" }));
  const put = async (url: string) => send("PUT", url, "wang.fang", "supervisor");
  expect(await put("/calendar")).toMatchObject({ status: 422, json: { errors: fields } });
  expect(await put("/staff")).toMatchObject({ status: 422, json: { errors: [{ path: "", message: "is needed" }] } });
});
