import fc from "fast-check";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { defaultRoutinePolicy } from "../../../src/domain/routine/policy.ts";
import { best, lotOf, sizeOf, weightOf } from "../../../src/domain/routine/sample.ts";

const policy = defaultRoutinePolicy.sample;
const digest = (seed: string, orderNo: string): string => createHash("sha256").update(`${seed}:${orderNo}`).digest("hex");
const lots = (seed: string, orders: readonly { orderNo: string; large?: boolean; complained?: boolean }[]) =>
  orders.map(({ orderNo, large = false, complained = false }) =>
    lotOf(orderNo, weightOf(policy, { large, complained }), digest(seed, orderNo)),
  );

test("the lot is what the description says, so that anyone can reckon it again", () => {
  // SHA-256 of "2026-11:SO-1" begins with these 13 digits: `printf '2026-11:SO-1' | sha256sum`.
  const hex = digest("2026-11", "SO-1");
  const u = (Number(BigInt(`0x${hex.slice(0, 13)}`)) + 1) / (2 ** 52 + 1);
  expect(lotOf("SO-1", 3, hex)).toEqual({ orderNo: "SO-1", weight: 3, lot: -Math.log(u) / 3 });
});

test("the size is a share within bounds, and never more than there are", () => {
  expect([0, 3, 5, 100, 101, 400, 10_000].map((count) => sizeOf(policy, count))).toEqual([0, 3, 5, 5, 6, 20, 50]);
});

test("the same seed draws the same, in whatever order and pages the candidates come", () => {
  const numbers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      numbers,
      fc.string(),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      (all, seed, size, cut) => {
        const whole = lots(
          seed,
          all.map((orderNo) => ({ orderNo })),
        );
        const paged = best([...best(whole.slice(cut), size), ...best(whole.slice(0, cut), size)], size);
        expect(paged).toEqual(best(whole.toReversed(), size));
      },
    ),
  );
});

test("large and complained orders are drawn more often, by their weights", () => {
  const orders = Array.from({ length: 300 }, (_, index) => ({
    orderNo: `SO-${index}`,
    large: index % 3 === 0,
    complained: index % 10 === 0,
  }));
  const count = { plain: 0, large: 0, complained: 0 };
  for (let seed = 0; seed < 400; seed++) {
    for (const { weight } of best(lots(String(seed), orders), 10)) {
      if (weight === 1) count.plain += 1;
      if (weight === policy.weights.large) count.large += 1;
      if (weight === policy.weights.complained) count.complained += 1;
    }
  }
  // Per order: 180 plain ones, 90 large, 20 complained.
  const per = { plain: count.plain / 180, large: count.large / 90, complained: count.complained / 20 };
  expect(per.large / per.plain).toBeGreaterThan(2.3);
  expect(per.large / per.plain).toBeLessThan(3.7);
  expect(per.complained / per.plain).toBeGreaterThan(3.8);
  expect(per.complained / per.plain).toBeLessThan(6.2);
});
