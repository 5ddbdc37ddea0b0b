import type { DutyName } from "./duty.ts";
import type { Instant } from "../time.ts";
import type { Recipient } from "../people.ts";
import type { Stage, Status } from "./state.ts";

/** A row of the list of orders. */
export interface OrderRow {
  readonly orderNo: string;
  readonly status: Status;
  readonly stage: Stage;
  readonly cancelling: boolean;
  readonly large: boolean;
  readonly custom: boolean;
  readonly customer: string;
  readonly salesRep: string | null;
  readonly amountFen: number;
  readonly requestedDate: string | null;
  readonly promisedDate: string | null;
  readonly receivedAt: Instant;
  readonly nextDueAt: Instant | null;
  readonly lastEvent: number;
}

/** A row of the list of duties: owed, or how it ended. */
export interface DutyRow {
  readonly orderNo: string;
  readonly dutyId: string;
  readonly duty: DutyName;
  readonly about: string | null;
  readonly owner: Recipient;
  readonly rule: string;
  readonly openedAt: Instant;
  readonly dueAt: Instant;
  /** Stored is what does not change by itself: `overdue` is `dueAt` compared with the moment of asking. */
  readonly state: "open" | "paused" | "met" | "lapsed";
  readonly level: number;
  readonly warnedAt: Instant | null;
  readonly acknowledgedBy: string | null;
  readonly closedAt: Instant | null;
  readonly late: boolean | null;
  /** The time that it took, ms of its own calendar, pauses left out; `null` while it is owed. */
  readonly tookMs: number | null;
  /** Whether a verified force majeure exempts it from being late (R7.4): it may change after the duty has ended. */
  readonly exempt: boolean;
  /** The number of the event after which this held: an older row never replaces a newer one. */
  readonly asOf: number;
}
