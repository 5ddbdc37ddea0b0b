import { openKeys, scopedKey } from "../../contracts/keys.ts";
import type { CommandAnswer, CommandState, Publication, RefusedCommand, StartOrder } from "../../contracts/workflow.ts";
import { checkedCommand, type Command, type CommandName } from "../../domain/order/bodies.ts";
import type { Effect, EffectOutcome } from "../../domain/order/effects.ts";
import type { OrderEvent, Restored } from "../../domain/order/events.ts";
import type { Outcome } from "../../domain/order/append.ts";
import { isFull } from "../../domain/order/budget.ts";
import { isOver, nextAlarm, setCalendar, tick } from "../../domain/order/clock.ts";
import { decide } from "../../domain/order/decide.ts";
import { apply } from "../../domain/order/evolve.ts";
import { keepRunning, pendingEffects, restore, settle } from "../../domain/order/outside.ts";
import { authorise, permitted } from "../../domain/order/permission.ts";
import { keepRefused, refuseMessage, takeReport } from "../../domain/order/reports.ts";
import type { Order } from "../../domain/order/state.ts";
import { isRefusal, refuse, type Refusal } from "../../domain/order/refusals.ts";
import { firstPage } from "../../domain/order/weight.ts";
import { dutyRows, orderRow, view } from "../../domain/order/view.ts";
import type { OrderView } from "../../domain/order/view.ts";
import type { Actor, Author } from "../../domain/people.ts";
import type { Calendar } from "../../domain/clock/calendar.ts";
import type { Ms } from "../../domain/time.ts";
import type { Sent } from "./gate/command.ts";
import type { Proof } from "./gate/sender.ts";
import { excerptOf, fitText } from "./gate/values.ts";

/** Whoever sent what is no command, when nobody can be proved to have. */
const STRANGER: Author = { id: "unknown", role: "unverified" };

/** A time that was sent, unless it is none or lies in the future: then `latest`, ms. */
function notAfter(latest: Ms, text: string | undefined): Ms {
  const at = text === undefined ? latest : Date.parse(text);
  return Number.isNaN(at) ? latest : Math.min(at, latest);
}

/** One order while its workflow runs: its state, its events, and the idempotency keys that were used. */
export interface RunningOrder {
  /** The order; `undefined` until it is received. */
  order(): Order | undefined;
  /** Number of the last event; grows with everything that happens. */
  last(): number;
  /** Why an answered command would be refused now; changes nothing. */
  refuse(name: CommandName, sent: Sent, now: Ms): RefusedCommand | undefined;
  /** Carries out an answered command, or repeats the answer to one with the same key. */
  carryOut(name: CommandName, sent: Sent, key: string, now: Ms): CommandAnswer | RefusedCommand;
  /** Takes on a signal: nothing of it is lost. */
  takeOn(name: CommandName, sent: Sent, key: string, now: Ms): void;
  /** Puts on record what came and is no command of an order, as far as there is an order. */
  refuseMessage(name: string, sent: unknown, refusal: Refusal, proof: Proof | undefined, now: Ms): void;
  /** Puts on record that the engine was asked to cancel the run. */
  keepRunning(now: Ms): void;
  /** Lets time pass until now. */
  tick(now: Ms): void;
  settle(effect: Effect, outcome: EffectOutcome, now: Ms): void;
  setCalendar(calendar: Calendar, now: Ms): void;
  /** Puts on record that nothing carried the order on until now. */
  restore(why: Restored, now: Ms): void;
  pending(): readonly Effect[];
  nextAlarm(now: Ms): ReturnType<typeof nextAlarm>;
  /** What the records are to be told when they hold the events up to this one, a page of it; `undefined` when there are no more. */
  publication(after: number, now: Ms): Publication | undefined;
  isOver(now: Ms): boolean;
  view(actor: Actor, now: Ms): OrderView | undefined;
  history(): readonly OrderEvent[];
  commandState(key: string): CommandState;
  /** The argument of the next run. */
  carry(): StartOrder;
}

/**
 * Opens a running order: a new one, or one that an earlier run carried on.
 * @param onFault told of an error at which a command was refused, as this code fails at it
 */
export function openRunningOrder(start: StartOrder, onFault: (error: Error) => void = () => undefined): RunningOrder {
  const { orderNo, policy, calendar, salt, rules = 1 } = start;
  const setting = { orderNo, policy, calendar, salt, rules };
  const events: OrderEvent[] = [...(start.events ?? [])];
  let order = events.reduce<Order | undefined>(apply, undefined);
  const keys = openKeys<OrderEvent>();
  events.forEach((event) => keys.add(event));

  const last = () => events.at(-1)?.number ?? 0;

  function take(outcome: Outcome): readonly OrderEvent[] {
    order = outcome.order;
    events.push(...outcome.events);
    outcome.events.forEach((event) => keys.add(event));
    return outcome.events;
  }

  /**
   * A decision, or a refusal where this code fails at it: what nobody has foreseen in a body must not hold the order up for ever. Nor may
   * it spoil what comes after, so the clock and the records are tried on what it would lead to.
   */
  function unlessItFails(now: Ms, decision: () => Outcome | Refusal): Outcome | Refusal {
    try {
      const outcome = decision();
      if (isRefusal(outcome)) return outcome;
      nextAlarm(outcome.order, now);
      orderRow(outcome.order, now);
      dutyRows(outcome.order, now);
      return outcome;
    } catch (error) {
      // Others are Temporal's own, and say that the code and a history do not fit.
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      onFault(error);
      return refuse("our-fault");
    }
  }

  function commandOf(name: CommandName, sent: Sent, key: string, now: Ms): Command {
    const receivedAt = notAfter(now, sent.receivedAt);
    const at = notAfter(receivedAt, sent.at);
    const { actor, body, hash = "", unverified } = sent;
    return checkedCommand(name, body, { actor, key, hash, at, receivedAt, ...(unverified ? { unverified } : {}) });
  }

  function repeated(input: Sent, key: string): readonly OrderEvent[] | Refusal | undefined {
    const said = keys.under(key);
    // An API of the release before, which still runs beside this one, sends the caller's key as it is.
    const before = said.length > 0 ? said : keys.under(scopedKey(input.actor.id, key));
    const first = before[0];
    if (!first) return undefined;
    return input.hash !== undefined && first.hash !== input.hash ? refuse("idempotency-conflict") : before;
  }

  /** Whoever may not send a command of this order is not told whether they have sent one before. */
  function barred(name: CommandName, { actor }: Sent, now: Ms): RefusedCommand | undefined {
    const may = order && authorise(order, name, actor);
    return isRefusal(may) ? withPermitted(may, actor, now) : undefined;
  }

  function ticked(until: Ms, now: Ms): Outcome | undefined {
    return order && tick(order, until, now);
  }

  function withPermitted(refusal: Refusal, actor: Actor, now: Ms): RefusedCommand {
    return { ...refusal, permitted: order ? permitted(order, actor, now) : [] };
  }

  function answer(answered: readonly OrderEvent[]): CommandAnswer {
    return { events: answered, hash: answered[0]?.hash ?? "" };
  }

  return {
    order: () => order,
    last,
    refuse(name, sent, now) {
      const stop = barred(name, sent, now);
      if (stop) return stop;
      const before = sent.key === undefined ? undefined : repeated(sent, sent.key);
      if (before !== undefined) return isRefusal(before) ? withPermitted(before, sent.actor, now) : undefined;
      const command = commandOf(name, sent, sent.key ?? "", now);
      const outcome = unlessItFails(now, () => decide(ticked(now, now)?.order, command, setting));
      return isRefusal(outcome) ? withPermitted(outcome, sent.actor, now) : undefined;
    },
    carryOut(name, sent, key, now) {
      const stop = barred(name, sent, now);
      if (stop) return stop;
      const before = repeated(sent, key);
      if (before !== undefined) return isRefusal(before) ? withPermitted(before, sent.actor, now) : answer(before);
      const passed = ticked(now, now);
      if (passed) take(passed);
      const command = commandOf(name, sent, key, now);
      const outcome = unlessItFails(now, () => decide(order, command, setting));
      return isRefusal(outcome) ? withPermitted(outcome, sent.actor, now) : answer(take(outcome));
    },
    takeOn(name, sent, key, now) {
      const command = commandOf(name, sent, key, now);
      const before = repeated(sent, key);
      if (before !== undefined && !isRefusal(before)) return;
      const wrong = sent.wrong && refuse("body-invalid", { fields: sent.wrong });
      if (!order) {
        const outcome = before ?? wrong ?? unlessItFails(now, () => decide(undefined, command, setting));
        if (!sent.unverified && !isRefusal(outcome)) take(outcome);
        return;
      }
      // What was due by the time of the report comes first; what was due later may be fulfilled by it.
      const current = take(tick(order, command.at, now)) && order;
      const outcome = before ?? wrong ?? unlessItFails(now, () => takeReport(current, command, setting));
      take(isRefusal(outcome) ? keepRefused(current, command, outcome) : outcome);
    },
    refuseMessage(name, sent, { refused: refusal, details }, proof, now) {
      if (!order) return;
      const author = proof?.by === "author" ? { id: proof.author.id, role: "staff" as const } : STRANGER;
      take(refuseMessage(order, { name: fitText(name, 100), refusal, details, sent: excerptOf(sent) }, author, now));
    },
    keepRunning(now) {
      if (order) take(keepRunning(order, now));
    },
    tick(now) {
      const passed = ticked(now, now);
      if (passed) take(passed);
    },
    settle(effect, outcome, now) {
      if (order) take(settle(order, effect.effectId, outcome, now));
    },
    setCalendar(calendar, now) {
      if (order) take(setCalendar(order, calendar, now));
    },
    restore(why, now) {
      if (order) take(restore(order, why, now));
    },
    pending: () => (order ? pendingEffects(order) : []),
    nextAlarm: (now) => order && nextAlarm(order, now),
    publication(after, now) {
      if (!order || after >= last()) return undefined;
      const row = orderRow(order, now);
      const page = firstPage(events.filter(({ number }) => number > after));
      const lastEvent = page.at(-1)?.number ?? after;
      const told = { events: page, follows: events[after - 1] };
      return lastEvent < last()
        ? { ...told, order: { ...row, lastEvent }, duties: [], more: true }
        : { ...told, order: row, duties: dutyRows(order, now) };
    },
    isOver: (now) => order !== undefined && isOver(order, now),
    view: (actor, now) => order && view(order, actor, now),
    history: () => events,
    commandState(key) {
      const found = keys.under(key);
      const first = found[0];
      if (!first) return { state: "unknown", ...(order && isFull(order) ? { full: true } : {}) };
      const hash = first.hash ?? "";
      if (first.event !== "command-refused" && first.event !== "discrepancy-opened")
        return { state: "done", events: found, hash };
      const { refusal, details } = first.data;
      return { state: "refused", refusal: { refused: refusal, details }, events: found, hash };
    },
    carry: () => ({ ...start, events, restored: undefined }),
  };
}
