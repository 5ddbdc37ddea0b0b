import type { Moment } from "../../time.ts";
import type { Noted } from "../shapes.ts";

/** House rules (H): how duties are watched: what can be said and what happens. */

/** What its commands say. */
export interface WatchingBodies {
  "pause-duty": Noted & { dutyId: string; awaiting: string; evidence: string };
  "resume-duty": Noted & { dutyId: string };
  acknowledge: Noted & { dutyId: string; promisedAt?: Moment | undefined };
}
