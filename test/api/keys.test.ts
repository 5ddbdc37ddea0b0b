import { afterAll, beforeAll, expect, test } from "vitest";
import { commandStateSchema } from "../../src/contracts/answers.ts";
import { scopedKey } from "../../src/contracts/keys.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { openRunningOrder } from "../../src/workflows/order/running-order.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Keys belong to their caller (`docs/http.md`, Commands). */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

type Who = readonly [id: string, role: Role, machine?: boolean];
const R: Who = ["li.na", "sales_rep"];
const P: Who = ["workshop", "production", true];
const W: Who = ["store", "warehouse", true];

async function ask(as: Who, url: string, body?: object, key?: string, more: Readonly<Record<string, string>> = {}) {
  const answer = await stage.app.inject({
    url,
    method: body ? "POST" : "GET",
    headers: {
      authorization: `Bearer ${await stage.token(...as)}`,
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...more,
    },
    ...(body ? { payload: body } : {}),
  });
  const json: unknown = answer.json();
  return { status: answer.statusCode, json, location: String(answer.headers["location"]) };
}

async function received(orderNo: string): Promise<string> {
  expect((await ask(R, "/orders", { orderNo, customer, lines })).status).toBe(201);
  return `/orders/${orderNo}`;
}

const said = (summary: string) => ({ with: "workshop", channel: "system", summary });

test("two machines with the same key on one order do not meet", async () => {
  const order = await received("K-1");
  const one = await ask(P, `${order}/record-communication`, said("of production"), "1");
  const other = await ask(W, `${order}/record-communication`, said("of the warehouse"), "1");
  expect([one.status, other.status]).toEqual([202, 202]);
  for (const [who, summary] of [
    [P, "of production"],
    [W, "of the warehouse"],
  ] as const) {
    const { json } = await ask(who, one.location);
    expect(commandStateSchema.parse(json)).toMatchObject({ state: "done", events: [{ data: { summary } }] });
  }
  // Of somebody who sent none there is none, though they may read the order.
  expect((await ask(["wang.fang", "supervisor"], one.location)).status).toBe(404);
  // The caller's own is the caller's own.
  expect((await ask(P, `${order}/record-communication`, said("otherwise"), "1")).status).toBe(422);
});

test("`.` and `..` are no keys: what became of them could not be asked for", async () => {
  const order = await received("K-2");
  for (const key of [".", ".."])
    for (const headers of [{}, { prefer: "respond-async" }]) {
      const { status, json } = await ask(R, `${order}/record-communication`, said("x"), key, headers);
      expect([status, problemSchema.parse(json)]).toMatchObject([
        422,
        { code: "invalid-query", errors: [{ path: "idempotency-key" }] },
      ]);
    }
});

test("what older code took on under a key as it was happens no second time, nor what it sends beside this one", async () => {
  const order = await received("K-3");
  await ask(R, `${order}/record-communication`, said("before"), "old");
  const running = stage.runningOrders.get("K-3");
  const [raw, scoped] = ["old", scopedKey("li.na", "old")];
  const events = (running?.history() ?? []).map((event) => (event.key === scoped ? { ...event, key: raw } : event));
  expect(events.some(({ key }) => key === raw)).toBe(true);
  const { policy, calendar } = running?.order() ?? expect.fail("no order");
  const older = openRunningOrder({ orderNo: "K-3", policy, calendar, events });
  stage.runningOrders.set("K-3", older);
  const again = await ask(R, `${order}/record-communication`, said("before"), "old");
  expect([again.status, older.history().length]).toEqual([200, events.length]);
  expect((await ask(R, `${order}/commands/old`)).json).toMatchObject({
    state: "done",
    events: [{ data: { summary: "before" } }],
  });

  // The release before sends the key as it is.
  const { number } = older.history().at(-1) ?? expect.fail("no event");
  await ask(R, `${order}/record-communication`, said("new"), "new");
  const sent = older.history().findLast(({ key }) => key === scopedKey("li.na", "new")) ?? expect.fail("no event");
  const actor = { id: "li.na", roles: ["sales_rep"], kind: "person" } as const;
  const input = { actor, body: said("new"), key: "new", hash: sent.hash, checked: true };
  older.carryOut("record-communication", input, "new", stage.clock);
  expect(older.lastEvent()).toBe(number + 1);
});
