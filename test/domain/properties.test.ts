import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CommandInput } from "../../src/contracts/workflow.ts";
import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import { RULES } from "../../src/domain/order/events.ts";
import { commandNames, dutyNames } from "../../src/domain/order/chapters.ts";
import { isOver, nextAlarm } from "../../src/domain/order/clock.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { pendingEffects } from "../../src/domain/order/outside.ts";
import { permitted } from "../../src/domain/order/permission.ts";
import { statuses, statusOf, type Order } from "../../src/domain/order/state.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { roles, type Actor } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { DAY, HOUR, iso, MINUTE, type Ms } from "../../src/domain/time.ts";
import { openRunningOrder, type RunningOrder } from "../../src/workflows/order/running-order.ts";
import { by, machine, MONDAY } from "./order-fixture.ts";
import { makeBody } from "./model/bodies.ts";
import { dutyTable } from "./model/table.ts";

/**
 * Whatever is sent, by whomever, in whatever order, late or twice: what holds of every order. Through the running order that the
 * workflow keeps, so that keys, refusals on record and the carrying on are in it.
 */
const cast: readonly Actor[] = [
  ...roles.map((role) => by(role)),
  ...roles.map((role) => machine(role)),
  { ...by("sales_rep"), roles: ["sales_rep", "supervisor", "order_admin", "customer_service"] },
  { id: "stranger", roles: [], kind: "person" },
];

/** One thing that happens: somebody asks or reports something, time passes, an outside system answers, a run is carried on. */
type Happening =
  | {
      readonly kind: "command";
      readonly name: CommandName;
      readonly who: number;
      readonly signal: boolean;
      readonly ago: number;
      readonly choice: number;
      readonly wrong: boolean;
    }
  | { readonly kind: "permitted"; readonly who: number; readonly nth: number; readonly choice: number }
  | { readonly kind: "again"; readonly nth: number }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "answer"; readonly nth: number; readonly result: "done" | "refused" | "exhausted" | "unreached" }
  | { readonly kind: "carry" };

const small = fc.nat({ max: 1_000 });
const who = fc.nat({ max: cast.length - 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("permitted" as const), who, nth: small, choice: small }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("command" as const),
      name: fc.constantFrom(...commandNames),
      who,
      signal: fc.boolean(),
      ago: fc.constantFrom(0, 0, MINUTE, 5 * HOUR, 4 * DAY),
      choice: small,
      wrong: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("again" as const), nth: small }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.constantFrom(MINUTE, HOUR, 9 * HOUR, 2 * DAY, 9 * DAY) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      nth: small,
      result: fc.constantFrom("done", "done", "done", "refused", "exhausted", "unreached"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "carry" as const }) },
);

interface Sent {
  readonly name: CommandName;
  readonly input: CommandInput;
  readonly key: string;
  readonly signal: boolean;
}

/** A running order and what happens to it. */
function running() {
  let running: RunningOrder = openRunningOrder({
    orderNo: "SO-1",
    policy: defaultPolicy,
    calendar: defaultCalendar,
    rules: RULES,
  });
  let now: Ms = MONDAY;
  let serial = 0;
  const sent: Sent[] = [];
  running.carryOut(
    "receive",
    { actor: by("sales_rep"), body: { customer: { name: "A", contact: { phone: "1" } } }, key: "k0", hash: "h0" },
    "k0",
    now,
  );

  function send(one: Sent): void {
    if (one.signal) running.takeReport(one.name, one.input, one.key, now);
    else {
      // The validator has been asked before the handler, as in the workflow: it refuses without a trace.
      const before = running.lastEvent();
      const refusal = running.refuse(one.name, one.input, now);
      expect(running.lastEvent()).toBe(before);
      if (!refusal) running.carryOut(one.name, one.input, one.key, now);
    }
  }

  function bodyOf(name: CommandName, actor: Actor, choice: number, wrong: boolean): object {
    const order = orderOf(running);
    const pick = <T>(first: T, ...others: T[]): T => [first, ...others][choice % (others.length + 1)] ?? first;
    const body: Bodies[CommandName] = makeBody[name]({ order, actor, at: now, pick, serial });
    if (name === "resolve-discrepancy") return { ...body, decision: pick("discard", "apply") };
    // Ids of nothing, dates gone by: well-formed, but of no order.
    return wrong
      ? Object.fromEntries(
          Object.entries(body).map(([field, value]) => [field, field.endsWith("Id") ? `${String(value)}0` : value]),
        )
      : body;
  }

  return {
    running: () => running,
    now: () => now,
    happen(it: Happening): void {
      serial += 1;
      const key = `k${serial}`;
      switch (it.kind) {
        case "permitted": {
          const actor = cast[it.who] ?? by("sales_rep");
          const could = permitted(orderOf(running), actor, now);
          const name = could[it.nth % Math.max(could.length, 1)];
          if (!name) return;
          const one = {
            name,
            key,
            signal: actor.kind === "machine",
            input: { actor, body: bodyOf(name, actor, it.choice, false), key, hash: key },
          };
          sent.push(one);
          send(one);
          return;
        }
        case "command": {
          const actor = cast[it.who] ?? by("sales_rep");
          const input = { actor, body: bodyOf(it.name, actor, it.choice, it.wrong), key, hash: key, at: iso(now - it.ago) };
          const one = { name: it.name, key, signal: it.signal, input };
          sent.push(one);
          send(one);
          return;
        }
        case "again": {
          const one = sent[it.nth % Math.max(sent.length, 1)];
          if (one) send(one);
          return;
        }
        case "time":
          now += it.ms;
          running.tick(now);
          return;
        case "answer": {
          const pending = running.pending();
          const effect = pending[it.nth % Math.max(pending.length, 1)];
          if (effect) running.settle(effect, { result: it.result }, now);
          return;
        }
        case "carry":
          running = openRunningOrder(running.nextStart());
      }
    },
    sent,
    send,
  };
}

function orderOf(running: RunningOrder): Order {
  const order = running.order();
  if (!order) throw new Error("no order");
  return order;
}

/** What holds of every order after each thing that happens. */
function holds(running: RunningOrder, now: Ms): void {
  const order = orderOf(running);
  const events = running.history();
  expect(statuses).toContain(statusOf[order.stage]);
  expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
  for (const each of events) {
    if (!(each.actor.id.length > 0 && each.actor.role.length > 0)) throw new Error(`${each.event} has no actor`);
    if (!(Number.isSafeInteger(each.at) && each.at <= each.receivedAt && each.receivedAt <= now))
      throw new Error(`${each.event} has no time`);
  }
  const open = duties(order, now);
  expect(new Set(open.map(({ dutyId }) => dutyId)).size).toBe(open.length);
  for (const duty of open) {
    if (!Number.isFinite(duty.dueAt) || duty.owner.role.length === 0) throw new Error(`${duty.dutyId} has no owner or no time`);
  }
  const ended = order.stage === "completed" || order.stage === "cancelled";
  if (ended) expect(open.filter(({ duty }) => !dutyTable[duty].outlives).map(({ duty }) => duty)).toEqual([]);
  if (ended && open.length === 0 && pendingEffects(order).length === 0) expect(isOver(order, now)).toBe(true);
  expect(order.delays.filter(({ state }) => state !== "closed" && state !== "withdrawn").length).toBeLessThanOrEqual(1);
  expect(
    order.changes.filter(({ state }) => ["requested", "assessed", "awaiting_signature", "amending"].includes(state)).length,
  ).toBeLessThanOrEqual(1);
  // The clock is set whenever something is owed, and never stands still at a time that has passed.
  const alarm = nextAlarm(order, now);
  if (open.some(({ watch }) => watch.acknowledged.length === 0)) expect(alarm).toBeDefined();
}

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 60);

describe("any sequence of commands, reports, answers and time", () => {
  test(
    "keeps one status, actors and times on every event, owners and due times on every duty, and ends clean",
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(fc.array(happening, { maxLength: 120, size: "max" }), (happenings) => {
          const run = running();
          for (const each of happenings) {
            run.happen(each);
            holds(run.running(), run.now());
          }
          // Replaying the events gives the same order, and a run that carries on goes on from there.
          expect(replay(run.running().history())).toEqual(orderOf(run.running()));
          expect(openRunningOrder(run.running().nextStart()).order()).toEqual(orderOf(run.running()));
          // The same command twice changes nothing, however much has happened since.
          const before = run.running().lastEvent();
          const answered = new Set(
            run
              .running()
              .history()
              .map(({ key }) => key),
          );
          for (const one of run.sent) if (answered.has(one.key)) run.send(one);
          expect(run.running().lastEvent()).toBe(before);
          expect(
            run
              .running()
              .history()
              .every(({ key }, index, all) => key === undefined || all.findLastIndex((each) => each.key === key) - index < 200),
          ).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
  );

  test("the same key with another body is a conflict, and nothing happens", () => {
    const running = openRunningOrder({ orderNo: "SO-1", policy: defaultPolicy, calendar: defaultCalendar, rules: RULES });
    const input = { actor: by("sales_rep"), body: { customer: { name: "A", contact: { phone: "1" } } }, key: "k0", hash: "h0" };
    running.carryOut("receive", input, "k0", MONDAY);
    expect(running.refuse("record-complaint", { ...input, body: { about: "-" }, hash: "h1" }, MONDAY)?.refused).toBe(
      "idempotency-conflict",
    );
    const answer = running.carryOut("record-complaint", { ...input, body: { about: "-" }, hash: "h1" }, "k0", MONDAY);
    expect(isRefusal(answer) && answer.refused).toBe("idempotency-conflict");
    expect(running.lastEvent()).toBe(1);
  });
});

describe("a telling that reaches nobody", () => {
  test.each([
    ["warn", ["sales_rep", "supervisor", "management"]],
    ["due", ["sales_rep+supervisor", "management"]],
    ["escalate", ["management"]],
    ["remind", ["sales_rep+supervisor+management"]],
  ] as const)("climbs from %s to the next above, is on record, and opens a take-over each time", (rung, chain) => {
    const running = openRunningOrder({ orderNo: "SO-1", policy: defaultPolicy, calendar: defaultCalendar, rules: RULES });
    const body = { customer: { name: "A", contact: { phone: "1" } } };
    running.carryOut("receive", { actor: by("sales_rep"), body, key: "k0", hash: "h0" }, "k0", MONDAY);
    const at = MONDAY + { warn: 1.6 * HOUR, due: 2.1 * HOUR, escalate: 3.1 * HOUR, remind: 27.1 * HOUR }[rung];
    running.tick(at);
    for (let round = 0; round < 5; round++) {
      const effect = running
        .pending()
        .find((each) => each.system === "messages" && each.data.message === "rung" && each.data.params["duty"] === "confirm");
      if (!effect) break;
      running.settle(effect, { result: "unreached" }, at);
      running.tick(at);
    }
    const told = running
      .history()
      .flatMap((each) => (each.event === "rung-told" && each.data.duty === "confirm" ? [each.data] : []));
    expect(told.map((each) => each.told.map(({ role }) => role).join("+"))).toEqual(chain);
    expect(new Set(told.map(({ rung: each }) => each))).toEqual(new Set([rung]));
    expect(new Set(told.map(({ rungDueAt }) => rungDueAt)).size).toBe(1);
    expect(told.map(({ climbed }) => climbed)).toEqual(chain.map((_, index) => index));
    const order = orderOf(running);
    expect(duties(order, at).filter(({ duty }) => duty === "take-over")).toHaveLength(chain.length);
    expect(running.history().filter(({ event }) => event === "rung-unreached")).toHaveLength(chain.length);
  });

  test("about a take-over opens no other one: that would breed without end", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("done", "unreached"), { minLength: 30, maxLength: 30 }), (results) => {
        const running = openRunningOrder({ orderNo: "SO-1", policy: defaultPolicy, calendar: defaultCalendar, rules: RULES });
        running.carryOut(
          "receive",
          { actor: by("sales_rep"), body: { customer: { name: "A", contact: { phone: "1" } } }, key: "k0", hash: "h0" },
          "k0",
          MONDAY,
        );
        let now = MONDAY;
        for (const result of results) {
          now += 12 * HOUR;
          running.tick(now);
          for (const effect of running.pending()) running.settle(effect, { result }, now);
        }
        const about = (order: Order) =>
          duties(order, now)
            .filter(({ duty }) => duty === "take-over")
            .map(({ about: effectId }) => effectId);
        const aboutTakeOver = orderOf(running).effects.filter(
          (each) => each.system === "messages" && each.data.params["duty"] === "take-over",
        );
        expect(aboutTakeOver.filter(({ effectId }) => about(orderOf(running)).includes(effectId))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

test("the table of duties that outlive an order has every duty", () => {
  expect(Object.keys(dutyTable).toSorted()).toEqual([...dutyNames].toSorted());
});
