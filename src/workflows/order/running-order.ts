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

/** The author of a message that nobody is proved to have sent. */
const STRANGER: Author = { id: "unknown", role: "unverified" };

/** The time that a message names, ms; `latest` when it names none, or one that is later. */
function readNotAfter(latest: Ms, text: string | undefined): Ms {
  const at = text === undefined ? latest : Date.parse(text);
  return Number.isNaN(at) ? latest : Math.min(at, latest);
}

/** One order while its workflow runs: its state, its events, and the idempotency keys that were used. */
export interface RunningOrder {
  /** The order; `undefined` until it is received. */
  order(): Order | undefined;
  /** Number of the last event; 0 before the first. */
  lastEvent(): number;
  /** Why an answered command would be refused now; changes nothing. */
  refuse(name: CommandName, sent: Sent, now: Ms): RefusedCommand | undefined;
  /** Carries out an answered command, or repeats the answer to one with the same key. */
  carryOut(name: CommandName, sent: Sent, key: string, now: Ms): CommandAnswer | RefusedCommand;
  /** Takes a report. One that does not fit is kept as a discrepancy or as refused; one with a known key changes nothing. */
  takeReport(name: CommandName, sent: Sent, key: string, now: Ms): void;
  /** Keeps as an event a message that is no command. Before there is an order it is dropped. */
  refuseMessage(name: string, sent: unknown, refusal: Refusal, proof: Proof | undefined, now: Ms): void;
  /** Keeps as an event that the engine was asked to cancel the run. */
  keepRunning(now: Ms): void;
  /** Lets time pass until now: tells the rungs that have passed, ends the pauses that are over. */
  tick(now: Ms): void;
  /** Keeps what became of a request to an outside system. */
  settle(effect: Effect, outcome: EffectOutcome, now: Ms): void;
  /** Takes a newer calendar; one that is not newer changes nothing. */
  setCalendar(calendar: Calendar, now: Ms): void;
  /** Keeps as an event that no run carried the order on until now. */
  restore(why: Restored, now: Ms): void;
  /** What is still to be asked outside. */
  pending(): readonly Effect[];
  /** The next time at which the passing of time changes something. */
  nextAlarm(now: Ms): ReturnType<typeof nextAlarm>;
  /** A page of what the records lack when they hold the events up to `after`; `undefined`: they lack nothing. */
  publication(after: number, now: Ms): Publication | undefined;
  /** Whether nothing is left to watch or to ask. */
  isOver(now: Ms): boolean;
  /** The order as this actor may see it. */
  view(actor: Actor, now: Ms): OrderView | undefined;
  history(): readonly OrderEvent[];
  /** What became of the command with this idempotency key. */
  commandState(key: string): CommandState;
  /** The argument of the next run. */
  nextStart(): StartOrder;
}

/**
 * Opens a running order: a new one, or one that an earlier run carried on.
 * @param onFault is told of the error when a command is refused because this code fails at it
 */
export function openRunningOrder(start: StartOrder, onFault: (error: Error) => void = () => undefined): RunningOrder {
  const { orderNo, policy, calendar, salt, rules = 1 } = start;
  const setting = { orderNo, policy, calendar, salt, rules };
  const events: OrderEvent[] = [...(start.events ?? [])];
  let order = events.reduce<Order | undefined>(apply, undefined);
  const keys = openKeys<OrderEvent>();
  events.forEach((event) => keys.add(event));

  const lastEvent = () => events.at(-1)?.number ?? 0;

  function take(outcome: Outcome): readonly OrderEvent[] {
    order = outcome.order;
    events.push(...outcome.events);
    outcome.events.forEach((event) => keys.add(event));
    return outcome.events;
  }

  /**
   * Decides, or refuses as `our-fault` where this code fails: a body that the code does not expect must not block the order for ever. The
   * next alarm and the records' rows are computed from the outcome as well, as a state at which these fail would block it later.
   */
  function decideSafely(now: Ms, decision: () => Outcome | Refusal): Outcome | Refusal {
    try {
      const outcome = decision();
      if (isRefusal(outcome)) return outcome;
      nextAlarm(outcome.order, now);
      orderRow(outcome.order, now);
      dutyRows(outcome.order, now);
      return outcome;
    } catch (error) {
      // Other errors are Temporal's own: the code does not fit the history.
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      onFault(error);
      return refuse("our-fault");
    }
  }

  function commandOf(name: CommandName, sent: Sent, key: string, now: Ms): Command {
    const receivedAt = readNotAfter(now, sent.receivedAt);
    const at = readNotAfter(receivedAt, sent.at);
    const { actor, body, hash = "", unverified } = sent;
    return checkedCommand(name, body, { actor, key, hash, at, receivedAt, ...(unverified ? { unverified } : {}) });
  }

  /** The events of an earlier command with this key; a refusal, when that was another command; `undefined`: there was none. */
  function findRepeated(input: Sent, key: string): readonly OrderEvent[] | Refusal | undefined {
    const said = keys.under(key);
    // During an upgrade an older API may still run. It sends the caller's key without the caller's id.
    const before = said.length > 0 ? said : keys.under(scopedKey(input.actor.id, key));
    const first = before[0];
    if (!first) return undefined;
    return input.hash !== undefined && first.hash !== input.hash ? refuse("idempotency-conflict") : before;
  }

  /** Checked before the key: an actor without access to the order does not learn which keys were used. */
  function refuseAccess(name: CommandName, { actor }: Sent, now: Ms): RefusedCommand | undefined {
    const may = order && authorise(order, name, actor);
    return isRefusal(may) ? addPermitted(may, actor, now) : undefined;
  }

  function letPass(until: Ms, now: Ms): Outcome | undefined {
    return order && tick(order, until, now);
  }

  function addPermitted(refusal: Refusal, actor: Actor, now: Ms): RefusedCommand {
    return { ...refusal, permitted: order ? permitted(order, actor, now) : [] };
  }

  function answerOf(changes: readonly OrderEvent[]): CommandAnswer {
    return { events: changes, hash: changes[0]?.hash ?? "" };
  }

  return {
    order: () => order,
    lastEvent,
    refuse(name, sent, now) {
      const stop = refuseAccess(name, sent, now);
      if (stop) return stop;
      const before = sent.key === undefined ? undefined : findRepeated(sent, sent.key);
      if (before !== undefined) return isRefusal(before) ? addPermitted(before, sent.actor, now) : undefined;
      const command = commandOf(name, sent, sent.key ?? "", now);
      const outcome = decideSafely(now, () => decide(letPass(now, now)?.order, command, setting));
      return isRefusal(outcome) ? addPermitted(outcome, sent.actor, now) : undefined;
    },
    carryOut(name, sent, key, now) {
      const stop = refuseAccess(name, sent, now);
      if (stop) return stop;
      const before = findRepeated(sent, key);
      if (before !== undefined) return isRefusal(before) ? addPermitted(before, sent.actor, now) : answerOf(before);
      const passed = letPass(now, now);
      if (passed) take(passed);
      const command = commandOf(name, sent, key, now);
      const outcome = decideSafely(now, () => decide(order, command, setting));
      return isRefusal(outcome) ? addPermitted(outcome, sent.actor, now) : answerOf(take(outcome));
    },
    takeReport(name, sent, key, now) {
      const command = commandOf(name, sent, key, now);
      const before = findRepeated(sent, key);
      if (before !== undefined && !isRefusal(before)) return;
      const wrong = sent.wrong && refuse("body-invalid", { fields: sent.wrong });
      if (!order) {
        const outcome = before ?? wrong ?? decideSafely(now, () => decide(undefined, command, setting));
        if (!sent.unverified && !isRefusal(outcome)) take(outcome);
        return;
      }
      // What was due by the time of the report comes first; what was due later may be fulfilled by it.
      take(tick(order, command.at, now));
      const current = order;
      const outcome = before ?? wrong ?? decideSafely(now, () => takeReport(current, command, setting));
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
      const passed = letPass(now, now);
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
      if (!order || after >= lastEvent()) return undefined;
      const row = orderRow(order, now);
      const page = firstPage(events.filter(({ number }) => number > after));
      const lastOfPage = page.at(-1)?.number ?? after;
      const part = { events: page, follows: events[after - 1] };
      return lastOfPage < lastEvent()
        ? { ...part, order: { ...row, lastEvent: lastOfPage }, duties: [], more: true }
        : { ...part, order: row, duties: dutyRows(order, now) };
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
    nextStart: () => ({ ...start, events, restored: undefined }),
  };
}
