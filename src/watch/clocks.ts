import type { Ms } from "../domain/time.ts";
import type { DescribedSchedule } from "../temporal/health.ts";
import type { ListedRun } from "../temporal/listings.ts";

/** The service's own clocks: what has to run so that people are told of their duties in time. */
export const clockNames = ["engine", "worker", "schedules", "duties", "records", "orders"] as const;
export type ClockName = (typeof clockNames)[number];

/**
 * The result of one check of a clock; `unseen` when it could not be checked. `since`: since when it does not run, ms, where that is known;
 * otherwise it counts from the first check that found it.
 */
export type Seen =
  { readonly runs: true } | { readonly runs: false; readonly why: string; readonly since?: Ms | undefined } | "unseen";

/** The state of a clock over several checks. `since`: since when it was not seen running, ms. */
export interface Standing {
  readonly state: "running" | "stopped" | "unchecked";
  readonly since?: Ms;
  readonly why?: string;
}
export type Standings = Readonly<Record<ClockName, Standing>>;

/** Before the first check. */
export const unchecked: Standings = {
  engine: { state: "unchecked" },
  worker: { state: "unchecked" },
  schedules: { state: "unchecked" },
  duties: { state: "unchecked" },
  records: { state: "unchecked" },
  orders: { state: "unchecked" },
};

/**
 * The state of a clock after another check. It has stopped when it was not seen running for `patience` ms, which is longer than a restart
 * takes. A check that could not be made changes nothing.
 */
export function after(before: Standing, seen: Seen, now: Ms, patience: Ms): Standing {
  if (seen === "unseen") return before;
  if (seen.runs) return { state: "running" };
  const since = seen.since ?? before.since ?? now;
  return { state: now - since >= patience ? "stopped" : "running", since, why: seen.why };
}

/**
 * Whether a schedule should have run by now and did not: the run before its next one was due more than `patience` ms ago. When that run was
 * due is not told by Temporal; it is taken to be the longest gap between the next runs before the next one. A schedule without next runs, as a
 * paused one, does not run.
 */
export function missed({ createdAt, lastAt, next }: DescribedSchedule, now: Ms, patience: Ms): boolean {
  const [first, ...later] = next;
  if (first === undefined) return true;
  const gaps = later.map((at, index) => at - (next[index] ?? at));
  if (gaps.length === 0) return false;
  const due = first - Math.max(...gaps);
  return due > Math.max(lastAt ?? 0, createdAt) + patience && due + patience < now;
}

/** Whether the records agree with Temporal's list about an order, as far as the list shows it. A paused duty's due time is not compared. */
export function agrees(engine: ListedRun, records: ListedRun | undefined): boolean {
  if (!records) return false;
  if (engine.status === undefined) return true;
  if (engine.status !== records.status) return false;
  return records.nextDueAt === undefined || records.nextDueAt === engine.nextDueAt;
}
