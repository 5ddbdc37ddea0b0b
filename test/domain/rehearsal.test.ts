import { expect, test } from "vitest";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import { rehearse } from "../../src/domain/order/rehearsal.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import type { DutyName } from "../../src/domain/order/duty.ts";
import { HOUR, MINUTE } from "../../src/domain/time.ts";
import { MANY_UNTIL, manyOrders } from "../support/many-orders.ts";
import { later, MONDAY, when, by, type Story } from "./order-fixture.ts";
import { lines, steps, upTo } from "./regular.ts";

const R = by("sales_rep");

function within(duty: DutyName, time: string, calendar: "always" | "working" = "always"): Policy {
  const { duties } = defaultPolicy;
  return { ...defaultPolicy, duties: { ...duties, [duty]: { ...duties[duty], within: time, calendar } } };
}

function confirmedAfter(minutes: number): Story {
  return steps.confirm(later(upTo("receive"), `PT${minutes}M`));
}

test("confirmed after 90 minutes: in time by the regulation's two hours, late had it been one", () => {
  const { events, now } = confirmedAfter(90);
  const [confirm] = rehearse(events, { policy: within("confirm", "PT1H") }, now);
  expect(confirm).toEqual({
    dutyId: "confirm-1",
    duty: "confirm",
    rule: "R2.1",
    owner: { role: "sales_rep", id: "li.na" },
    closedAt: MONDAY + 90 * MINUTE,
    before: { dueAt: MONDAY + 2 * HOUR, late: false },
    proposed: { dueAt: MONDAY + HOUR, late: true },
  });
  const longer = rehearse(confirmedAfter(150).events, { policy: within("confirm", "PT3H") }, now);
  expect(longer[0]).toMatchObject({ before: { late: true }, proposed: { late: false } });
});

test("what is owed still is compared with the moment of asking", () => {
  const { events } = upTo("receive");
  const [confirm] = rehearse(events, { policy: within("confirm", "PT1H") }, MONDAY + 90 * MINUTE);
  expect(confirm).toMatchObject({ before: { late: false }, proposed: { late: true } });
  expect(confirm?.closedAt).toBeUndefined();
});

test("another calendar holds from the beginning, whatever calendars the order had", () => {
  const { events, now } = confirmedAfter(90);
  const noMonday = { ...defaultCalendar, holidays: ["2026-11-23"] };
  const policy = within("confirm", "PT1H", "working");
  expect(rehearse(events, { policy, calendar: defaultCalendar }, now)[0]?.proposed).toEqual({
    dueAt: MONDAY + HOUR,
    late: true,
  });
  // Tuesday, 09:00.
  expect(rehearse(events, { policy, calendar: noMonday }, now)[0]?.proposed).toEqual({ dueAt: MONDAY + 24 * HOUR, late: false });
});

test("an order that would have been large owes more", () => {
  const story = when(upTo("receive"), "confirm", R, { lines, deliveryDate: "2026-12-20", channel: "phone" });
  const duties = rehearse(steps.enter(story).events, { policy: { ...defaultPolicy, largeAmountFen: 100_000 } }, story.now);
  const added = duties.filter(({ before }) => before === undefined);
  expect(added.map(({ duty }) => duty)).toContain("acknowledge-special");
  expect(duties.find(({ duty }) => duty === "sign")?.proposed).toBeUndefined();
});

test("the policy that an order has changes nothing; a shorter time for all makes nothing earlier late no longer", () => {
  for (const { order, events } of manyOrders({ count: 25, seed: 3 })) {
    const same = rehearse(events, { policy: order.policy }, MANY_UNTIL);
    expect(same.length).toBeGreaterThan(0);
    for (const { before, proposed } of same) expect(proposed).toEqual(before);
    const tighter = rehearse(events, { policy: { ...order.policy, pauseLimit: "PT0S" } }, MANY_UNTIL);
    expect(tighter.filter(({ before, proposed }) => before?.late === true && proposed?.late === false)).toEqual([]);
  }
});
