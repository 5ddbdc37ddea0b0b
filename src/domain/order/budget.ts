import type { Outcome } from "./append.ts";
import { reserves } from "./chapters.ts";
import { refuse, type Refusal } from "./refusals.ts";
import type { Order } from "./state.ts";
import { orderBytesOf, shares, SMALL } from "./weight.ts";

/** Bytes that are kept for what has been promised. */
function reserved(order: Order): number {
  return reserves.reduce((sum, reserve) => sum + reserve(order), 0);
}

/** Whether what happened leaves an order within a share of its budget. */
export function isWithin(share: number, { order }: Outcome): boolean {
  return order.weight + reserved(order) <= share * orderBytesOf(order.policy);
}

/** Whether something carries an order on, fulfils a duty, calls it off or hands it over. */
export function carriesOn(before: Order | undefined, { order }: Outcome): boolean {
  return (
    order.stage !== before?.stage ||
    order.closedDuties.length > before.closedDuties.length ||
    order.cancelling !== before.cancelling ||
    order.salesRep !== before.salesRep
  );
}

/** Why there is no room for what a command brings; `undefined` when there is. What is small may use what is kept from the large. */
export function overfull(before: Order | undefined, outcome: Outcome): Refusal | undefined {
  const [had, has] = [before, outcome.order].map((order) => (order ? order.weight + reserved(order) : 0));
  const needs = (has ?? 0) - (had ?? 0);
  const share = needs > SMALL ? shares.large : carriesOn(before, outcome) ? shares.last : shares.small;
  if (needs <= 0 || isWithin(share, outcome)) return undefined;
  const left = Math.max(0, share * orderBytesOf(outcome.order.policy) - (had ?? 0));
  return refuse("order-full", { needs: Math.ceil(needs / 1_024), left: Math.floor(left / 1_024) });
}

/** Whether an order has no room for a report, whatever it says. */
export function isFull({ weight, policy }: Order): boolean {
  return weight + SMALL / 4 > shares.needed * orderBytesOf(policy);
}
