import fc from "fast-check";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { isFull } from "../../src/domain/order/budget.ts";
import { tick } from "../../src/domain/order/clock.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { refuseMessage, takeReport } from "../../src/domain/order/reports.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { orderBytesOf, shares, weightOf } from "../../src/domain/order/weight.ts";
import { slowedBy } from "../../src/domain/clock/ladder.ts";
import { MOST_ORDER_BYTES } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { DAY, iso } from "../../src/domain/time.ts";
import { attempt, beginning, by, command, machine, MONDAY, when, type Story } from "./order-fixture.ts";
import { customer, entry, upTo } from "./regular.ts";

/** An order has a budget of bytes (`docs/http.md`, Size): nothing that is said of it makes the engine end it. */

const [R, S] = [by("sales_rep"), by("supervisor")];
const setting = { orderNo: "SO-1", policy: defaultPolicy };

/** Bytes of a record as the engine is given it. */
const compressed = (events: readonly OrderEvent[]): number => deflateSync(JSON.stringify(events)).length;
const weightOfAll = (events: readonly OrderEvent[]): number => events.reduce((sum, event) => sum + weightOf(event), 0);

/** A text of characters that repeat as little as they can. */
function noise(length: number, seed: number): string {
  let state = seed + 1;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8;
  return String.fromCodePoint(...Array.from({ length }, () => 0x4e00 + (next() % 20_000)));
}
const longLines = (count: number, text: (index: number) => string): Bodies["confirm"]["lines"] =>
  Array.from({ length: count }, (_, index) => ({
    model: `LED-${index}`,
    specification: text(index),
    quantity: 100,
    unitPriceFen: 3_500,
  }));

function reportedAll<K extends "dispatch" | "report-tracking" | "record-communication" | "report-progress">(
  start: Order,
  name: K,
  by_: ReturnType<typeof machine>,
  count: number,
  body: (index: number) => Bodies[K],
): { order: Order; events: OrderEvent[] } {
  let order = start;
  const events: OrderEvent[] = [];
  for (let index = 0; index < count; index++) {
    const at = MONDAY + 20 * DAY + index;
    const outcome = takeReport(order, command<CommandName>(name, by_, body(index), at), setting);
    order = outcome.order;
    events.push(...outcome.events);
  }
  return { order, events };
}

const textOf = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.uuid(),
);
const valueOf = fc.oneof(textOf, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.jsonValue());
const eventOf: fc.Arbitrary<OrderEvent> = fc
  .record({
    number: fc.nat(),
    at: fc.nat({ max: 4_102_444_800_000 }),
    receivedAt: fc.nat({ max: 4_102_444_800_000 }),
    id: textOf,
    body: fc.dictionary(fc.constantFrom("summary", "with", "channel", "place", "detail"), valueOf),
    key: fc.oneof(fc.uuid(), textOf),
    hash: fc.oneof(textOf, fc.string({ unit: fc.constantFrom(..."0123456789abcdef".split("")), minLength: 64, maxLength: 64 })),
    note: fc.option(textOf, { nil: undefined }),
  })
  .map(({ id, body, ...rest }) => ({
    ...rest,
    actor: { id, role: "sales_rep" },
    command: "record-communication",
    event: "command-refused",
    data: { body, refusal: "not-in-stage", details: {} },
    version: 1,
  }));

describe("the weight of an event", () => {
  test("is never less than what it adds to the compressed record", () => {
    fc.assert(
      fc.property(fc.array(eventOf, { minLength: 1, maxLength: 60, size: "max" }), (events) => {
        expect(compressed(events)).toBeLessThanOrEqual(weightOfAll(events) + 256);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  test("also holds for what repeats as little as it can, long and short", () => {
    const { events } = upTo("receive");
    const [first] = events;
    if (!first) throw new Error("no event");
    for (const length of [1, 10, 100, 2_000, 20_000]) {
      const many = Array.from({ length: 200 }, (_, number): OrderEvent => ({
        ...first,
        number,
        event: "communication-recorded",
        data: { with: noise(length, number), channel: "phone", summary: noise(length, number + 1_000) },
      }));
      expect(compressed(many), `${length}`).toBeLessThanOrEqual(weightOfAll(many));
    }
  });

  test("is summed up as events are laid on the record", () => {
    const { events, order } = upTo("delivery");
    expect((order?.weight ?? 0) + (order?.clockWeight ?? 0)).toBe(weightOfAll(events));
    expect(weightOfAll(events)).toBeLessThan(orderBytesOf(defaultPolicy) / 50);
  });
});

describe("a person whose command would pass the budget", () => {
  const long = longLines(150, () => "灯".repeat(2_000));
  const received = when(beginning, "receive", R, { customer, salesRep: "li.na" });

  test("is refused with what can be done; short commands go on to the end", () => {
    const confirmed = when(received, "confirm", R, { lines: long, deliveryDate: "2026-12-20", channel: "phone" });
    const again = attempt(confirmed, "enter", R, { ...entry, lines: long });
    expect(again).toMatchObject({ refused: "order-full", details: { needs: expect.any(Number), left: expect.any(Number) } });
    when(confirmed, "record-communication", R, { with: "customer", channel: "phone", summary: "灯".repeat(2_000) });
    when(confirmed, "cancel", R, { reason: "too long" });
  });

  test("cannot receive an order that would fill it, nor come near the end by many large commands", () => {
    const all = longLines(200, (index) => noise(2_000, index));
    expect(attempt(beginning, "receive", R, { customer, salesRep: "li.na", lines: all })).toMatchObject({
      refused: "order-full",
    });
    let story: Story = received;
    for (let round = 0; round < 200; round++) {
      const next = attempt(story, "confirm", R, {
        lines: longLines(20, (index) => noise(200, index + round)),
        deliveryDate: "2026-12-20",
        channel: "phone",
      });
      if (isRefusal(next)) break;
      story = next;
    }
    expect(story.order?.weight).toBeLessThan(shares.large * MOST_ORDER_BYTES);
  });

  test("200 lines in 18 revisions fit", () => {
    const own = (round: number) => longLines(200, (index) => `E27 9W 3000K ${index}-${round}`);
    let story = when(received, "confirm", R, { lines: own(0), deliveryDate: "2026-12-20", channel: "phone" });
    story = when(story, "enter", R, { ...entry, lines: own(0) });
    for (let round = 1; round < 18; round++) story = when(story, "correct-entry", R, { ...entry, lines: own(round) });
    expect(story.order?.revision).toBe(18);
    expect(compressed(story.events)).toBeLessThan(weightOfAll(story.events));
    when(story, "cancel", R, { reason: "enough" });
  });
});

/** What the counting itself adds, bytes. */
const counts = 16 * 256;

describe("reports that do not fit", () => {
  const making = upTo("release").order;
  if (!making) throw new Error("no order");
  const dispatch = (index: number, note: string): Bodies["dispatch"] => ({
    carrier: "SF",
    trackingNumber: `SF${index}`,
    expectedArrival: "2026-12-18",
    note,
  });

  test("320 of 2,000 characters by one machine: bounded, and people's commands are taken on", () => {
    const { order, events } = reportedAll(making, "dispatch", machine("logistics"), 320, (index) =>
      dispatch(index, noise(2_000, index)),
    );
    expect(order.discrepancies.length).toBeLessThanOrEqual(100);
    expect(order.discrepancies.reduce((sum, { count }) => sum + count, 0)).toBe(320);
    expect(order.weight).toBeLessThanOrEqual(shares.large * MOST_ORDER_BYTES);
    expect(compressed(events)).toBeLessThan(shares.large * MOST_ORDER_BYTES);
    const at = MONDAY + 21 * DAY;
    expect(isRefusal(decide(order, command("request-cancellation", R, { askedBy: "customer", reason: "-" }, at), setting))).toBe(
      false,
    );
    expect(duties(order, at).length).toBeLessThan(120);
  });

  test("the same one again and again is one discrepancy with a count, whatever its key, and adds little", () => {
    const { order, events } = reportedAll(making, "dispatch", machine("logistics"), 5_000, () => dispatch(1, noise(2_000, 1)));
    expect(order.discrepancies).toMatchObject([{ count: 5_000, state: "open" }]);
    expect(duties(order, MONDAY + 21 * DAY).filter(({ duty }) => duty === "resolve-discrepancy")).toHaveLength(1);
    expect(events.length).toBeLessThan(64);
    // What is on record of it is the count at the last power of two.
    expect(replay([...upTo("release").events, ...events]).discrepancies).toMatchObject([{ count: 4_096 }]);
    const more = takeReport(
      order,
      command("dispatch", machine("warehouse"), dispatch(1, noise(2_000, 1)), MONDAY + 30 * DAY),
      setting,
    );
    expect(more.events[0]?.event).toBe("command-refused");
  });

  test("a person's signals that are refused are kept within the same share, then counted", () => {
    const { order } = reportedAll(making, "report-progress", { ...R }, 1_500, (index) => ({
      stage: "assembly",
      quantityDone: [1],
      note: noise(2_000, index),
    }));
    expect(order.weight).toBeLessThanOrEqual(shares.large * MOST_ORDER_BYTES + counts);
    const signed = attempt({ ...upTo("release"), order }, "update-progress", R, { summary: "asked", source: "workshop" });
    expect(isRefusal(signed)).toBe(false);
  });

  test("messages that are no commands, by whomever: they stay within the reports' share, then they are counted", () => {
    const { order: start = expect.fail(), now } = upTo("release");
    const sent = { excerpt: noise(500, 1), length: 500 };
    let order = start;
    for (let count = 0; count < 2_000; count++)
      order = refuseMessage(
        order,
        { name: "x", refusal: "body-invalid", details: {}, sent },
        { id: "li.na", role: "staff" },
        now,
      ).order;
    expect(order.weight).toBeLessThan((shares.report + 0.01) * orderBytesOf(order.policy));
    expect(order.notKept).toBeGreaterThan(1_000);
  });

  test("what is no longer kept is counted, and that is on record; the API can tell that there is no room", () => {
    const { order, events } = reportedAll(making, "record-communication", machine("production"), 12_000, (index) => ({
      with: "customer",
      channel: "phone",
      summary: `${index}`,
    }));
    expect(order.weight).toBeLessThanOrEqual(shares.large * MOST_ORDER_BYTES + counts);
    expect(order.notKept).toBeGreaterThan(1_000);
    expect(events.filter(({ event }) => event === "reports-not-kept").length).toBeLessThan(16);
    expect(compressed(events)).toBeLessThan(shares.large * MOST_ORDER_BYTES);
    expect(isFull(order)).toBe(false);
    expect(isFull({ ...order, weight: shares.needed * MOST_ORDER_BYTES })).toBe(true);
    // What carries the order on is taken on all the same, and people go on.
    const at = MONDAY + 21 * DAY;
    const finished = takeReport(order, command("finish-production", machine("production"), { quantity: [100] }, at), setting);
    expect(finished.order.stage).toBe("made");
    expect(isRefusal(decide(finished.order, command("record-complaint", R, { about: "-" }, at), setting))).toBe(false);
  });

  test("a report without room for its text holds: its length and digest are on record", () => {
    const full = reportedAll(making, "record-communication", machine("production"), 400, (index) => ({
      with: "customer",
      channel: "phone",
      summary: noise(2_000, index),
    }));
    const last = full.events.at(-1);
    expect(last).toMatchObject({ event: "communication-recorded", data: { summary: expect.stringMatching(/2000 .*fnv1a/u) } });
    expect(full.events.every(({ event }) => event === "communication-recorded")).toBe(true);
  });

  test("a body that could not be kept cannot be applied, and is not decided again by itself", () => {
    const full = reportedAll(making, "record-communication", machine("production"), 140, (index) => ({
      with: "customer",
      channel: "phone",
      summary: noise(2_000, index),
    }));
    const long = command(
      "request-change",
      { ...machine("customer_service") },
      {
        kind: "specification",
        patch: { lines: longLines(100, (index) => noise(300, index)) },
        revision: 1,
        why: "-",
      },
      MONDAY + 21 * DAY,
    );
    const asked = takeReport(full.order, long, setting).order;
    expect(asked.discrepancies).toMatchObject([{ refusal: "order-full", body: {}, cut: { length: expect.any(Number) } }]);
    const { discrepancyId = "" } = asked.discrepancies[0] ?? {};
    const body = { discrepancyId, decision: "apply", reason: "-" } as const;
    const at = MONDAY + 21 * DAY;
    expect(decide(asked, command("resolve-discrepancy", S, body, at), setting)).toMatchObject({ refused: "report-cut" });
    const discarded = decide(asked, command("resolve-discrepancy", S, { ...body, decision: "discard" }, at), setting);
    expect(isRefusal(discarded)).toBe(false);
  });
});

describe("what the clock tells", () => {
  test("has room beside the budget for more than ten years: reminders come less often, nothing else does", () => {
    const all = upTo("release").order;
    if (!all) throw new Error("no order");
    const { order: crowded } = reportedAll(all, "dispatch", machine("logistics"), 100, (index) => ({
      carrier: "SF",
      trackingNumber: `SF${index}`,
      expectedArrival: "2026-12-18",
    }));
    let order = crowded;
    for (let day = 0; day < 4_000; day++) {
      const at = MONDAY + (30 + day) * DAY;
      // Once the ladder has slowed down, days without a rung cost nothing.
      order = tick(order, at, at).order;
      if (order.clockWeight > 500 * 1_024) break;
    }
    expect(slowedBy(order.clockWeight)).toBeGreaterThan(64);
    expect(slowedBy(upTo("delivery").order?.clockWeight ?? 0)).toBe(1);
    expect(order.clockWeight).toBeLessThan(640 * 1_024);
    expect(order.weight).toBeLessThan(crowded.weight + 2_000);
  }, 60_000);
});

describe("5,000 events", () => {
  test("are replayed, and a command is decided, without all of them being looked at again and again", () => {
    const shipped = upTo("dispatch");
    if (!shipped.order) throw new Error("no order");
    const { events } = reportedAll(shipped.order, "report-tracking", machine("logistics"), 5_000, (index) => ({
      trackingNumber: "SF1",
      event: `在途 ${index}`,
      place: "中山",
    }));
    const all = [...shipped.events, ...events];
    expect(all.length).toBeGreaterThan(4_900);
    const begun = performance.now();
    const order = replay(all);
    const took = performance.now() - begun;
    process.stdout.write(`replay of ${all.length} events: ${took.toFixed(0)} ms, weight ${order.weight}\n`);
    expect(order.lastEvent).toBe(all.at(-1)?.number);
    expect(compressed(all)).toBeLessThan(order.weight);
    expect(iso(order.received.at)).toBe(iso(MONDAY));
  }, 60_000);
});
