import type { Stamp } from "../../stamp.ts";
import type { Moment, Ms } from "../../time.ts";
import type { Noted, Without, Said } from "../shapes.ts";

/** R7.4: force majeure: what can be said and what happens. */

/** What its commands say. */
export interface ForceMajeureBodies {
  "declare-force-majeure": Noted & { what: string; from: Moment; until?: Moment | undefined; evidence: string };
  "verify-force-majeure": Noted & { forceMajeureId: string; verified: boolean };
}

/** What its events carry. */
export interface ForceMajeureFacts {
  "force-majeure-declared": Without<ForceMajeureBodies["declare-force-majeure"]> & { forceMajeureId: string };
  "force-majeure-verified": { forceMajeureId: string; verified: boolean };
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

/** What an order keeps of it. */
export interface ForceMajeureState {
  readonly forceMajeure: readonly ForceMajeure[];
}

export type ForceMajeureDuty = "verify-force-majeure";
