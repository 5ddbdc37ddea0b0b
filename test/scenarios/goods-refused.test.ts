import { beforeAll, expect, test } from "vitest";
import type { Bodies } from "../../src/domain/order/bodies.ts";
import { sharedGendan } from "../support/shared.ts";
import { sender } from "../support/people.ts";
import {
  askedOf,
  castOf,
  eventsOf,
  inDays,
  making,
  messagesOf,
  order,
  prepared,
  refused,
  reported,
  settled,
  shipped,
  toldToCustomer,
  type Cast,
} from "./client.ts";

const gendan = sharedGendan();
let cast: Cast;
beforeAll(async () => {
  cast = await castOf(gendan);
});

const short = { counted: 98, specificationOk: true, finding: "two are missing" };
const wrong = { counted: 100, specificationOk: false, finding: "4000K instead of 3000K" };
const right = { counted: 100, specificationOk: true };

/** Made, brought to the warehouse, and counted there. */
async function made(orderNo: string, line: Bodies["check-goods"]["lines"][number]) {
  expect((await reported(cast.workshop, orderNo, "finish-production", { quantity: [100] })).state).toBe("done");
  expect((await reported(cast.store, orderNo, "check-goods", { lines: [line] })).state).toBe("done");
  return settled(cast.rep, orderNo);
}

/** R4.1: a mismatch never ships; it goes back to production with the finding. */
test("goods that are short go back to production with the finding, and are made again, checked again, ready", async () => {
  const { rep } = cast;
  const logistics = await sender(gendan, "he.yu", "logistics");
  await making(cast, "W-1");
  const back = await made("W-1", short);
  expect(back).toMatchObject({ status: "in_production", stage: "rework" });
  const owed = back.duties.filter(({ duty }) => duty === "rework");
  expect(owed).toMatchObject([{ owner: { role: "production" }, rule: "R4.1", state: "open" }]);
  expect(Date.parse(owed[0]?.dueAt ?? "") - Date.parse(owed[0]?.openedAt ?? "")).toBe(3 * 86_400_000);
  const asks = await askedOf(gendan, "production", "W-1");
  expect(asks.filter(({ ask }) => ask === "rework").map(({ body }) => body)).toMatchObject([
    { findings: [{ line: 0, counted: 98, finding: "two are missing" }] },
  ]);
  const told = (await messagesOf(gendan, "W-1")).filter(({ message }) => message === "goods-refused");
  expect(told.map(({ to }) => to.map(({ role, id }) => `${role} ${id ?? ""}`))).toEqual([["sales_rep li.na"]]);
  expect(told[0]?.texts["en"]?.body).toContain("two are missing");
  expect(told[0]?.texts["zh"]?.body).toContain("two are missing");

  // It never ships so.
  const dispatch = { carrier: "SF Express", trackingNumber: "SF-W1", expectedArrival: inDays(3) };
  expect(await refused(logistics, "W-1", "dispatch", dispatch)).toBe("not-in-stage");
  expect(await askedOf(gendan, "logistics", "W-1")).toEqual([]);

  const ready = await made("W-1", right);
  expect(ready).toMatchObject({ status: "ready_to_ship", stage: "ready" });
  expect(ready.duties.map(({ duty }) => duty)).not.toContain("rework");
  expect((await eventsOf(rep, "W-1")).filter((event) => /^(goods|production)-/u.test(event))).toEqual([
    "production-finished",
    "goods-refused",
    "production-finished",
    "goods-accepted",
  ]);
  expect(await toldToCustomer(gendan, "W-1")).toEqual([]);
  await prepared(cast, "W-1");
  expect((await shipped(cast, "W-1", "SF-W1")).status).toBe("shipped");
});

test("the right number of the wrong specification goes back too, as often as it is wrong", async () => {
  const { rep } = cast;
  await making(cast, "W-2");
  expect((await made("W-2", wrong)).stage).toBe("rework");
  expect((await made("W-2", short)).stage).toBe("rework");
  const asks = (await askedOf(gendan, "production", "W-2")).filter(({ ask }) => ask === "rework").toReversed();
  expect(asks.map(({ body }) => body)).toMatchObject([
    { findings: [{ line: 0, finding: "4000K instead of 3000K" }] },
    { findings: [{ line: 0, finding: "two are missing" }] },
  ]);
  expect((await made("W-2", right)).stage).toBe("ready");
  expect(await order(rep, "W-2")).toMatchObject({ status: "ready_to_ship", discrepancies: [] });
});
