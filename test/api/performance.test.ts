import { afterAll, beforeAll, expect, test } from "vitest";
import { performanceSchema } from "../../src/contracts/performance.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { HOUR, iso, MINUTE } from "../../src/domain/time.ts";
import { MONDAY } from "../domain/order-fixture.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

async function send(method: "GET" | "POST", url: string, id: string, role: Role, body?: unknown) {
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

async function figures(query: string, id = "wang.fang", role: Role = "supervisor") {
  const { status, json } = await send("GET", `/reports/performance${query}`, id, role);
  expect(status).toBe(200);
  return performanceSchema.parse(json);
}

/** An order that its representative confirms after so many minutes. */
async function confirmed(orderNo: string, rep: string, minutes: number): Promise<void> {
  stage.clock = MONDAY;
  expect((await send("POST", "/orders", rep, "sales_rep", { orderNo, customer, lines })).status).toBe(201);
  stage.clock += minutes * MINUTE;
  const body = { lines, deliveryDate: "2026-12-20", channel: "phone" };
  expect((await send("POST", `/orders/${orderNo}/confirm`, rep, "sales_rep", body)).status).toBe(200);
}

test("a supervisor sees everybody's figures, a representative their own", async () => {
  await confirmed("R-1", "li.na", 60);
  await confirmed("R-2", "li.na", 180);
  await confirmed("R-3", "zhang.wei", 90);
  stage.clock = MONDAY + 5 * HOUR;
  const { from, to, by, items, next } = await figures("?duty=confirm");
  expect({ from, to, by, next }).toEqual({ from: "2026-11-01", to: "2026-11-23", by: ["rep"], next: null });
  const none = { exempt: 0, lapsed: 0, open: 0, overdue: 0 };
  const own = { salesRep: "li.na", met: 1, late: 1, medianSeconds: 7_200, p90Seconds: 10_080, ...none };
  expect(items).toEqual([own, { salesRep: "zhang.wei", met: 1, late: 0, medianSeconds: 5_400, p90Seconds: 5_400, ...none }]);
  expect((await figures("?duty=confirm", "li.na", "sales_rep")).items).toEqual([own]);
  expect((await figures("?salesRep=zhang.wei", "li.na", "sales_rep")).items).toEqual([]);
  expect((await figures("?by=duty", "zhang.wei", "sales_rep")).items).toMatchObject([
    { duty: "confirm", met: 1 },
    { duty: "enter", open: 1, overdue: 1 },
  ]);
  expect((await figures("?by=customer")).items).toMatchObject([{ customer: customer.name, orders: { received: 3, delays: 0 } }]);
  expect((await send("GET", "/reports/performance", "zhou.jie", "production")).status).toBe(403);
});

test("what force majeure exempts is late no longer once it is verified, and again when the verdict is taken back", async () => {
  const late = async () => {
    const { items } = await figures("?by=rep,duty&duty=confirm&salesRep=li.na");
    return items.map(({ late: count, exempt }) => ({ late: count, exempt }));
  };
  expect(await late()).toEqual([{ late: 1, exempt: 0 }]);
  const declared = { what: "typhoon", from: iso(MONDAY), until: iso(MONDAY + 4 * HOUR), evidence: "weather office" };
  const { json } = await send("POST", "/orders/R-2/declare-force-majeure", "li.na", "sales_rep", declared);
  expect(json).toMatchObject({ events: [{ event: "force-majeure-declared" }] });
  expect(await late()).toEqual([{ late: 1, exempt: 0 }]);
  const { forceMajeureId } = stage.runningOrders.get("R-2")?.order()?.forceMajeure[0] ?? {};
  for (const [verified, expected] of [
    [true, { late: 0, exempt: 1 }],
    [false, { late: 1, exempt: 0 }],
  ] as const) {
    const said = await send("POST", "/orders/R-2/verify-force-majeure", "wang.fang", "supervisor", { forceMajeureId, verified });
    expect(said.status).toBe(200);
    expect(await late()).toEqual([expected]);
  }
});

test("a wrong question names every wrong field", async () => {
  const wrong = async (query: string) => {
    const { status, json } = await send("GET", `/reports/performance${query}`, "wang.fang", "supervisor");
    expect(status).toBe(422);
    return (problemSchema.parse(json).errors ?? []).map(({ path }) => path).toSorted();
  };
  expect(await wrong("?from=2026-02-30&to=soon&by=rep,weather&duty=dance&limit=0&more=1")).toEqual([
    "by",
    "duty",
    "from",
    "limit",
    "more",
    "to",
  ]);
  expect(await wrong("?by=rep,rep")).toEqual(["by"]);
  expect(await wrong("?from=2026-11-30&to=2026-11-01")).toEqual(["to"]);
  expect(await wrong("?from=2020-01-01&to=2026-11-01")).toEqual(["to"]);
  expect(await wrong("?cursor=nonsense")).toEqual(["cursor"]);
});
