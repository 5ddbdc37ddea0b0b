import type { Watch } from "../clock/watch.ts";
import type { Effect } from "./effects.ts";
import type { Bodies, CommandName, Contact, Custom, Address, LineSoFar, PartOf, Terms } from "./bodies.ts";
import type { Cut } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import type { RefusalCode, Details } from "./refusals.ts";
import type { Calendar } from "../clock/calendar.ts";
import type { Author, Recipient } from "../people.ts";
import type { DutyName, Policy } from "../policy.ts";
import type { Day, Duration, Instant, Ms } from "../time.ts";

export const statuses = ["pending_confirmation", "in_production", "ready_to_ship", "shipped", "completed", "cancelled"] as const;
export type Status = (typeof statuses)[number];

export const stages = [
  "received",
  "confirmed",
  "entered",
  "returned",
  "signed",
  "making",
  "made",
  "rework",
  "ready",
  "shipped",
  "delivered",
  "problem",
  "completed",
  "cancelled",
] as const;
export type Stage = (typeof stages)[number];

/** R1.1: each stage belongs to exactly one status of the regulation. */
export const statusOf: { readonly [S in Stage]: Status } = {
  received: "pending_confirmation",
  confirmed: "pending_confirmation",
  entered: "pending_confirmation",
  returned: "pending_confirmation",
  signed: "pending_confirmation",
  making: "in_production",
  made: "in_production",
  rework: "in_production",
  ready: "ready_to_ship",
  shipped: "shipped",
  delivered: "shipped",
  problem: "shipped",
  completed: "completed",
  cancelled: "cancelled",
};

/** Something that was said, with who and when. */
export type Said<T = Record<never, never>> = T & { readonly stamp: Stamp };

export interface Question {
  readonly questionId: string;
  readonly dutyId: string;
  readonly question: string;
  readonly asked: Stamp;
  readonly answer?: string | undefined;
  readonly answered?: Stamp | undefined;
}

/** The order confirmation's revisions (R5.2): earlier ones stay readable. */
export interface Revision {
  readonly revision: number;
  readonly terms: Terms;
  readonly since: Stamp;
  readonly changeId?: string | undefined;
}

export type ChangeState =
  "requested" | "assessed" | "awaiting_signature" | "amending" | "accepted" | "refused" | "refused_told" | "withdrawn" | "lapsed";

export interface Change {
  readonly changeId: string;
  readonly request: Omit<Bodies["request-change"], "note">;
  readonly state: ChangeState;
  readonly requested: Stamp;
  readonly assessment?: Said<Omit<Bodies["assess-change"], "changeId">> | undefined;
  readonly accepted?: Stamp | undefined;
  readonly signed?: Stamp | undefined;
  /** Since when it is in its state. */
  readonly since: Stamp;
  /** When it was accepted, refused, withdrawn or lapsed: since then it holds nothing up. */
  readonly ended?: Stamp | undefined;
  readonly reason?: string | undefined;
}

export type DelayState = "untold" | "told" | "remedy_refused" | "closed" | "withdrawn";

export interface Delay {
  readonly delayId: string;
  readonly state: DelayState;
  readonly cause: string;
  /** The latest forecast of the arrival, and the promise that it misses. */
  readonly forecastArrival: Day;
  readonly promisedDate: Day;
  readonly opened: Stamp;
  /** Since when it must be told: the opening, news after a telling, an offer anew. */
  readonly tellSince: Stamp;
  readonly told?: Said<Omit<Bodies["tell-customer-of-delay"], "note">> | undefined;
  readonly refused?: Stamp | undefined;
  readonly ended?: Stamp | undefined;
  readonly outcome?: "agreed" | "kept" | "cancelled" | undefined;
  /** The promise that it was ended with. */
  readonly settledFor?: Day | undefined;
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

export interface Discrepancy {
  readonly discrepancyId: string;
  readonly command: CommandName;
  readonly body: object;
  readonly reporter: Author;
  readonly opened: Stamp;
  readonly refusal: RefusalCode;
  readonly details: Details;
  readonly key: string;
  readonly hash: string;
  /** The production run and shipment that it was reported in: only within them is it decided again by itself. */
  readonly run: number;
  readonly shipment: number;
  /** Set where the body was too large to be kept: then it cannot be applied. */
  readonly cut?: Cut | undefined;
  /** How often it was reported, and when last, ms: the same again is not another discrepancy. */
  readonly count: number;
  readonly lastAt: Ms;
  readonly state: "open" | "accepted" | "applied" | "discarded";
  readonly closed?: Stamp | undefined;
}

export interface Complaint {
  readonly complaintId: string;
  readonly about: string;
  readonly recorded: Stamp;
  readonly resolved?: Said<Omit<Bodies["resolve-complaint"], "complaintId">> | undefined;
  /** What the supervisor found, who may add it after the remedy. */
  readonly judged?: Said<Omit<Bodies["resolve-complaint"], "complaintId">> | undefined;
}

export interface Finding {
  readonly findingId: string;
  readonly rule: string;
  readonly person: string;
  readonly action: string;
  /** What an inspection found it about: while it is open, there is no second one about that. */
  readonly about?: string | undefined;
  readonly recorded: Stamp;
  readonly remedied?: Said<{ done: string }> | undefined;
}

/** R6.1: somebody is to look at this order, in an inspection of many. */
export interface Inspection {
  readonly inspectionId: string;
  readonly by: Bodies["ask-inspection"]["by"];
  readonly reason: string;
  readonly asked: Stamp;
  readonly answered?: Said<{ result: Bodies["answer-inspection"]["result"] }> | undefined;
}

export interface ForceMajeure {
  readonly forceMajeureId: string;
  readonly what: string;
  readonly from: Ms;
  readonly until?: Ms | undefined;
  readonly evidence: string;
  readonly declared: Stamp;
  /** The last word holds. */
  readonly verdict?: Said<{ verified: boolean }> | undefined;
}

/** Who had a hand in what: in the entry, or in what an id names (`hands.ts`). */
export interface Hand {
  readonly subject: string;
  readonly author: Author;
}

/** A duty that is no longer owed, and how it went. */
export interface ClosedDuty {
  readonly dutyId: string;
  readonly duty: DutyName;
  readonly about?: string | undefined;
  /** Whose it was in the end; of a late one, whose it was when it fell due. */
  readonly owner: Recipient;
  readonly rule: string;
  readonly openedAt: Ms;
  readonly dueAt: Ms;
  readonly closedAt: Ms;
  readonly closedBy: Author;
  /** By business time: closed after it was due, or lapsed after it. */
  readonly late: boolean;
  /** The time that it took, ms of its own calendar, pauses left out. */
  readonly tookMs: number;
  /** Whether its own command closed it, or it lapsed. */
  readonly how: "met" | "lapsed";
}

/** Production's own estimate: when it will be done, and in how many days from the release, if it was said so. */
export type LeadTime = Said<{ finishDate: Day; days?: number | undefined }>;

export interface Production {
  /** 1 for the first making; each making again is another. */
  readonly run: number;
  /** When this run was placed: release, or the decision to make again. */
  readonly placed: Stamp;
  readonly stageOfWork?: string | undefined;
  readonly quantityDone: readonly number[];
  /** Production's own estimate of this run's finish, and when it said so. */
  readonly leadTime?: LeadTime | undefined;
  readonly made?: Stamp | undefined;
  /** The first time that this run was made: rework does not ask for a receiving time twice. */
  readonly firstMade?: Stamp | undefined;
  /** When the quantities done were true: an older report changes nothing. */
  readonly progressAt?: Ms | undefined;
  /** The warehouse's last refusal of this run's goods. */
  readonly refusal?: Said<{ lines: Bodies["check-goods"]["lines"] }> | undefined;
  /** Since when the next weekly update is owed (R3.2). */
  readonly updated: Stamp;
}

/** When the goods are expected at the customer's, by the newest thing said of it. */
export interface Forecast {
  readonly arrival: Day;
  readonly finish?: Day | undefined;
  readonly cause: string;
  /** Business time: an older forecast than the one known changes nothing. */
  readonly at: Ms;
  /** Whether somebody reported it as a delay, which counts before release too. */
  readonly reported: boolean;
}

/** The record: all that is known of an order. It changes only by events; status, duties and `permitted` follow from it. */
export interface Order {
  readonly orderNo: string;
  readonly policy: Policy;
  readonly calendar: Calendar;
  readonly rules: number;
  readonly stage: Stage;
  /** The number of the last event. */
  readonly lastEvent: number;
  /** What has been said of it, and what came of that, in bytes of the record (`weight.ts`); and what the clock has told. */
  readonly weight: number;
  readonly clockWeight: number;
  /** Reports that came when there was no more room for them: counted, not kept. */
  readonly notKept: number;
  /** Events of what nobody could be proved to have sent. */
  readonly strangers: number;
  readonly received: Stamp;
  /** When texts about persons were removed from the record, and after which period. */
  readonly personalDataRemoved?: { readonly at: Instant; readonly after: Duration } | undefined;
  readonly customer: { readonly name: string; readonly contact: Contact };
  readonly salesRep?: string | undefined;
  /** Whose order it was before, each until when, ms: what they let fall due stays theirs. */
  readonly formerReps: readonly { readonly salesRep?: string | undefined; readonly until: Ms }[];
  /** Who stands in for the representative, since the first that was told or done in their stead. */
  readonly deputy?: { readonly id: string; readonly since: Stamp } | undefined;
  readonly class: { readonly large: boolean; readonly custom: boolean };
  readonly lines: readonly LineSoFar[];
  readonly custom: Custom | null;
  readonly deliveryAddress?: PartOf<Address> | undefined;
  readonly requestedDate?: Day | undefined;
  readonly promisedDate?: Day | undefined;
  /** Why that day was promised although production's forecast and the transit said that it could not be kept. */
  readonly promiseOverride?: Said<{ date: Day; reason: string }> | undefined;
  /** Integer fen: the lines, with what changes cost on top, less what was allowed for delays. */
  readonly amountFen: number;
  readonly extraFen: number;
  readonly discountFen: number;
  readonly revision: number;
  readonly revisions: readonly Revision[];

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

  readonly production?: Production | undefined;
  readonly plannedFinish?: Day | undefined;
  readonly forecast?: Forecast | undefined;
  readonly ready?: Stamp | undefined;
  readonly receivingTime?: Said<{ from: Ms; to: Ms; channel: string }> | undefined;
  /** Since when a receiving time is owed again because the last one no longer fits. */
  readonly receivingTimeVoid?: Stamp | undefined;
  /** Since when transport and shipping data are owed again because the last ones no longer hold. */
  readonly transportVoid?: Stamp | undefined;
  readonly shippingDataVoid?: Stamp | undefined;
  readonly transport?: Said<Omit<Bodies["arrange-transport"], "note">> | undefined;
  readonly shippingData?: Said<Omit<Bodies["confirm-shipping-data"], "note">> | undefined;
  readonly shipments: readonly Shipment[];
  readonly satisfaction?: number | undefined;
  readonly ended?: Stamp | undefined;

  readonly questions: readonly Question[];
  readonly changes: readonly Change[];
  readonly delays: readonly Delay[];
  readonly discrepancies: readonly Discrepancy[];
  readonly complaints: readonly Complaint[];
  readonly findings: readonly Finding[];
  readonly inspections: readonly Inspection[];
  readonly forceMajeure: readonly ForceMajeure[];
  readonly cancellation?: Said<{ askedBy: string; reason: string; asRemedy: boolean }> | undefined;
  readonly cancellationRefused?: Stamp | undefined;
  readonly cancelling?: Said<{ reason: string; settlement?: string | undefined }> | undefined;

  /** Who had a hand in what somebody else decides. */
  readonly hands: readonly Hand[];
  readonly effects: readonly Effect[];
  readonly watches: Readonly<Record<string, Watch>>;
  readonly closedDuties: readonly ClosedDuty[];
}
