import type { RewardsStart } from "./workflow-rewards.ts";

/**
 * The ids of the service's own workflows. Each has a `:`, which no order number can hold (`orderNumber`), so that an order never takes
 * the place of one of them, nor one of them that of an order. What a schedule starts has one too: the engine adds the time to the id.
 */
export const ownIds = {
  /** Brings a calendar to every running order, once a version at a time. */
  calendar: (version: number): string => `calendar:${version}`,
  /** Watches whether the year after this one gets known, once a year. */
  calendarWatch: (year: number): string => `put-calendar:${year}`,
  /** One of a report's name (`full-2026-10`) is the same inspection. */
  inspection: (reportId: string): string => `inspection:${reportId}`,
  /** Watches whether an inspection's list is answered. */
  watch: (reportId: string): string => `watch:${reportId}`,
  /** `unique`: a run of its own each time, as one under way may have read already what has changed since. */
  rewards: (what: "rewards" | "rewards-telling", { month }: RewardsStart, unique: string): string => `${what}:${month}:${unique}`,
} as const;
