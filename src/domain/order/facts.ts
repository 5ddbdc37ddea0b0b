import type { Actor } from "../people.ts";
import { DAY, iso } from "../time.ts";
import { checkedCommand, type Command, type CommandName } from "./bodies.ts";
import type { CommandRow } from "./chapter.ts";
import { commands } from "./chapters.ts";
import { authorOf } from "./deputies.ts";
import { fact, type Fact } from "./events.ts";
import { authorise, nowOf, refusedInState } from "./permission.ts";
import { isRefusal, refuse, type Refusal } from "./refusals.ts";
import type { Discrepancy, Order } from "./state.ts";

/** An order may be put in some days after it was given, and what happened meanwhile is reported; what is older is of no order. */
const PUT_IN_LATE = 7 * DAY;

/** What a command that applies a report says of itself. */
type Sent = Pick<Command, "actor" | "at" | "receivedAt">;

/** The facts that a command brings, or why it is refused. `forced`: an exception that a person puts on record. */
export function factsOf<K extends CommandName>(order: Order, command: Command<K>, forced: boolean): readonly Fact[] | Refusal {
  if (order.rules >= 2 && command.at < order.received.at - PUT_IN_LATE)
    return refuse("before-the-order", { field: "at", date: iso(command.at), received: iso(order.received.at) });
  const row: CommandRow<K> = commands[command.command];
  const now = nowOf(order, command.at);
  const refusal = forced && !row.request ? undefined : refusedInState(order, row, command.actor, now);
  // A machine that repeats itself did nothing wrong; a person is told why what they ask for cannot be.
  const listens = refusal === undefined || command.actor.kind === "machine";
  const known = listens && row.known?.(order, command.body, command.at);
  if (known) return [known === true ? fact("report-known", {}) : known];
  if (refusal) return refusal;
  const { actor, at, receivedAt } = command;
  const apply = (open: Discrepancy) => applyReport(order, open, command);
  return row.decide(order, command.body, { actor, now, at, receivedAt, next: order.lastEvent + 1, apply });
}

/** What a discrepancy reports did happen: at its own time, by its own reporter, as an exception. */
function applyReport(order: Order, open: Discrepancy, resolving: Sent): readonly Fact[] | Refusal {
  if (open.cut) return refuse("report-cut");
  if (isUnverified(open) && !commands[open.command].machine) return adoptReport(order, open, resolving);
  const facts = factsOf(order, asCommand(open), true);
  if (!isRefusal(facts)) return facts.map((each) => asReported(each, open));
  // The field that is wrong is one of the report's, not of what is asked now.
  const { field: _, ...details } = facts.details;
  return { ...facts, details };
}

/** Whether it waits because nobody could prove who sent it: then only a person decides, whatever else would fit. */
export function isUnverified({ refusal }: Discrepancy): boolean {
  return refusal === "unverified";
}

/** What only people may do and nobody is proved to have sent: whoever applies it does it themselves, now, or may not. */
function adoptReport(order: Order, { command, body, key, hash }: Discrepancy, by: Sent): readonly Fact[] | Refusal {
  // A decision about another discrepancy is made there.
  if (command === "resolve-discrepancy") return refuse("unverified");
  const { actor, at, receivedAt } = by;
  const role = authorise(order, command, actor);
  if (isRefusal(role)) return role;
  const facts = factsOf(order, checkedCommand(command, body, { actor, key, hash, at, receivedAt }), false);
  return isRefusal(facts) ? facts : facts.map((each) => ({ ...each, actor: authorOf(order, actor, role), command }));
}

/** A fact that was reported earlier than it could be taken on: it keeps its time and its reporter. */
export function asReported(reported: Fact, open: Discrepancy): Fact {
  const { opened, reporter, command } = open;
  return { ...reported, at: opened.at, actor: isUnverified(open) ? { ...reporter, role: "unverified" } : reporter, command };
}

export function asCommand({ reporter, command, body, key, hash, opened: stamp }: Discrepancy): Command {
  const reported = commands[command].by.find((role) => role === reporter.role);
  const actor: Actor = { id: reporter.id, roles: reported ? [reported] : [], kind: "machine" };
  return checkedCommand(command, body, { actor, key, hash, at: stamp.at, receivedAt: stamp.receivedAt });
}

/** Which production run and which shipment the order is at: a report of another one is no longer decided by itself. */
export function epoch(order: Order): { run: number; shipment: number } {
  const shipment = order.shipments.filter(({ state }) => state === "ended").length + 1;
  return { run: order.production?.run ?? 1, shipment };
}

export function sameEpoch(order: Order, { run, shipment }: Discrepancy): boolean {
  const now = epoch(order);
  return now.run === run && now.shipment === shipment;
}
