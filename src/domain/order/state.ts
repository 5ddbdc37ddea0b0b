import type { ConfirmationState } from "./vocabulary/confirmation.ts";
import type { ProductionState } from "./vocabulary/production.ts";
import type { ShippingState } from "./vocabulary/shipping.ts";
import type { DelaysState } from "./vocabulary/delays.ts";
import type { ForceMajeureState } from "./vocabulary/force-majeure.ts";
import type { ChangesState } from "./vocabulary/changes.ts";
import type { CancellationState } from "./vocabulary/cancellation.ts";
import type { AftercareState } from "./vocabulary/aftercare.ts";
import type { InspectionsState } from "./vocabulary/inspections.ts";
import type { Watch } from "../clock/watch.ts";
import type { Effect } from "./effects.ts";
import type { CommandName } from "./bodies.ts";
import type { Contact, Custom, Address, LineSoFar, PartOf, Terms, Said } from "./shapes.ts";
import type { Cut } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import type { RefusalCode, Details } from "./refusals.ts";
import type { Calendar } from "../clock/calendar.ts";
import type { Author, Recipient } from "../people.ts";
import type { Policy } from "../policy.ts";
import type { DutyName } from "./duty.ts";
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

/** The order confirmation's revisions (R5.2): earlier ones stay readable. */
export interface Revision {
  readonly revision: number;
  readonly terms: Terms;
  readonly since: Stamp;
  readonly changeId?: string | undefined;
}

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

/** The record: all that is known of an order. It changes only by events; status, duties and `permitted` follow from it. */
export interface Order
  extends
    ConfirmationState,
    ProductionState,
    ShippingState,
    DelaysState,
    ForceMajeureState,
    ChangesState,
    CancellationState,
    AftercareState,
    InspectionsState {
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
  readonly ended?: Stamp | undefined;
  readonly discrepancies: readonly Discrepancy[];
  /** Who had a hand in what somebody else decides. */
  readonly hands: readonly Hand[];
  readonly effects: readonly Effect[];
  readonly watches: Readonly<Record<string, Watch>>;
  readonly closedDuties: readonly ClosedDuty[];
}
