import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { rewardsActivities } from "../../src/activities/rewards.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { proposalSchema, rewardsSchema } from "../../src/contracts/rewards.ts";
import type { Role } from "../../src/domain/people.ts";
import { DAY, HOUR, instant, startOfDay, type Ms } from "../../src/domain/time.ts";
import { address, customer, entry, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

type Who = readonly [string, Role];
interface Sent {
  readonly key?: string;
  readonly language?: string;
}
async function send(method: "GET" | "POST", url: string, [id, role]: Who, body?: unknown, sent: Sent = {}) {
  const authorization = `Bearer ${await stage.token(id, role, role === "production" || role === "warehouse" || role === "logistics")}`;
  const machine = ["production", "warehouse", "logistics"].includes(role);
  const key = sent.key ?? (machine ? `k-${Math.random()}` : undefined);
  const answer = await stage.app.inject({
    method,
    url,
    headers: {
      authorization,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(sent.language === undefined ? {} : { "accept-language": sent.language }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const json: unknown = answer.json();
  return { status: answer.statusCode, json };
}

const li: Who = ["li.na", "sales_rep"];
const zhang: Who = ["zhang.wei", "sales_rep"];
const boss: Who = ["wang.fang", "supervisor"];
const chen: Who = ["chen.gang", "management"];
const service: Who = ["sun.li", "customer_service"];

async function did(who: Who, orderNo: string, command: string, body: object) {
  const { status, json } = await send("POST", `/orders/${orderNo}/${command}`, who, body);
  if (status >= 300) throw new Error(`${command}: ${status} ${JSON.stringify(json)}`);
  return json;
}

/** The regular way from the call to the receipt, at the stage's own time. */
async function completed(
  orderNo: string,
  rep: Who,
  satisfaction: number,
  lateBy = 0,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const day = new Date(stage.clock + 20 * DAY).toISOString().slice(0, 10);
  const received = await send("POST", "/orders", rep, { orderNo, customer, lines, requestedDate: day, channel: "phone" });
  expect(received.status).toBe(201);
  await did(rep, orderNo, "confirm", { lines, deliveryDate: day, channel: "phone" });
  await meanwhile();
  stage.clock += lateBy;
  await did(rep, orderNo, "enter", { ...entry, requestedDate: day });
  await did(boss, orderNo, "sign", {});
  await did(["zhao.min", "order_admin"], orderNo, "release", {});
  await did(["p", "production"], orderNo, "finish-production", { quantity: [100] });
  const [from, to] = [stage.clock + DAY, stage.clock + 9 * DAY].map((at) => new Date(at).toISOString());
  await did(rep, orderNo, "confirm-receiving-time", { from, to, channel: "phone" });
  await did(["w", "warehouse"], orderNo, "check-goods", { lines: [{ counted: 100, specificationOk: true }] });
  const transport = { method: "courier", carrier: "SF", freightBorneBy: "company" };
  await did(["l", "logistics"], orderNo, "arrange-transport", transport);
  await did(rep, orderNo, "confirm-shipping-data", { recipient: "陈先生", phone: "+8613800000000", address });
  const expectedArrival = new Date(stage.clock + 3 * DAY).toISOString().slice(0, 10);
  await did(["l", "logistics"], orderNo, "dispatch", { carrier: "SF", trackingNumber: `SF-${orderNo}`, expectedArrival });
  const deliveredAt = new Date(stage.clock).toISOString();
  await did(["l", "logistics"], orderNo, "report-delivery", { trackingNumber: `SF-${orderNo}`, signedBy: "陈先生", deliveredAt });
  await did(rep, orderNo, "confirm-receipt", { satisfaction });
}

async function complain(orderNo: string, judgement: object): Promise<void> {
  const about = { about: "4000K came, 3000K was ordered" };
  const answer = z
    .object({ order: z.object({ complaints: z.array(z.object({ complaintId: z.string() })) }) })
    .parse(await did(service, orderNo, "record-complaint", about));
  const complaintId = answer.order.complaints.at(-1)?.complaintId;
  await did(boss, orderNo, "resolve-complaint", { complaintId, remedy: "sent again", ...judgement });
}

async function month(name: string, who: Who, more = "") {
  const { status, json } = await send("GET", `/rewards/${name}${more}`, who);
  expect(status, JSON.stringify(json)).toBe(200);
  return rewardsSchema.parse(json);
}
async function proposal(id: string, who: Who) {
  const { json } = await send("GET", `/rewards/proposals/${encodeURIComponent(id)}`, who);
  return proposalSchema.parse(json);
}
const path = (id: string, what: "decide" | "object") => `/rewards/proposals/${encodeURIComponent(id)}/${what}`;

async function refused(answer: Promise<{ status: number; json: unknown }>): Promise<string> {
  const { status, json } = await answer;
  const { code, reason = "" } = problemSchema.parse(json);
  return `${status} ${code} ${reason}`.trim();
}

const excellent = "2026-11:excellent-representative:li.na";
let fine = "";
const DECEMBER: Ms = startOfDay("2026-12-01") + 9 * HOUR;

test("of the running month it is a preview, and a month that has not begun has none", async () => {
  for (const index of [1, 2, 3]) await completed(`M-${index}`, li, 5);
  await completed("N-1", zhang, 2);
  await complain("N-1", { entryError: true, fault: "zhang.wei" });
  expect(await month("2026-11", boss)).toMatchObject({ renewedAt: null, items: [] });
  expect(await refused(send("POST", "/rewards/2026-12", chen))).toBe("409 refused month-not-begun");
  expect((await send("POST", "/rewards/2026-11", boss)).status).toBe(403);
  const preview = rewardsSchema.parse((await send("POST", "/rewards/2026-11", chen)).json);
  expect(preview).toMatchObject({ over: false, orders: 4, unread: [] });
  expect(preview.items.map(({ kind, person, rule, state }) => [kind, person, rule, state])).toEqual([
    ["entry-error", "zhang.wei", "R7.3", "waiting"],
    ["excellent-representative", "li.na", "R7.1", "waiting"],
  ]);
  fine = preview.items[0]?.proposalId ?? "";
  expect(preview.items.map(({ proposed }) => proposed)).toEqual([
    [{ measure: "fine", amountFen: 10_000 }],
    [
      { measure: "bonus", amountFen: 50_000 },
      { measure: "leave", days: 1 },
    ],
  ]);
  // Nobody is bothered with it before the month is over.
  expect(stage.tellings).toEqual([]);
  const early = { version: 1, decision: "approve", reason: "clear" } as const;
  expect(await refused(send("POST", path(fine, "decide"), chen, early))).toBe("409 refused month-not-over");
});

test("management and the supervisor see all, everybody else what is about themselves, others nothing of it", async () => {
  expect((await month("2026-11", li)).items.map(({ person }) => person)).toEqual(["li.na"]);
  const { standings, unread, items } = await month("2026-11", zhang);
  expect([standings.map(({ person }) => person), unread, items.map(({ kind }) => kind)]).toEqual([
    ["zhang.wei"],
    undefined,
    ["entry-error"],
  ]);
  expect((await month("2026-11", boss)).standings.map(({ person, short }) => [person, short])).toEqual([
    ["li.na", []],
    ["zhang.wei", ["duties", "scores", "satisfaction", "penalty"]],
  ]);
  expect((await send("GET", `/rewards/proposals/${fine}`, li)).status).toBe(404);
  expect((await send("GET", "/rewards/proposals/nothing", chen)).status).toBe(404);
  expect((await send("GET", "/rewards/2026-13", chen)).status).toBe(422);
  const first = await month("2026-11", chen, "?limit=1");
  const second = await month("2026-11", chen, `?limit=1&cursor=${encodeURIComponent(first.next ?? "")}`);
  expect([first.items[0]?.kind, second.items[0]?.kind, second.next]).toEqual(["entry-error", "excellent-representative", null]);
  // The evidence is what the person's own orders say.
  const { evidence } = await proposal(fine, zhang);
  expect(evidence.map(({ orderNo, name }) => `${orderNo} ${name}`)).toEqual([
    "N-1 entered",
    "N-1 complaint-recorded",
    "N-1 complaint-resolved",
  ]);
  const history = z
    .array(z.object({ number: z.int(), event: z.string() }))
    .parse((await send("GET", "/orders/N-1/history", zhang)).json);
  for (const { event, name } of evidence) expect(history.find(({ number }) => number === event)?.event).toBe(name);
});

test("once the month is over management is told, and decides on the newest version; the person is told, nothing is paid", async () => {
  stage.clock = DECEMBER;
  await send("POST", "/rewards/2026-11", chen);
  expect(stage.tellings.map(({ message }) => [message.message, message.to, message.params["count"]])).toEqual([
    ["rewards-waiting", [{ role: "management" }], 2],
  ]);
  const { version, dueAt, overdue } = await proposal(excellent, li);
  expect([dueAt, overdue]).toEqual(["2026-12-07T16:00:00.000Z", false]);
  const decide = (body: object, who: Who = chen, sent: Sent = {}) => send("POST", path(excellent, "decide"), who, body, sent);
  const approve = { version, decision: "approve", measure: "bonus", reason: "prompt, and the customers say so" };
  expect((await decide(approve, boss)).status).toBe(403);
  expect(await refused(decide(approve, ["li.na", "management"]))).toBe("409 refused own-proposal");
  expect(await refused(decide({ ...approve, version: version + 1 }))).toBe("409 refused proposal-outdated");
  expect(await refused(decide({ ...approve, decision: "keep" }))).toBe("409 refused nothing-to-keep");
  for (const [wrong, field] of [
    [{ ...approve, measure: undefined }, "measure"],
    [{ ...approve, amountFen: 50_001 }, "amountFen"],
    [{ ...approve, decision: "reject" }, "measure"],
    [{ ...approve, amountFen: 0.5 }, "amountFen"],
    [{ ...approve, reason: " " }, "reason"],
  ] as const) {
    const { status, json } = await decide(wrong);
    expect([status, problemSchema.parse(json).errors?.map((each) => each.path)]).toEqual([422, [field]]);
  }
  const key = "decide-1";
  const decided = await decide(approve, chen, { key });
  expect(decided).toMatchObject({
    status: 200,
    json: {
      state: "approved",
      overdue: false,
      decided: {
        measures: [{ measure: "bonus", amountFen: 50_000 }],
        by: { id: "chen.gang", role: "management" },
        reason: approve.reason,
      },
    },
  });
  expect(await decide(approve, chen, { key })).toMatchObject({ status: 200, json: { state: "approved", version } });
  expect(await refused(decide({ ...approve, reason: "another" }, chen, { key }))).toBe("422 idempotency-conflict");
  expect(await refused(decide(approve))).toBe("409 refused already-decided");
  expect((await proposal(excellent, li)).history.filter(({ fact }) => fact === "decided")).toHaveLength(1);
  expect(stage.tellings.find(({ message }) => message.message === "reward-decided")?.message).toMatchObject({
    to: [{ role: "staff", id: "li.na" }],
    params: { state: "approved", amountFen: 50_000 },
  });
});

test("the person concerned objects once to a decision, which is then decided again", async () => {
  const decide = (body: object) => send("POST", path(fine, "decide"), chen, body);
  const { version } = await proposal(fine, zhang);
  const object = (who: Who, sent: Sent = {}) =>
    send("POST", path(fine, "object"), who, { reason: "the customer said 4000K; the call is on record" }, sent);
  expect((await decide({ version, decision: "approve", reason: "clear" })).json).toMatchObject({
    state: "approved",
    decided: { measures: [{ measure: "fine", amountFen: 10_000 }] },
  });
  expect((await object(li)).status).toBe(404);
  expect(await refused(object(boss))).toBe("409 refused not-your-proposal");
  const { json } = await object(zhang, { key: "o-1" });
  expect(json).toMatchObject({ state: "objected", dueAt: "2026-12-08T01:00:00.000Z" });
  expect(await object(zhang, { key: "o-1" })).toMatchObject({ status: 200, json: { state: "objected" } });
  expect(await refused(object(zhang))).toBe("409 refused objected-already");
  const { number } = (await proposal(fine, zhang)).history.findLast(({ fact }) => fact === "objected") ?? {};
  const asked = stage.tellings.findLast(({ message }) => message.message === "rewards-waiting");
  expect(asked?.tells).toContainEqual({ proposalId: fine, what: "waiting", of: number });
  const again = await decide({ version, decision: "approve", amountFen: 5_000, reason: "half of it: the note was hard to read" });
  expect(again.json).toMatchObject({ state: "approved", decided: { measures: [{ measure: "fine", amountFen: 5_000 }] } });
  // The second decision on the same version stands.
  expect(await refused(object(zhang))).toBe("409 refused objected-already");
});

test("what nobody decides is overdue, and management is reminded so often and no more", async () => {
  await completed("N-2", zhang, 3);
  await complain("N-2", { wrongRecipient: true, fault: "zhang.wei" });
  stage.clock = startOfDay("2027-01-01") + 9 * HOUR;
  await send("POST", "/rewards/2026-12", chen);
  const [grave] = (await month("2026-12", chen)).items.filter(({ kind }) => kind === "grave-error");
  expect(grave).toMatchObject({
    overdue: false,
    proposed: [{ measure: "compensation", amountFen: 70_000 }, { measure: "demotion" }],
  });
  // The stage's messages are sent by nobody: here they are written down as the workflow would.
  const { toldRewards } = rewardsActivities(stage.rewards);
  let reminded = 0;
  for (let day = 0; day < 44; day += 2) {
    stage.tellings.length = 0;
    await send("POST", "/rewards/2026-12", chen);
    for (const telling of stage.tellings) {
      await toldRewards(telling);
      await toldRewards(telling);
      if (telling.message.message === "rewards-overdue") reminded += 1;
    }
    stage.clock += 2 * DAY;
  }
  expect(reminded).toBe(3);
  expect(await proposal(grave?.proposalId ?? "", chen)).toMatchObject({ state: "waiting", overdue: true });
});

test("a force majeure verified later changes what is undecided, and opens a revision of what is decided", async () => {
  stage.clock = instant("2027-03-03T09:00:00+08:00");
  const typhoon = {
    what: "typhoon",
    from: "2027-03-01T00:00:00+08:00",
    until: "2027-03-05T00:00:00+08:00",
    evidence: "weather bureau, red warning",
  };
  await completed("F-1", li, 5, 3 * HOUR, () => did(["zhao.min", "order_admin"], "F-1", "declare-force-majeure", typhoon));
  for (const index of [2, 3]) await completed(`F-${index}`, li, 5);
  const declared = z.object({ forceMajeure: z.array(z.object({ forceMajeureId: z.string() })) });
  const verify = async (verified: boolean) => {
    const { forceMajeure } = declared.parse((await send("GET", "/orders/F-1", boss)).json);
    await did(boss, "F-1", "verify-force-majeure", { forceMajeureId: forceMajeure[0]?.forceMajeureId, verified });
    stage.clock += HOUR;
  };
  await send("POST", "/rewards/2027-03", chen);
  const id = "2027-03:excellent-representative:li.na";
  expect(await proposal(id, li)).toMatchObject({ version: 1, standing: { late: 1 } });
  await verify(true);
  // Nobody has derived it since: it is seen before it is decided.
  const decide = (version: number, decision: string, more: object = {}) =>
    send("POST", path(id, "decide"), chen, { version, decision, reason: "as the record says", early: true, ...more });
  expect(await refused(decide(1, "approve", { measure: "leave" }))).toBe("409 refused proposal-outdated");
  expect(await proposal(id, li)).toMatchObject({ version: 2, state: "waiting", standing: { late: 0 } });
  expect((await decide(2, "approve", { measure: "leave" })).json).toMatchObject({
    state: "approved",
    decided: { measures: [{ measure: "leave", days: 1 }], early: true },
  });
  await verify(false);
  await send("POST", "/rewards/2027-03", chen);
  expect(await proposal(id, li)).toMatchObject({ version: 3, state: "revision", standing: { late: 1 }, decided: { version: 2 } });
  expect((await decide(3, "keep")).json).toMatchObject({
    state: "approved",
    decided: { version: 3, decision: "keep", measures: [{ measure: "leave", days: 1 }] },
  });
});
