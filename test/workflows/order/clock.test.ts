import { expect, test } from "vitest";
import { startClock } from "../../../src/workflows/order/clock.ts";

test("the order's time only goes forward: a report from before does not turn it back", () => {
  const clock = startClock(1_000);
  expect([clock.passTo(3_000), clock.passTo(2_000), clock.time()]).toEqual([3_000, 3_000, 3_000]);
});
