import type { Custom, LineSoFar } from "../../src/domain/order/shapes.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { duties } from "../../src/domain/order/duties.ts";
import type { Period } from "../../src/domain/routine/period.ts";
import type { Ms } from "../../src/domain/time.ts";
import type { MadeOrder } from "../support/many-orders.ts";
import { isExempt } from "./expected-performance.ts";

/** The month's standings and the weekly summary of many orders computed independently, in plain loops over their events. */

const isIn = ({ from, to }: Period, at: Ms): boolean => from <= at && at < to;

/** The order's representative at a time. */
function repAt(events: readonly OrderEvent[], at: Ms): string | undefined {
  let rep: string | undefined;
  for (const event of events) {
    if (event.at > at) continue;
    if (event.event === "received" || event.event === "rep-assigned") rep = event.data.salesRep;
  }
  return rep;
}

interface Count {
  met: number;
  late: number;
  scores: number;
  scoreSum: number;
}

/** Each representative's figures of a month, as known at `now`. */
export function standingsOf(orders: readonly MadeOrder[], month: Period, now: Ms): ReadonlyMap<string, Count> {
  const people = new Map<string, Count>();
  const of = (person: string): Count => {
    const count = people.get(person) ?? { met: 0, late: 0, scores: 0, scoreSum: 0 };
    people.set(person, count);
    return count;
  };
  for (const { order, events } of orders) {
    const ended = new Map(order.closedDuties.map((closed) => [closed.dutyId, closed]));
    const owed = duties(order, now);
    for (const { dutyId } of owed) ended.delete(dutyId);
    const late = [...[...ended.values()].filter((each) => each.late), ...owed.filter(({ dueAt }) => dueAt < now)];
    for (const each of ended.values()) {
      const { owner, how, closedAt } = each;
      if (owner.role !== "sales_rep" || owner.id === undefined) continue;
      if (how === "met" && !each.late && isIn(month, closedAt)) of(owner.id).met += 1;
    }
    for (const { owner, duty, dueAt } of late) {
      const person = duty === "remedy-finding" ? owner.id : repAt(events, dueAt);
      if (owner.role !== "sales_rep" || person === undefined || !isIn(month, dueAt)) continue;
      if (!isExempt(events, { duty, dueAt })) of(person).late += 1;
    }
    for (const event of events) {
      const score = event.event === "receipt-confirmed" ? event.data.satisfaction : undefined;
      const rep = repAt(events, event.at);
      if (score === undefined || rep === undefined || !isIn(month, event.at)) continue;
      of(rep).scores += 1;
      of(rep).scoreSum += score;
    }
  }
  return people;
}

/** The terms of an event that say what is to be made. */
function termsOf({ event, data }: OrderEvent) {
  if (event === "entered" || event === "entry-corrected") return data;
  return event === "amendment-answered" && data.accepted ? data.terms : undefined;
}

const goodsOf = (lines: readonly LineSoFar[], custom: Custom | null | undefined): string =>
  JSON.stringify([lines.map(({ model, specification, quantity }) => [model, specification, quantity]), custom ?? null]);

/** How many orders a week's summary lists under each heading, risks left out. */
export function weekOf(orders: readonly MadeOrder[], week: Period, asOf: Ms): Record<string, number> {
  const counts = { in_production: 0, not_updated: 0, finished: 0, delayed: 0 };
  for (const { order, events } of orders) {
    let made: Ms | undefined;
    let making = false;
    let goods = "";
    const delays = new Map<string, { opened: Ms; ended?: Ms }>();
    for (const event of events) {
      const terms = termsOf(event);
      const asked = goodsOf(terms?.lines ?? [], terms?.custom);
      if (event.event === "released") making = true;
      if (event.event === "goods-accepted" || event.event === "cancelled") making = false;
      if (event.event === "production-finished") made = event.at;
      // Goods that differ from those already made are made again.
      const changed = event.event === "amendment-answered" && terms !== undefined && asked !== goods;
      if (terms) goods = asked;
      if (changed && made !== undefined) [making, made] = [true, undefined];
      if (event.event === "loss-decided" && event.data.decision === "make_again") [making, made] = [true, undefined];
      if (event.event === "delay-opened") delays.set(event.data.delayId, { opened: event.at });
      if (event.event === "delay-withdrawn") delays.delete(event.data.delayId);
      const ends = event.event === "remedy-agreed" || (event.event === "remedy-decided" && event.data.decision !== "offer_anew");
      const delay = ends ? delays.get(event.data.delayId) : undefined;
      if (delay) delay.ended = event.at;
    }
    const isDelayed = ({ opened, ended }: { opened: Ms; ended?: Ms }) =>
      ended === undefined || isIn(week, opened) || isIn(week, ended);
    const overdue = duties(order, asOf).some(
      ({ duty, state, dueAt }) => duty === "update-progress" && state !== "paused" && dueAt < asOf,
    );
    counts.in_production += making ? 1 : 0;
    counts.not_updated += overdue ? 1 : 0;
    counts.finished += made !== undefined && isIn(week, made) ? 1 : 0;
    counts.delayed += [...delays.values()].some(isDelayed) ? 1 : 0;
  }
  return counts;
}
