import readXlsx from "read-excel-file/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routineActivities } from "../../src/activities/routine.ts";
import { dutiesSchema } from "../../src/contracts/answers.ts";
import { answeredSchema, inspectionSchema, weeklySchema } from "../../src/contracts/reports.ts";
import type { Tell } from "../../src/contracts/workflow.ts";
import type { RoutineActivities } from "../../src/contracts/workflow-routine.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import type { Role } from "../../src/domain/people.ts";
import { weekBefore } from "../../src/domain/routine/period.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { best, lotOf } from "../../src/domain/routine/sample.ts";
import { DAY, iso } from "../../src/domain/time.ts";
import { readMetrics } from "../../src/records/metrics.ts";
import { lastEventOf } from "../../src/records/read.ts";
import { publish } from "../../src/records/write.ts";
import { openRunningOrder } from "../../src/workflows/order/running-order.ts";
import { activityWith } from "../activities/environment.ts";
import { by, later, machine, when, type Story } from "../domain/order-fixture.ts";
import { upTo } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** The routine's activities and routes on real records, with orders that run in memory, without Temporal. */
let stage: Stage;
let activities: RoutineActivities;
const tells: Tell[] = [];
beforeAll(async () => {
  stage = await openStage();
  stage.clock = Date.now();
  const made = routineActivities({
    db: stage.db,
    reportCommand: (orderNo, command) => stage.application.commands.reportUnchecked(orderNo, command),
    policy: defaultPolicy,
    calendar: async () => defaultCalendar,
    carrierRecord: async (number) => (number === "SF-away" ? undefined : { state: "in_transit" }),
    tell: async (tell) => {
      tells.push(tell);
      return { effectId: tell.effectId, result: "done" };
    },
  });
  const env = activityWith(60_000);
  const inContext =
    <A extends unknown[]>(activity: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      await env.run(activity, ...args);
    };
  activities = {
    ...made,
    summarise: inContext(made.summarise),
    inspectOrders: inContext(made.inspectOrders),
    askInspection: inContext(made.askInspection),
  };
});
afterAll(() => stage.end());

async function record(orderNo: string): Promise<void> {
  const running = stage.runningOrders.get(orderNo);
  const publication = running?.publication(await lastEventOf(stage.db, orderNo), Date.now());
  if (publication) await publish(stage.db, publication);
}

/** An order whose story began so long before now that it ends now, under a number of its own. */
async function order(orderNo: string, tell: (from: Story) => Story, ago: number): Promise<void> {
  const story = tell({ order: undefined, events: [], now: Date.now() - ago, policy: defaultPolicy });
  const events = story.events.map((event) =>
    event.event === "received" ? { ...event, data: { ...event.data, orderNo } } : event,
  );
  const running = openRunningOrder({ orderNo, policy: defaultPolicy, calendar: defaultCalendar, events });
  stage.runningOrders.set(orderNo, running);
  await record(orderNo);
}

async function request(role: Role, method: "GET" | "POST", url: string, payload?: object, headers: Record<string, string> = {}) {
  const people: Partial<Record<Role, string>> = {
    management: "chen.gang",
    supervisor: "wang.fang",
    sales_rep: "li.na",
    order_admin: "zhao.min",
  };
  const token = await stage.token(people[role] ?? role, role);
  return stage.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(payload ? { payload } : {}),
  });
}
const stateOf = (orderNo: string) => stage.runningOrders.get(orderNo)?.view(by("supervisor"), Date.now());

test("example J over the records: the week's lines, the delay that was found and reported, one that could not be read, and once only", async () => {
  const promised = (days: number) => iso(Date.now() + days * DAY + 8 * 3_600_000).slice(0, 10);
  const soon = (story: Story) => {
    const received = upTo("receive", story);
    const lines = [{ model: "LED-A60", specification: "E27", quantity: 100, unitPriceFen: 3500 }];
    const confirmed = when(received, "confirm", by("sales_rep"), { lines, deliveryDate: promised(2), channel: "phone" });
    const entry = {
      customer: { name: "客户A", contact: { phone: "+8613800000000" } },
      lines,
      custom: null,
      deliveryAddress: { province: "广东", city: "中山", street: "1" },
      requestedDate: promised(2),
      selfChecked: true as const,
    };
    const entered = when(confirmed, "enter", by("sales_rep"), entry);
    return when(when(entered, "sign", by("supervisor"), {}), "release", by("order_admin"), {});
  };
  await order("J-late", soon, 60_000);
  await order("J-fine", (story) => upTo("release", story), 60_000);
  await order("J-broken", (story) => upTo("release", story), 60_000);
  await stage.db.deleteFrom("events").where("order_no", "=", "J-broken").where("number", "=", 1).execute();

  const now = Date.now();
  const period = weekBefore(now);
  const reportId = `weekly-${period.name}`;
  const head = { reportId, kind: "weekly", period: period.name, asOf: iso(now), about: {} } as const;
  expect((await activities.beginReport(head)).made).toBe(false);
  const { orderNos, next } = await activities.orderPage({ orders: "since", from: iso(period.from) }, undefined);
  expect([orderNos, next]).toEqual([["J-broken", "J-fine", "J-late"], undefined]);
  const page = { reportId, orderNos, period, asOf: iso(now), atRiskWithin: "P3D" };
  await activities.summarise(page);
  await activities.summarise(page);
  expect(stateOf("J-late")?.delays).toMatchObject([{ state: "untold", promisedDate: promised(2) }]);
  expect(stateOf("J-fine")?.delays).toEqual([]);
  const totals = await activities.finishReport(reportId);
  expect(totals).toMatchObject({ orders: 3, tags: { in_production: 2, "delay-found": 1, "not-checked": 1 } });
  expect(await activities.beginReport({ ...head, asOf: iso(now + DAY) })).toMatchObject({ made: true, asOf: iso(now) });

  const json = await request("order_admin", "GET", `/reports/weekly/${period.name}`);
  const summary = weeklySchema.parse(json.json());
  expect(summary.lines[0]).toMatchObject({ orderNo: "J-late", delayFound: { why: "promise-out-of-reach" } });
  expect(summary.lines.find(({ orderNo }) => orderNo === "J-broken")).toEqual({
    orderNo: "J-broken",
    notChecked: "TypeError",
    sections: [],
    risks: [],
    delays: [],
  });
  const page2 = await request("supervisor", "GET", `/reports/weekly/${period.name}`, undefined, {
    accept: "text/html",
    "accept-language": "en",
  });
  expect(page2.headers["content-type"]).toContain("text/html");
  expect(page2.body).toMatch(/Weekly summary of orders[\s\S]*In production \(2\)[\s\S]*J-late/u);
  const book = await request("management", "GET", `/reports/weekly/${period.name}.xlsx`);
  expect(JSON.stringify(await readXlsx(book.rawPayload))).toContain("J-fine");
  expect((await request("sales_rep", "GET", `/reports/weekly/${period.name}`)).statusCode).toBe(403);
  expect((await request("supervisor", "GET", "/reports/weekly/2019-W01")).statusCode).toBe(404);
  expect((await request("supervisor", "GET", "/reports/weekly/last")).statusCode).toBe(422);
  expect((await request("supervisor", "GET", "/reports")).json()).toMatchObject({ items: [{ reportId }], next: null });
});

test("example K over the records: found once while it is open, the carrier that is away left unchecked, an unknown order said so", async () => {
  await order("K-1", (story) => later(upTo("leadTime", story), "P8D"), 8 * DAY);
  await order("K-2", (story) => upTo("dispatch", story), 60_000);
  const asked = await request(
    "supervisor",
    "POST",
    "/inspections",
    { orders: ["K-1", "K-2", "K-none"], reason: "call" },
    { "idempotency-key": "one" },
  );
  expect(asked.statusCode).toBe(202);
  expect((await request("supervisor", "POST", "/inspections", { orders: ["K-1"] })).statusCode).toBe(422);
  const start = stage.inspections.at(-1);
  if (!start) throw new Error("nothing was asked");
  const { reportId } = start.head;
  expect(asked.headers["location"]).toBe(`/inspections/${reportId}`);
  await activities.beginReport(start.head);
  const { orderNos } = await activities.orderPage(start.scope, undefined);
  await activities.inspectOrders({ reportId, orderNos, carrierGrace: start.carrierGrace });
  await activities.finishReport(reportId);
  const first = inspectionSchema.parse((await request("supervisor", "GET", `/inspections/${reportId}`)).json());
  expect(first.items).toMatchObject([
    { orderNo: "K-1", tags: ["found", "found:progress"], body: { findings: [{ rule: "R3.2", person: "li.na", known: false }] } },
    { orderNo: "K-none", tags: ["not-checked"], body: { notChecked: "NoSuchOrder" } },
    { orderNo: "K-2", tags: ["nothing-found"] },
  ]);
  for (const cursor of ["nonsense", "99999999999.K-1"]) {
    const lost = await request("supervisor", "GET", `/inspections/${reportId}?cursor=${cursor}`);
    expect([lost.statusCode, lost.json()]).toEqual([422, expect.objectContaining({ code: "invalid-query" })]);
  }
  expect(stateOf("K-1")?.findings).toMatchObject([{ rule: "R3.2", person: "li.na", recorded: { by: { id: "gendan" } } }]);

  // The same key: the same inspection; with another body refused.
  const again = await request(
    "supervisor",
    "POST",
    "/inspections",
    { orders: ["K-1", "K-2", "K-none"], reason: "call" },
    { "idempotency-key": "one" },
  );
  expect([again.json(), stage.inspections.length]).toEqual([{ inspectionId: reportId }, 1]);
  expect(
    (await request("supervisor", "POST", "/inspections", { large: true, reason: "call" }, { "idempotency-key": "one" }))
      .statusCode,
  ).toBe(422);

  const daily = { reportId: "daily-2026-11-25", kind: "daily", period: "2026-11-25", asOf: iso(Date.now()), about: {} } as const;
  await activities.beginReport(daily);
  await activities.inspectOrders({ reportId: daily.reportId, orderNos: ["K-1"], carrierGrace: "PT2H" });
  await activities.finishReport(daily.reportId);
  expect(stateOf("K-1")?.findings).toHaveLength(1);
  const second = inspectionSchema.parse((await request("supervisor", "GET", `/inspections/${daily.reportId}`)).json());
  expect(second.items).toMatchObject([{ orderNo: "K-1", body: { findings: [{ known: true }] } }]);
});

test("example L over the records: drawn by the seed, asked on the order itself, after its end too, answered by management; the full list together", async () => {
  const late = (story: Story) => {
    const reported = when(upTo("leadTime", story), "report-delay", machine("production"), {
      cause: "chips short",
      newFinish: iso(Date.now() + 60 * DAY).slice(0, 10),
    });
    return later(reported, "P2D");
  };
  await order("L-1", late, 2 * DAY);
  await order("L-2", (story) => upTo("receipt", story), 60_000);
  const { sample } = defaultRoutinePolicy;
  const lots = await activities.drawLots("seed", sample, ["L-1", "L-2"]);
  expect(lots.map(({ orderNo, weight }) => [orderNo, weight])).toEqual(
    expect.arrayContaining([
      ["L-1", 1],
      ["L-2", 1],
    ]),
  );
  expect(best(lots, 2)).toHaveLength(2);
  expect(lotOf("L-1", 1, "0".repeat(64)).lot).toBeGreaterThan(30);

  const reportId = "sample-2026-11";
  await activities.beginReport({ reportId, kind: "sample", period: "2026-11", asOf: iso(Date.now()), about: { seed: "seed" } });
  await activities.askInspection({ reportId, orderNos: ["L-1", "L-2"], by: "management" });
  await activities.askInspection({ reportId, orderNos: ["L-1", "L-2"], by: "management" });
  await activities.finishReport(reportId);
  for (const orderNo of ["L-1", "L-2"])
    expect(stateOf(orderNo)?.duties.filter(({ duty }) => duty === "inspect")).toMatchObject([
      { owner: { role: "management" }, about: reportId },
    ]);
  // Not answered in time, it is overdue as any duty is, and management's.
  const today = stage.clock;
  stage.clock += 8 * DAY;
  const late1 = (await request("management", "GET", "/overdue?duty=inspect")).json();
  expect(late1).toMatchObject({
    items: [
      { orderNo: "L-1", about: reportId, owner: { role: "management" }, rule: "R6.1", state: "overdue" },
      { orderNo: "L-2", about: reportId, owner: { role: "management" }, rule: "R6.1", state: "overdue" },
    ],
  });
  expect((await request("management", "GET", "/overdue/count?duty=inspect")).json()).toMatchObject({
    total: 2,
    byRole: { management: 2 },
  });
  stage.clock = today;
  const answer = { orderNo: "L-1", result: "finding", rule: "R3.3", person: "li.na", action: "tell the customer" };
  const path = `/inspections/${reportId}/answers`;
  expect((await request("supervisor", "POST", path, { answers: [answer] })).statusCode).toBe(403);
  expect((await request("management", "POST", path, { answers: [{ ...answer, rule: undefined }] })).statusCode).toBe(422);
  const said = await request("management", "POST", path, { answers: [answer, { orderNo: "L-2", result: "in_order" }] });
  expect(answeredSchema.parse(said.json())).toEqual({ answered: 2, refused: [], unanswered: 0 });
  expect(stateOf("L-1")?.findings).toMatchObject([{ rule: "R3.3", recorded: { by: { id: "chen.gang", role: "management" } } }]);
  expect(inspectionSchema.parse((await request("management", "GET", `/inspections/${reportId}`)).json()).items).toMatchObject([
    { orderNo: "L-1", answer: { result: "finding", by: "chen.gang" } },
    { orderNo: "L-2", answer: { result: "in_order", by: "chen.gang" } },
  ]);

  const full = "full-2026-11";
  await activities.beginReport({
    reportId: full,
    kind: "full",
    period: "2026-11",
    asOf: iso(Date.now()),
    about: { dueAt: iso(stage.clock - 1_000) },
  });
  await order("L-3", (story) => upTo("release", story), 60_000);
  await activities.inspectOrders({ reportId: full, orderNos: ["L-1", "L-3"], carrierGrace: "PT2H" });
  await activities.finishReport(full);
  expect((await request("supervisor", "GET", `/inspections/${full}`)).json()).toMatchObject({ unanswered: 2, overdue: true });
  // Each order of it that is not answered is the supervisor's duty, and overdue as any.
  await activities.raiseInspection(full, 3);
  await activities.raiseInspection(full, 2);
  const overdue = dutiesSchema.parse((await request("management", "GET", "/overdue?duty=inspect&limit=1")).json());
  expect(overdue.items).toMatchObject([
    { orderNo: "L-1", duty: "inspect", about: full, owner: { role: "supervisor" }, rule: "R6.1", state: "overdue", level: 3 },
  ]);
  expect(overdue.items[0]?.overdueSeconds).toBe(1);
  const more = await request("supervisor", "GET", `/overdue?role=supervisor&duty=inspect&limit=1&cursor=${overdue.next}`);
  expect(more.json()).toMatchObject({ items: [{ orderNo: "L-3", about: full }], next: null });
  const counted = () => request("supervisor", "GET", "/overdue/count?duty=inspect");
  expect((await counted()).json()).toMatchObject({ total: 2, byDuty: { inspect: 2 }, byRole: { supervisor: 2 } });
  const metrics = (await readMetrics(stage.db, stage.clock)).duties.find(({ duty }) => duty === "inspect");
  expect(metrics).toMatchObject({ overdue: 2 });
  const mine = dutiesSchema.parse((await request("supervisor", "GET", "/duties?assignee=me")).json());
  expect(mine.items.filter(({ about }) => about === full).map(({ orderNo }) => orderNo)).toEqual(["L-1", "L-3"]);
  const rest = await request("supervisor", "POST", `/inspections/${full}/answers`, { rest: "in_order" });
  expect(answeredSchema.parse(rest.json())).toEqual({ answered: 1, refused: [], unanswered: 1 });
  expect(await activities.unanswered(full)).toBe(1);
  expect((await request("supervisor", "GET", `/inspections/${full}?unanswered=true`)).json()).toMatchObject({
    items: [{ orderNo: "L-1" }],
  });
  await request("supervisor", "POST", `/inspections/${full}/answers`, { answers: [{ orderNo: "L-1", result: "in_order" }] });
  expect(await activities.unanswered(full)).toBe(0);
  expect((await counted()).json()).toMatchObject({ total: 0 });
  expect((await request("supervisor", "GET", "/inspections")).json()).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ reportId: full })]),
  });
  expect(await activities.announce("k", { to: [{ role: "management" }], message: "sample", params: {} })).toBe(true);
  expect(tells.map(({ effectId }) => effectId)).toEqual(["k"]);
});

test("a finding of the full list on an order that has ended opens it again, once, whatever its end; what is refused is said by name", async () => {
  await order("E-1", (story) => upTo("receipt", story), 60_000);
  await order("E-2", (story) => upTo("release", story), 60_000);
  const settle = (orderNo: string) => {
    const running = stage.runningOrders.get(orderNo);
    for (const effect of running?.pending() ?? []) running?.settle(effect, { result: "done" }, Date.now());
  };
  settle("E-1");
  const isOver = (orderNo: string) => stage.runningOrders.get(orderNo)?.isOver(Date.now());
  expect([isOver("E-1"), isOver("E-2")]).toEqual([true, false]);
  const whole = stage.runningOrders.get("E-1")?.history() ?? [];
  const reportId = "full-2026-10";
  await activities.beginReport({
    reportId,
    kind: "full",
    period: "2026-10",
    asOf: iso(Date.now()),
    about: { dueAt: iso(Date.now()) },
  });
  await activities.inspectOrders({ reportId, orderNos: ["E-1", "E-2"], carrierGrace: "PT2H" });
  await activities.finishReport(reportId);

  const finding = { rule: "R4.3", person: "li.na", action: "file the signed receipt" };
  const path = `/inspections/${reportId}/answers`;
  const answers = ["E-1", "E-2", "E-none"].map((orderNo) => ({ orderNo, result: "finding", ...finding }));
  const key = { "idempotency-key": "answers" };
  stage.weather.away = true;
  expect((await request("supervisor", "POST", path, { answers }, key)).statusCode).toBe(503);
  stage.weather.away = false;
  const said = answeredSchema.parse((await request("supervisor", "POST", path, { answers }, key)).json());
  expect((await request("supervisor", "POST", path, { answers }, key)).json()).toEqual(said);
  const other = await request("supervisor", "POST", path, { answers: answers.slice(1) }, key);
  expect([other.statusCode, other.json()]).toEqual([422, expect.objectContaining({ code: "idempotency-conflict" })]);
  expect(said).toMatchObject({ answered: 2, refused: [{ orderNo: "E-none" }], unanswered: 0 });
  expect(said.refused[0]?.detail).not.toBe("");
  expect(isOver("E-1")).toBe(false);
  expect(stateOf("E-1")).toMatchObject({
    status: "completed",
    findings: [{ ...finding, recorded: { by: { id: "wang.fang", role: "supervisor" } } }],
    duties: [{ duty: "remedy-finding", owner: { role: "sales_rep", id: "li.na" } }],
  });
  // The record goes on from the whole one; the same answer again, open or ended, adds nothing.
  const after = stage.runningOrders.get("E-1")?.history() ?? [];
  expect(after.slice(0, whole.length)).toEqual(whole);
  await request("supervisor", "POST", path, { answers });
  const findingId = stateOf("E-1")?.findings[0]?.["findingId"] ?? "";
  const remedied = await request("sales_rep", "POST", "/orders/E-1/remedy-finding", { findingId, done: "filed" });
  expect(remedied.statusCode).toBe(200);
  settle("E-1");
  expect(isOver("E-1")).toBe(true);
  await request("supervisor", "POST", path, { answers });
  expect([isOver("E-1"), stateOf("E-1")?.findings.length]).toEqual([true, 1]);
});
