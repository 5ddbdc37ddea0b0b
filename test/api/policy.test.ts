import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { policyAnswer, rehearsalAnswer } from "../../src/contracts/policy-answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { HOUR, iso, MINUTE } from "../../src/domain/time.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function send(method: "GET" | "PUT" | "POST", url: string, id: string, role: Role, body?: unknown, language = "en") {
  const authorization = `Bearer ${await stage.token(id, role)}`;
  const answer = await stage.app.inject({
    method,
    url,
    headers: {
      authorization,
      "accept-language": language,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const json: unknown = answer.json();
  return { status: answer.statusCode, json };
}

const manager = ["chen.gang", "management"] as const;

async function dueOf(orderNo: string): Promise<unknown> {
  const received = await send("POST", "/orders", "li.na", "sales_rep", { orderNo, customer, lines });
  expect(received.status).toBe(201);
  return received.json;
}
const confirmDue = (hours: number) => ({ duties: [{ duty: "confirm", dueAt: iso(stage.clock + hours * HOUR) }] });

test("a policy that management puts holds at once for new orders, and running ones keep theirs", async () => {
  expect(await send("GET", "/policy", "li.na", "sales_rep")).toEqual({
    status: 200,
    json: { version: 0, policy: JSON.parse(JSON.stringify({ ...defaultPolicy, routine: defaultRoutinePolicy })) as unknown },
  });
  expect(await dueOf("P-1")).toMatchObject(confirmDue(2));
  const given = { duties: { confirm: { within: "PT1H" } } };
  expect((await send("PUT", "/policy", "wang.fang", "supervisor", given)).status).toBe(403);
  const put = await send("PUT", "/policy", ...manager, given);
  expect(put).toMatchObject({ status: 200, json: { version: 1, by: "chen.gang", at: iso(stage.clock), given } });
  expect(policyAnswer.parse(put.json).policy.duties?.confirm).toMatchObject({ within: "PT1H", calendar: "always" });
  expect(await dueOf("P-2")).toMatchObject(confirmDue(1));
  expect((await send("GET", "/orders/P-1", "li.na", "sales_rep")).json).toMatchObject(confirmDue(2));
  // What a version does not say is the default, not the version before.
  expect(await send("PUT", "/policy", ...manager, { largeAmountFen: 5 })).toMatchObject({ json: { version: 2 } });
  expect(await send("PUT", "/policy", ...manager, { largeAmountFen: 5 })).toMatchObject({ json: { version: 2 } });
  expect(await dueOf("P-3")).toMatchObject({
    class: { large: true },
    duties: expect.arrayContaining([expect.objectContaining(confirmDue(2).duties[0])]) as unknown,
  });
  const versions = await send("GET", "/policy/versions", "wang.fang", "supervisor");
  expect(versions.json).toMatchObject([
    { version: 2, given: { largeAmountFen: 5 } },
    { version: 1, given, by: "chen.gang" },
  ]);
  // The whole policy as it was answered can be put back.
  const { policy } = policyAnswer.parse((await send("GET", "/policy", ...manager)).json);
  expect(await send("PUT", "/policy", ...manager, policy)).toMatchObject({ status: 200, json: { version: 3, policy } });
  expect((await send("GET", "/policy/versions", "li.na", "sales_rep")).status).toBe(403);
});

test("a wrong policy names every wrong field, in the reader's language, and is not kept", async () => {
  const before = await send("GET", "/policy", ...manager);
  const wrong = { largeAmountFen: -1, duties: { confirm: { within: "2h" }, dance: {} }, ladder: { warnAt: 2 }, more: 1 };
  const { status, json } = await send("PUT", "/policy", ...manager, wrong, "zh");
  expect(status).toBe(422);
  const { errors = [] } = problemSchema.parse(json);
  expect(errors.map(({ path }) => path).toSorted()).toEqual([
    "duties.confirm.within",
    "duties.dance",
    "ladder.warnAt",
    "largeAmountFen",
    "more",
  ]);
  expect(errors.find(({ path }) => path === "more")?.message).toBe("没有这个字段");
  const shrinking = { effects: { retryAfter: "PT1H", retryAtMost: "PT1M" } };
  expect((await send("PUT", "/policy", ...manager, shrinking)).json).toMatchObject({ errors: [{ path: "effects.retryAtMost" }] });
  expect(await send("GET", "/policy", ...manager)).toEqual(before);
});

type Rehearsed = z.infer<typeof rehearsalAnswer>;

async function rehearsed(body: object): Promise<Rehearsed> {
  const { status, json } = await send("POST", "/policy/rehearsal", "wang.fang", "supervisor", body);
  expect(status).toBe(200);
  return rehearsalAnswer.parse(json);
}

test("a rehearsal says which orders of a period would have been late, page by page, and changes nothing", async () => {
  await send("PUT", "/policy", ...manager, {});
  for (const [index, minutes] of [30, 90, 110].entries()) {
    await dueOf(`Q-${index}`);
    stage.clock += minutes * MINUTE;
    const body = { lines, deliveryDate: "2026-12-20", channel: "phone" };
    expect((await send("POST", `/orders/Q-${index}/confirm`, "li.na", "sales_rep", body)).status).toBe(200);
  }
  const period = { from: "2026-11-23", to: "2026-11-23" };
  const policy = { duties: { confirm: { within: "PT1H" } } };
  const whole = await rehearsed({ policy, ...period });
  const ofQ = ({ orderNo, duty }: Rehearsed["items"][number]) => orderNo.startsWith("Q-") && duty === "confirm";
  expect(whole.items.filter(ofQ)).toMatchObject([
    { orderNo: "Q-2", before: { late: false }, proposed: { late: true } },
    {
      orderNo: "Q-1",
      closedAt: iso(MONDAY + 120 * MINUTE),
      before: { dueAt: iso(MONDAY + 150 * MINUTE) },
      proposed: { late: true },
    },
  ]);
  expect(whole.late.newly).toBe(whole.items.filter(({ before, proposed }) => !before?.late && proposed?.late).length);
  const pages: Rehearsed[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await rehearsed({ policy, ...period, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    more = page.next !== null;
    cursor = page.next ?? undefined;
  }
  expect(pages.map(({ orders }) => orders)).toEqual([2, 2, 2]);
  expect(pages.flatMap(({ items }) => items)).toEqual(whole.items);
  expect((await rehearsed({ policy, from: "2026-11-24", to: "2026-11-30" })).orders).toBe(0);
  expect(await send("GET", "/policy", ...manager)).toMatchObject({ json: { given: {} } });
});

test("a wrong rehearsal names every wrong field", async () => {
  const wrong = {
    policy: { duties: { confirm: { within: "1h" } } },
    calendar: {},
    from: "2026-11-30",
    to: "2026-11-23",
    limit: 0,
  };
  const { status, json } = await send("POST", "/policy/rehearsal", "wang.fang", "supervisor", wrong);
  expect(status).toBe(422);
  const paths = (problemSchema.parse(json).errors ?? []).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["policy.duties.confirm.within", "calendar.week", "to", "limit"]));
  expect((await send("POST", "/policy/rehearsal", "li.na", "sales_rep", wrong)).status).toBe(403);
});
