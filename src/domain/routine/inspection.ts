import { duties } from "../order/duties.ts";
import type { Order, Stage } from "../order/state.ts";
import { shipmentOf } from "../order/shipment.ts";
import type { DutyName } from "../order/duty.ts";
import { ms, type Duration, type Ms } from "../time.ts";

/** R6.2: the four things that are inspected. */
export const checks = ["entry", "progress", "customer-told", "carrier"] as const;
export type Check = (typeof checks)[number];

/** What can be found; its sentence in Chinese and English is in `src/texts/routine.ts`. */
export const faults = [
  "entry-overdue",
  "entry-incomplete",
  "progress-overdue",
  "customer-untold",
  "message-failed",
  "carrier-differs",
  "carrier-unknown",
] as const;
export type Fault = (typeof faults)[number];

/** Something that is not as the regulation wants it. */
export interface Found {
  readonly check: Check;
  readonly fault: Fault;
  /** What it is about: a duty, an entry, a shipment. While a finding about it is open, there is no second one. */
  readonly about: string;
  readonly rule: string;
  /** Who is to put it right: a person's id, or a role where no person is known. */
  readonly person: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Where a shipment is by the carrier's own record. `unknown`: the carrier has no such number. */
export const carrierStates = ["in_transit", "delivered", "returned", "lost", "unknown"] as const;
export interface CarrierRecord {
  readonly state: (typeof carrierStates)[number];
  /** Since when, where the carrier says so. */
  readonly since?: Ms | undefined;
}

/** What an inspection found on one order, and what it could not check. */
export interface Inspected {
  readonly found: readonly Found[];
  readonly unchecked: readonly Check[];
}

/** Duties that a check looks at: overdue, each is a finding by its own rule. */
const watched: readonly { readonly check: Check; readonly fault: Fault; readonly duties: readonly DutyName[] }[] = [
  { check: "entry", fault: "entry-overdue", duties: ["confirm", "enter", "correct-entry"] },
  { check: "progress", fault: "progress-overdue", duties: ["update-progress"] },
  {
    check: "customer-told",
    fault: "customer-untold",
    duties: ["inform-delivery-date", "tell-customer-of-delay", "tell-customer-of-shipment", "tell-change-outcome"],
  },
];

function repOf({ salesRep }: Order): string {
  return salesRep ?? "supervisor";
}

function overdueFound(order: Order, at: Ms): readonly Found[] {
  return duties(order, at).flatMap(({ duty, dutyId, state, owner, rule }): Found[] => {
    const by = watched.find((each) => each.duties.includes(duty));
    if (!by || state !== "overdue") return [];
    return [{ check: by.check, fault: by.fault, about: dutyId, rule, person: owner.id ?? owner.role, details: { duty } }];
  });
}

/** R2.2: what an entry must have, and has not. */
function missing(order: Order): readonly string[] {
  const { customer, lines, deliveryAddress: address, promisedDate } = order;
  const { phone, email } = customer.contact;
  return [
    ...(customer.name === "" ? ["customer.name"] : []),
    ...(phone === undefined && email === undefined ? ["customer.contact"] : []),
    ...(lines.length === 0 ? ["lines"] : []),
    ...lines.flatMap(({ specification, quantity, unitPriceFen }, index) => [
      ...(specification === undefined ? [`lines.${index}.specification`] : []),
      ...(quantity === undefined ? [`lines.${index}.quantity`] : []),
      ...(unitPriceFen === undefined ? [`lines.${index}.unitPriceFen`] : []),
    ]),
    ...(!address?.province || !address.city || !address.street ? ["deliveryAddress"] : []),
    ...(promisedDate === undefined ? ["promisedDate"] : []),
  ];
}

function entryFound(order: Order): readonly Found[] {
  const fields = order.entry ? missing(order) : [];
  if (!order.entry || fields.length === 0) return [];
  const about = `entry-${order.entry.number}`;
  return [
    {
      check: "entry",
      fault: "entry-incomplete",
      about,
      rule: "R2.2",
      person: repOf(order),
      details: { fields: fields.join(", ") },
    },
  ];
}

/** Told effectively: a message to the customer that was delivered to nobody and that no person has taken over. */
function messagesFound(order: Order): readonly Found[] {
  return order.effects.flatMap((effect): Found[] => {
    if (effect.system !== "messages" || effect.state !== "failed") return [];
    if (!effect.data.to.some(({ role }) => role === "customer")) return [];
    const { effectId } = effect;
    const details = { message: effect.data.message };
    return [{ check: "customer-told", fault: "message-failed", about: effectId, rule: "R6.2", person: repOf(order), details }];
  });
}

/** What the carrier may say while an order is in a stage. In trouble it may say anything but that all goes well. */
const agreeing: { readonly [S in Stage]?: readonly CarrierRecord["state"][] } = {
  shipped: ["in_transit"],
  delivered: ["delivered"],
  problem: ["delivered", "returned", "lost"],
};

/** Whose shipment the carrier is to be asked about; `undefined` where none is under way. */
export function shipmentToVerify(order: Order): { readonly trackingNumber: string; readonly carrier: string } | undefined {
  const shipment = agreeing[order.stage] ? shipmentOf(order) : undefined;
  return shipment && { trackingNumber: shipment.trackingNumber, carrier: shipment.carrier };
}

function carrierFound(order: Order, record: CarrierRecord, at: Ms, grace: Duration): readonly Found[] {
  const shipment = shipmentOf(order);
  const may = agreeing[order.stage];
  if (!shipment || !may || may.includes(record.state)) return [];
  // What has just changed there may be on its way here.
  if (at - (record.since ?? shipment.dispatched.at) < ms(grace)) return [];
  const fault = record.state === "unknown" ? "carrier-unknown" : "carrier-differs";
  const { trackingNumber } = shipment;
  const details = { trackingNumber, stage: order.stage, carrier: record.state };
  return [
    { check: "carrier", fault, about: `shipment-${shipment.number}-${record.state}`, rule: "R6.2", person: "logistics", details },
  ];
}

/**
 * The four checks of R6.2 on one order at a time. `carrier` is the carrier's own record where there is a shipment to verify;
 * `undefined` when it could not be had, which leaves that check undone and no other.
 */
export function inspect(order: Order, at: Ms, carrier: CarrierRecord | undefined, grace: Duration): Inspected {
  const verified = carrier ? carrierFound(order, carrier, at, grace) : [];
  return {
    found: [...entryFound(order), ...overdueFound(order, at), ...messagesFound(order), ...verified],
    unchecked: shipmentToVerify(order) && !carrier ? ["carrier"] : [],
  };
}
