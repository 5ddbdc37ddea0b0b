import type { OrderEvent } from "../domain/order/events.ts";
import { hiddenNames, readableTo } from "../domain/order/fields.ts";
import { roles, type Actor, type Recipient } from "../domain/people.ts";
import { duties } from "../domain/order/duties.ts";
import { replay } from "../domain/order/evolve.ts";
import type { OrderView } from "../domain/order/view.ts";
import { iso, type Ms } from "../domain/time.ts";
import { mayReadOrderOf, visibleReps } from "../application/visible-orders.ts";
import { ProblemError } from "./responses/problem.ts";

/** What a caller may read (`docs/http.md`, Queries): whose orders, and which fields of them. */

function orderNotFound(): ProblemError {
  return new ProblemError("not-found", { detail: "no-such-order" });
}

/** The duties that the caller owes in person (or as a deputy), also on an order that is now another's. */
function ownDuties<D extends { readonly owner: Recipient }>(caller: Actor, duties: readonly D[]): D[] {
  const reps = visibleReps(caller) ?? [];
  return duties.filter(({ owner: { id } }) => id !== undefined && reps.includes(id));
}

/**
 * The part of an order that a caller may read: the fields that their work needs; of another's order only the duties they owe on it.
 * @throws ProblemError `not-found` when it is another's and they owe nothing on it
 */
export function restrictOrder(caller: Actor, order: OrderView): OrderView {
  if (!mayReadOrderOf(caller, order.salesRep) && ownDuties(caller, order.duties).length === 0) throw orderNotFound();
  return restrictAnsweredOrder(caller, order);
}

/** The same for the answer to a command that was carried out: never `not-found`, even if the caller owes nothing on the order any more. */
export function restrictAnsweredOrder(caller: Actor, order: OrderView): OrderView {
  if (mayReadOrderOf(caller, order.salesRep)) return omitHiddenFields(caller, order);
  const duties = ownDuties(caller, order.duties);
  const about = new Set(duties.map((duty) => duty.about));
  const { orderNo, status, stage, cancelling, class: kind, receivedAt, revision, lastEvent } = order;
  const nothing = {
    ...{ questions: [], effects: [], forceMajeure: [], terms: [], changes: [], delays: [], shipments: [], discrepancies: [] },
    ...{ inspections: [], complaints: [] },
  };
  const shown: OrderView = {
    ...{ orderNo, status, stage, cancelling, class: kind, customer: { name: order.customer.name }, lines: [], custom: null },
    ...{ receivedAt, revision, lastEvent, duties, ...nothing },
    findings: order.findings.filter(({ findingId }) => typeof findingId === "string" && about.has(findingId)),
    permitted: order.permitted,
  };
  return omitHiddenFields(caller, shown);
}

/** Whether a caller may read an order or at least the duties that they owe on it. */
export function mayReadSome(caller: Actor, events: readonly OrderEvent[], at: Ms): boolean {
  const order = replay(events);
  return mayReadOrderOf(caller, order.salesRep) || ownDuties(caller, duties(order, at)).length > 0;
}

/**
 * The events of an order that a caller may read: all; of another's order those about the duties they owe on it.
 * @throws ProblemError `not-found` when it is another's and they owe nothing on it
 */
export function restrictEvents(caller: Actor, events: readonly OrderEvent[], at: Ms): readonly OrderEvent[] {
  const order = replay(events);
  if (mayReadOrderOf(caller, order.salesRep)) return events;
  const about = new Set(ownDuties(caller, duties(order, at)).map((duty) => duty.about));
  if (about.size === 0) throw orderNotFound();
  return events.filter(({ data }) => "findingId" in data && about.has(data.findingId));
}

/** The names of the fields that a caller may not read (`src/domain/order/fields.ts`). */
export function hiddenFieldsOf({ roles }: Actor): ReadonlySet<string> {
  return hiddenNames(roles);
}

/** A value without the fields that a caller may not read, at any depth. */
export function omitHiddenFields<T>({ roles }: Actor, value: T): T {
  return readableTo(roles, value);
}

/** The same for a printed form: required texts that the caller may not read are a dash, optional ones are left out. */
export function dashHiddenFields<T>({ roles }: Actor, value: T): T {
  return readableTo(roles, value, "—");
}

/** A line of the audit trail, as answered. */
export interface HistoryLine {
  readonly number: number;
  readonly at: string;
  readonly receivedAt: string;
  readonly actor: OrderEvent["actor"];
  readonly command: string;
  readonly event: string;
  readonly reason?: string;
  readonly note?: string;
  readonly data: object;
}

/** Events as lines of the audit trail, without the fields that the caller may not read. Their own events they may read whole. */
export function toHistoryLines(caller: Actor, events: readonly OrderEvent[]): HistoryLine[] {
  return events.map((each) => {
    const { number, at, receivedAt, actor, command, event, reason, note, data } = each;
    const own = actor.id === caller.id && actor.role !== "unverified";
    return readableTo<HistoryLine>(own ? roles : caller.roles, {
      number,
      at: iso(at),
      receivedAt: iso(receivedAt),
      actor,
      command,
      event,
      ...(reason === undefined ? {} : { reason }),
      ...(note === undefined ? {} : { note }),
      data,
    });
  });
}
