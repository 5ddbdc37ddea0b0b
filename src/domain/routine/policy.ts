import { type LadderPolicy } from "../policy.ts";
import { defaultPolicy } from "../default-policy.ts";
import type { Duration } from "../time.ts";
import { defaultRewardsPolicy, type RewardsPolicy } from "./rewards-policy.ts";

/**
 * What the department does by the calendar: a row a routine. A row and a workflow of the row's type are all that a new
 * routine needs; `src/temporal/schedules.ts` makes a Temporal Schedule of each.
 */
const table = {
  /** R5.3: the week before, at the start of the new one. */
  "weekly-summary": { workflow: "weeklySummary", cron: "0 9 * * 1", catchUp: "P28D" },
  /** R6.1: the four checks over all open orders. One that was missed is made up the same day. */
  "daily-inspection": { workflow: "dailyInspection", cron: "0 9 * * *", catchUp: "PT15H" },
  /** R6.1: the full inspection and the sample of the month before. */
  "monthly-inspection": { workflow: "monthlyInspection", cron: "0 9 1 * *", catchUp: "P20D" },
  /** H: personal texts of orders that ended long ago. A night that was missed is made up by the next one. */
  retention: { workflow: "retention", cron: "30 3 * * *", catchUp: "PT12H" },
  /** R7.1–R7.3: what the month before amounts to, and each day whether something learnt since changes it. */
  "rewards-month": { workflow: "monthlyRewards", cron: "0 9 1 * *", catchUp: "P28D" },
  "rewards-review": { workflow: "rewardsReview", cron: "30 9 * * *", catchUp: "P1D" },
} as const satisfies { readonly [name: string]: RoutineRow };

interface RoutineRow extends SchedulePolicy {
  /** The workflow type that a run is of; it is started with a `RoutineStart`. */
  readonly workflow: string;
}

/** When a routine runs. */
export interface SchedulePolicy {
  /** In Asia/Shanghai: minute, hour, day of month, month, day of week; seven fields: seconds first, the year last. */
  readonly cron: string;
  /** A run that was missed is made up if no more time than this has passed since it was due. */
  readonly catchUp: Duration;
}

export type RoutineName = keyof typeof table;
export const routines: { readonly [R in RoutineName]: RoutineRow } = table;

function isRoutineName(name: string): name is RoutineName {
  return Object.hasOwn(table, name);
}
export const routineNames: readonly RoutineName[] = Object.keys(table).filter(isRoutineName);

/** The numbers of the routine: the service's own, not an order's, so they hold from the next run on. */
export interface RoutinePolicy {
  readonly schedules: { readonly [R in RoutineName]: SchedulePolicy };
  /** An order whose planned finish is as near as this and that is not made is at risk. */
  readonly atRiskWithin: Duration;
  /** What the carrier has recorded only so long ago may still be on its way here. */
  readonly carrierGrace: Duration;
  /** How long the monthly full inspection may be answered. */
  readonly answerWithin: Duration;
  /** When people are told that it is not answered: a duty's ladder. */
  readonly ladder: LadderPolicy;
  readonly sample: SamplePolicy;
  /** How long texts about persons are kept after the last thing that was said of an ended order. */
  readonly personalDataKept: Duration;
  readonly rewards: RewardsPolicy;
}

/** How many orders management samples in a month, and how much likelier some are drawn than others. */
export interface SamplePolicy {
  /** Of the orders of the month, 0 to 1 … */
  readonly share: number;
  /** … but so many at least, and at most. */
  readonly atLeast: number;
  readonly atMost: number;
  /** Against 1 for an ordinary order without a complaint. */
  readonly weights: { readonly large: number; readonly complained: number };
}

/** Of each routine its own. */
export function eachRoutine<T>(own: (name: RoutineName) => T): { readonly [R in RoutineName]: T } {
  // Every name of the table is there: the compiler cannot count entries.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(routineNames.map((name) => [name, own(name)])) as { readonly [R in RoutineName]: T };
}

/** `GENDAN_POLICY` lays `{"routine": {…}}` over this. */
export const defaultRoutinePolicy: RoutinePolicy = {
  schedules: eachRoutine((name) => ({ cron: table[name].cron, catchUp: table[name].catchUp })),
  atRiskWithin: "P3D",
  carrierGrace: "PT2H",
  answerWithin: "P7D",
  ladder: defaultPolicy.ladder,
  sample: { share: 0.05, atLeast: 5, atMost: 50, weights: { large: 3, complained: 5 } },
  // Three years: so long the E-Commerce Law of the PRC (article 31) has records of transactions kept at least.
  personalDataKept: "P1096D",
  rewards: defaultRewardsPolicy,
};
