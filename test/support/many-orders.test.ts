import { expect, test } from "vitest";
import { replay } from "../../src/domain/order/evolve.ts";
import { manyOrders } from "./many-orders.ts";

test("many orders: the same seed gives the same ones, of many fates, and their events amount to them", () => {
  const some = manyOrders({ count: 60, seed: 7 });
  expect(manyOrders({ count: 60, seed: 7 })).toEqual(some);
  expect(manyOrders({ count: 60, seed: 8 })).not.toEqual(some);
  const [first] = some;
  expect(first && replay(first.events)).toEqual(first?.order);
  const happened = new Set(some.flatMap(({ events }) => events.map(({ event }) => event)));
  for (const event of ["delay-opened", "duty-paused", "goods-refused", "change-requested", "receipt-confirmed"]) {
    expect(happened).toContain(event);
  }
  const closed = some.flatMap(({ order }) => order.closedDuties);
  expect(closed.some(({ how, late }) => how === "met" && late)).toBe(true);
  expect(closed.some(({ how, late }) => how === "lapsed" && !late)).toBe(true);
  expect(new Set(some.map(({ order }) => order.stage)).size).toBeGreaterThan(3);
});
