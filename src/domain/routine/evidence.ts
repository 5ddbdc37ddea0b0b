import { isExempt } from "../order/chapters/force-majeure.ts";
import type { EventName, OrderEvent } from "../order/events.ts";
import { duties } from "../order/duties.ts";
import { apply } from "../order/evolve.ts";
import type { Order } from "../order/state.ts";
import type { Complaint } from "../order/vocabulary/aftercare.ts";
import type { DutyName } from "../order/duty.ts";
import { iso, type Instant, type Ms } from "../time.ts";
import type { OrderErrorKind, RewardsPolicy } from "./rewards-policy.ts";

/** An event that shows something, and the duty where it is about one. What it says is read in the order's history. */
export interface Citation {
  readonly orderNo: string;
  /** The event's number in its order. */
  readonly event: number;
  readonly name: EventName;
  readonly at: Instant;
  readonly duty?: CitedDuty;
  /** The customer's score, 1 to 5, where the event gave one. */
  readonly score?: number;
}
export interface CitedDuty {
  readonly dutyId: string;
  readonly duty: DutyName;
  readonly dueAt: Instant;
  readonly inTime: boolean;
}

/**
 * What an order shows of one person, at the instant from which it stood. A duty stands once: when it was fulfilled in
 * time, or when it fell due unfulfilled. An error stands when it was judged, found or returned, whenever it was made.
 */
export type Shown = { readonly person: string; readonly at: Ms; readonly cites: readonly Citation[] } & (
  | { readonly shows: "duty"; readonly inTime: boolean }
  | { readonly shows: "score"; readonly score: number }
  | { readonly shows: "entry" }
  | { readonly shows: "order-error"; readonly error: OrderErrorKind }
  | {
      readonly shows: "entry-error" | "late-untold" | "grave-error";
      readonly orderNo: string;
      readonly complaintId: string;
      /** The order's amount then, integer fen. */
      readonly amountFen: number;
    }
);

/** A duty as it ended, or as it is owed. */
interface Ended {
  readonly dutyId: string;
  readonly duty: DutyName;
  readonly about?: string | undefined;
  /** Whose it is; of a late one, whose it was when it fell due. */
  readonly owner: { readonly role: string; readonly id?: string | undefined };
  readonly dueAt: Ms;
  readonly inTime: boolean;
  readonly late: boolean;
  readonly closing?: OrderEvent;
}

function cite(order: Order, { number, event, at }: OrderEvent): Citation {
  return { orderNo: order.orderNo, event: number, name: event, at: iso(at) };
}

function openedBy(events: readonly OrderEvent[], { dutyId }: Ended): OrderEvent | undefined {
  return events[Number(dutyId.slice(dutyId.lastIndexOf("-") + 1)) - 1];
}

function dutyShown(order: Order, ended: Ended, events: readonly OrderEvent[]): Shown | undefined {
  const { dutyId, duty, owner, dueAt, inTime, late, closing } = ended;
  const by = inTime ? closing : openedBy(events, ended);
  if (!by || (!inTime && (!late || isExempt(order, ended)))) return undefined;
  if (owner.role !== "sales_rep" || owner.id === undefined) return undefined;
  const cites = [{ ...cite(order, by), duty: { dutyId, duty, dueAt: iso(dueAt), inTime } }];
  return { shows: "duty", person: owner.id, at: inTime ? by.at : dueAt, inTime, cites };
}

/** What the supervisor judged with this event, if it was a complaint. */
function judgedBy(order: Order, { number }: OrderEvent): Complaint | undefined {
  return order.complaints.find(({ judged }) => judged?.stamp.number === number);
}

/** What a judged complaint shows of the one whose fault it was (R7.3, and an error of the order for R7.2). */
function complaintShown(
  order: Order,
  event: OrderEvent,
  numbered: (number: number | undefined) => readonly Citation[],
  untold: (at: Ms) => readonly Citation[],
): Shown[] {
  const complaint = judgedBy(order, event);
  const { fault: person, entryError, customerLost, wrongRecipient } = complaint?.judged ?? {};
  if (!complaint || person === undefined) return [];
  const { orderNo, amountFen } = order;
  const { complaintId } = complaint;
  const both = [...numbered(complaint.recorded.number), cite(order, event)];
  const penalty = { person, at: event.at, orderNo, complaintId, amountFen };
  const late = customerLost ? untold(event.at) : [];
  const sent = numbered(order.shipments.at(-1)?.dispatched.number);
  return [
    ...(entryError ? [{ ...penalty, shows: "entry-error" as const, cites: [...numbered(order.entry?.number), ...both] }] : []),
    ...(late.length > 0 ? [{ ...penalty, shows: "late-untold" as const, cites: [...late, ...both] }] : []),
    ...(wrongRecipient ? [{ ...penalty, shows: "grave-error" as const, cites: [...sent, ...both] }] : []),
    ...(entryError || wrongRecipient
      ? [{ shows: "order-error" as const, error: "complaint" as const, person, at: event.at, cites: both }]
      : []),
  ];
}

/** What a single event shows by itself; `before` is the record without it. */
function eventShown(before: Order, event: OrderEvent, { findingRules }: RewardsPolicy["promotion"]): Shown[] {
  const { at } = event;
  const cites = [cite(before, event)];
  const { salesRep, entry } = before;
  if (event.event === "entered" && event.actor.role === "sales_rep") {
    return [{ shows: "entry", person: event.actor.id, at, cites }];
  }
  if ((event.event === "signature-refused" || event.event === "release-refused") && entry) {
    return [{ shows: "order-error", error: "returned", person: entry.actor.id, at, cites }];
  }
  if (event.event === "finding-recorded" && findingRules.includes(event.data.rule)) {
    return [{ shows: "order-error", error: "finding", person: event.data.person, at, cites }];
  }
  const score = event.event === "receipt-confirmed" ? event.data.satisfaction : undefined;
  if (score === undefined || salesRep === undefined) return [];
  return [{ shows: "score", person: salesRep, at, score, cites: cites.map((each) => ({ ...each, score })) }];
}

/**
 * All that an order's events show of persons for rewards and penalties, as known at `now`, ms. A force majeure is taken as
 * it is judged now, for all that it covers (R7.4): nothing depends on when it was verified.
 * @throws TypeError when the events are no order's.
 */
export function shownBy(events: readonly OrderEvent[], now: Ms, policy: RewardsPolicy): Shown[] {
  let order: Order | undefined;
  const ended = new Map<string, Ended>();
  const shown: Shown[] = [];
  const judgements: { order: Order; event: OrderEvent }[] = [];
  for (const event of events) {
    const before = order;
    order = apply(before, event);
    for (const closed of order.closedDuties.slice(before?.closedDuties.length ?? 0)) {
      ended.set(closed.dutyId, { ...closed, inTime: closed.how === "met" && !closed.late, closing: event });
    }
    if (before) shown.push(...eventShown(before, event, policy.promotion));
    if (judgedBy(order, event)) judgements.push({ order, event });
  }
  if (!order) throw new TypeError("an order has at least one event");
  for (const owed of duties(order, now)) {
    const late = owed.dueAt < now;
    ended.set(owed.dutyId, { ...owed, owner: late ? owed.answerable : owed.owner, inTime: false, late });
  }

  const last = order;
  const all = [...ended.values()];
  shown.push(...all.flatMap((each) => dutyShown(last, each, events) ?? []));

  const numbered = (number: number | undefined): Citation[] =>
    events.filter((event) => event.number === number).map((event) => cite(last, event));
  /** Tellings of a delay that were late by then, with the delay that each was about; one that came to nothing was none. */
  const untold = (at: Ms): Citation[] =>
    all
      .filter(({ duty, late, dueAt }) => duty === "tell-customer-of-delay" && late && dueAt < at)
      .flatMap((breach) => {
        const delay = last.delays.find(({ delayId, state }) => delayId === breach.about && state !== "withdrawn");
        const { dutyId, duty, dueAt } = breach;
        const about = { dutyId, duty, dueAt: iso(dueAt), inTime: false };
        return delay ? numbered(delay.opened.number).map((opened) => ({ ...opened, duty: about })) : [];
      });
  shown.push(...judgements.flatMap(({ order: then, event }) => complaintShown(then, event, numbered, untold)));
  return shown.filter(({ at }) => at <= now);
}
