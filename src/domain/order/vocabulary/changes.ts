import type { Stamp } from "../../stamp.ts";
import type { Day } from "../../time.ts";
import type { Noted, Promising, TermsPatch, Channel, Without, Terms, Said } from "../shapes.ts";

/** R1.3: what the customer wants otherwise while the order runs: what can be said and what happens. */

export const changeKinds = ["specification", "quantity", "date", "price", "address", "other"] as const;

/** What its commands say. */
export interface ChangesBodies {
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
}

/** What its events carry. */
export interface ChangesFacts {
  "change-requested": Without<ChangesBodies["request-change"]> & { changeId: string };
  "change-assessed": Without<ChangesBodies["assess-change"]>;
  "change-accepted": { changeId: string; needsSignature: boolean };
  "change-withdrawn": { changeId: string };
  "change-signed": { changeId: string };
  "change-signature-refused": { changeId: string; reason: string };
  "amendment-answered": { changeId: string; accepted: boolean; reason?: string | undefined; terms?: Terms | undefined };
  "change-outcome-told": { changeId: string; channel: string };
}

export type ChangeState =
  "requested" | "assessed" | "awaiting_signature" | "amending" | "accepted" | "refused" | "refused_told" | "withdrawn" | "lapsed";

export interface Change {
  readonly changeId: string;
  readonly request: Without<ChangesBodies["request-change"]>;
  readonly state: ChangeState;
  readonly requested: Stamp;
  readonly assessment?: Said<Omit<ChangesBodies["assess-change"], "changeId">> | undefined;
  readonly accepted?: Stamp | undefined;
  readonly signed?: Stamp | undefined;
  /** Since when it is in its state. */
  readonly since: Stamp;
  /** When it was accepted, refused, withdrawn or lapsed: since then it holds nothing up. */
  readonly ended?: Stamp | undefined;
  readonly reason?: string | undefined;
}

/** What an order keeps of it. */
export interface ChangesState {
  readonly changes: readonly Change[];
}

export type ChangesDuty = "assess-change" | "answer-change" | "answer-amendment" | "tell-change-outcome";
