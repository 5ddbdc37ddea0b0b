import { scopedKey, sentUnder } from "../contracts/keys.ts";
import type {
  CommandAnswer,
  CommandInput,
  CommandState,
  Publication,
  RefusedCommand,
  StartOrder,
} from "../contracts/workflow.ts";
import { checkedCommand, type Command, type CommandName } from "../domain/order/bodies.ts";
import type { Effect, EffectOutcome } from "../domain/order/effects.ts";
import type { OrderEvent, Restored } from "../domain/order/events.ts";
import {
  apply,
  authorise,
  decide,
  isFull,
  isOver,
  nextAlarm,
  pendingEffects,
  permitted,
  refusedReport,
  report,
  restore,
  setCalendar,
  settle,
  tick,
  type Outcome,
} from "../domain/order/order.ts";
import type { Order } from "../domain/order/record.ts";
import { isRefusal, refuse, type Refusal } from "../domain/order/refusals.ts";
import { firstPage } from "../domain/order/weight.ts";
import { dutyRows, orderRow, view } from "../domain/order/view.ts";
import type { OrderView } from "../domain/order/view.ts";
import type { Actor } from "../domain/people.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { Ms } from "../domain/time.ts";

/** Whoever sends a signal without saying who they are; they hold no role, so it is refused and on record. */
const UNKNOWN: Actor = { id: "unknown", roles: [], kind: "person" };

/** A time that was sent, unless it is none or lies in the future: then `latest`, ms. */
function notAfter(latest: Ms, text: string | undefined): Ms {
  const at = text === undefined ? latest : Date.parse(text);
  return Number.isNaN(at) ? latest : Math.min(at, latest);
}

/** The record of one order with what the shell has to know of it: which keys were used. */
export interface Book {
  /** The order; `undefined` until it is received. */
  order(): Order | undefined;
  /** Number of the last event; grows with everything that happens. */
  last(): number;
  /** Why an answered command would be refused now; changes nothing. */
  refuse(name: CommandName, input: CommandInput, now: Ms): RefusedCommand | undefined;
  /** Carries out an answered command, or repeats the answer to one with the same key. */
  carryOut(name: CommandName, input: CommandInput, key: string, now: Ms): CommandAnswer | RefusedCommand;
  /** Takes on a signal: nothing of it is lost. `wrong`: what is wrong with its body, if anything. */
  takeOn(name: CommandName, input: CommandInput | undefined, key: string, now: Ms, wrong?: readonly string[]): void;
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

/** Opens the book of an order: a new one, or the record that a run carried on. */
export function openBook(start: StartOrder): Book {
  const { orderNo, policy, calendar, salt, rules = 1 } = start;
  const setting = { orderNo, policy, calendar, salt, rules };
  const events: OrderEvent[] = [...(start.events ?? [])];
  let order = events.reduce<Order | undefined>(apply, undefined);

  const last = () => events.at(-1)?.number ?? 0;

  function take(outcome: Outcome): readonly OrderEvent[] {
    order = outcome.order;
    events.push(...outcome.events);
    return outcome.events;
  }

  function commandOf(name: CommandName, input: CommandInput, key: string, now: Ms): Command {
    const receivedAt = notAfter(now, input.receivedAt);
    const at = notAfter(receivedAt, input.at);
    const { actor, body, hash = "" } = input;
    return checkedCommand(name, body, { actor, key, hash, at, receivedAt });
  }

  function repeated(input: CommandInput, key: string): readonly OrderEvent[] | Refusal | undefined {
    const said = sentUnder(events, key);
    // An API of the release before, which still runs beside this one, sends the caller's key as it is.
    const before = said.length > 0 ? said : sentUnder(events, scopedKey(input.actor.id, key));
    const first = before[0];
    if (!first) return undefined;
    return input.hash !== undefined && first.hash !== input.hash ? refuse("idempotency-conflict") : before;
  }

  /** Whoever may not send a command of this order is not told whether they have sent one before. */
  function barred(name: CommandName, { actor }: CommandInput, now: Ms): RefusedCommand | undefined {
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
    refuse(name, input, now) {
      const stop = barred(name, input, now);
      if (stop) return stop;
      const before = input.key === undefined ? undefined : repeated(input, input.key);
      if (before !== undefined) return isRefusal(before) ? withPermitted(before, input.actor, now) : undefined;
      const outcome = decide(ticked(now, now)?.order, commandOf(name, input, input.key ?? "", now), setting);
      return isRefusal(outcome) ? withPermitted(outcome, input.actor, now) : undefined;
    },
    carryOut(name, input, key, now) {
      const stop = barred(name, input, now);
      if (stop) return stop;
      const before = repeated(input, key);
      if (before !== undefined) return isRefusal(before) ? withPermitted(before, input.actor, now) : answer(before);
      const passed = ticked(now, now);
      if (passed) take(passed);
      const outcome = decide(order, commandOf(name, input, key, now), setting);
      return isRefusal(outcome) ? withPermitted(outcome, input.actor, now) : answer(take(outcome));
    },
    takeOn(name, input, key, now, wrong) {
      const sent: CommandInput = input ?? { actor: UNKNOWN, body: {} };
      const command = commandOf(name, sent, key, now);
      const before = repeated(sent, key);
      if (before !== undefined && !isRefusal(before)) return;
      // What was due by the time of the report comes first; what was due later may be fulfilled by it.
      const passed = ticked(command.at, now);
      if (passed) take(passed);
      const refusal = before ?? (wrong ? refuse("body-invalid", { fields: wrong }) : undefined);
      if (order) take(refusal ? refusedReport(order, command, refusal) : report(order, command, setting));
      else if (!refusal) {
        const outcome = decide(undefined, command, setting);
        if (!isRefusal(outcome)) take(outcome);
      }
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
      return lastEvent < last()
        ? { order: { ...row, lastEvent }, events: page, duties: [], more: true }
        : { order: row, events: page, duties: dutyRows(order, now) };
    },
    isOver: (now) => order !== undefined && isOver(order, now),
    view: (actor, now) => order && view(order, actor, now),
    history: () => events,
    commandState(key) {
      const found = sentUnder(events, key);
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
