import type { RefusedCommand } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { Order } from "../domain/order/state.ts";
import type { NotDone } from "../temporal/outcomes.ts";

export type { NotDone, StartOutcome } from "../temporal/outcomes.ts";

/**
 * Why a command was not carried out:
 * - `refused`: by the order, or before it was sent, with what the caller may do now;
 * - `not-allowed`: the caller may not receive such an order;
 * - `key-used`: the caller has used the key for another request;
 * - `no-such-order`: neither Temporal nor the records know the order;
 * - `stuck`: the order is not over, has no run, and could not be restored; people are told of it (`src/watch/lost-orders.ts`).
 */
export type NotCarriedOut =
  | { readonly outcome: "refused"; readonly refusal: RefusedCommand }
  | { readonly outcome: "not-allowed" | "key-used" | "no-such-order" | "stuck" }
  | NotDone;

/**
 * What became of an answered command. `answered`: what it changed, and the order after it. `unread`: it was carried out, but the order could
 * not be read afterwards; the same command with the same key is answered later.
 */
export type SendOutcome =
  | { readonly outcome: "answered"; readonly events: readonly OrderEvent[]; readonly order: Order }
  | { readonly outcome: "unread" }
  | NotCarriedOut;

/** What became of a report. `taken-in`: it is durable, and is decided by the order later. */
export type ReportOutcome = { readonly outcome: "taken-in" } | NotCarriedOut;

/**
 * What is known of a command that was sent under a key. `waiting`: taken in, not decided yet. `uncertain`: it may have been taken in, but no
 * worker could be asked.
 */
export type CommandStateOutcome =
  | { readonly outcome: "decided"; readonly events: readonly OrderEvent[] }
  | { readonly outcome: "waiting" }
  | { readonly outcome: "unknown" }
  | { readonly outcome: "uncertain" }
  | NotDone;

/**
 * All events of an order. `mayBeOlder`: no worker answered, so they are the recorded ones and the newest may be missing. `uncertain`: no
 * worker answered, and the records do not have the order; it may exist.
 */
export type ReadOutcome =
  | { readonly outcome: "read"; readonly events: readonly OrderEvent[]; readonly mayBeOlder: boolean }
  | { readonly outcome: "no-such-order" | "uncertain" };
