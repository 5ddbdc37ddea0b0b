import { expect, it } from "vitest";
import { HOUR } from "../../src/domain/time.ts";
import { retryAfter } from "../../src/node/retry-after.ts";

const now = Date.parse("2026-11-24T10:00:00Z");

it.each([
  ["0", 0],
  [" 120 ", 120_000],
  ["Tue, 24 Nov 2026 10:00:30 GMT", 30_000],
  ["Tue, 24 Nov 2026 09:00:00 GMT", 0],
  ["999999999", HOUR],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
  [undefined, undefined],
])("Retry-After %s is %s ms", (header, expected) => {
  expect(retryAfter(header, now, HOUR)).toBe(expected);
});
