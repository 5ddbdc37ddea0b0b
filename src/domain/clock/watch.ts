import type { Author, Recipient } from "../people.ts";
import type { Instant, Ms } from "../time.ts";

/** The steps of telling, from first to last (`docs/order.md`, Ladder). `remind` is told daily. */
export const rungs = ["warn", "due", "escalate", "remind"] as const;
export type Rung = (typeof rungs)[number];

/** One message a duty: the highest rung that has passed. */
export interface RungTold {
  dutyId: string;
  duty: string;
  rule: string;
  rung: Rung;
  /** When the rung was due, RFC 3339: after downtime earlier than the event's own time. */
  rungDueAt: Instant;
  /** When the duty itself is due, RFC 3339. */
  dueAt: Instant;
  owner: Recipient;
  told: Recipient[];
  /** Steps that the telling climbed because nobody below was reached. */
  climbed: number;
}

/** What is kept about one duty beside the facts that it follows from: the ladder, pauses, acknowledgements. */
export interface Watch {
  readonly rungs: readonly (RungTold & { readonly at: Ms })[];
  readonly pauses: readonly Pause[];
  readonly acknowledged: readonly Acknowledgement[];
  /** A rung whose message reached nobody, and how far it climbed. */
  readonly unreached?: { readonly rung: Rung; readonly climbed: number; readonly at: Ms } | undefined;
}
export interface Pause {
  readonly from: Ms;
  readonly to?: Ms | undefined;
  readonly awaiting: string;
  /** What shows it; of a question, its id. */
  readonly evidence: string;
}
export interface Acknowledgement {
  readonly by: Author;
  readonly at: Ms;
  readonly promisedAt?: Ms | undefined;
}

/** A duty of which nothing was told or said yet. */
export const nothingWatched: Watch = { rungs: [], pauses: [], acknowledged: [] };
