import type { LeadTime } from "./confirmation.ts";
import type { Stamp } from "../../stamp.ts";
import type { Day, Ms } from "../../time.ts";
import type { Noted, Without, Said } from "../shapes.ts";

/** Chapter 3 of the regulation up to the warehouse's check (R3.1, R3.2, R4.1): what can be said and what happens. */

/** What its commands say. */
export interface ProductionBodies {
  "report-progress": Noted & { stage: string; quantityDone: number[]; expectedFinish?: Day | undefined };
  "update-progress": Noted & { summary: string; source: string };
  "finish-production": Noted & { quantity: number[] };
  "check-goods": Noted & { lines: { counted: number; specificationOk: boolean; finding?: string | undefined }[] };
}

/** What its events carry. */
export interface ProductionFacts {
  "progress-reported": Without<ProductionBodies["report-progress"]>;
  "progress-updated": Without<ProductionBodies["update-progress"]>;
  "production-finished": { quantity: number[] };
  "goods-accepted": Without<ProductionBodies["check-goods"]>;
  "goods-refused": Without<ProductionBodies["check-goods"]>;
}

export interface Production {
  /** 1 for the first making; each making again is another. */
  readonly run: number;
  /** When this run was placed: release, or the decision to make again. */
  readonly placed: Stamp;
  readonly stageOfWork?: string | undefined;
  readonly quantityDone: readonly number[];
  /** Production's own estimate of this run's finish, and when it said so. */
  readonly leadTime?: LeadTime | undefined;
  readonly made?: Stamp | undefined;
  /** The first time that this run was made: rework does not ask for a receiving time twice. */
  readonly firstMade?: Stamp | undefined;
  /** When the quantities done were true: an older report changes nothing. */
  readonly progressAt?: Ms | undefined;
  /** The warehouse's last refusal of this run's goods. */
  readonly refusal?: Said<{ lines: ProductionBodies["check-goods"]["lines"] }> | undefined;
  /** Since when the next weekly update is owed (R3.2). */
  readonly updated: Stamp;
}

/** What an order keeps of it. */
export interface ProductionState {
  readonly production?: Production | undefined;
  readonly plannedFinish?: Day | undefined;
  readonly ready?: Stamp | undefined;
}

export type ProductionDuty = "update-progress" | "finish-production" | "check-goods" | "rework";
