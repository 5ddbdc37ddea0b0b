import { defaultCalendar } from "../../src/domain/clock/calendar.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import { duties } from "../../src/domain/order/duties.ts";
import type { ClosedDuty, Order } from "../../src/domain/order/state.ts";
import { DAY, endOfDay, HOUR, instant, startOfDay, type Day, type Ms } from "../../src/domain/time.ts";
import type { Dimension, Figures } from "../../src/records/performance.ts";
import { MANY_UNTIL, type MadeOrder } from "../support/many-orders.ts";

/**
 * The supervisor's figures computed independently, from the events of each order in plain loops, without `src/records` and SQL. Pauses,
 * exemptions and forecasts are read from the events, not from the domain's state.
 */

/** 08:00–12:00 and 13:30–17:30 of working days between two instants, ms. */
function officeTime(from: Ms, to: Ms): number {
  let sum = 0;
  for (let day = Math.floor((from + 8 * HOUR) / DAY) * DAY - 8 * HOUR; day < to; day += DAY) {
    const name = new Date(day + 8 * HOUR).toISOString().slice(0, 10);
    const weekend = [0, 6].includes(new Date(day + 8 * HOUR).getUTCDay());
    const works = defaultCalendar.makeUpDays.includes(name) || (!weekend && !defaultCalendar.holidays.includes(name));
    for (const [start, end] of works ? [[8 * HOUR, 12 * HOUR] as const, [13.5 * HOUR, 17.5 * HOUR] as const] : []) {
      sum += Math.max(0, Math.min(to, day + end) - Math.max(from, day + start));
    }
  }
  return sum;
}

/** The duties that an order owes at the end, cached. */
const owed = new Map<Order, ReturnType<typeof duties>>();
function dutiesOf(order: Order): ReturnType<typeof duties> {
  const known = owed.get(order) ?? duties(order, MANY_UNTIL);
  owed.set(order, known);
  return known;
}

function timeTaken({ order, events }: MadeOrder, { duty, dutyId, openedAt, closedAt }: ClosedDuty): number {
  const time = order.policy.duties[duty]?.calendar === "working" ? officeTime : (a: Ms, b: Ms) => Math.max(0, b - a);
  const since = events[Number(dutyId.split("-").at(-1)) - 1];
  // A delivery has to be proved from the end of the day on which it was expected.
  const arrival = since && "expectedArrival" in since.data ? since.data.expectedArrival : undefined;
  const from = duty === "prove-delivery" && arrival !== undefined ? endOfDay(arrival) : openedAt;
  let sum = from >= closedAt ? 0 : time(from, closedAt);
  let pausedAt: Ms | undefined;
  for (const event of events) {
    if (event.event === "duty-paused" && event.data.dutyId === dutyId) pausedAt = Math.max(from, event.at);
    const ends = event.event === "duty-resumed" && event.data.dutyId === dutyId ? event.at : undefined;
    if (pausedAt === undefined || ends === undefined) continue;
    sum -= time(pausedAt, Math.min(Math.max(ends, pausedAt), closedAt));
    pausedAt = undefined;
  }
  return pausedAt === undefined ? sum : sum - time(pausedAt, closedAt);
}

const blamedAnyway = ["tell-customer-of-delay", "tell-customer-of-shipment", "tell-change-outcome"];

export function isExempt(events: readonly OrderEvent[], { duty, dueAt }: Pick<ClosedDuty, "duty" | "dueAt">): boolean {
  if (blamedAnyway.includes(duty)) return false;
  return events.some((declared) => {
    if (declared.event !== "force-majeure-declared") return false;
    const { forceMajeureId, from, until } = declared.data;
    const verdicts = events.flatMap((event) =>
      event.event === "force-majeure-verified" && event.data.forceMajeureId === forceMajeureId ? [event.data.verified] : [],
    );
    const covered = dueAt >= instant(from) && (until === undefined || dueAt <= instant(until));
    return verdicts.at(-1) === true && covered;
  });
}

/** A percentile, interpolated between two neighbours. */
function percentile(values: readonly number[], part: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (rank - Math.floor(rank));
}

interface Group {
  key: Partial<Pick<Figures, "month" | "customer" | "salesRep" | "duty">>;
  met: number;
  late: number;
  exempt: number;
  lapsed: number;
  times: number[];
  open: number;
  overdue: number;
  received: number;
  delayDays: number[];
  delays: number;
  withdrawn: number;
  delayed: Set<string>;
}

export interface Asked {
  readonly from: Day;
  readonly to: Day;
  readonly by: readonly Dimension[];
  readonly salesRep?: string;
}

function monthsOf({ from, to, by }: Asked): { month: string; begins: Ms; ends: Ms }[] {
  const end = Math.min(endOfDay(to), MANY_UNTIL);
  if (!by.includes("month")) return [{ month: "", begins: startOfDay(from), ends: end }];
  const days: { month: string; begins: Ms; ends: Ms }[] = [];
  for (let day = startOfDay(from); day < end; day += DAY) {
    const month = new Date(day + 8 * HOUR).toISOString().slice(0, 7);
    const last = days.at(-1);
    if (last?.month === month) last.ends = Math.min(day + DAY, end);
    else days.push({ month, begins: day, ends: Math.min(day + DAY, end) });
  }
  return days;
}

function delaysOf(events: readonly OrderEvent[]): { at: Ms; days: number; withdrawn: boolean }[] {
  return events.flatMap((opened) => {
    if (opened.event !== "delay-opened") return [];
    const { delayId, promisedDate } = opened.data;
    let forecast = opened.data.forecastArrival;
    let withdrawn = false;
    for (const event of events) {
      if (event.event === "delay-news" && event.data.delayId === delayId) forecast = event.data.forecastArrival;
      if (event.event === "delay-withdrawn" && event.data.delayId === delayId) withdrawn = true;
    }
    return [{ at: opened.at, days: (startOfDay(forecast) - startOfDay(promisedDate)) / DAY, withdrawn }];
  });
}

/** The figures that the report must have for these orders, in its order. */
export function figuresOf(orders: readonly MadeOrder[], asked: Asked): Figures[] {
  const groups = new Map<string, Group>();
  const single = asked.by.includes("duty");
  const group = (order: Order, month: string, rep: string | undefined, duty?: string): Group => {
    const key = {
      ...(asked.by.includes("month") ? { month } : {}),
      ...(asked.by.includes("customer") ? { customer: order.customer.name } : {}),
      ...(asked.by.includes("rep") && rep !== undefined ? { salesRep: rep } : {}),
      ...(single && duty !== undefined ? { duty } : {}),
    };
    const text = JSON.stringify([key.month, key.customer, key.salesRep, key.duty]);
    const numbers = { met: 0, late: 0, exempt: 0, lapsed: 0, open: 0, overdue: 0, received: 0, delays: 0, withdrawn: 0 };
    const known = groups.get(text) ?? { key, ...numbers, times: [], delayDays: [], delayed: new Set<string>() };
    groups.set(text, known);
    return known;
  };
  const inPerson = asked.by.includes("rep") || asked.salesRep !== undefined;
  const counts = ({ role, id }: ClosedDuty["owner"]) =>
    (!inPerson || (role === "sales_rep" && id !== undefined)) && (asked.salesRep === undefined || id === asked.salesRep);
  for (const { month, begins, ends } of monthsOf(asked)) {
    for (const made of orders) {
      const { order, events, orderNo } = made;
      for (const closed of order.closedDuties) {
        if (!counts(closed.owner)) continue;
        const { closedAt, openedAt, dueAt, how, duty, owner } = closed;
        const breached = closedAt > dueAt;
        if (closedAt >= begins && closedAt < ends) {
          const into = group(order, month, owner.id, duty);
          if (breached) into[isExempt(events, closed) ? "exempt" : "late"] += 1;
          else into[how] += 1;
          if (how === "met") into.times.push(timeTaken(made, closed));
        } else if (closedAt >= ends && openedAt < ends) {
          const into = group(order, month, owner.id, duty);
          into.open += 1;
          if (dueAt < ends) into.overdue += 1;
        }
      }
      for (const { owner, openedAt, dueAt, duty } of dutiesOf(order)) {
        if (openedAt >= ends || !counts(owner)) continue;
        const into = group(order, month, owner.id, duty);
        into.open += 1;
        if (dueAt < ends) into.overdue += 1;
      }
      if (single || (asked.salesRep !== undefined && order.salesRep !== asked.salesRep)) continue;
      if (asked.by.includes("rep") && order.salesRep === undefined) continue;
      const receivedAt = events[0]?.at ?? 0;
      if (receivedAt >= begins && receivedAt < ends) group(order, month, order.salesRep).received += 1;
      for (const { at, days, withdrawn } of delaysOf(events)) {
        if (at < begins || at >= ends) continue;
        const into = group(order, month, order.salesRep);
        into.delays += 1;
        into.delayed.add(orderNo);
        if (withdrawn) into.withdrawn += 1;
        else into.delayDays.push(days);
      }
    }
  }
  const rounded = (time: number | null) => time && Math.round(time / 1_000);
  return [...groups]
    .map(([, { key, times, delayDays, delayed, received, delays, withdrawn, ...figures }]) => {
      const longestDays = delayDays.length === 0 ? null : Math.max(...delayDays);
      const medianDays = percentile(delayDays, 0.5);
      const ofOrders = { orders: { received, delays, withdrawn, delayed: delayed.size, medianDays, longestDays } };
      const [medianSeconds, p90Seconds] = [rounded(percentile(times, 0.5)), rounded(percentile(times, 0.9))];
      return { ...key, ...figures, medianSeconds, p90Seconds, ...(single ? {} : ofOrders) };
    })
    .toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

function textOf({ month = "", customer = "", salesRep = "", duty = "" }: Figures): string {
  return [month, customer, salesRep, duty].join("\u0000");
}
