import { isOver, tick } from "../../src/domain/order/clock.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { pendingEffects, settle } from "../../src/domain/order/outside.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { dutyRows, orderRow } from "../../src/domain/order/view.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import type { DutyName } from "../../src/domain/order/duty.ts";
import { addDays, DAY, dayOf, HOUR, startOfDay, type Day, type Ms } from "../../src/domain/time.ts";
import type { Database } from "../../src/records/database.ts";
import { publicationOf } from "../../src/records/rebuild.ts";
import { publish } from "../../src/records/write.ts";
import { by } from "../domain/order-fixture.ts";
import { chance, type Chance } from "./chance.ts";
import { fulfil, mishaps, reps, service } from "./people-acting.ts";
import { momentFor, send, take, type Life } from "./simulated-order.ts";

/**
 * Many orders of all kinds of fates, made by the domain itself: met and late, delayed, changed, cancelled, complained
 * about, exempt by force majeure, ended and open. The same seed gives the same orders. Nothing of them is asserted here:
 * reports and lists are held against them.
 */
export interface MadeOrder {
  readonly orderNo: string;
  readonly order: Order;
  readonly events: readonly OrderEvent[];
}

interface Many {
  readonly count?: number;
  readonly seed?: number;
  /** The day of the first order; the others follow evenly. */
  readonly from?: Day;
  /** What has not happened by then, ms, has not happened: 00:00 of the day after the last. */
  readonly until?: Ms;
}

export const MANY_UNTIL: Ms = startOfDay("2026-11-30");

export function manyOrders({ count = 2_000, seed = 1, from = "2026-03-02", until = MANY_UNTIL }: Many = {}): MadeOrder[] {
  const first = startOfDay(from);
  return Array.from({ length: count }, (_, index) => {
    const received = first + 9 * HOUR + Math.floor((index * (until - DAY - first)) / count);
    return live(`MO-${String(index + 1).padStart(5, "0")}`, received, until, chance(seed * 1_000_003 + index));
  });
}

/** Publishes orders through the records' own writer: most at once, every tenth in two parts, as the workflow does. */
export async function publishAll(db: Database, orders: readonly MadeOrder[], at: Ms): Promise<void> {
  for (const [index, { order, events }] of orders.entries()) {
    const early = index % 10 === 0 ? events.slice(0, Math.ceil(events.length / 2)) : [];
    if (early.length > 0) await publish(db, publicationOf(early, at));
    await publish(db, { order: orderRow(order, at), events: events.slice(early.length), duties: dutyRows(order, at) });
  }
}

/** Half of the orders keep office hours for what is done at a desk. */
const desk: readonly DutyName[] = ["sign", "release", "correct-entry", "assess-change", "confirm-receipt"];
const officeHours: Policy = {
  ...defaultPolicy,
  duties: desk.reduce((all, name) => ({ ...all, [name]: { ...all[name], calendar: "working" } }), defaultPolicy.duties),
};

/**
 * What is asked outside is answered at once; now and then it is refused, and somebody has to take over. Most messages are
 * left on their way: what the reports look at does not hang on them, and each answer is an event that costs time here.
 */
function answerOutside(life: Life): void {
  for (let round = 0; life.order && round < 20; round++) {
    const effect = pendingEffects(life.order).find(({ effectId }) => !life.underWay.has(effectId));
    if (!effect) return;
    if (effect.system === "messages" && life.chance.happens(0.85)) life.underWay.add(effect.effectId);
    else take(life, settle(life.order, effect.effectId, { result: life.chance.happens(0.01) ? "refused" : "done" }, life.now));
  }
}

function begin(life: Life): void {
  const c = life.chance;
  const lines = Array.from({ length: c.whole(1, 3) }, (_, index) => ({
    model: `LED-${index + 1}`,
    specification: "E27 9W 3000K",
    quantity: c.whole(10, 120),
    unitPriceFen: c.whole(1_000, 6_000),
  }));
  const unknown = c.happens(0.05);
  send(life, "receive", unknown ? service : by("sales_rep", c.one(reps)), {
    customer: { name: `客户${c.whole(1, 40)}`, contact: { phone: "+8613800000000" } },
    lines,
    custom: c.happens(0.08) ? { brief: "2700K instead of 3000K" } : null,
    requestedDate: addDays(dayOf(life.now), c.whole(15, 45)),
    channel: "phone",
  });
}

const STEPS = 300;

/** One order's life up to `until`: whoever owes something does it when they get round to it. */
function live(orderNo: string, received: Ms, until: Ms, c: Chance): MadeOrder {
  const policy = c.happens(0.5) ? officeHours : defaultPolicy;
  const life: Life = {
    orderNo,
    policy,
    chance: c,
    events: [],
    moments: new Map(),
    coming: [],
    underWay: new Set(),
    now: received,
    order: undefined,
    keys: 0,
  };
  begin(life);
  answerOutside(life);
  for (let step = 0; step < STEPS && life.order; step++) {
    const next = nextMoment(life, life.order);
    if (!next || next.at > until) break;
    life.now = Math.max(life.now, next.at);
    next.act();
    answerOutside(life);
    mishaps(life);
    answerOutside(life);
  }
  life.now = until;
  if (life.order && !isOver(life.order, until)) take(life, tick(life.order, until, until));
  answerOutside(life);
  if (!life.order) throw new Error(`${orderNo} was never received`);
  return { orderNo, order: life.order, events: life.events };
}

function nextMoment(life: Life, order: Order): { at: Ms; act: () => void } | undefined {
  const owed = duties(order, life.now).map((duty) => {
    const at = life.moments.get(duty.dutyId) ?? momentFor(life, duty);
    life.moments.set(duty.dutyId, at);
    const act = () => {
      // What could not be done now is tried again tomorrow, when what hindered it may have passed.
      if (!fulfil[duty.duty]?.(life, duty)) life.moments.set(duty.dutyId, life.now + DAY);
    };
    return { at, act };
  });
  const coming = life.coming.map((each) => ({
    at: each.at,
    act: () => {
      life.coming.splice(life.coming.indexOf(each), 1);
      each.act(life);
    },
  }));
  return [...owed, ...coming]
    .filter(({ at }) => at !== Infinity)
    .reduce<{ at: Ms; act: () => void } | undefined>((first, each) => (first && first.at <= each.at ? first : each), undefined);
}
