import { CancelledFailure } from "@temporalio/common";
import { expect, test } from "vitest";
import { openBackground } from "../../../src/workflows/order/background.ts";

test("the first failure is thrown where the loop asks for it; a cancellation is none", async () => {
  const background = openBackground();
  background.run(undefined, Promise.resolve(), Promise.reject(new CancelledFailure("continues as new")));
  await new Promise(setImmediate);
  expect(background.hasFailed()).toBe(false);
  background.throwFailure();
  background.run(Promise.reject(new TypeError("first")), Promise.reject(new TypeError("second")));
  await new Promise(setImmediate);
  expect(background.hasFailed()).toBe(true);
  expect(() => background.throwFailure()).toThrow("first");
});
