import { describe, expect, test } from "vitest";
import { commands, dutyRules, dutyNames } from "../../src/domain/order/chapters.ts";
import { nextAlarm, tick } from "../../src/domain/order/clock.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import { timeFor, type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import type { DutyName, Duty } from "../../src/domain/order/duty.ts";
import { DAY, HOUR, iso, MINUTE, ms, type Ms } from "../../src/domain/time.ts";
import { attempt, beginning, by, later, machine, when, type Story } from "./order-fixture.ts";
import { dutyTable } from "./model/table.ts";
import { customer, entry, lines, upTo } from "./regular.ts";
import { dutyOf, given, owed, type Scene } from "./scenario.ts";
import { customEntered, largeEntered, largeReleased, largeSigned } from "./special.ts";

const R = by("sales_rep");
const S = by("supervisor");
const A = by("order_admin");
const C = by("customer_service");
const P = machine("production");
const W = machine("warehouse");
const L = machine("logistics");
const phone = "phone" as const;

/** One row of `docs/order.md`'s table of duties: how it comes to be owed, how it is fulfilled, and how it may lapse. */
interface Row {
  readonly opened: (policy: Story) => Scene;
  readonly closed: (scene: Scene) => Scene;
  /** By another way than its own command; none where nothing but that ends it. */
  readonly lapses?: (scene: Scene) => Scene;
  /** The same duty of a special order, where it has less time. */
  readonly special?: (policy: Story) => Scene;
}

const complete = { ...entry, requestedDate: "2026-12-30" };
const off = { reason: "shop closed" };
const cancelled = (scene: Scene) => scene.when("cancel", S, off);
const cancelledByRep = (scene: Scene) => scene.when("cancel", R, off);
const right = (count: number) => ({ lines: [{ counted: count, specificationOk: true }] });
const change = (story: Story) =>
  given(story).when("request-change", R, { kind: "other", patch: {}, revision: story.order?.revision ?? 0, why: "packing" });
const changeId = (scene: Scene) => scene.order.changes.at(-1)?.changeId ?? "";
const assessed = (story: Story) => {
  const asked = change(story);
  return asked.when("assess-change", A, { changeId: changeId(asked), feasible: true });
};
const accepted = (story: Story) => {
  const found = assessed(story);
  return found.when("accept-change", R, { changeId: changeId(found), channel: phone });
};
const delayed = (story: Story) =>
  given(upTo("leadTime", story)).when("report-delay", P, { cause: "short", newFinish: "2026-12-22" });
const telling = { reason: "short", remedy: { kind: "freight" as const }, newDate: "2026-12-25", channel: phone };
const told = (story: Story) => delayed(story).when("tell-customer-of-delay", R, telling);
const lost = (story: Story) =>
  given(upTo("dispatch", story)).report("report-trace", L, { trackingNumber: "SF1", result: "lost" });
const delivered = { trackingNumber: "SF1", signedBy: "陈先生", deliveredAt: "2026-11-23T09:00:00+08:00" };
const settled = (story: Story) => given(customEntered(story)).when("settle-design", by("design"), { reference: "D-1" });

const rows: { readonly [D in DutyName]: Row } = {
  "assign-rep": {
    opened: (story) => given(when(story, "receive", C, { customer })),
    closed: (scene) => scene.when("reassign", S, { salesRep: "li.na" }),
  },
  confirm: {
    opened: (story) => given(upTo("receive", story)),
    closed: (scene) => scene.when("confirm", R, { lines, deliveryDate: "2026-12-28", channel: phone }),
    lapses: cancelledByRep,
  },
  enter: {
    opened: (story) => given(upTo("confirm", story)),
    closed: (scene) => scene.when("enter", R, complete),
    lapses: cancelledByRep,
    special: (story) =>
      given(upTo("receive", story)).when("confirm", R, {
        lines: lines.map((each) => ({ ...each, quantity: 1_000 })),
        deliveryDate: "2026-12-28",
        channel: phone,
      }),
  },
  "acknowledge-special": {
    opened: (story) => given(largeEntered(story)),
    closed: (scene) => scene.when("acknowledge-special", S),
    lapses: (scene) => scene.when("correct-entry", R, complete),
  },
  "settle-design": {
    opened: (story) => given(customEntered(story)),
    closed: (scene) => scene.when("settle-design", by("design"), { reference: "D-1" }),
    lapses: (scene) => scene.when("correct-entry", R, complete),
  },
  "report-lead-time": {
    opened: (story) => given(upTo("release", story)),
    closed: (scene) => scene.when("report-lead-time", P, { days: 20 }),
    lapses: (scene) => scene.when("finish-production", P, { quantity: [100] }),
    special: (story) => given(largeEntered(story)),
  },
  "inform-delivery-date": {
    opened: (story) => given(largeEntered(story)).when("report-lead-time", P, { days: 30 }),
    closed: (scene) => scene.when("inform-delivery-date", R, { date: "2027-01-20", channel: phone }),
    lapses: (scene) => scene.when("correct-entry", R, complete),
  },
  "confirm-final-terms": {
    opened: (story) => settled(story).when("report-lead-time", P, { days: 10 }),
    closed: (scene) => scene.when("confirm-final-terms", R, { accepted: true, channel: phone }),
    lapses: (scene) => scene.when("correct-entry", R, complete),
  },
  sign: {
    opened: (story) => given(upTo("enter", story)),
    closed: (scene) => scene.when("sign", S),
    lapses: (scene) => scene.when("correct-entry", R, complete),
    special: (story) =>
      given(largeEntered(story))
        .when("acknowledge-special", S)
        .when("report-lead-time", P, { days: 30 })
        .when("inform-delivery-date", R, { date: "2027-01-20", channel: phone }),
  },
  "correct-entry": {
    opened: (story) => given(upTo("enter", story)).when("refuse-signature", S, { reason: "price" }),
    closed: (scene) => scene.when("correct-entry", R, complete),
    lapses: cancelledByRep,
    special: (story) => given(largeSigned(story)).when("refuse-release", A, { reason: "capacity" }),
  },
  release: {
    opened: (story) => given(upTo("sign", story)),
    closed: (scene) => scene.when("release", A),
    lapses: (scene) => scene.when("correct-entry", R, complete),
    special: (story) => given(largeSigned(story)),
  },
  "update-progress": {
    opened: (story) => given(upTo("leadTime", story)),
    closed: (scene) => scene.when("update-progress", R, { summary: "half", source: "workshop" }),
    lapses: (scene) => scene.when("finish-production", P, { quantity: [100] }),
  },
  "finish-production": {
    opened: (story) => given(upTo("leadTime", story)),
    closed: (scene) => scene.when("finish-production", P, { quantity: [100] }),
    lapses: cancelled,
  },
  "tell-customer-of-delay": {
    opened: delayed,
    closed: (scene) => scene.when("tell-customer-of-delay", R, telling),
    lapses: (scene) => scene.when("report-delay", P, { cause: "found it", newFinish: "2026-12-10" }),
  },
  "agree-remedy": {
    opened: told,
    closed: (scene) => scene.when("agree-remedy", R, { accepted: true, newDate: "2026-12-31" }),
    lapses: (scene) => scene.when("report-delay", P, { cause: "strike", newFinish: "2027-01-31" }),
  },
  "decide-remedy": {
    opened: (story) => told(story).when("agree-remedy", R, { accepted: false }),
    closed: (scene) => scene.when("decide-remedy", S, { decision: "keep", reason: "so" }),
    lapses: (scene) => scene.when("report-delay", P, { cause: "strike", newFinish: "2027-01-31" }),
  },
  "confirm-receiving-time": {
    opened: (story) => given(upTo("finish", story)),
    closed: (scene) =>
      scene.when("confirm-receiving-time", R, {
        from: "2026-12-26T09:00:00+08:00",
        to: "2026-12-30T09:00:00+08:00",
        channel: phone,
      }),
    lapses: cancelled,
  },
  "check-goods": {
    opened: (story) => given(upTo("finish", story)),
    closed: (scene) => scene.when("check-goods", W, right(100)),
    lapses: cancelled,
  },
  rework: {
    opened: (story) => given(upTo("finish", story)).when("check-goods", W, right(1)),
    closed: (scene) => scene.when("finish-production", P, { quantity: [100] }),
    lapses: cancelled,
  },
  "arrange-transport": {
    opened: (story) => given(upTo("check", story)),
    closed: (scene) => scene.when("arrange-transport", L, { method: "courier", carrier: "SF", freightBorneBy: "customer" }),
    lapses: cancelled,
  },
  "confirm-shipping-data": {
    opened: (story) => given(upTo("check", story)),
    closed: (scene) =>
      scene.when("confirm-shipping-data", R, { recipient: "陈先生", phone: "+8613800000000", address: entry.deliveryAddress }),
    lapses: cancelled,
  },
  dispatch: {
    opened: (story) => given(upTo("data", story)),
    closed: (scene) => scene.when("dispatch", L, { carrier: "SF", trackingNumber: "SF1", expectedArrival: "2026-12-20" }),
    lapses: (scene) => scene.after((story) => change(story).story),
  },
  "tell-customer-of-shipment": {
    opened: (story) => given(upTo("dispatch", story)),
    closed: (scene) => scene.when("tell-customer-of-shipment", R, { channel: phone }),
    lapses: (scene) => scene.report("report-delivery", L, delivered),
  },
  "prove-delivery": {
    opened: (story) => given(upTo("dispatch", story)),
    closed: (scene) => scene.report("report-delivery", L, delivered),
    lapses: (scene) =>
      scene.report("report-tracking", L, { trackingNumber: "SF1", event: "held", expectedArrival: "2026-12-19" }),
  },
  "decide-loss": {
    opened: lost,
    closed: (scene) => scene.when("decide-loss", S, { decision: "ship_again", reason: "so" }),
    lapses: (scene) => scene.report("report-delivery", L, delivered),
  },
  "confirm-receipt": {
    opened: (story) => given(upTo("delivery", story)),
    closed: (scene) => scene.when("confirm-receipt", R),
  },
  "assess-change": {
    opened: (story) => change(upTo("progress", story)),
    closed: (scene) => scene.when("assess-change", A, { changeId: changeId(scene), feasible: true }),
    lapses: (scene) => scene.when("withdraw-change", R, { changeId: changeId(scene), channel: phone }),
  },
  "answer-change": {
    opened: (story) => assessed(upTo("progress", story)),
    closed: (scene) => scene.when("withdraw-change", R, { changeId: changeId(scene), channel: phone }),
    lapses: cancelled,
  },
  "answer-amendment": {
    opened: (story) => accepted(upTo("progress", story)),
    closed: (scene) => scene.when("answer-amendment", P, { changeId: changeId(scene), accepted: true }),
    lapses: cancelled,
  },
  "tell-change-outcome": {
    opened: (story) => {
      const asked = change(upTo("progress", story));
      return asked.when("assess-change", A, { changeId: changeId(asked), feasible: false, reason: "painted" });
    },
    closed: (scene) => scene.when("tell-change-outcome", R, { changeId: changeId(scene), channel: phone }),
    lapses: cancelled,
  },
  "decide-cancellation": {
    opened: (story) => given(upTo("sign", story)).when("request-cancellation", C, { askedBy: "陈先生", reason: "shop closed" }),
    closed: (scene) => scene.when("refuse-cancellation", S, { reason: "made" }),
  },
  "handle-complaint": {
    opened: (story) => given(upTo("receipt", story)).when("record-complaint", C, { about: "flickers" }),
    closed: (scene) =>
      scene.when("resolve-complaint", C, { complaintId: scene.order.complaints[0]?.complaintId ?? "", remedy: "-" }),
  },
  "remedy-finding": {
    opened: (story) =>
      given(upTo("receipt", story)).when("record-finding", S, { rule: "R3.2", person: "order_admin", action: "-" }),
    closed: (scene) => scene.when("remedy-finding", A, { findingId: scene.order.findings[0]?.findingId ?? "", done: "-" }),
  },
  inspect: {
    opened: (story) =>
      given(upTo("receipt", story)).when("ask-inspection", S, {
        inspectionId: "full-2026-11",
        by: "supervisor",
        reason: "monthly",
      }),
    closed: (scene) => scene.when("answer-inspection", S, { inspectionId: "full-2026-11", result: "in_order" }),
  },
  "verify-force-majeure": {
    opened: (story) =>
      given(upTo("sign", story)).when("declare-force-majeure", R, {
        what: "flood",
        from: "2026-11-23T00:00:00+08:00",
        evidence: "-",
      }),
    closed: (scene) =>
      scene.when("verify-force-majeure", S, {
        forceMajeureId: scene.order.forceMajeure[0]?.forceMajeureId ?? "",
        verified: false,
      }),
  },
  "resolve-discrepancy": {
    opened: (story) =>
      given(upTo("receipt", story))
        .report("finish-production", P, { quantity: [1, 2] })
        .report("report-lead-time", P, { days: 99 }),
    closed: (scene) =>
      scene.when("resolve-discrepancy", A, {
        discrepancyId: scene.order.discrepancies[0]?.discrepancyId ?? "",
        decision: "discard",
        reason: "-",
      }),
  },
  "take-over": {
    opened: (story) => given(upTo("release", story)).answered("production", "place", "refused"),
    closed: (scene) =>
      scene.when("take-over", A, {
        effectId: scene.order.effects.find(({ state }) => state === "failed")?.effectId ?? "",
        outcome: "done",
      }),
  },
};

/** The rungs told of one duty: which, when they were due, when they were told, and to whom. */
function rungsOf(story: Story, dutyId: string): { rung: string; due: Ms; at: Ms; told: string }[] {
  return story.events.flatMap((each: OrderEvent) =>
    each.event === "rung-told" && each.data.dutyId === dutyId
      ? [
          {
            rung: each.data.rung,
            due: Date.parse(each.data.rungDueAt),
            at: each.at,
            told: each.data.told.map(({ role }) => role).join("+"),
          },
        ]
      : [],
  );
}

/** Lets the clock ring whenever it is set, up to a time: no downtime. */
function ringing(story: Story, until: Ms): Story {
  let now = story;
  for (let ring = 0; ring < 2_000; ring++) {
    const alarm = now.order && nextAlarm(now.order, now.now);
    if (!alarm || alarm.at > until) return { ...now, now: until };
    const at = Math.max(alarm.at, now.now);
    now = later({ ...now, now: at }, "PT0S");
  }
  throw new Error("the clock does not come to rest");
}

const at = (story: Story, time: Ms): Story => (story.now >= time ? story : later({ ...story, now: time }, "PT0S"));

/** A duty as it stands, by its id: of several of a kind, that one. */
function same(story: Story, { dutyId }: Duty): Duty | undefined {
  return story.order && duties(story.order, story.now).find((each) => each.dutyId === dutyId);
}

const distinct = (...names: string[]) => [...new Set(names)].join("+");

describe.each(dutyNames)("%s", (name) => {
  const row = rows[name];
  const scene = row.opened(beginning);
  const duty = dutyOf(scene.story, name);
  const { pause, hours, special } = dutyTable[name];
  const budget = duty.course.budget;
  const owner = duty.owner.role;

  test("is owed by whom and within what the table says", () => {
    expect(owner).toBe(name === "remedy-finding" ? "order_admin" : dutyTable[name].owner);
    expect(duty.pausable).toBe(pause);
    if (hours !== undefined) expect(ms(defaultPolicy.duties[name].within ?? "PT0S")).toBe(hours * HOUR);
    expect(special === undefined).toBe(row.special === undefined);
    if (row.special && special !== undefined) {
      expect(dutyOf(row.special(beginning).story, name).course.budget).toBe(special * HOUR);
      expect(ms(timeFor(defaultPolicy.duties[name], false) ?? "PT0S")).toBe((hours ?? 0) * HOUR);
    }
  });

  test("opens with its event, and is closed by its command: met, in time or late", () => {
    expect(duty).toMatchObject({ state: "open", rule: expect.stringMatching(/^(R\d\.\d|H)$/u) });
    expect(duty.dutyId).toBe(`${name}-${duty.owed.since.number}`);
    const closed = row.closed(scene).closed(name, "met", "in time");
    expect(same(closed.story, duty)).toBeUndefined();
    const late = row.closed(given(at(scene.story, duty.dueAt + MINUTE)));
    const how = late.order.closedDuties.findLast(({ dutyId }) => dutyId === duty.dutyId);
    expect(how).toMatchObject({ how: "met", late: true, dueAt: duty.dueAt, owner: duty.owner });
  });

  test("is warned at three quarters, due, escalated half the time later but not within the hour, then daily", () => {
    const { from } = duty.course;
    const escalated = duty.dueAt + Math.max(budget / 2, HOUR);
    const all = rungsOf(ringing(scene.story, escalated + 2 * DAY), duty.dutyId);
    expect(all.map(({ rung, due, told: who }) => [rung, iso(due), who])).toEqual([
      ["warn", iso(from + budget * 0.75), owner],
      ["due", iso(duty.dueAt), distinct(owner, "supervisor")],
      ["escalate", iso(escalated), "management"],
      ["remind", iso(escalated + DAY), distinct(owner, "supervisor", "management")],
      ["remind", iso(escalated + 2 * DAY), distinct(owner, "supervisor", "management")],
    ]);
    expect(all.every(({ due, at: rang }) => due === rang)).toBe(true);
  });

  test("after a downtime there is one message, of the highest rung that passed, and the record shows when it was due", () => {
    const escalated = duty.dueAt + Math.max(budget / 2, HOUR);
    for (const [downTo, rung, due] of [
      [duty.dueAt + MINUTE, "due", duty.dueAt],
      [escalated + MINUTE, "escalate", escalated],
      [escalated + 3 * DAY + MINUTE, "remind", escalated + 3 * DAY],
    ] as const) {
      expect(rungsOf(at(scene.story, downTo), duty.dutyId)).toMatchObject([{ rung, due, at: downTo }]);
      expect(same(at(scene.story, downTo), duty)).toMatchObject({ state: "overdue", dueAt: duty.dueAt });
    }
  });

  test("each rung is told once, however often the clock looks", () => {
    const once = at(scene.story, duty.dueAt + MINUTE);
    const again = once.order && tick(once.order, once.now, once.now);
    expect(again?.events).toEqual([]);
  });

  test("acknowledged by its owner, they alone are left in peace; by a supervisor, all are, until the time promised", () => {
    const escalated = duty.dueAt + Math.max(budget / 2, HOUR);
    const late = at(scene.story, escalated);
    const person = {
      ...by(owner === "management" || owner === "staff" || owner === "customer" || owner === "system" ? "supervisor" : owner),
    };
    const reminded = (story: Story) =>
      rungsOf(ringing(story, escalated + 3 * DAY), duty.dutyId).filter(({ rung }) => rung === "remind");
    const dutyId = duty.dutyId;
    const promisedAt = iso(escalated + 1.5 * DAY);
    const byS = when(ringing(scene.story, escalated), "acknowledge", S, { dutyId });
    expect(reminded(byS)).toEqual([]);
    const until = when(ringing(scene.story, escalated), "acknowledge", S, { dutyId, promisedAt });
    expect(reminded(until).map(({ due }) => iso(due))[0]).toBe(promisedAt);
    const own = attempt(ringing(scene.story, escalated), "acknowledge", person, { dutyId });
    if (isRefusal(own)) throw new Error(own.refused);
    const spared = owner === "supervisor" ? [] : reminded(own).map(({ told: who }) => who);
    expect(spared).toEqual(owner === "supervisor" ? [] : Array.from({ length: 3 }, () => "supervisor+management"));
    expect(same(late, duty)?.state).toBe("overdue");
  });

  test(pause ? "pauses for three days in all, and then its time goes on" : "does not pause", () => {
    const half = at(scene.story, Math.max(scene.story.now, duty.course.from) + budget / 2);
    const paused = attempt(half, "pause-duty", S, { dutyId: duty.dutyId, awaiting: "the customer", evidence: "mail" });
    if (!pause) {
      expect(isRefusal(paused) && paused.refused).toMatch(/duty-not-pausable|no-such-duty/u);
      return;
    }
    if (isRefusal(paused)) throw new Error(paused.refused);
    expect(same(paused, duty)).toMatchObject({ state: "paused", dueAt: duty.dueAt + 3 * DAY });
    const resumed = when(at(paused, half.now + DAY), "resume-duty", S, { dutyId: duty.dutyId });
    expect(same(resumed, duty)).toMatchObject({ state: "open", dueAt: duty.dueAt + DAY });
    const again = when(resumed, "pause-duty", S, { dutyId: duty.dutyId, awaiting: "the customer", evidence: "mail" });
    const limit = ringing(again, resumed.now + 2 * DAY + MINUTE);
    expect(same(limit, duty)).toMatchObject({ state: "open", pauseUsedUp: true, dueAt: duty.dueAt + 3 * DAY });
    // No rung was told while the clock stood; the warning comes when its time does.
    const warned = rungsOf(ringing(limit, duty.dueAt + 3 * DAY - 1), duty.dutyId);
    expect(warned.filter(({ rung }) => rung !== "warn")).toEqual([]);
  });

  test.runIf(row.lapses)("lapses when its command is no longer permitted, and a breach stays on record", () => {
    const lapse = row.lapses ?? ((each: Scene) => each);
    lapse(scene).closed(name, "lapsed", "in time");
    const late = lapse(given(at(scene.story, duty.dueAt + MINUTE))).order.closedDuties.findLast(
      ({ dutyId }) => dutyId === duty.dutyId,
    );
    expect(late).toMatchObject({ how: "lapsed", late: true });
  });

  test("moves along when the policy that the order keeps gives it another time", () => {
    if (hours === undefined) return;
    const policy: Policy = {
      ...defaultPolicy,
      duties: { ...defaultPolicy.duties, [name]: { ...defaultPolicy.duties[name], within: "PT77H", special: undefined } },
    };
    const other = row.opened({ ...beginning, policy });
    const window = name === "dispatch" ? other.order.receivingTime?.from : undefined;
    expect(dutyOf(other.story, name).course.budget, String(window)).toBe(77 * HOUR);
  });

  test("is derived: the record replayed from its events owes the same", () => {
    const { story, order } = given(at(scene.story, duty.dueAt + MINUTE));
    expect(replay(story.events)).toEqual(order);
    expect(owed(story)).toContain(name);
  });
});

test("every duty's closing commands are those of the table, and none is closed by a command that cannot be sent", () => {
  for (const name of dutyNames) {
    const { closedBy } = dutyRules[name];
    expect(closedBy.filter((each) => each !== "clock" && !(each in commands))).toEqual([]);
  }
});

test("a large order's duties have their special time throughout", () => {
  expect(dutyOf(largeReleased(), "update-progress").course.budget).toBe(7 * DAY);
});
