import fc from "fast-check";
import { expect, test } from "vitest";
import { checkBody } from "../../../src/contracts/bodies.ts";
import { addTime, defaultCalendar } from "../../../src/domain/clock/calendar.ts";
import { commandNames } from "../../../src/domain/order/chapters.ts";
import { defaultPolicy } from "../../../src/domain/default-policy.ts";
import { HOUR } from "../../../src/domain/time.ts";
import { openRunningOrder } from "../../../src/workflows/order/running-order.ts";
import { readCalendar } from "../../../src/workflows/order/gate/calendar.ts";
import { readCheck, readCommand } from "../../../src/workflows/order/gate/command.ts";
import { by, MONDAY } from "../../domain/order-fixture.ts";

const author = {
  by: "author",
  author: { id: "li.na", roles: ["sales_rep"], kind: "person" },
  once: "1",
} as const;
const summary = (characters: number) => ({ body: { with: "customer", channel: "phone", summary: "灯".repeat(characters) } });

test("a body that is too large for an activity's input is wrong, and only its beginning is kept", () => {
  expect(readCommand(summary(2_000), author).wrong).toBeUndefined();
  const large = readCommand(summary(400_000), author);
  expect(large.wrong).toEqual(["body"]);
  expect(JSON.stringify(large.body).length).toBeLessThan(2_000);
  // Many small values weigh as much as one large value.
  expect(readCommand({ body: { lines: Array.from({ length: 200_000 }, () => 1) } }, author).wrong).toEqual(["body"]);
});

/** Any JSON, with NUL, halves of characters and names of prototypes. */
const anything = fc.jsonValue({ stringUnit: "binary" });
const messageLike = fc.record(
  {
    actor: fc.oneof(anything, fc.constant({ id: "li.na", roles: ["sales_rep"], kind: "person" })),
    body: fc.oneof(anything, fc.dictionary(fc.constantFrom("note", "lines", "__proto__", "reason", "dutyId", "at"), anything)),
    key: fc.oneof(anything, fc.constant("1")),
    hash: anything,
    at: fc.oneof(anything, fc.constant("2026-11-23T09:00:00+08:00")),
    receivedAt: anything,
    checked: fc.oneof(anything, fc.constant(true)),
  },
  { requiredKeys: [] },
);
const message = fc.oneof(anything, messageLike);
const proof = fc.constantFrom(undefined, author);

function holds(value: unknown): boolean {
  return !/\\u0000|\\ud[89a-f]/iu.test(JSON.stringify(value));
}

test("any message is read, and what is wrong with it can be kept", () => {
  fc.assert(
    fc.property(message, proof, (value, by) => {
      const { actor, key, hash, at, checked, receivedAt, wrong, body } = readCommand(value, by);
      expect(holds([actor, key, hash, at])).toBe(true);
      // Only this service says when it received a message, and that it checked the body.
      expect([checked, receivedAt]).toEqual([undefined, undefined]);
      if (wrong) expect(JSON.stringify(body).length).toBeLessThan(2_000);
    }),
    { numRuns: 2_000 },
  );
});

test("a calendar that is read can be calculated with: any working time in it ends some day", () => {
  const calendar = fc.record({
    version: fc.oneof(fc.nat(1_000), fc.double()),
    knownUntil: fc.oneof(fc.integer({ min: 1990, max: 2300 }), fc.double()),
    week: fc.array(
      fc.array(
        fc.tuple(fc.constantFrom("08:00", "12:00", "24:00", "7", ""), fc.constantFrom("09:00", "17:30", "24:00", "25:00")),
        { maxLength: 3 },
      ),
      { minLength: 6, maxLength: 8 },
    ),
    holidays: fc.array(fc.constantFrom("2026-12-25", "2026-02-30", "x")),
    makeUpDays: fc.array(fc.constantFrom("2026-12-26", "")),
  });
  fc.assert(
    fc.property(fc.oneof(anything, calendar), (value) => {
      const read = readCalendar(value);
      if (read) expect(addTime("working", read, MONDAY, 100 * HOUR)).toBeGreaterThan(MONDAY);
    }),
    { numRuns: 500 },
  );
});

test("no message blocks an order: after each it answers, and its clock goes on", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...commandNames), message, proof), { maxLength: 8 }), (messages) => {
      const running = openRunningOrder({ orderNo: "SO-1", policy: defaultPolicy, calendar: defaultCalendar });
      const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
      running.carryOut("receive", { actor: by("sales_rep"), body: { customer }, checked: true }, "k", MONDAY);
      messages.forEach(([name, value, from], index) => {
        const sent = readCommand(value, from);
        const said = checkBody(name, sent.body, "en");
        const read = sent.wrong ? sent : readCheck("errors" in said ? said.errors : { body: said.body }, sent);
        running.takeReport(name, read, `k-${index}`, MONDAY + index);
        expect(running.view(by("supervisor"), MONDAY)?.duties.length).toBeGreaterThan(0);
        expect(running.nextAlarm(MONDAY + index)).toBeDefined();
      });
      running.tick(MONDAY + 3 * HOUR);
      expect(running.history().some(({ event }) => event === "rung-told")).toBe(true);
    }),
    { numRuns: 300 },
  );
});
