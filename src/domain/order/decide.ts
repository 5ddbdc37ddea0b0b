import type { Role } from "../people.ts";
import { append, type Origin, type Outcome } from "./append.ts";
import { receiveOrder, type Setting } from "./beginning.ts";
import type { Command } from "./bodies.ts";
import { overfull } from "./budget.ts";
import { actingRep, authorOf, handOver } from "./deputies.ts";
import type { Fact } from "./events.ts";
import { factsOf } from "./facts.ts";
import { authorise } from "./permission.ts";
import { isRefusal, refuse, type Refusal } from "./refusals.ts";
import type { Order } from "./state.ts";

/** Decides a command: what happens, or why it is refused. A refusal changes nothing. */
export function decide(order: Order | undefined, command: Command, setting: Setting): Outcome | Refusal {
  const outcome = decideUnchecked(order, command, setting);
  return isRefusal(outcome) ? outcome : (overfull(order, outcome) ?? outcome);
}

/** A decision whatever its size. */
export function decideUnchecked(order: Order | undefined, command: Command, setting: Setting): Outcome | Refusal {
  const role = authorise(order, command.command, command.actor);
  if (isRefusal(role)) return role;
  const facts = commandFacts(order, { ...command, at: Math.min(command.at, command.receivedAt) }, setting);
  if (isRefusal(facts)) return facts;
  const handed = handOver(order, actingRep(order, command.actor, role));
  return append(order, [...facts, ...handed], originOf(order, command, role));
}

function commandFacts(order: Order | undefined, command: Command, setting: Setting): readonly Fact[] | Refusal {
  if (order) return factsOf(order, command, false);
  return command.command === "receive" ? receiveOrder(command, setting) : refuse("no-such-order");
}

/** Who, when and why of what a command brings. */
export function originOf(order: Order | undefined, command: Command, role: Role): Origin {
  const { at, receivedAt, actor, key, hash, body } = command;
  const reason = "reason" in body ? body.reason : undefined;
  return {
    command: command.command,
    at: Math.min(at, receivedAt),
    receivedAt,
    actor: authorOf(order, actor, role),
    key,
    hash,
    ...(body.note === undefined ? {} : { note: body.note }),
    ...(reason === undefined ? {} : { reason }),
  };
}
