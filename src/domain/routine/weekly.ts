import type { Order, Stage } from "../order/state.ts";
import type { Delay } from "../order/vocabulary/delays.ts";
import { statusOf } from "../order/state.ts";
import { openDelay } from "../order/chapters/delays.ts";
import { duties } from "../order/duties.ts";
import { transitDays } from "../order/terms.ts";
import type { Bodies } from "../order/bodies.ts";
import { addDays, dayOf, iso, ms, type Day, type Duration, type Instant, type Ms } from "../time.ts";
import type { Period } from "./period.ts";

/** R5.3, the weekly summary: what it says of one order, and the delay that it finds in it. */

/** What an order is listed under; one order can be in several. */
export const sections = ["in_production", "not_updated", "finished", "delayed", "at_risk"] as const;
export type Section = (typeof sections)[number];

/** Why an order that is not late may become so. */
export const risks = ["finish-near", "not-updated", "rework", "change-open"] as const;
export type Risk = (typeof risks)[number];

/** A delay as it is summarised: why, and what is done about it. */
interface DelayLine {
  readonly delayId: string;
  readonly state: Delay["state"];
  readonly cause: string;
  readonly promisedDate: Day;
  readonly forecastArrival: Day;
  /** What the customer was told, and offered. */
  readonly reason?: string | undefined;
  readonly remedy?: Bodies["tell-customer-of-delay"]["remedy"] | undefined;
  readonly newDate?: Day | undefined;
}

/** What the summary says of an order. */
export interface WeeklyLine {
  readonly orderNo: string;
  readonly customer: string;
  readonly salesRep: string | null;
  readonly stage: Stage;
  readonly promisedDate: Day | null;
  readonly plannedFinish: Day | null;
  /** When its progress was last updated (R3.2). */
  readonly updatedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly sections: readonly Section[];
  readonly risks: readonly Risk[];
  readonly delays: readonly DelayLine[];
}

/** Being made, or goods that are made and wait: where a delay can still be foreseen without a carrier. */
const ahead: readonly Stage[] = ["making", "rework", "made", "ready"];

/** Not updated: the weekly update of R3.2 is overdue. */
function isNotUpdated(order: Order, at: Ms): boolean {
  return duties(order, at).some(({ duty, state }) => duty === "update-progress" && state === "overdue");
}

function delayLine({ delayId, state, cause, promisedDate, forecastArrival, told }: Delay): DelayLine {
  const { reason, remedy, newDate } = told ?? {};
  return { delayId, state, cause, promisedDate, forecastArrival, reason, remedy, newDate };
}

/** Delays that are open, or were opened or ended in the period; withdrawn ones came to nothing. */
function delaysOf(order: Order, { from, to }: Period): readonly Delay[] {
  const inIt = (at: Ms | undefined): boolean => at !== undefined && from <= at && at < to;
  return order.delays.filter(
    ({ state, opened, ended }) => state !== "withdrawn" && (state !== "closed" || inIt(opened.at) || inIt(ended?.at)),
  );
}

function risksOf(order: Order, asOf: Ms, atRiskWithin: Duration): readonly Risk[] {
  const { stage, plannedFinish } = order;
  const near = plannedFinish !== undefined && plannedFinish <= dayOf(asOf + ms(atRiskWithin));
  const present: { readonly [R in Risk]: boolean } = {
    "finish-near": stage === "making" && near,
    "not-updated": isNotUpdated(order, asOf),
    rework: stage === "rework",
    "change-open": order.changes.some(({ ended }) => !ended),
  };
  return risks.filter((risk) => present[risk]);
}

/**
 * The line of an order, as its record stands at `asOf`; `undefined` when the summary has nothing to say of it. `period` is
 * the week that it is about.
 */
export function weeklyLine(order: Order, period: Period, asOf: Ms, atRiskWithin: Duration): WeeklyLine | undefined {
  const making = statusOf[order.stage] === "in_production";
  const made = order.production?.made?.at;
  const finished = made !== undefined && period.from <= made && made < period.to;
  const late = delaysOf(order, period);
  const inDanger = making && !openDelay(order) ? risksOf(order, asOf, atRiskWithin) : [];
  const listed: { readonly [S in Section]: boolean } = {
    in_production: making,
    not_updated: isNotUpdated(order, asOf),
    finished,
    delayed: late.length > 0,
    at_risk: inDanger.length > 0,
  };
  const under = sections.filter((section) => listed[section]);
  if (under.length === 0) return undefined;
  return {
    orderNo: order.orderNo,
    customer: order.customer.name,
    salesRep: order.salesRep ?? null,
    stage: order.stage,
    promisedDate: order.promisedDate ?? null,
    plannedFinish: order.plannedFinish ?? null,
    updatedAt: order.production ? iso(order.production.updated.at) : null,
    finishedAt: made === undefined ? null : iso(made),
    sections: under,
    risks: inDanger,
    delays: late.map(delayLine),
  };
}

/** How a delay shows that nobody has reported. */
export const delayReasons = ["finish-passed", "promise-out-of-reach"] as const;

/** A delay that the record shows and nobody has reported. */
export interface FoundDelay {
  readonly why: (typeof delayReasons)[number];
  readonly promisedDate: Day;
  /** The best that is still possible: of the finish while it is being made, of the arrival afterwards. */
  readonly newFinish?: Day | undefined;
  readonly newArrival?: Day | undefined;
}

/**
 * Example J: the promise cannot be held any more. What is not made today arrives a transit allowance after today at the
 * earliest; what production expects later, later. Nothing where a delay is open.
 */
export function unreportedDelay(order: Order, at: Ms): FoundDelay | undefined {
  const { stage, promisedDate, plannedFinish, forecast } = order;
  if (!ahead.includes(stage) || order.cancelling || promisedDate === undefined || openDelay(order)) return undefined;
  const today = dayOf(at);
  const transit = transitDays(order);
  if (stage === "made" || stage === "ready") {
    const newArrival = addDays(today, transit);
    return newArrival > promisedDate ? { why: "promise-out-of-reach", promisedDate, newArrival } : undefined;
  }
  const expected = forecast?.finish ?? plannedFinish ?? today;
  const newFinish = expected > today ? expected : today;
  if (addDays(newFinish, transit) <= promisedDate) return undefined;
  const passed = plannedFinish !== undefined && plannedFinish < today;
  return { why: passed ? "finish-passed" : "promise-out-of-reach", promisedDate, newFinish };
}
