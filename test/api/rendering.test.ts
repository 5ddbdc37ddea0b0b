import { afterEach, expect, test } from "vitest";
import { openRenderer, type Renderer } from "../../src/api/rendering/pool.ts";
import { ProblemError } from "../../src/api/responses/problem.ts";
import type { Form } from "../../src/forms/form.ts";

/** What is slow to make is made beside everything else, in turn, and not for ever. */

let renderer: Renderer | undefined;
afterEach(async () => {
  await renderer?.close();
});

function form(lines: number, text: string): Form {
  return {
    name: "order-confirmation",
    locale: "zh",
    title: "订单确认单",
    marks: [],
    head: [{ label: "订单号", value: "SO-1" }],
    sections: [
      {
        title: "产品",
        columns: [{ label: "规格", weight: 1 }],
        rows: Array.from({ length: lines }, () => [text]),
      },
    ],
    signatures: [{ label: "签字" }],
    foot: "",
  };
}
const small = form(3, "E27 9W 3000K");
/** 1,000 lines with 1,998 line feeds each: one such PDF held up the next for 9 s. */
const slow = form(1_000, `x${"\n".repeat(1_998)}`);

const busy = expect.objectContaining({ code: "unavailable", particulars: expect.objectContaining({ retryAfter: 10 }) });

test("one caller's slow document holds up nobody else's, nor anything else of the process", { timeout: 60_000 }, async () => {
  renderer = openRenderer({ timeout: 55_000 });
  let ended = false;
  const first = renderer.pdf("a", slow).finally(() => (ended = true));
  first.catch(() => undefined);
  // Nor do more of the same caller's.
  const second = renderer.pdf("a", slow);
  second.catch(() => undefined);
  expect((await renderer.pdf("b", small)).subarray(0, 5).toString()).toBe("%PDF-");
  const workbook = await renderer.xlsx("c", [{ sheet: "x", columns: [{ label: "a", width: 9 }], rows: [["b"]] }]);
  expect(workbook.subarray(0, 2).toString()).toBe("PK");
  expect(ended).toBe(false);
  await renderer.close();
  await expect(first).rejects.toThrow();
  await expect(second).rejects.toThrow();
});

test("a caller has so many at once and no more, and a document so much time", async () => {
  renderer = openRenderer({ timeout: 1, maxPerCaller: 2 });
  const made = await Promise.allSettled([
    renderer.pdf("a", slow),
    renderer.pdf("a", slow),
    renderer.pdf("a", slow),
    renderer.pdf("b", slow),
  ]);
  const reasons: unknown[] = made.map((each) => (each.status === "rejected" ? each.reason : "made"));
  expect(reasons).toEqual([busy, busy, busy, busy]);
  expect(reasons.every((reason) => reason instanceof ProblemError)).toBe(true);
});

test("when too many wait, the next is told at once, and those that wait are made", { timeout: 60_000 }, async () => {
  renderer = openRenderer({ timeout: 55_000, maxQueue: 1 });
  const made = await Promise.allSettled(Array.from({ length: 20 }, async (_, caller) => renderer?.pdf(`${caller}`, small)));
  const states = made.map(({ status }) => status);
  expect(states.filter((status) => status === "fulfilled").length).toBeGreaterThanOrEqual(1);
  const refused = made.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  expect(refused.length).toBeGreaterThan(10);
  for (const reason of refused) expect(reason).toEqual(busy);
});

test("a document that could not be made takes nothing with it", { timeout: 60_000 }, async () => {
  renderer = openRenderer({ timeout: 55_000 });
  const broken = { ...small, sections: [{ title: "x", columns: [], rows: [["x"]] }] };
  await Promise.allSettled([renderer.pdf("a", broken)]);
  expect((await renderer.pdf("a", small)).subarray(0, 5).toString()).toBe("%PDF-");
});
