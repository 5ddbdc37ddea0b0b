import { timeTaken } from "../clock/duty.ts";
import type { Duty } from "./duty.ts";
import { beginOrder } from "./beginning.ts";
import { commands, dutyRules, effectRules, evolveRules, forecasts, handRules } from "./chapters.ts";
import { dutiesAt, owedDuties, type OwedDuty } from "./duties.ts";
import type { Effect, EffectRequest } from "./effects.ts";
import { FORMAT, type EventName, type Facts, type OrderEvent } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import type { ClosedDuty, Order, Hand } from "./state.ts";
import { weightOf } from "./weight.ts";

function evolve<E extends EventName>(order: Order, event: E, data: Facts[E], stamp: Stamp): Order {
  return evolveRules[event](order, data, stamp);
}

function forecast<E extends EventName>(start: Order, event: E, data: Facts[E], stamp: Stamp): Order {
  return forecasts.reduce((order, rules) => rules[event]?.(order, data, stamp) ?? order, start);
}

/** The hands that an event adds, for four eyes. */
function handsIn<E extends EventName>(order: Order, { event, data, ...stamp }: OrderEvent<E>): readonly Hand[] {
  const hands = handRules.flatMap((rules) => rules[event]?.(data, order, stamp) ?? []);
  return hands.map((each) => (typeof each === "string" ? { subject: each, author: stamp.actor } : each));
}

function withHands(order: Order, event: OrderEvent): Order {
  const hands = handsIn(order, event);
  return hands.length === 0 ? order : { ...order, hands: [...order.hands, ...hands] };
}

function requestsOf<E extends EventName>(order: Order, event: OrderEvent<E>): readonly EffectRequest[] {
  return effectRules.flatMap((rules) => rules[event.event]?.(order, event.data, event) ?? []);
}

function closeDuties(ended: readonly Duty[], event: OrderEvent): readonly ClosedDuty[] {
  return ended.map((each) => {
    const { dutyId, duty, about, owner, answerable, rule, openedAt, dueAt } = each;
    return {
      dutyId,
      duty,
      about,
      owner: event.at > dueAt ? answerable : owner,
      rule,
      openedAt,
      dueAt,
      closedAt: event.at,
      closedBy: event.actor,
      late: event.at > dueAt,
      tookMs: timeTaken(each, event.at),
      how: dutyRules[duty].closedBy.includes(event.command) ? ("met" as const) : ("lapsed" as const),
    };
  });
}

/** What a request is for: the duty that it opens for whoever is asked or told, or else what the event comes from. */
function occasionOf(request: EffectRequest, fresh: readonly Duty[], { command }: OrderEvent): Effect["occasion"] {
  const asked = request.system === "messages" ? request.data.to.map(({ role }) => role) : [request.system];
  const duty = fresh.find(({ owner }) => asked.includes(owner.role));
  if (duty) return { name: duty.duty, rule: duty.rule };
  return { name: command, rule: command === "clock" ? "H" : commands[command].rule };
}

type Occasioned = EffectRequest & Pick<Effect, "occasion">;

function nameEffects(order: Order, event: OrderEvent, requests: readonly Occasioned[]): readonly Effect[] {
  return requests.map((request, index) => {
    const twin = requests.slice(0, index).filter(({ system, ask }) => system === request.system && ask === request.ask).length;
    const effectId = `${order.orderNo}-${event.number}-${request.system}-${request.ask}${twin === 0 ? "" : `-${twin + 1}`}`;
    return { ...request, effectId, requestedAt: event.receivedAt, eventNumber: event.number, state: "pending" as const };
  });
}

/** Events come from records, too, and newer code may have written those. */
function checkKnown({ event, version, number }: { event: string; version: number; number: number }): void {
  if (version > FORMAT || (event !== "received" && !Object.hasOwn(evolveRules, event)))
    throw new TypeError(
      `event ${number}, "${event}" of format ${version}, was written by newer code: this knows format ${FORMAT}`,
    );
}

/**
 * Lays one event on the record, with all that follows from it by derivation: duties that are no longer owed are kept as
 * closed, and what must be asked outside is noted.
 * @throws TypeError for an event that newer code has written: half of an order would be worse than none.
 */
export function apply(order: Order | undefined, event: OrderEvent): Order {
  checkKnown(event);
  if (!order) {
    if (event.event !== "received") throw new TypeError(`the first event of an order is "received", not "${event.event}"`);
    return addWeight(noteConsequences(beginOrder(event.data, event), undefined, event), event);
  }
  const changed = forecast(evolve(order, event.event, event.data, event), event.event, event.data, event);
  return addWeight(noteConsequences({ ...withHands(changed, event), lastEvent: event.number }, order, event), event);
}

/** Whether an event is the clock's own telling: a rung, what became of its message, a calendar. */
function isTelling(order: Order, { event, data }: OrderEvent): boolean {
  if (event === "rung-told" || event === "rung-unreached" || event === "calendar-set") return true;
  if (event !== "effect-done" && event !== "effect-failed") return false;
  const effect = order.effects.findLast(({ effectId }) => effectId === data.effectId);
  return effect?.system === "messages" && effect.data.message === "rung";
}

/** Those of some duties that are not among others. */
function without(some: readonly OwedDuty[], others: readonly OwedDuty[]): readonly OwedDuty[] {
  const ids = new Set(others.map(({ dutyId }) => dutyId));
  return some.filter(({ dutyId }) => !ids.has(dutyId));
}

function addWeight(order: Order, event: OrderEvent): Order {
  const weight = weightOf(event);
  if (event.actor.role === "unverified") return { ...order, weight: order.weight + weight, strangers: order.strangers + 1 };
  return isTelling(order, event)
    ? { ...order, clockWeight: order.clockWeight + weight }
    : { ...order, weight: order.weight + weight };
}

function noteConsequences(order: Order, before: Order | undefined, event: OrderEvent): Order {
  const [owed, owedBefore] = [owedDuties(order), before ? owedDuties(before) : []];
  const fresh = dutiesAt(order, without(owed, owedBefore), event.at);
  const ended = before ? dutiesAt(before, without(owedBefore, owed), event.at) : [];
  const asks = requestsOf(order, event).map((request) => ({ ...request, occasion: occasionOf(request, fresh, event) }));
  const opening = fresh.flatMap(({ duty, rule, owed }) =>
    (dutyRules[duty].opening?.(order, owed) ?? []).map((request) => ({ ...request, occasion: { name: duty, rule } })),
  );
  return {
    ...order,
    closedDuties: [...order.closedDuties, ...closeDuties(ended, event)],
    effects: [...order.effects, ...nameEffects(order, event, [...asks, ...opening])],
  };
}

/**
 * The record that a list of events amounts to.
 * @throws TypeError when the list does not begin with `received`, or newer code has written some of it.
 */
export function replay(events: readonly OrderEvent[]): Order {
  const order = events.reduce<Order | undefined>(apply, undefined);
  if (!order) throw new TypeError("an order has at least one event");
  return order;
}
