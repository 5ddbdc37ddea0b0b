import { SYSTEM, type Author } from "../people.ts";
import type { Ms } from "../time.ts";
import type { CommandName } from "./bodies.ts";
import { follows } from "./chapters.ts";
import { fact, FORMAT, type Fact, type OrderEvent } from "./events.ts";
import { apply } from "./evolve.ts";
import { asCommand, asReported, factsOf, isUnverified, sameEpoch } from "./facts.ts";
import { isRefusal } from "./refusals.ts";
import type { Order } from "./state.ts";

/** What happened: the order after it, and the events that it added. */
export interface Outcome {
  readonly order: Order;
  readonly events: readonly OrderEvent[];
}

/** Who, when and why: what the events of one command, answer or tick have in common. */
export interface Origin {
  readonly command: CommandName | "clock";
  readonly at: Ms;
  readonly receivedAt: Ms;
  readonly actor: Author;
  readonly key?: string;
  readonly hash?: string;
  readonly note?: string | undefined;
  readonly reason?: string | undefined;
}

interface Extended {
  readonly order: Order | undefined;
  readonly events: OrderEvent[];
}

function layEvents(start: Order | undefined, facts: readonly Fact[], origin: Origin): Extended {
  let order = start;
  const events: OrderEvent[] = [];
  for (const { event, data, at, actor, command } of facts) {
    const number = (order?.lastEvent ?? 0) + 1;
    // `event` and `data` come from one fact, so that they belong together.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const next = {
      ...origin,
      number,
      at: at ?? origin.at,
      actor: actor ?? origin.actor,
      command: command ?? origin.command,
      event,
      data,
      version: FORMAT,
    } as OrderEvent;
    order = apply(order, next);
    events.push(next);
  }
  return { order, events };
}

/** So many rounds of consequences settle any order; more would be a rule that contradicts itself. */
export const ROUNDS = 100;

/** Adds facts and then all that follows from them by itself. */
export function append(start: Order | undefined, facts: readonly Fact[], origin: Origin): Outcome {
  const first = layEvents(start, facts, origin);
  if (!first.order) throw new TypeError("an order begins with a fact");
  let order: Order = first.order;
  const events = first.events;
  const { receivedAt, key, hash } = origin;
  // What follows belongs to the command that it follows from, so it carries the command's key.
  const byItself: Origin = {
    command: "clock",
    at: receivedAt,
    receivedAt,
    actor: SYSTEM,
    ...(key === undefined ? {} : { key }),
    ...(hash === undefined ? {} : { hash }),
  };
  for (let round = 0; round < ROUNDS; round++) {
    const following = follows.map((rule) => rule(order, origin.receivedAt)).find(({ length }) => length > 0);
    const more = following ? layEvents(order, following, byItself) : acceptFittingReport(order, byItself);
    if (!more) break;
    order = more.order ?? order;
    events.push(...more.events);
  }
  return { order, events };
}

/** The first open report that fits by now, with what it brings and the end of the discrepancy. */
function acceptFittingReport(order: Order, origin: Origin): Extended | undefined {
  for (const open of order.discrepancies) {
    if (open.state !== "open" || open.cut || isUnverified(open) || !sameEpoch(order, open)) continue;
    try {
      const facts = factsOf(order, asCommand(open), false);
      if (isRefusal(facts)) continue;
      const brought = facts.filter(({ event }) => event !== "report-known").map((each) => asReported(each, open));
      const closed = fact("discrepancy-closed", { discrepancyId: open.discrepancyId, decision: "accepted" });
      return layEvents(order, [...brought, closed], origin);
    } catch {
      // A report that this code fails at waits for a person: it must not hold up whatever else is done to the order.
    }
  }
  return undefined;
}
