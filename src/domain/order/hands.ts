import { samePerson, type Actor, type Author } from "../people.ts";
import type { EventName, OrderEvent } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import type { Order } from "./state.ts";

/**
 * Four eyes (`docs/order.md`, Commands): nobody signs, releases, verifies or decides what they asked for or entered, nor terms that they agreed.
 * It holds for everybody who had a hand in it, whatever role they had then, whoever the order's representative is by now.
 */

/** The entry, and the terms that were agreed with the customer for it. */
export const ENTRY = "entry";

/** The events that are a hand in the entry, whatever they say (`chapters/confirmation.ts`). */
const entryEvents = ["confirmed", "entered", "entry-corrected", "delivery-date-informed", "final-terms-accepted"] as const;

/** The events by which somebody follows an order or has a hand in its entry: enough of them to ask {@link isConcerned}. */
export const concerning: readonly EventName[] = ["received", "rep-assigned", ...entryEvents];

/** Whether somebody follows, followed or entered an order, by its events of those kinds. */
export function isConcerned(events: readonly OrderEvent[], actor: Pick<Actor, "id">): boolean {
  return events.some((each) => {
    const { event, data } = each;
    const rep = event === "received" || event === "rep-assigned" ? data.salesRep : undefined;
    return (
      (rep !== undefined && samePerson(rep, actor.id)) || (entryEvents.some((name) => name === event) && isBy(each.actor, actor))
    );
  });
}

/** A problem of a shipment, by the shipment's number. */
export function problemOf(shipment: number): string {
  return `problem-${shipment}`;
}

/** A request to call the order off, by the event that it was. */
export function cancellationOf({ number }: Stamp): string {
  return `cancellation-${number}`;
}

/** Whether somebody is an author, or the one in whose stead the author acted. */
export function isBy(author: Author, { id }: Pick<Actor, "id">): boolean {
  return samePerson(author.id, id) || (author.deputyFor !== undefined && samePerson(author.deputyFor, id));
}

/** Whether somebody had a hand in something: it is not for them to decide. */
export function hadHand(order: Order, subject: string | undefined, actor: Pick<Actor, "id">): boolean {
  return order.hands.some((hand) => hand.subject === subject && isBy(hand.author, actor));
}

/** Whether an order is or was somebody's own as its representative. */
export function hasFollowed({ salesRep, formerReps }: Order, { id }: Pick<Actor, "id">): boolean {
  return [salesRep, ...formerReps.map((former) => former.salesRep)].some((rep) => rep !== undefined && samePerson(rep, id));
}
