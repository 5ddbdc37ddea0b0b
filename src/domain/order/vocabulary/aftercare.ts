import type { Stamp } from "../../stamp.ts";
import type { Noted, Channel, Without, Said } from "../shapes.ts";

/** Communication (R1.2), complaints (R7.3), findings (R6.3): what can be said and what happens. */

/** What its commands say. */
export interface AftercareBodies {
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
}

/** What its events carry. */
export interface AftercareFacts {
  "communication-recorded": Without<AftercareBodies["record-communication"]>;
  "complaint-recorded": { complaintId: string; about: string };
  "complaint-resolved": Without<AftercareBodies["resolve-complaint"]>;
  "finding-recorded": Without<AftercareBodies["record-finding"]> & { findingId: string };
  "finding-remedied": { findingId: string; done: string };
}

export interface Complaint {
  readonly complaintId: string;
  readonly about: string;
  readonly recorded: Stamp;
  readonly resolved?: Said<Omit<AftercareBodies["resolve-complaint"], "complaintId">> | undefined;
  /** What the supervisor found, who may add it after the remedy. */
  readonly judged?: Said<Omit<AftercareBodies["resolve-complaint"], "complaintId">> | undefined;
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

/** What an order keeps of it. */
export interface AftercareState {
  readonly complaints: readonly Complaint[];
  readonly findings: readonly Finding[];
}

export type AftercareDuty = "handle-complaint" | "remedy-finding";
