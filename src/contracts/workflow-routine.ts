import type { Period } from "../domain/routine/period.ts";
import type { RoutineName, RoutinePolicy, SamplePolicy } from "../domain/routine/policy.ts";
import type { Lot } from "../domain/routine/sample.ts";
import type { Message } from "../domain/order/effects.ts";
import type { LadderPolicy } from "../domain/policy.ts";
import type { Told } from "../domain/clock/ladder.ts";
import type { Bodies } from "../domain/order/bodies.ts";
import type { Duration, Instant } from "../domain/time.ts";

/** What the schedules, the routines' workflows and their activities say to each other. Types and names only. */

/** The argument of a routine's workflow. */
export interface RoutineStart {
  readonly routine: RoutineName;
  /** The policy that the worker had when it made or changed the schedule. */
  readonly policy: RoutinePolicy;
  /** When it was due; absent in the first run of a schedule's action, which knows it from the engine. */
  readonly scheduledAt?: Instant | undefined;
  /** Where a run that continued as new goes on. */
  readonly cursor?: string | undefined;
}

export const reportKinds = ["weekly", "daily", "asked", "full", "sample"] as const;
export type ReportKind = (typeof reportKinds)[number];

/** The head of a report or an inspection. */
export interface ReportHead {
  /** `{kind}-{period}`: made once. */
  readonly reportId: string;
  readonly kind: ReportKind;
  readonly period: string;
  /** What stands in it stood so at this time. */
  readonly asOf: Instant;
  /** What it was asked with: who and why, the seed of a draw. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** Which orders a routine goes through. */
export type Scope =
  | { readonly orders: "open" }
  | { readonly orders: "large" }
  /** Open at some time from then on, and received before `to` where that is given. */
  | { readonly orders: "since"; readonly from: Instant; readonly to?: Instant | undefined }
  | { readonly orders: "chosen"; readonly orderNos: readonly string[] };

/** The workflow of every inspection but the sample; one that is asked for is started by the API. */
export const INSPECTION_WORKFLOW = "inspection";
export interface InspectionStart {
  readonly head: ReportHead;
  readonly scope: Scope;
  /** What the carrier has recorded only so long ago may still be on its way here. */
  readonly carrierGrace: Duration;
  readonly cursor?: string | undefined;
}
export const SAMPLE_WORKFLOW = "sampleInspection";
export interface SampleStart {
  readonly head: ReportHead;
  readonly scope: Scope;
  readonly sample: SamplePolicy;
  readonly cursor?: string | undefined;
  /** The best lots so far, and of how many. */
  readonly lots?: readonly Lot[] | undefined;
  readonly candidates?: number | undefined;
}

/** The workflow that watches whether a list is answered. */
export interface WatchInspectionStart {
  readonly reportId: string;
  /** Since when, and by when it is to be answered. */
  readonly from: Instant;
  readonly dueAt: Instant;
  readonly ladder: LadderPolicy;
  /** What has been told so far. */
  readonly told: readonly Told[];
}

/** The duty `put-calendar` while it is owed: since when and by when the year after this one is to be known. */
export interface CalendarOwed {
  readonly year: number;
  readonly from: Instant;
  readonly dueAt: Instant;
  readonly ladder: LadderPolicy;
}

/** The workflow that tells of that duty. */
export interface WatchCalendarStart extends CalendarOwed {
  readonly told: readonly Told[];
}

/** What a person said of an order in an inspection. */
export interface LineAnswer {
  readonly result: "in_order" | "finding";
  readonly by: string;
  readonly at: Instant;
}

/** What the lines of a report amount to: how many there are, and how many under each of their tags. */
export interface Totals {
  readonly orders: number;
  readonly tags: Readonly<Record<string, number>>;
}

interface Page {
  readonly reportId: string;
  readonly orderNos: readonly string[];
}

/**
 * The activities of the routines. Each goes through a page of orders, of which each has its own time: one that cannot be
 * read or reached is put down as not checked, and the others go on.
 */
export interface RoutineActivities {
  /** Opens a report, or answers the one that is there: a second run of a period goes on with the first one's head. */
  beginReport(head: ReportHead): Promise<ReportHead & { readonly made: boolean }>;
  /** Removes personal texts of a page of orders that ended that long ago; where the next page begins, absent after the last. */
  removePersonalData(after: Duration, cursor: string): Promise<{ readonly orders: number; readonly next?: string }>;
  /** Closes a report; what it says then stays. */
  finishReport(reportId: string): Promise<Totals>;
  /** A page of orders of a scope after a cursor, by number. */
  orderPage(
    scope: Scope,
    after: string | undefined,
  ): Promise<{ readonly orderNos: readonly string[]; readonly next: string | undefined }>;
  /** R5.3: a line of each order of which there is something to say; a delay that nobody reported is reported. */
  summarise(page: Page & { readonly period: Period; readonly asOf: Instant; readonly atRiskWithin: Duration }): Promise<void>;
  /** R6.2: the four checks on each order, a line each, its findings on the order. */
  inspectOrders(page: Page & { readonly carrierGrace: Duration }): Promise<void>;
  /** The lots of a page of candidates (`domain/routine/sample.ts`). */
  drawLots(seed: string, sample: SamplePolicy, orderNos: readonly string[]): Promise<readonly Lot[]>;
  /** Asks on each order for an inspection by a person, and puts down a line of it. */
  askInspection(page: Page & { readonly by: Bodies["ask-inspection"]["by"] }): Promise<void>;
  /** How many lines of an inspection nobody has answered. */
  unanswered(reportId: string): Promise<number>;
  /** Keeps how far up it has been told that a list is not answered. */
  raiseInspection(reportId: string, level: number): Promise<void>;
  /** The duty to put another calendar, by the one in force now; `undefined`: it is not owed. */
  calendarOwed(): Promise<CalendarOwed | undefined>;
  /** Tells people about a report, once by its key; `false` when nobody was reached. */
  announce(key: string, message: Message): Promise<boolean>;
}
