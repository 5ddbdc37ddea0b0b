import type { Duty } from "../../src/domain/order/duty.ts";
import { checkedCommand, type Bodies, type CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import type { Outcome } from "../../src/domain/order/append.ts";
import { tick } from "../../src/domain/order/clock.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { takeReport } from "../../src/domain/order/reports.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { isRefusal } from "../../src/domain/order/refusals.ts";
import type { Actor } from "../../src/domain/people.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { addDays, dayOf, endOfDay, HOUR, iso, type Day, type Ms } from "../../src/domain/time.ts";
import { by, machine } from "../domain/order-fixture.ts";
import { address } from "../domain/regular.ts";
import type { Chance } from "./chance.ts";

/** An order while it is being lived through, and what is going to happen to it. */
export interface Life {
  readonly orderNo: string;
  readonly policy: Policy;
  readonly chance: Chance;
  readonly events: OrderEvent[];
  /** When whoever owes a duty gets round to it, by duty id. */
  readonly moments: Map<string, Ms>;
  /** What else will be done, whoever owes it. */
  readonly coming: { at: Ms; act: (life: Life) => void }[];
  /** Messages that nobody has answered for yet, by effect id. */
  readonly underWay: Set<string>;
  now: Ms;
  order: Order | undefined;
  keys: number;
}

export function take(life: Life, { order, events }: Outcome): void {
  life.order = order;
  life.events.push(...events);
}

/** Sends a command now; whether it was taken on. A machine's may have happened a while ago. */
export function send<K extends CommandName>(life: Life, name: K, actor: Actor, body: Bodies[K], ago: Ms = 0): boolean {
  if (life.order) take(life, tick(life.order, life.now - ago, life.now));
  life.keys += 1;
  const [key, hash] = [`${life.orderNo}-${life.keys}`, `hash-${life.keys}`];
  const sent = checkedCommand(name, body, { actor, key, hash, at: life.now - ago, receivedAt: life.now });
  const outcome = decide(life.order, sent, life);
  if (isRefusal(outcome)) return false;
  take(life, outcome);
  return true;
}

/** A machine's report that may not fit: then it is a discrepancy. */
export function misreport(life: Life): void {
  if (!life.order) return;
  life.keys += 1;
  const sent = {
    actor: machine("production"),
    key: `${life.orderNo}-${life.keys}`,
    hash: "",
    at: life.now,
    receivedAt: life.now,
  };
  take(life, takeReport(life.order, checkedCommand("finish-production", { quantity: [1, 2, 3] }, sent), life));
}

export function repOf({ order }: Life): Actor {
  return by("sales_rep", order?.salesRep);
}

/** Some act early, some late, few much too late, and now and then somebody forgets. */
export function momentFor({ chance: c }: Life, { openedAt, dueAt }: Duty): Ms {
  const span = Math.max(dueAt - openedAt, HOUR);
  const kind = c.between(0, 1);
  if (kind < 0.74) return Math.floor(openedAt + span * c.between(0.02, 0.95));
  if (kind < 0.94) return Math.floor(openedAt + span * c.between(1.01, 1.8));
  return kind < 0.996 ? Math.floor(openedAt + span * c.between(2, 5)) : Infinity;
}

export function entryOf(life: Life): Bodies["enter"] {
  const { customer, lines, custom, requestedDate } = life.order ?? {};
  const complete = (lines ?? []).map((line) => ({ specification: "E27", quantity: 1, unitPriceFen: 100, ...line }));
  return {
    customer: customer ?? { name: "", contact: {} },
    lines: complete as Bodies["enter"]["lines"],
    custom: custom ?? null,
    deliveryAddress: address,
    requestedDate: later(life, requestedDate),
    selfChecked: true,
  };
}

/** A day, or if that has passed, one to come. */
export function later(life: Life, day: Day | undefined): Day {
  return day !== undefined && endOfDay(day) > life.now ? day : addDays(dayOf(life.now), life.chance.whole(5, 20));
}

export function after(life: Life, least: Ms, most: Ms, act: (life: Life) => void): void {
  life.coming.push({ at: Math.floor(life.now + life.chance.between(least, most)), act });
}

export function trackingOf({ order }: Life): string {
  return order?.shipments.at(-1)?.trackingNumber ?? "";
}

export function delivery(life: Life): boolean {
  const ago = Math.floor(life.chance.between(0, 2 * HOUR));
  const deliveredAt = iso(life.now - ago);
  const body = { trackingNumber: trackingOf(life), signedBy: "customer", deliveredAt };
  return send(life, "report-delivery", machine("logistics"), body, ago);
}
