import type { Stamp } from "../../stamp.ts";
import type { Day } from "../../time.ts";
import type {
  Noted,
  Customer,
  LineSoFar,
  Custom,
  PartOf,
  Address,
  Channel,
  Promising,
  Line,
  Entry,
  Without,
  Said,
} from "../shapes.ts";

/** Chapter 2 of the regulation, and who signs and releases (R5.1, R5.3): what can be said and what happens. */

/** What its commands say. */
export interface ConfirmationBodies {
  receive: Noted & {
    customer: Customer;
    salesRep?: string | undefined;
    lines?: LineSoFar[] | undefined;
    custom?: Custom | null | undefined;
    deliveryAddress?: PartOf<Address> | undefined;
    requestedDate?: Day | undefined;
    channel?: Channel | undefined;
  };
  reassign: Noted & { salesRep: string };
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
}

/** What its events carry. */
export interface ConfirmationFacts {
  "rep-assigned": { salesRep: string };
  "work-handed-over": { from: string; to: string };
  "work-handed-back": { from: string; to: string };
  "customer-asked": { questionId: string; dutyId: string; question: string; channel: string };
  "answer-recorded": { questionId: string; answer: string };
  confirmed: Without<ConfirmationBodies["confirm"]>;
  entered: Without<ConfirmationBodies["enter"]>;
  "entry-corrected": Without<ConfirmationBodies["correct-entry"]>;
  "special-acknowledged": Record<never, never>;
  /** `days`: said so, and counted from the release. */
  "lead-time-reported": { finishDate: Day; days?: number | undefined };
  "design-settled": { reference: string };
  "delivery-date-informed": Without<ConfirmationBodies["inform-delivery-date"]>;
  "final-terms-accepted": Without<ConfirmationBodies["confirm-final-terms"], "accepted">;
  "final-terms-declined": { why?: string | undefined; channel: string };
  signed: Record<never, never>;
  "signature-refused": { reason: string };
  released: Record<never, never>;
  "release-refused": { reason: string };
}

export interface Question {
  readonly questionId: string;
  readonly dutyId: string;
  readonly question: string;
  readonly asked: Stamp;
  readonly answer?: string | undefined;
  readonly answered?: Stamp | undefined;
}

/** Production's own estimate: when it will be done, and in how many days from the release, if it was said so. */
export type LeadTime = Said<{ finishDate: Day; days?: number | undefined }>;

/** What an order keeps of it. */
export interface ConfirmationState {
  readonly confirmed?: Stamp | undefined;
  readonly entry?: Stamp | undefined;
  readonly returned?: Said<{ reason: string }> | undefined;
  /** Since when the class is special: from then the supervisor is to be told ahead. */
  readonly specialSince?: Stamp | undefined;
  readonly acknowledgedSpecial?: Stamp | undefined;
  readonly design?: Said<{ reference: string }> | undefined;
  /** The customer refused the final terms: design and lead time are owed again. */
  readonly termsDeclined?: Said<{ why?: string | undefined }> | undefined;
  /** Before release; a run's own lead time is with the run. */
  readonly leadTime?: LeadTime | undefined;
  readonly dateTold?: Said<{ date: Day }> | undefined;
  readonly finalTerms?: Stamp | undefined;
  readonly signature?: Stamp | undefined;
  readonly release?: Stamp | undefined;
  readonly questions: readonly Question[];
}

export type ConfirmationDuty =
  | "assign-rep"
  | "confirm"
  | "enter"
  | "acknowledge-special"
  | "settle-design"
  | "report-lead-time"
  | "inform-delivery-date"
  | "confirm-final-terms"
  | "sign"
  | "correct-entry"
  | "release";
