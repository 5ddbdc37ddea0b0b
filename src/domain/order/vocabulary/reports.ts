import type { Noted } from "../shapes.ts";

/** House rules (H): reports that do not fit: what can be said and what happens. */

/** What its commands say. */
export interface ReportsBodies {
  "resolve-discrepancy": Noted & { discrepancyId: string; decision: "apply" | "discard"; reason: string };
}

export type ReportsDuty = "resolve-discrepancy";
