import type { Stamp } from "../stamp.ts";
import type { Day } from "../time.ts";

/** What bodies, events and the state of an order are made of, where more than one chapter says it. */

/** How the customer was spoken to. `system` is a message that this service or another one sent. */
export const channels = ["phone", "email", "wecom", "wechat", "sms", "visit", "system"] as const;
export type Channel = (typeof channels)[number];

/** One way at least to reach a person at the customer's. */
export interface Contact {
  person?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
}

export interface Customer {
  name: string;
  contact: Contact;
}

/** A line of an order; a body names it by its index from 0. */
export interface Line {
  model: string;
  specification: string;
  quantity: number;
  /** Integer fen for one piece. */
  unitPriceFen: number;
}

/** A line while it is still being found out what the customer wants. */
export interface LineSoFar {
  model: string;
  specification?: string | undefined;
  quantity?: number | undefined;
  unitPriceFen?: number | undefined;
}

export interface Custom {
  brief: string;
}

export interface Address {
  province: string;
  city: string;
  street: string;
  postcode?: string | undefined;
}

/** Any part of something: what is not said may be absent or `undefined`. */
export type PartOf<T> = { [K in keyof T]?: T[K] | undefined };

/** The complete entry of R2.2. */
export interface Entry {
  customer: Customer;
  salesRep?: string | undefined;
  lines: Line[];
  custom: Custom | null;
  deliveryAddress: Address;
  requestedDate: Day;
  channel?: Channel | undefined;
  selfChecked: true;
}

/** What a change request is laid on (RFC 7396), and what a revision of the order confirmation keeps. */
export interface Terms {
  lines: Line[];
  custom: Custom | null;
  deliveryAddress: Address;
  promisedDate: Day;
}

/** A merge patch of the terms (RFC 7396): arrays are replaced whole, `null` removes. */
export interface TermsPatch {
  lines?: Line[] | null | undefined;
  custom?: { [K in keyof Custom]?: Custom[K] | null | undefined } | null | undefined;
  deliveryAddress?: { [K in keyof Address]?: Address[K] | null | undefined } | null | undefined;
  promisedDate?: Day | null | undefined;
}

export const remedyKinds = ["earlier_delivery", "discount", "freight", "other", "cancellation"] as const;
export interface Remedy {
  kind: (typeof remedyKinds)[number];
  /** Integer fen that a discount or the freight is worth. */
  valueFen?: number | undefined;
}

/** Every body may carry a remark. */
export interface Noted {
  note?: string | undefined;
}

/** Wherever a day is promised: why it is, although production's forecast and the transit say that it cannot be kept. */
export interface Promising {
  override?: string | undefined;
}

/** A body, or part of one, as an event carries it: the remark is on the event itself. */
export type Without<B, K extends PropertyKey = never> = Omit<B, K | "note">;

/** Something that was said, with who and when. */
export type Said<T = Record<never, never>> = T & { readonly stamp: Stamp };
