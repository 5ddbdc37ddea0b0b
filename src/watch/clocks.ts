import type { Ms } from "../domain/time.ts";
import type { DescribedSchedule } from "../temporal/health.ts";
import type { ListedRun } from "../temporal/listings.ts";

/** The clocks that the service lives by. When one stops nobody is told anything, and nobody would notice. */
export const clockNames = ["engine", "worker", "schedules", "duties", "records", "orders"] as const;
export type ClockName = (typeof clockNames)[number];

/**
 * What was found at one look at a clock: it runs, it does not and why, or it could not be looked at. `since`: since when it
 * is known not to have run, ms, where that shows; otherwise it counts from the first look that found it.
 */
export type Seen =
  { readonly runs: true } | { readonly runs: false; readonly why: string; readonly since?: Ms | undefined } | "unseen";

/** How a clock stands. `since`: since when it has not been seen running, ms. */
export interface Standing {
  readonly state: "running" | "stopped" | "unchecked";
  readonly since?: Ms;
  readonly why?: string;
}
export type Standings = Readonly<Record<ClockName, Standing>>;

/** Nobody has looked yet. */
export const unchecked: Standings = {
  engine: { state: "unchecked" },
  worker: { state: "unchecked" },
  schedules: { state: "unchecked" },
  duties: { state: "unchecked" },
  records: { state: "unchecked" },
  orders: { state: "unchecked" },
};

/**
 * How a clock stands after another look. It has stopped when it was not seen running for longer than `patience` ms: a
 * restart is no alarm. What could not be looked at stays as it was.
 */
export function after(before: Standing, seen: Seen, now: Ms, patience: Ms): Standing {
  if (seen === "unseen") return before;
  if (seen.runs) return { state: "running" };
  const since = seen.since ?? before.since ?? now;
  return { state: now - since >= patience ? "stopped" : "running", since, why: seen.why };
}

/**
 * Whether a schedule should have run by now and did not: its last run lies further back than the longest time between two
 * runs before the next one, and `patience`. One that has nothing ahead, or is paused, runs no more.
 */
export function missed({ createdAt, lastAt, next }: DescribedSchedule, now: Ms, patience: Ms): boolean {
  const [first, ...later] = next;
  if (first === undefined) return true;
  const gaps = later.map((at, index) => at - (next[index] ?? at));
  if (gaps.length === 0) return false;
  const due = first - Math.max(...gaps);
  return due > Math.max(lastAt ?? 0, createdAt) + patience && due + patience < now;
}

/**
 * Whether what the records say of an order is what the engine says. A paused duty's due time is not compared, nor what a run does not
 * show yet.
 */
export function agrees(engine: ListedRun, records: ListedRun | undefined): boolean {
  if (!records) return false;
  if (engine.status === undefined) return true;
  if (engine.status !== records.status) return false;
  return records.nextDueAt === undefined || records.nextDueAt === engine.nextDueAt;
}
