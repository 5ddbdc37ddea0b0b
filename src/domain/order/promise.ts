import { dayOf, endingOf, endOfDay, type Day, type Moment, type Ms } from "../time.ts";
import type { Stamp } from "../stamp.ts";
import type { Order } from "./state.ts";
import { refuse, type Refusal } from "./refusals.ts";

/** A day that somebody is about to promise: the field that it was said in, and the reason where it is promised all the same. */
export interface Promised {
  readonly field: string;
  readonly date: Day;
  readonly override?: string | undefined;
}

/** The first day on which the goods can be there, by what production says (finish and transit) or the carrier. */
function earliestArrival({ forecast, production, stage }: Order): Day | undefined {
  // What production expected of goods that are made no longer matters.
  const isMade = production?.made !== undefined && stage !== "rework";
  return forecast?.finish !== undefined && isMade ? undefined : forecast?.arrival;
}

/** Why a day cannot be promised: it has passed, or is before the goods can be there and nobody says why all the same. */
export function promiseRefused(order: Order, { field, date, override }: Promised, at: Ms): Refusal | undefined {
  if (endOfDay(date) <= at) return refuse("date-passed", { field, date });
  const earliest = earliestArrival(order);
  const impossible = order.rules >= 2 && earliest !== undefined && date < earliest && override === undefined;
  return impossible ? refuse("promise-impossible", { field, date, earliest }) : undefined;
}

/** The order with a day promised, and why it is although it cannot be kept: whoever signs is shown that. */
export function promising(order: Order, date: Day | undefined, override: string | undefined, stamp: Stamp): Order {
  if (date === undefined) return order;
  const promiseOverride = override === undefined ? undefined : { date, reason: override, stamp };
  return { ...order, promisedDate: date, promiseOverride };
}

/** A day on which something is expected and that was over when it was said. */
export function expectedRefused(order: Order, field: string, date: Day | undefined, at: Ms): Refusal | undefined {
  return order.rules >= 2 && date !== undefined && date < dayOf(at) ? refuse("date-passed", { field, date }) : undefined;
}

/** A moment until which something lasts, and that was over when it was said. */
export function overRefused(field: string, until: Moment, at: Ms): Refusal | undefined {
  return endingOf(until) <= at ? refuse("date-passed", { field, date: until }) : undefined;
}
