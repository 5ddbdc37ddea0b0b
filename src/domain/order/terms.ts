import { addDays, dayOf, ms, DAY, type Day, type Ms } from "../time.ts";
import type { Line, LineSoFar, Terms, TermsPatch } from "./shapes.ts";
import type { Stamp } from "../stamp.ts";
import type { Order } from "./state.ts";
import { refuse, type Refusal } from "./refusals.ts";

/** The sum of the lines as far as they are known, integer fen. */
export function amountOf(lines: readonly LineSoFar[]): number {
  return lines.reduce((sum, line) => sum + (line.quantity ?? 0) * (line.unitPriceFen ?? 0), 0);
}

/** What an order would come to with other lines, and so much more of extra costs; less than nothing is no amount. */
export function amountUnder(order: Order, lines: readonly LineSoFar[], extraFen = 0): number {
  return amountOf(lines) + order.extraFen + extraFen - order.discountFen;
}

/** Lines by which the order would come to less than what the customer has been allowed already; `field` is where they were said. */
export function discountRefused(order: Order, field: string, lines: readonly LineSoFar[]): Refusal | undefined {
  const { discountFen } = order;
  return order.rules >= 2 && amountUnder(order, lines) < 0
    ? refuse("amount-below-discount", { field, discountFen, amountFen: amountOf(lines) + order.extraFen })
    : undefined;
}

/** The lines once nothing is missing in them. */
export function completeLines(lines: readonly LineSoFar[]): Line[] {
  return lines.flatMap(({ model, specification, quantity, unitPriceFen }) =>
    specification === undefined || quantity === undefined || unitPriceFen === undefined
      ? []
      : [{ model, specification, quantity, unitPriceFen }],
  );
}

/** Amount and class follow from the terms, and are computed again on every change of them (`docs/order.md`, Class). */
export function reckoned(order: Order, stamp: Stamp): Order {
  // What is allowed never passes the amount (`discountRefused`); events of before that was asked may say otherwise.
  const amountFen = Math.max(0, amountUnder(order, order.lines));
  const large = amountFen >= order.policy.largeAmountFen;
  const custom = order.custom !== null;
  const special = large || custom;
  const kept = special ? (order.specialSince ?? stamp) : undefined;
  return { ...order, amountFen, class: { large, custom }, specialSince: kept };
}

/** The transport as far as the class allows it: a dedicated vehicle is for special orders, and is lost with the class (R4.2). */
export function fittingTransport(order: Order, stamp: Stamp): Partial<Order> {
  const lost = order.transport?.method === "dedicated_vehicle" && !order.class.large && !order.class.custom;
  return lost ? { transport: undefined, transportVoid: stamp } : {};
}

/** The terms in force; `undefined` before the entry. */
export function termsOf(order: Order): Terms | undefined {
  return order.revisions.at(-1)?.terms;
}

/** Keeps the present terms as the next revision of the order confirmation (R5.2). */
export function revised(order: Order, stamp: Stamp, changeId?: string): Order {
  const { deliveryAddress: address, promisedDate } = order;
  if (!address?.province || !address.city || !address.street || promisedDate === undefined) return order;
  const deliveryAddress = { ...address, province: address.province, city: address.city, street: address.street };
  const terms: Terms = { lines: completeLines(order.lines), custom: order.custom, deliveryAddress, promisedDate };
  const revision = order.revision + 1;
  return { ...order, revision, revisions: [...order.revisions, { revision, terms, since: stamp, changeId }] };
}

/** Lays a merge patch on the terms (RFC 7396); answers the fields that would be missing afterwards. */
export function patched(terms: Terms, patch: TermsPatch): { terms: Terms } | { missing: string[] } {
  const missing: string[] = [];
  if (patch.lines === null) missing.push("lines");
  if (patch.deliveryAddress === null) missing.push("deliveryAddress");
  if (patch.promisedDate === null) missing.push("promisedDate");
  const address = { ...terms.deliveryAddress };
  for (const [field, value] of Object.entries(patch.deliveryAddress ?? {})) {
    if (field !== "province" && field !== "city" && field !== "street" && field !== "postcode")
      missing.push(`deliveryAddress.${field}`);
    else if (typeof value === "string") address[field] = value;
    else if (field === "postcode") delete address.postcode;
    else missing.push(`deliveryAddress.${field}`);
  }
  const custom = merged(terms.custom, patch.custom);
  if (custom !== null && custom.brief === undefined) missing.push("custom.brief");
  const lines = patch.lines ?? terms.lines;
  const promisedDate = patch.promisedDate ?? terms.promisedDate;
  if (missing.length > 0) return { missing };
  return {
    terms: {
      lines,
      custom: custom?.brief === undefined ? null : { brief: custom.brief },
      deliveryAddress: address,
      promisedDate,
    },
  };
}

/** The brief with a patch merged in: what the patch does not name stays. */
function merged(custom: Terms["custom"], patch: TermsPatch["custom"]): { brief?: string | undefined } | null {
  if (patch === undefined) return custom;
  if (patch === null) return null;
  const { brief = custom?.brief } = patch;
  return brief === null ? {} : { brief };
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether goods made for one set of lines do for another: model, specification and quantity. */
export function sameGoods(a: readonly LineSoFar[], b: readonly LineSoFar[]): boolean {
  const goods = (lines: readonly LineSoFar[]) => lines.map((line) => [line.model, line.specification, line.quantity]);
  return same(goods(a), goods(b));
}

/** The transit allowance in whole days. */
export function transitDays(order: Order): number {
  return Math.ceil(ms(order.policy.transitAllowance) / DAY);
}

/** When production must be done for a promise to hold, but not before the day that it was placed. */
export function finishFor(order: Order, promisedDate: Day, placedAt: Ms): Day {
  const finish = addDays(promisedDate, -transitDays(order));
  const first = dayOf(placedAt);
  return finish < first ? first : finish;
}
