import type { Stamp } from "../../stamp.ts";
import type { Noted, Without, Said } from "../shapes.ts";

/** R6.1: orders that a person looks at in an inspection: what can be said and what happens. */

export const inspectors = ["supervisor", "management"] as const;
export const inspectionResults = ["in_order", "finding"] as const;

/** What its commands say. */
export interface InspectionsBodies {
  "ask-inspection": Noted & { inspectionId: string; by: (typeof inspectors)[number]; reason: string };
  "answer-inspection": Noted & {
    inspectionId: string;
    result: (typeof inspectionResults)[number];
    /** Of a finding: all three. */
    rule?: string | undefined;
    person?: string | undefined;
    action?: string | undefined;
  };
}

/** What its events carry. */
export interface InspectionsFacts {
  "inspection-asked": Without<InspectionsBodies["ask-inspection"]>;
  "inspection-answered": { inspectionId: string; result: InspectionsBodies["answer-inspection"]["result"] };
}

/** R6.1: somebody is to look at this order, in an inspection of many. */
export interface Inspection {
  readonly inspectionId: string;
  readonly by: InspectionsBodies["ask-inspection"]["by"];
  readonly reason: string;
  readonly asked: Stamp;
  readonly answered?: Said<{ result: InspectionsBodies["answer-inspection"]["result"] }> | undefined;
}

/** What an order keeps of it. */
export interface InspectionsState {
  readonly inspections: readonly Inspection[];
}

export type InspectionsDuty = "inspect";
