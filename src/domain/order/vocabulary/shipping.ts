import type { Stamp } from "../../stamp.ts";
import type { Moment, Day, Ms } from "../../time.ts";
import type { Noted, Channel, Address, Without, Said } from "../shapes.ts";

/** Chapter 4 of the regulation: from the receiving time to the receipt, and trouble on the way: what can be said and what happens. */

export const problemKinds = ["refused", "short", "damaged", "wrong_recipient"] as const;
export const lossDecisions = ["make_again", "ship_again", "accept", "cancel"] as const;
export const traceResults = ["in_transit", "returned", "lost"] as const;
export const transportMethods = ["courier", "dedicated_vehicle"] as const;
export const freightBearers = ["company", "customer", "agreed"] as const;

/** What its commands say. */
export interface ShippingBodies {
  "confirm-receiving-time": Noted & { from: Moment; to: Moment; channel: Channel };
  "arrange-transport": Noted & {
    method: (typeof transportMethods)[number];
    carrier: string;
    freightBorneBy: (typeof freightBearers)[number];
  };
  "confirm-shipping-data": Noted & { recipient: string; phone: string; address: Address };
  dispatch: Noted & { carrier: string; trackingNumber: string; expectedArrival: Day };
  "tell-customer-of-shipment": Noted & { channel: Channel };
  "report-tracking": Noted & {
    trackingNumber: string;
    event: string;
    place?: string | undefined;
    expectedArrival?: Day | undefined;
  };
  "report-delivery": Noted & {
    trackingNumber: string;
    signedBy: string;
    deliveredAt: Moment;
    reference?: string | undefined;
  };
  "report-trace": Noted & {
    trackingNumber: string;
    result: (typeof traceResults)[number];
    expectedArrival?: Day | undefined;
  };
  "report-problem": Noted & { trackingNumber: string; kind: (typeof problemKinds)[number]; detail: string };
  "decide-loss": Noted & { decision: (typeof lossDecisions)[number]; reason: string };
  "confirm-receipt": Noted & { satisfaction?: number | undefined };
}

/** What its events carry. */
export interface ShippingFacts {
  "receiving-time-confirmed": Without<ShippingBodies["confirm-receiving-time"]>;
  "transport-arranged": Without<ShippingBodies["arrange-transport"]>;
  "shipping-data-confirmed": Without<ShippingBodies["confirm-shipping-data"]>;
  dispatched: Without<ShippingBodies["dispatch"]>;
  "customer-told-of-shipment": { channel: string };
  /** `late`: older than what is known, or of a shipment that is no longer under way. It is kept, and changes nothing. */
  "tracking-reported": Without<ShippingBodies["report-tracking"]> & { late?: true };
  delivered: Without<ShippingBodies["report-delivery"]>;
  "trace-reported": Without<ShippingBodies["report-trace"]>;
  "problem-reported": { kind: string; detail: string; trackingNumber: string };
  "loss-decided": { decision: ShippingBodies["decide-loss"]["decision"]; reason: string };
  "receipt-confirmed": { satisfaction?: number | undefined };
}

export interface Shipment {
  readonly number: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly dispatched: Stamp;
  readonly expectedArrival: Day;
  /** Since when that arrival is expected. */
  readonly expectedSince: Stamp;
  readonly customerTold?: Stamp | undefined;
  readonly tracking: readonly Said<{ event: string; place?: string | undefined }>[];
  readonly delivery?: Said<{ signedBy: string; deliveredAt: string; reference?: string | undefined }> | undefined;
  readonly problem?: Problem | undefined;
  readonly state: "under_way" | "delivered" | "problem" | "ended";
  /** When another shipment took its place: what is reported from then on under the same number is of that one. */
  readonly ended?: Stamp | undefined;
}

/** What went wrong on the way, by the first word of it, and the further news since: refused, then on its way back. */
export type Problem = Said<{ kind: string; detail: string; news?: readonly Said<{ kind: string; detail: string }>[] }>;

/** What an order keeps of it. */
export interface ShippingState {
  readonly receivingTime?: Said<{ from: Ms; to: Ms; channel: string }> | undefined;
  /** Since when a receiving time is owed again because the last one no longer fits. */
  readonly receivingTimeVoid?: Stamp | undefined;
  /** Since when transport and shipping data are owed again because the last ones no longer hold. */
  readonly transportVoid?: Stamp | undefined;
  readonly shippingDataVoid?: Stamp | undefined;
  readonly transport?: Said<Omit<ShippingBodies["arrange-transport"], "note">> | undefined;
  readonly shippingData?: Said<Omit<ShippingBodies["confirm-shipping-data"], "note">> | undefined;
  readonly shipments: readonly Shipment[];
  readonly satisfaction?: number | undefined;
}

export type ShippingDuty =
  | "confirm-receiving-time"
  | "arrange-transport"
  | "confirm-shipping-data"
  | "dispatch"
  | "tell-customer-of-shipment"
  | "prove-delivery"
  | "decide-loss"
  | "confirm-receipt";
