import { expect, test } from "vitest";
import { isAllowed, shipped } from "../../scripts/licences.mjs";

test("everything that is shipped has a licence that asks for nothing but its name", async () => {
  const all = await shipped();
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
});

test.each([
  ["MIT", true],
  ["(MIT AND Zlib)", true],
  ["MIT OR GPL-3.0", true],
  ["MIT AND GPL-3.0", false],
  ["unknown", false],
])("%s: %s", (licence, allowed) => {
  expect(isAllowed(licence)).toBe(allowed);
});
