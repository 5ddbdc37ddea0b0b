import type { OrderEvent } from "../domain/order/events.ts";
import type { Actor, Role } from "../domain/people.ts";
import { iso } from "../domain/time.ts";

/** What a caller may read (`HTTP.md`, Queries): whose orders, and which fields of them. */

const sales: readonly Role[] = ["sales_rep", "customer_service", "order_admin", "supervisor", "management"];

/** Groups of fields, with the roles whose work needs them. Everything else of an order every role may read. */
const guarded: readonly { readonly fields: readonly string[]; readonly for: readonly Role[] }[] = [
  { fields: ["contact"], for: sales },
  { fields: ["amountFen", "discountFen", "extraFen", "extraCostFen", "unitPriceFen", "valueFen", "settlement"], for: sales },
  { fields: ["deliveryAddress", "shippingData", "recipient", "phone", "address"], for: [...sales, "logistics"] },
];

/** The representatives whose orders a caller sees; `undefined`: everybody's. */
export function repsSeenBy({ id, roles, deputyFor = [] }: Actor): readonly string[] | undefined {
  return roles.every((role) => role === "sales_rep") ? [id, ...deputyFor] : undefined;
}

/** Whether a caller sees an order of that representative. */
export function sees(caller: Actor, salesRep: string | undefined): boolean {
  const reps = repsSeenBy(caller);
  return reps === undefined || (salesRep !== undefined && reps.includes(salesRep));
}

/** What no reader needs: with it, texts that were removed could be found by trying. */
const secret = "salt";

/** The names of the fields that a caller's work does not need. */
export function hiddenFrom(caller: Actor): ReadonlySet<string> {
  const hidden = guarded.filter((group) => !group.for.some((role) => caller.roles.includes(role)));
  return new Set([secret, ...hidden.flatMap(({ fields }) => fields)]);
}

/** A value without the fields that a caller's work does not need, at any depth. */
export function shownTo<T>(caller: Actor, value: T): T {
  return without(value, hiddenFrom(caller));
}

function without<T>(value: T, hidden: ReadonlySet<string>): T;
function without(value: unknown, hidden: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, hidden));
  if (typeof value !== "object" || value === null) return value;
  const shown = Object.entries(value).filter(([field]) => !hidden.has(field));
  return Object.fromEntries(shown.map(([field, item]) => [field, without(item, hidden)]));
}

/** A line of the audit trail as it is answered. */
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

/** Events as lines of the audit trail, for one reader. */
export function historyFor(caller: Actor, events: readonly OrderEvent[]): HistoryLine[] {
  return events.map(({ number, at, receivedAt, actor, command, event, reason, note, data }) => ({
    number,
    at: iso(at),
    receivedAt: iso(receivedAt),
    actor,
    command,
    event,
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    data: shownTo<object>(caller, data),
  }));
}
