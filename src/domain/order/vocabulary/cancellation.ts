import type { Stamp } from "../../stamp.ts";
import type { Noted, Said } from "../shapes.ts";

/** House rules (H): how an order is called off: what can be said and what happens. */

/** What its commands say. */
export interface CancellationBodies {
  "request-cancellation": Noted & { askedBy: string; reason: string };
  cancel: Noted & { reason: string; settlement?: string | undefined };
  "refuse-cancellation": Noted & { reason: string; changeId?: string | undefined };
}

/** What its events carry. */
export interface CancellationFacts {
  "cancellation-requested": { askedBy: string; reason: string };
  "cancellation-refused": { reason: string };
  "cancellation-decided": { reason: string; settlement?: string | undefined };
  cancelled: Record<never, never>;
}

/** What an order keeps of it. */
export interface CancellationState {
  readonly cancellation?: Said<{ askedBy: string; reason: string; asRemedy: boolean }> | undefined;
  readonly cancellationRefused?: Stamp | undefined;
  readonly cancelling?: Said<{ reason: string; settlement?: string | undefined }> | undefined;
}

export type CancellationDuty = "decide-cancellation";
