import type { Actor } from "../people.ts";
import type { Day, Moment } from "../time.ts";

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

export const changeKinds = ["specification", "quantity", "date", "price", "address", "other"] as const;
export const problemKinds = ["refused", "short", "damaged", "wrong_recipient"] as const;
export const lossDecisions = ["make_again", "ship_again", "accept", "cancel"] as const;
export const traceResults = ["in_transit", "returned", "lost"] as const;
export const remedyDecisions = ["offer_anew", "keep", "cancel"] as const;
export const inspectors = ["supervisor", "management"] as const;
export const inspectionResults = ["in_order", "finding"] as const;
export const transportMethods = ["courier", "dedicated_vehicle"] as const;
export const freightBearers = ["company", "customer", "agreed"] as const;

/** Wherever a day is promised: why it is, although production's forecast and the transit say that it cannot be kept. */
export interface Promising {
  override?: string | undefined;
}

/** What each command says (`docs/http.md`, Bodies). The wire contracts hold one schema for each of these. */
export interface Bodies {
  receive: Noted & {
    customer: Customer;
    salesRep?: string | undefined;
    lines?: LineSoFar[] | undefined;
    custom?: Custom | null | undefined;
    deliveryAddress?: PartOf<Address> | undefined;
    requestedDate?: Day | undefined;
    channel?: Channel | undefined;
  };
  "ask-customer": Noted & { dutyId: string; question: string; channel: Channel };
  "record-answer": Noted & { questionId: string; answer: string };
  confirm: Noted & Promising & { lines: Line[]; deliveryDate: Day; channel: Channel };
  enter: Noted & Promising & Entry;
  "correct-entry": Noted & Promising & Entry;
  "acknowledge-special": Noted;
  "report-lead-time": Noted & { days?: number | undefined; finishDate?: Day | undefined };
  "settle-design": Noted & { reference: string };
  "inform-delivery-date": Noted & Promising & { date: Day; channel: Channel };
  "confirm-final-terms": Noted &
    Promising & {
      accepted: boolean;
      lines?: Line[] | undefined;
      date?: Day | undefined;
      channel: Channel;
      why?: string | undefined;
    };
  sign: Noted & { changeId?: string | undefined };
  "refuse-signature": Noted & { reason: string; changeId?: string | undefined };
  release: Noted;
  "refuse-release": Noted & { reason: string; changeId?: string | undefined };
  "report-progress": Noted & { stage: string; quantityDone: number[]; expectedFinish?: Day | undefined };
  "update-progress": Noted & { summary: string; source: string };
  "report-delay": Noted & { cause: string; newFinish?: Day | undefined; newArrival?: Day | undefined };
  "tell-customer-of-delay": Noted & Promising & { reason: string; remedy: Remedy; newDate: Day; channel: Channel };
  "agree-remedy": Noted & Promising & { accepted: boolean; remedy?: Remedy | undefined; newDate?: Day | undefined };
  "decide-remedy": Noted & { decision: (typeof remedyDecisions)[number]; reason: string };
  "finish-production": Noted & { quantity: number[] };
  "confirm-receiving-time": Noted & { from: Moment; to: Moment; channel: Channel };
  "check-goods": Noted & { lines: { counted: number; specificationOk: boolean; finding?: string | undefined }[] };
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
  "request-change": Noted &
    Promising & {
      kind: (typeof changeKinds)[number];
      patch: TermsPatch;
      revision: number;
      why: string;
    };
  "assess-change": Noted &
    Promising & {
      changeId: string;
      feasible: boolean;
      reason?: string | undefined;
      extraCostFen?: number | undefined;
      newDate?: Day | undefined;
    };
  "accept-change": Noted & { changeId: string; channel: Channel };
  "withdraw-change": Noted & { changeId: string; channel: Channel };
  "answer-amendment": Noted & { changeId: string; accepted: boolean; reason?: string | undefined };
  "tell-change-outcome": Noted & { changeId: string; channel: Channel };
  "request-cancellation": Noted & { askedBy: string; reason: string };
  cancel: Noted & { reason: string; settlement?: string | undefined };
  "refuse-cancellation": Noted & { reason: string; changeId?: string | undefined };
  "declare-force-majeure": Noted & { what: string; from: Moment; until?: Moment | undefined; evidence: string };
  "verify-force-majeure": Noted & { forceMajeureId: string; verified: boolean };
  "pause-duty": Noted & { dutyId: string; awaiting: string; evidence: string };
  "resume-duty": Noted & { dutyId: string };
  acknowledge: Noted & { dutyId: string; promisedAt?: Moment | undefined };
  reassign: Noted & { salesRep: string };
  "take-over": Noted & { effectId: string; outcome: "done" | "abandoned" };
  "resolve-discrepancy": Noted & { discrepancyId: string; decision: "apply" | "discard"; reason: string };
  "record-communication": Noted & { with: string; channel: Channel; summary: string };
  "record-complaint": Noted & { about: string };
  "resolve-complaint": Noted & {
    complaintId: string;
    remedy: string;
    entryError?: boolean | undefined;
    customerLost?: boolean | undefined;
    wrongRecipient?: boolean | undefined;
    /** Whose fault it was: a person's id. */
    fault?: string | undefined;
  };
  "record-finding": Noted & { rule: string; person: string; action: string; about?: string | undefined };
  "remedy-finding": Noted & { findingId: string; done: string };
  "ask-inspection": Noted & { inspectionId: string; by: (typeof inspectors)[number]; reason: string };
  "answer-inspection": Noted & {
    inspectionId: string;
    result: (typeof inspectionResults)[number];
    /** Of a finding: all three. */
    rule?: string | undefined;
    person?: string | undefined;
    action?: string | undefined;
  };
}

/** Every command, by the name that URL, update, signal, event log and OpenAPI share. */
export type CommandName = keyof Bodies;

/** A command as it reaches an order. */
export type Command<K extends CommandName = CommandName> = {
  readonly [N in K]: {
    readonly command: N;
    readonly body: Bodies[N];
    readonly actor: Actor;
    /** `Idempotency-Key` of the request, or a random one: the same key is the same command. */
    readonly key: string;
    /** SHA-256 of what was sent, hex: the same key with another hash is another command's key. */
    readonly hash: string;
    /** Business time, ms: when it happened, by a machine's `at`; else when it was received. */
    readonly at: number;
    /** When this service took it on, ms. Duties that it opens count from here. */
    readonly receivedAt: number;
    /** Nobody could prove that the actor sent it: it is never carried out, a person decides. */
    readonly unverified?: true | undefined;
  };
}[K];

/** Puts a command together whose body has passed the contract of that command: where it came in, or when it was recorded. */
export function checkedCommand(command: CommandName, body: object, rest: Omit<Command, "command" | "body">): Command {
  // Name and body belong together because the contract of that name has been checked: the compiler cannot see that.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { command, body, ...rest } as Command;
}
