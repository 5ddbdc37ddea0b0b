import type { CommandAnswer, RefusedCommand } from "../contracts/workflow.ts";

/** What becomes of a request to Temporal. Anything else that happens to one is a fault of this code, and is thrown. */

/**
 * Temporal did not do it, or not in time. A command with a key can be sent again: it is carried out once.
 * - `no-answer`: no worker answered in time;
 * - `engine-away`: the Temporal server could not be reached;
 * - `too-large`: the message is larger than Temporal takes, and would be refused again;
 * - `crowded`: the run takes no more until it continues as new;
 * - `busy`: too many answered commands of this order are under way, or the server limits the rate.
 */
export interface NotDone {
  readonly outcome: "no-answer" | "engine-away" | "too-large" | "crowded" | "busy";
}

/** No run of that order is open; for a question about a run that may have ended: Temporal knows none. */
export interface NoRun {
  readonly outcome: "no-run";
}

/** A new order was to be started under a number that Temporal knows already. */
export interface AlreadyExists {
  readonly outcome: "already-exists";
}

/** What becomes of an answered command (an update). */
export type CommandOutcome =
  | { readonly outcome: "answered"; readonly answer: CommandAnswer }
  | { readonly outcome: "refused"; readonly refusal: RefusedCommand }
  | NoRun
  | AlreadyExists
  | NotDone;

/** What becomes of a report (a signal): `taken-in` when Temporal has it for good. */
export type ReportOutcome = { readonly outcome: "taken-in" } | NoRun | AlreadyExists | NotDone;

/** What becomes of a question about an order's run. */
export type QueryOutcome<T> = { readonly outcome: "answered"; readonly answer: T } | NoRun | NotDone;

/** What becomes of starting one of the service's own workflows. */
export type StartOutcome = { readonly outcome: "started" } | NotDone;
