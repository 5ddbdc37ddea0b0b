import { noPause, within } from "../../policy.ts";
import { addDays, dayOf, endOfDay, instant, type Day, type Ms } from "../../time.ts";
import { amend, chapter } from "../chapter.ts";
import { rep, tell } from "../messages.ts";
import type { Remedy } from "../shapes.ts";
import { changeOpen, termsAfter } from "./changes.ts";
import { fact, type Fact } from "../events.ts";
import { ENTRY, hadHand } from "../hands.ts";
import { expectedRefused, promiseRefused, promising } from "../promise.ts";
import type { Order } from "../state.ts";
import type { Delay, Forecast } from "../vocabulary/delays.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { shipmentOf } from "../shipment.ts";
import { amountUnder, finishFor, fittingTransport, reckoned, revised, transitDays } from "../terms.ts";

/** The delay that is not ended; there is one at most. */
export function openDelay(order: Order): Delay | undefined {
  return order.delays.find(({ state }) => state !== "closed" && state !== "withdrawn");
}

/** From the signature on, until the customer has signed: the time in which an order can be late. */
function canBeLate(order: Order): boolean {
  return ["signed", "making", "made", "rework", "ready", "shipped", "problem"].includes(order.stage) && !order.cancelling;
}

/** Whether calling the order off can be offered: before dispatch, or in trouble on the way. */
function canBeCalledOff(order: Order): boolean {
  return !order.cancelling && !["shipped", "delivered", "completed", "cancelled"].includes(order.stage);
}

/** A remedy worth more than the order comes to, now or when the change that is open takes effect. */
function remedyRefused(order: Order, { valueFen = 0 }: Remedy, field: string): Refusal | undefined {
  const change = changeOpen(order);
  const after = change && termsAfter(order, change);
  const changed = after ? amountUnder(order, after.lines, change?.assessment?.extraCostFen) : order.amountFen;
  const amountFen = Math.max(0, Math.min(order.amountFen, changed));
  return order.rules >= 2 && valueFen > amountFen ? refuse("remedy-above-amount", { field, valueFen, amountFen }) : undefined;
}

/** The forecast that misses the promise, if it does. Before release only a reported delay counts. */
function lateForecast(order: Order): Forecast | undefined {
  const { forecast, promisedDate, release } = order;
  const counts = forecast && (release !== undefined || forecast.reported);
  return counts && promisedDate !== undefined && forecast.arrival > promisedDate ? forecast : undefined;
}

function hasPassed(order: Order, at: Ms): boolean {
  return order.promisedDate !== undefined && at >= endOfDay(order.promisedDate);
}

/**
 * Whether an ended delay already stands for what is known now: only later news or the passing of the promise open another,
 * or a promise that was moved forward since.
 */
function isCovered(order: Order, arrival: Day): boolean {
  return order.delays.some(
    ({ state, forecastArrival, settledFor }) =>
      state === "closed" && arrival <= forecastArrival && (settledFor ?? "") <= (order.promisedDate ?? ""),
  );
}

/** Whether the passing of this promise has had its delay: one that was open then, or was ended since. */
function passingSeen(order: Order): boolean {
  const promised = order.promisedDate;
  if (promised === undefined || openDelay(order)) return true;
  return order.delays.some(
    ({ state, ended, settledFor }) =>
      state === "closed" && (ended?.at ?? 0) >= endOfDay(promised) && (settledFor ?? "") <= promised,
  );
}

/** Whether the goods arrived by the promise, by the day that they were signed for. */
function arrivedInTime(order: Order): boolean {
  const delivery = ["delivered", "completed"].includes(order.stage) ? shipmentOf(order)?.delivery : undefined;
  return delivery !== undefined && dayOf(instant(delivery.deliveredAt)) <= (order.promisedDate ?? "");
}

/** When the promise passes, ms, while nobody has taken account of that yet: the clock looks again then. */
function promisePassesAt(order: Order): Ms | undefined {
  if (!canBeLate(order) || order.promisedDate === undefined || openDelay(order) || passingSeen(order)) return undefined;
  return endOfDay(order.promisedDate);
}

/** The delay that the state of the order amounts to (`docs/order.md`, Delay). */
function delaysFollowing(order: Order, at: Ms): readonly Fact[] {
  if (order.promisedDate === undefined) return [];
  const open = openDelay(order);
  const late = lateForecast(order);
  const passed = hasPassed(order, at);
  if (!open) {
    if (!canBeLate(order)) return [];
    const passing = passed && !passingSeen(order);
    if (!passing && (!late || isCovered(order, late.arrival))) return [];
    const forecastArrival = late?.arrival ?? dayOf(at);
    const cause = late?.cause ?? "promise-passed";
    return [
      fact("delay-opened", { delayId: `d${order.lastEvent + 1}`, cause, forecastArrival, promisedDate: order.promisedDate }),
    ];
  }
  const { delayId } = open;
  const untold = open.state === "untold" && !open.told;
  if (untold && (arrivedInTime(order) || (!late && !passed))) return [fact("delay-withdrawn", { delayId })];
  const news = canBeLate(order) && late && late.arrival !== open.forecastArrival;
  return news ? [fact("delay-news", { delayId, cause: late.cause, forecastArrival: late.arrival })] : [];
}

function withDelay(order: Order, delayId: string, change: (delay: Delay) => Delay): Order {
  return { ...order, delays: amend(order.delays, (delay) => delay.delayId === delayId, change) };
}

/** A newer forecast replaces an older one; by business time, because reports come out of order. */
function forecasting(order: Order, news: Partial<Forecast> & { cause: string; at: Ms; reported: boolean }): Order {
  if (order.forecast && news.at < order.forecast.at) return order;
  const arrival = news.arrival ?? (news.finish === undefined ? undefined : addDays(news.finish, transitDays(order)));
  return arrival === undefined ? order : { ...order, forecast: { ...news, arrival } };
}

/** R3.2, R3.3: late orders, what the customer is told and offered. */
export const delays = chapter({
  commands: {
    "report-delay": {
      by: ["production", "sales_rep", "order_admin", "logistics"],
      machine: true,
      rule: "R3.2",
      stages: ["signed", "making", "made", "rework", "ready", "shipped"],
      known: ({ forecast }, { cause, newFinish, newArrival }, at) => {
        if (!forecast) return false;
        const same = newFinish === undefined ? forecast.arrival === newArrival : forecast.finish === newFinish;
        // The day may be known by progress, or by a lead time that is no delay until somebody reports it as one: the cause is news.
        return at < forecast.at || (same && forecast.reported && forecast.cause === cause);
      },
      decide: (order, { cause, newFinish, newArrival }, { at }) =>
        expectedRefused(order, "newFinish", newFinish, at) ??
        expectedRefused(order, "newArrival", newArrival, at) ?? [fact("delay-reported", { cause, newFinish, newArrival })],
    },
    "tell-customer-of-delay": {
      by: ["sales_rep"],
      rule: "R3.3",
      ended: true,
      cancelling: true,
      when: (order) => {
        const delay = openDelay(order);
        return delay && delay.state !== "remedy_refused" ? undefined : refuse("no-open-delay");
      },
      decide: (order, { reason, remedy, newDate, channel, override }, { at }) => {
        const delay = openDelay(order);
        if (!delay) return refuse("no-open-delay");
        if (remedy.kind === "cancellation" && !canBeCalledOff(order)) {
          return refuse("remedy-not-possible-now", { kind: remedy.kind });
        }
        const refusal =
          promiseRefused(order, { field: "newDate", date: newDate, override }, at) ??
          remedyRefused(order, remedy, "remedy.valueFen");
        const { delayId } = delay;
        return refusal ?? [fact("customer-told-of-delay", { delayId, reason, remedy, newDate, channel, override })];
      },
    },
    "agree-remedy": {
      by: ["sales_rep", "customer_service"],
      rule: "R3.3",
      ended: true,
      cancelling: true,
      when: (order) =>
        openDelay(order)?.state === "told" ? undefined : refuse(openDelay(order) ? "delay-not-told" : "no-open-delay"),
      decide: (order, { accepted, remedy, newDate, override: why }, { at }) => {
        const delay = openDelay(order);
        if (!delay?.told) return refuse("delay-not-told");
        const { delayId } = delay;
        if (!accepted) return [fact("remedy-refused", { delayId })];
        const agreed = remedy ?? delay.told.remedy;
        const refusal = remedyRefused(order, agreed, remedy ? "remedy.valueFen" : "remedy");
        if (refusal) return refusal;
        const date = newDate ?? delay.told.newDate;
        // The reason that stood when they were told stands for the day that they were told.
        const override = why ?? (date === delay.told.newDate ? delay.told.override : undefined);
        if (agreed.kind !== "cancellation") {
          const promised = promiseRefused(order, { field: "newDate", date, override }, at);
          return promised ?? [fact("remedy-agreed", { delayId, remedy: agreed, newDate: date, override })];
        }
        if (!canBeCalledOff(order)) return refuse("remedy-not-possible-now", { kind: agreed.kind });
        const asked = order.cancellation ? [] : [fact("cancellation-requested", { askedBy: "customer", reason: delayId })];
        return [fact("remedy-agreed", { delayId, remedy: agreed, newDate: date }), ...asked];
      },
    },
    "decide-remedy": {
      by: ["supervisor"],
      rule: "R3.3",
      ended: true,
      cancelling: true,
      when: (order, actor) => {
        const delay = openDelay(order);
        if (delay?.state !== "remedy_refused") return refuse("remedy-not-refused");
        return hadHand(order, delay.delayId, actor) ? refuse("own-request") : undefined;
      },
      decide: (order, { decision, reason }) => {
        const delay = openDelay(order);
        if (!delay) return refuse("remedy-not-refused");
        if (decision === "cancel" && !canBeCalledOff(order)) {
          return refuse("remedy-not-possible-now", { kind: "cancellation" });
        }
        const decided = fact("remedy-decided", { delayId: delay.delayId, decision, reason });
        return decision === "cancel" ? [decided, fact("cancellation-decided", { reason })] : [decided];
      },
    },
  },
  evolve: {
    "delay-reported": (order) => order,
    "delay-opened": (order, { delayId, cause, forecastArrival, promisedDate }, stamp) => ({
      ...order,
      delays: [
        ...order.delays,
        { delayId, state: "untold", cause, forecastArrival, promisedDate, opened: stamp, tellSince: stamp },
      ],
    }),
    "delay-news": (order, { delayId, cause, forecastArrival }, stamp) =>
      withDelay(order, delayId, (delay) => {
        const news = { ...delay, cause, forecastArrival };
        // Before the customer is told, the first deadline stands; told of an earlier date, they are to be told again.
        const outdated = delay.told !== undefined && delay.state !== "untold" && forecastArrival > delay.told.newDate;
        return outdated ? { ...news, state: "untold", tellSince: stamp } : news;
      }),
    "delay-withdrawn": (order, { delayId }, stamp) =>
      withDelay(order, delayId, (delay) => ({ ...delay, state: "withdrawn", ended: stamp })),
    "customer-told-of-delay": (order, { delayId, ...said }, stamp) =>
      withDelay(order, delayId, (delay) => ({ ...delay, state: "told", told: { ...said, stamp } })),
    "remedy-agreed": (order, { delayId, remedy, newDate, override }, stamp) => {
      if (remedy.kind === "cancellation") {
        return withDelay(order, delayId, (delay) => ({
          ...delay,
          ...{ state: "closed", ended: stamp, outcome: "cancelled", settledFor: order.promisedDate },
        }));
      }
      const closed = withDelay(order, delayId, (delay) => ({
        ...delay,
        ...{ state: "closed", ended: stamp, outcome: "agreed", settledFor: newDate },
      }));
      const discountFen = order.discountFen + (remedy.kind === "discount" ? (remedy.valueFen ?? 0) : 0);
      const plannedFinish =
        order.production && !order.production.made ? finishFor(order, newDate, stamp.at) : order.plannedFinish;
      const agreed = reckoned({ ...promising(closed, newDate, override, stamp), discountFen, plannedFinish }, stamp);
      return revised({ ...agreed, ...fittingTransport(agreed, stamp) }, stamp);
    },
    "remedy-refused": (order, { delayId }, stamp) =>
      withDelay(order, delayId, (delay) => ({ ...delay, state: "remedy_refused", refused: stamp })),
    "remedy-decided": (order, { delayId, decision }, stamp) =>
      withDelay(order, delayId, (delay) =>
        decision === "offer_anew"
          ? { ...delay, state: "untold", tellSince: stamp }
          : {
              ...{ ...delay, state: "closed", ended: stamp, settledFor: order.promisedDate },
              outcome: decision === "keep" ? "kept" : "cancelled",
            },
      ),
  },
  duties: {
    "tell-customer-of-delay": {
      rule: "R3.3",
      owner: "sales_rep",
      policy: noPause("PT24H"),
      closedBy: ["tell-customer-of-delay"],
      owed: (order) => {
        const delay = openDelay(order);
        return delay?.state === "untold" ? { since: delay.tellSince, about: delay.delayId } : undefined;
      },
    },
    "agree-remedy": {
      rule: "R3.3",
      owner: "sales_rep",
      policy: within("P3D"),
      closedBy: ["agree-remedy"],
      owed: (order) => {
        const delay = openDelay(order);
        return delay?.state === "told" && delay.told ? { since: delay.told.stamp, about: delay.delayId } : undefined;
      },
    },
    "decide-remedy": {
      rule: "R3.3",
      owner: "supervisor",
      policy: within("PT24H"),
      closedBy: ["decide-remedy"],
      owed: (order) => {
        const delay = openDelay(order);
        return delay?.state === "remedy_refused" && delay.refused
          ? { since: delay.refused, about: delay.delayId, owner: { role: "supervisor", except: delay.told?.stamp.actor.id } }
          : undefined;
      },
    },
  },
  effects: {
    "delay-opened": (order, { cause, forecastArrival, promisedDate }) => [
      tell(order, rep(order), "delay", { cause, forecastArrival, promisedDate }),
    ],
  },
  // What events of other chapters say about the arrival, too.
  forecasts: {
    "lead-time-reported": (order, { finishDate }, { at }) =>
      forecasting(order, { finish: finishDate, cause: "lead-time", at, reported: false }),
    // Days of lead time count from the release.
    released: (order, _data, { at }) =>
      order.leadTime?.days !== undefined && order.forecast?.cause === "lead-time"
        ? forecasting(order, { finish: order.leadTime.finishDate, cause: "lead-time", at, reported: false })
        : order,
    "progress-reported": (order, { expectedFinish }, { at }) =>
      expectedFinish === undefined
        ? order
        : forecasting(order, { finish: expectedFinish, cause: "progress", at, reported: false }),
    "delay-reported": (order, { cause, newFinish, newArrival }, { at }) =>
      forecasting(order, {
        cause,
        at,
        reported: true,
        ...(newFinish === undefined ? {} : { finish: newFinish }),
        ...(newArrival === undefined ? {} : { arrival: newArrival }),
      }),
    dispatched: (order, { expectedArrival }, { at }) =>
      forecasting(order, { arrival: expectedArrival, cause: "dispatch", at, reported: false }),
    "tracking-reported": (order, { expectedArrival, late }, { at }) =>
      expectedArrival === undefined || late
        ? order
        : forecasting(order, { arrival: expectedArrival, cause: "carrier", at, reported: false }),
    "trace-reported": (order, { expectedArrival }, { at }) =>
      expectedArrival === undefined
        ? order
        : forecasting(order, { arrival: expectedArrival, cause: "carrier", at, reported: false }),
  },
  follows: delaysFollowing,
  alarm: promisePassesAt,
  hands: {
    "customer-told-of-delay": ({ delayId }) => delayId,
    // A discount changes what is signed and released.
    "remedy-agreed": ({ delayId, remedy }) => (remedy.kind === "discount" ? [delayId, ENTRY] : delayId),
    "remedy-refused": ({ delayId }) => delayId,
  },
});
