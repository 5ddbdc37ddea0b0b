import type { Duty } from "./duty.ts";
import type { Actor, Role } from "../people.ts";
import type { Ms } from "../time.ts";
import type { CommandName } from "./bodies.ts";
import { isEnded, roleFor, type CommandRow, type Now } from "./chapter.ts";
import { commandNames, commands } from "./chapters.ts";
import { duties } from "./duties.ts";
import { isRefusal, refuse, type Refusal } from "./refusals.ts";
import type { Order } from "./state.ts";

/** The moment of a decision; what is owed then is computed once, when it is asked for. */
export function nowOf(order: Order, at: Ms): Now {
  let owed: readonly Duty[] | undefined;
  return { at, duties: () => (owed ??= duties(order, at)) };
}

/** Why this caller cannot send a command now, whatever its body says; `undefined` when they can. */
export function refusedInState<K extends CommandName>(
  order: Order,
  row: CommandRow<K>,
  actor: Actor,
  now: Now,
): Refusal | undefined {
  const { stage } = order;
  const stages = row.stages;
  if (isEnded(order) && !row.ended) return refuse("not-in-stage", { stage, allowed: stages ?? ["open"] });
  if (order.cancelling && !row.cancelling && !isEnded(order)) return refuse("cancelling");
  if (stages && !stages.includes(stage)) return refuse("not-in-stage", { stage, allowed: stages });
  return row.when?.(order, actor, now);
}

/** Who may send a command at all: the role in which this caller would, or a refusal. */
export function authorise(order: Order | undefined, command: CommandName, actor: Actor): Role | Refusal {
  const row = commands[command];
  if (actor.kind === "machine" && !row.machine) return refuse("machine-not-allowed");
  const role = roleFor(order, actor, row.by, order && row.own?.(order, actor));
  if (role) return role;
  const rep = row.by.includes("sales_rep") && actor.roles.includes("sales_rep");
  return rep ? refuse("not-your-order") : refuse("wrong-role", { roles: row.by });
}

/** The commands that this caller could send now (R1.1). */
export function permitted(order: Order, actor: Actor, at: Ms): CommandName[] {
  const now = nowOf(order, at);
  return commandNames.filter((name) => !isRefusal(authorise(order, name, actor)) && !refusedNow(order, name, actor, now));
}

function refusedNow<K extends CommandName>(order: Order, command: K, actor: Actor, now: Now): Refusal | undefined {
  return refusedInState(order, commands[command], actor, now);
}
