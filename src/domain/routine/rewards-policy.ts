import type { Duration } from "../time.ts";

/** What can be an error of an order (R7.2): judged after a complaint, found by an inspection, returned unsigned or unreleased. */
export const orderErrors = ["complaint", "finding", "returned"] as const;
export type OrderErrorKind = (typeof orderErrors)[number];

/** The numbers of chapter 7 (R7.1–R7.4). A month keeps those it was first proposed with after its end. Money is integer fen. */
export interface RewardsPolicy {
  /** R7.1: who may be the excellent sales representative, how they are compared, and what it brings. */
  readonly excellent: {
    /** Fewer duties or scores in the month say too little. */
    readonly minDuties: number;
    readonly minScores: number;
    /** Whole percent of the duties that count. */
    readonly promptnessAtLeastPercent: number;
    /** Mean of the scores, 1 to 5. */
    readonly satisfactionAtLeast: number;
    /** Promptness' part of the score in whole percent; the rest is satisfaction's. */
    readonly promptnessWeightPercent: number;
    readonly bonusFen: number;
    /** Instead of the bonus. */
    readonly leaveDays: number;
  };
  /** R7.2. */
  readonly promotion: {
    readonly months: number;
    /** Orders entered in each of the months, at least. */
    readonly ordersEachMonth: number;
    readonly errors: readonly OrderErrorKind[];
    /** Findings under these rules are errors of an order; others are not. */
    readonly findingRules: readonly string[];
  };
  /** R7.3. A decision may stay below these, never go beyond them. */
  readonly penalties: {
    readonly entryErrorFen: number;
    /** The part of the month's bonus that is withheld. */
    readonly lateUntoldFen: number;
    /** Of the order's amount, in whole percent. */
    readonly compensationPercent: number;
  };
  /** How long management may take to decide; after that it is overdue and reminded, so often and no more. */
  readonly decideWithin: Duration;
  readonly remindEvery: Duration;
  readonly reminders: number;
  /** How long the person concerned may object after a decision. */
  readonly objectWithin: Duration;
  /** Months back from the last one that are derived again each day, so that what is learnt later is seen. */
  readonly reviewMonths: number;
}

/** The regulation's numbers where it gives examples (500 CNY, three months, 100 CNY), else the house's. */
export const defaultRewardsPolicy: RewardsPolicy = {
  excellent: {
    minDuties: 10,
    minScores: 3,
    promptnessAtLeastPercent: 90,
    satisfactionAtLeast: 4,
    promptnessWeightPercent: 50,
    bonusFen: 50_000,
    leaveDays: 1,
  },
  promotion: { months: 3, ordersEachMonth: 1, errors: orderErrors, findingRules: ["R2.2"] },
  penalties: { entryErrorFen: 10_000, lateUntoldFen: 25_000, compensationPercent: 20 },
  decideWithin: "P7D",
  remindEvery: "P7D",
  reminders: 3,
  objectWithin: "P14D",
  reviewMonths: 3,
};
