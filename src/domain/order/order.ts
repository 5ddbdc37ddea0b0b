import { dutyAt, dutyIdOf, timeTaken, type Duty } from "../clock/duty.ts";
import { nextRung, toldOn } from "../clock/ladder.ts";
import { defaultCalendar, type Calendar } from "../clock/calendar.ts";
import { absentOnes, SYSTEM, type Actor, type Author, type Role } from "../people.ts";
import { dutyNames, type DutyName, type Policy } from "../policy.ts";
import { DAY, iso, type Ms } from "../time.ts";
import { aftercare } from "./chapters/aftercare.ts";
import { checkedCommand, type Command, type CommandName } from "./bodies.ts";
import { cancellation } from "./chapters/cancellation.ts";
import { changes } from "./chapters/changes.ts";
import {
  isEnded,
  roleFor,
  type CommandRow,
  type CommandRows,
  type DutyRules,
  type EffectRules,
  type Evolve,
  type Now,
  type Owed,
} from "./chapter.ts";
import { confirmation } from "./chapters/confirmation.ts";
import { delays, forecasts, promisePassesAt } from "./chapters/delays.ts";
import type { Effect, EffectOutcome, EffectRequest } from "./effects.ts";
import {
  fact,
  FORMAT,
  RULES,
  type Details,
  type EventName,
  type Fact,
  type Facts,
  type OrderEvent,
  type Restored,
  type Stamp,
} from "./events.ts";
import { withHand } from "./hands.ts";
import { inspections } from "./chapters/inspections.ts";
import { production } from "./chapters/production.ts";
import type { ClosedDuty, Discrepancy, Order } from "./state.ts";
import { isRefusal, refuse, type Refusal, type RefusalCode } from "./refusals.ts";
import { shipping } from "./chapters/shipping.ts";
import { reckoned } from "./terms.ts";
import { openDiscrepancies, repeated, watching } from "./chapters/watching.ts";
import { keepable, orderBytesOf, saysTheSame, shares, shortened, SMALL, weightOf, weightOfValue } from "./weight.ts";

/** The chapters put together. A command, event or duty without a row does not compile. */
export const commands: CommandRows = {
  ...confirmation.commands,
  ...production.commands,
  ...shipping.commands,
  ...delays.commands,
  ...changes.commands,
  ...cancellation.commands,
  ...aftercare.commands,
  ...inspections.commands,
  ...watching.commands,
};

const evolve: Evolve = {
  ...confirmation.evolve,
  ...production.evolve,
  ...shipping.evolve,
  ...delays.evolve,
  ...changes.evolve,
  ...cancellation.evolve,
  ...aftercare.evolve,
  ...inspections.evolve,
  ...watching.evolve,
};

const dutyRules: DutyRules = {
  ...confirmation.duties,
  ...production.duties,
  ...shipping.duties,
  ...delays.duties,
  ...changes.duties,
  ...cancellation.duties,
  ...aftercare.duties,
  ...inspections.duties,
  ...watching.duties,
};

const effectRules: readonly EffectRules[] = [
  confirmation.effects,
  production.effects,
  shipping.effects,
  delays.effects,
  changes.effects,
  cancellation.effects,
  aftercare.effects,
  inspections.effects,
  watching.effects,
];

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

/** Every command, in the order of the chapters. */
export const commandNames: readonly CommandName[] = Object.keys(commands).filter(isCommandName);

// --- what is owed -----------------------------------------------------------------------------------------------

/** Whether some command that would fulfil a duty could still be sent in this state: otherwise the duty lapses. */
function canBeFulfilled(order: Order, closedBy: readonly (CommandName | "clock")[]): boolean {
  if (!isEnded(order) && !order.cancelling) return true;
  return closedBy.some((name) => name !== "clock" && (isEnded(order) ? commands[name].ended : commands[name].cancelling));
}

interface OwedDuty {
  readonly dutyId: string;
  readonly name: DutyName;
  readonly owed: Owed;
}

/** What is owed in a state of an order, once it has been asked: each state is asked several times, and never changes. */
const owedIn = new WeakMap<Order, readonly OwedDuty[]>();

/** Every duty that is owed, whatever the time. */
function owedDuties(order: Order): readonly OwedDuty[] {
  const known = owedIn.get(order);
  if (known) return known;
  const owed = reckonedDuties(order);
  owedIn.set(order, owed);
  return owed;
}

function reckonedDuties(order: Order): readonly OwedDuty[] {
  return dutyNames.flatMap((name) => {
    const rule = dutyRules[name];
    const owed = canBeFulfilled(order, rule.closedBy) ? (rule.owed(order) ?? []) : [];
    return [owed].flat().map((each) => ({ dutyId: dutyIdOf(name, each), name, owed: each }));
  });
}

function dutiesOf(order: Order, owed: readonly OwedDuty[], at: Ms): readonly Duty[] {
  return owed.map((each) => dutyAt(order, each.name, dutyRules[each.name], each.owed, at));
}

/** Every duty that is owed, as it stands at a time. */
export function duties(order: Order, at: Ms): readonly Duty[] {
  return dutiesOf(order, owedDuties(order), at);
}

/** Those of some duties that are not among others. */
function without(some: readonly OwedDuty[], others: readonly OwedDuty[]): readonly OwedDuty[] {
  const ids = new Set(others.map(({ dutyId }) => dutyId));
  return some.filter(({ dutyId }) => !ids.has(dutyId));
}

// --- the fold ---------------------------------------------------------------------------------------------------

function begun(data: Facts["received"], stamp: Stamp): Order {
  const {
    policy,
    calendar = defaultCalendar,
    rules = 1,
    orderNo,
    customer,
    salesRep,
    lines = [],
    custom = null,
    deliveryAddress,
    requestedDate,
    personalDataRemoved,
  } = data;
  const order: Order = {
    orderNo,
    policy,
    calendar,
    rules,
    stage: "received",
    lastEvent: stamp.number,
    weight: 0,
    clockWeight: 0,
    notKept: 0,
    strangers: 0,
    received: stamp,
    customer,
    salesRep,
    formerReps: [],
    class: { large: false, custom: false },
    lines,
    custom,
    deliveryAddress,
    requestedDate,
    amountFen: 0,
    extraFen: 0,
    discountFen: 0,
    revision: 0,
    revisions: [],
    shipments: [],
    questions: [],
    changes: [],
    delays: [],
    discrepancies: [],
    complaints: [],
    findings: [],
    inspections: [],
    forceMajeure: [],
    hands: [],
    effects: [],
    watches: {},
    closedDuties: [],
    personalDataRemoved,
  };
  return reckoned(order, stamp);
}

function evolved<E extends EventName>(order: Order, event: E, data: Facts[E], stamp: Stamp): Order {
  return evolve[event](order, data, stamp);
}

function forecast<E extends EventName>(order: Order, event: E, data: Facts[E], stamp: Stamp): Order {
  return forecasts[event]?.(order, data, stamp) ?? order;
}

function asked<E extends EventName>(order: Order, event: OrderEvent<E>): readonly EffectRequest[] {
  return effectRules.flatMap((rules) => rules[event.event]?.(order, event.data, event) ?? []);
}

function closedBy(ended: readonly Duty[], event: OrderEvent): readonly ClosedDuty[] {
  return ended.map((each) => {
    const { dutyId, duty, about, owner, answerable, rule, openedAt, dueAt, closedBy: closers } = each;
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
      how: closers.includes(event.command) ? ("met" as const) : ("lapsed" as const),
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

function requested(order: Order, event: OrderEvent, requests: readonly Occasioned[]): readonly Effect[] {
  return requests.map((request, index) => {
    const twin = requests.slice(0, index).filter(({ system, ask }) => system === request.system && ask === request.ask).length;
    const effectId = `${order.orderNo}-${event.number}-${request.system}-${request.ask}${twin === 0 ? "" : `-${twin + 1}`}`;
    return { ...request, effectId, requestedAt: event.receivedAt, eventNumber: event.number, state: "pending" as const };
  });
}

/** Events come from records, too, and newer code may have written those. */
function known({ event, version, number }: { event: string; version: number; number: number }): void {
  if (version > FORMAT || (event !== "received" && !Object.hasOwn(evolve, event)))
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
  known(event);
  if (!order) {
    if (event.event !== "received") throw new TypeError(`the first event of an order is "received", not "${event.event}"`);
    return weighed(opened(begun(event.data, event), undefined, event), event);
  }
  const changed = forecast(evolved(order, event.event, event.data, event), event.event, event.data, event);
  return weighed(opened({ ...withHand(changed, event), lastEvent: event.number }, order, event), event);
}

/** Whether an event is the clock's own telling: a rung, what became of its message, a calendar. */
function isTelling(order: Order, { event, data }: OrderEvent): boolean {
  if (event === "rung-told" || event === "rung-unreached" || event === "calendar-set") return true;
  if (event !== "effect-done" && event !== "effect-failed") return false;
  const effect = order.effects.findLast(({ effectId }) => effectId === data.effectId);
  return effect?.system === "messages" && effect.data.message === "rung";
}

function weighed(order: Order, event: OrderEvent): Order {
  const weight = weightOf(event);
  if (event.actor.role === "unverified") return { ...order, weight: order.weight + weight, strangers: order.strangers + 1 };
  return isTelling(order, event)
    ? { ...order, clockWeight: order.clockWeight + weight }
    : { ...order, weight: order.weight + weight };
}

function opened(order: Order, before: Order | undefined, event: OrderEvent): Order {
  const [owed, owedBefore] = [owedDuties(order), before ? owedDuties(before) : []];
  const fresh = dutiesOf(order, without(owed, owedBefore), event.at);
  const ended = before ? dutiesOf(before, without(owedBefore, owed), event.at) : [];
  const asks = asked(order, event).map((request) => ({ ...request, occasion: occasionOf(request, fresh, event) }));
  const opening = fresh.flatMap(({ duty, rule, owed }) =>
    (dutyRules[duty].opening?.(order, owed) ?? []).map((request) => ({ ...request, occasion: { name: duty, rule } })),
  );
  return {
    ...order,
    closedDuties: [...order.closedDuties, ...closedBy(ended, event)],
    effects: [...order.effects, ...requested(order, event, [...asks, ...opening])],
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

// --- decisions --------------------------------------------------------------------------------------------------

function nowOf(order: Order, at: Ms): Now {
  let owed: readonly Duty[] | undefined;
  return { at, duties: () => (owed ??= duties(order, at)) };
}

/** Why this caller cannot send a command now, whatever its body says; `undefined` when they can. */
function refused<K extends CommandName>(order: Order, row: CommandRow<K>, actor: Actor, now: Now): Refusal | undefined {
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
  return refused(order, commands[command], actor, now);
}

/** An order may be put in some days after it was given, and what happened meanwhile is reported; what is older is of no order. */
const PUT_IN_LATE = 7 * DAY;

/** The facts that a command brings, or why it is refused. `forced`: an exception that a person puts on record. */
function follow<K extends CommandName>(order: Order, command: Command<K>, forced: boolean): readonly Fact[] | Refusal {
  if (order.rules >= 2 && command.at < order.received.at - PUT_IN_LATE)
    return refuse("before-the-order", { field: "at", date: iso(command.at), received: iso(order.received.at) });
  const row: CommandRow<K> = commands[command.command];
  const now = nowOf(order, command.at);
  const refusal = forced && !row.request ? undefined : refused(order, row, command.actor, now);
  // A machine that repeats itself did nothing wrong; a person is told why what they ask for cannot be.
  const listens = refusal === undefined || command.actor.kind === "machine";
  const known = listens && row.known?.(order, command.body, command.at);
  if (known) return [known === true ? fact("report-known", {}) : known];
  if (refusal) return refusal;
  const { actor, at, receivedAt } = command;
  return row.decide(order, command.body, { actor, now, at, receivedAt, next: order.lastEvent + 1 });
}

function factsOf(order: Order | undefined, command: Command, setting: Setting): readonly Fact[] | Refusal {
  if (!order) return command.command === "receive" ? received(command, setting) : refuse("no-such-order");
  const facts = follow(order, command, false);
  if (isRefusal(facts) || command.command !== "resolve-discrepancy" || command.body.decision !== "apply") return facts;
  const applied = appliedFacts(order, command.body.discrepancyId, command);
  return isRefusal(applied) ? applied : [...applied, ...facts];
}

/** A representative who receives an order without naming one takes it themselves; a machine names one, or nobody. */
function received(command: Command, { policy, orderNo, calendar, salt, rules = RULES }: Setting): readonly Fact[] | Refusal {
  if (command.command !== "receive") return refuse("no-such-order");
  const { note: _, ...body } = command.body;
  const { kind, roles: held } = command.actor;
  const own = kind === "person" && held.includes("sales_rep") && !held.includes("customer_service");
  const salesRep = body.salesRep ?? (own ? command.actor.id : undefined);
  if (own && salesRep !== command.actor.id && !absentOnes(command.actor).includes(salesRep ?? ""))
    return refuse("not-your-order");
  return [
    fact("received", {
      ...body,
      salesRep,
      orderNo,
      policy,
      rules,
      ...(calendar ? { calendar } : {}),
      ...(salt ? { salt } : {}),
    }),
  ];
}

/** What a discrepancy reports did happen: at its own time, by its own reporter, as an exception. */
function appliedFacts(order: Order, discrepancyId: string, resolving: Command): readonly Fact[] | Refusal {
  const open = order.discrepancies.find((each) => each.discrepancyId === discrepancyId);
  if (!open) return refuse("no-such-discrepancy", { id: discrepancyId });
  if (open.cut) return refuse("report-cut");
  if (isUnverified(open) && !commands[open.command].machine) return adoptedFacts(order, open, resolving);
  const facts = follow(order, asCommand(open), true);
  if (!isRefusal(facts)) return facts.map((each) => asReported(each, open));
  // The field that is wrong is one of the report's, not of what is asked now.
  const { field: _, ...details } = facts.details;
  return { ...facts, details };
}

/** Whether it waits because nobody could prove who sent it: then only a person decides, whatever else would fit. */
function isUnverified({ refusal }: Discrepancy): boolean {
  return refusal === "unverified";
}

/** What only people may do and nobody is proved to have sent: whoever applies it does it themselves, now, or may not. */
function adoptedFacts(order: Order, { command, body, key, hash }: Discrepancy, by: Command): readonly Fact[] | Refusal {
  // A decision about another discrepancy is made there.
  if (command === "resolve-discrepancy") return refuse("unverified");
  const { actor, at, receivedAt } = by;
  const role = authorise(order, command, actor);
  if (isRefusal(role)) return role;
  const facts = follow(order, checkedCommand(command, body, { actor, key, hash, at, receivedAt }), false);
  return isRefusal(facts) ? facts : facts.map((each) => ({ ...each, actor: authorOf(order, actor, role), command }));
}

/** A fact that was reported earlier than it could be taken on: it keeps its time and its reporter. */
function asReported(reported: Fact, open: Discrepancy): Fact {
  const { opened, reporter, command } = open;
  return { ...reported, at: opened.at, actor: isUnverified(open) ? { ...reporter, role: "unverified" } : reporter, command };
}

function asCommand({ reporter, command, body, key, hash, opened: stamp }: Discrepancy): Command {
  const reported = commands[command].by.find((role) => role === reporter.role);
  const actor: Actor = { id: reporter.id, roles: reported ? [reported] : [], kind: "machine" };
  return checkedCommand(command, body, { actor, key, hash, at: stamp.at, receivedAt: stamp.receivedAt });
}

/** Which production run and which shipment the order is at: a report of another one is no longer decided by itself. */
function epoch(order: Order): { run: number; shipment: number } {
  const shipment = order.shipments.filter(({ state }) => state === "ended").length + 1;
  return { run: order.production?.run ?? 1, shipment };
}

function sameEpoch(order: Order, { run, shipment }: Discrepancy): boolean {
  const now = epoch(order);
  return now.run === run && now.shipment === shipment;
}

/** The first open report that fits by now, with what it brings and the end of the discrepancy. */
function fittingReport(order: Order, origin: Origin): Extended | undefined {
  for (const open of order.discrepancies) {
    if (open.state !== "open" || open.cut || isUnverified(open) || !sameEpoch(order, open)) continue;
    try {
      const facts = follow(order, asCommand(open), false);
      if (isRefusal(facts)) continue;
      const brought = facts.filter(({ event }) => event !== "report-known").map((each) => asReported(each, open));
      const closed = fact("discrepancy-closed", { discrepancyId: open.discrepancyId, decision: "accepted" });
      return extend(order, [...brought, closed], origin);
    } catch {
      // A report that this code fails at waits for a person: it must not hold up whatever else is done to the order.
    }
  }
  return undefined;
}

// --- the record moves on -----------------------------------------------------------------------------------------

/** What happened: the order after it, and the events that it added. */
export interface Outcome {
  readonly order: Order;
  readonly events: readonly OrderEvent[];
}

interface Origin {
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

function extend(start: Order | undefined, facts: readonly Fact[], origin: Origin): Extended {
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
const ROUNDS = 100;

/** Adds facts and then all that follows from them by itself. */
function moveOn(start: Order | undefined, facts: readonly Fact[], origin: Origin): Outcome {
  const first = extend(start, facts, origin);
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
    const following = [delays.follows(order, origin.receivedAt), cancellation.follows(order)].find(({ length }) => length > 0);
    const more = following ? extend(order, following, byItself) : fittingReport(order, byItself);
    if (!more) break;
    order = more.order ?? order;
    events.push(...more.events);
  }
  return { order, events };
}

/** The representative in whose stead somebody acts. */
function standsInFor(order: Order | undefined, actor: Actor, role: Role): string | undefined {
  const rep = order?.salesRep;
  const stands = role === "sales_rep" && rep !== undefined && rep !== actor.id && absentOnes(actor).includes(rep);
  return stands ? rep : undefined;
}

/** Work that changes hands, seen by the first that somebody is told or does in the representative's stead, or they again. */
function handing(order: Order | undefined, acting: string | undefined): readonly Fact[] {
  const rep = order?.salesRep;
  if (rep === undefined || acting === undefined) return [];
  if (acting !== rep) return order?.deputy?.id === acting ? [] : [fact("work-handed-over", { from: rep, to: acting })];
  return order?.deputy ? [fact("work-handed-back", { from: order.deputy.id, to: rep })] : [];
}

/** Who acts for the representative by a command, if it is one of theirs. */
function actingRep(order: Order | undefined, actor: Actor, role: Role): string | undefined {
  const own = role === "sales_rep" && order?.salesRep === actor.id;
  return own || standsInFor(order, actor, role) !== undefined ? actor.id : undefined;
}

/** Who got a message for the representative: they, or their deputy. */
function reachedRep(order: Order, { reached = [] }: EffectOutcome): string | undefined {
  return reached.find(({ id, deputyFor }) => order.salesRep !== undefined && order.salesRep === (deputyFor ?? id))?.id;
}

/** Who did something, as an event keeps it. */
function authorOf(order: Order | undefined, actor: Actor, role: Role): Author {
  const deputyFor = standsInFor(order, actor, role);
  return { id: actor.id, role, ...(deputyFor === undefined ? {} : { deputyFor }) };
}

function originOf(order: Order | undefined, command: Command, role: Role): Origin {
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

/** What a new order takes along: its number and the policy that it keeps. */
export interface Setting {
  readonly orderNo: string;
  readonly policy: Policy;
  readonly calendar?: Calendar;
  /** Random, from outside: the domain has none. */
  readonly salt?: string | undefined;
  /** What its commands are held to; absent: all of it. */
  readonly rules?: number | undefined;
}

// --- how much an order's record may weigh ---------------------------------------------------------------------------

/** What an open change will add when production accepts it, bytes: room is kept for it. */
function promised({ changes: all, lines }: Order): number {
  const open = all.findLast(({ ended }) => ended === undefined);
  return open ? weightOfValue(open.request.patch) + weightOfValue(open.request.patch.lines ?? lines) : 0;
}

/** Whether what happened leaves an order's record within a share of its budget. */
function isWithin(share: number, { order }: Outcome): boolean {
  return order.weight + promised(order) <= share * orderBytesOf(order.policy);
}

/** Whether something carries an order on, fulfils a duty, calls it off or hands it over. */
function carriesOn(before: Order | undefined, { order }: Outcome): boolean {
  return (
    order.stage !== before?.stage ||
    order.closedDuties.length > before.closedDuties.length ||
    order.cancelling !== before.cancelling ||
    order.salesRep !== before.salesRep
  );
}

/** Why there is no room for what a command brings; `undefined` when there is. What is small may use what is kept from the large. */
function overfull(before: Order | undefined, outcome: Outcome): Refusal | undefined {
  const [had, has] = [before, outcome.order].map((order) => (order ? order.weight + promised(order) : 0));
  const needs = (has ?? 0) - (had ?? 0);
  const share = needs > SMALL ? shares.large : carriesOn(before, outcome) ? shares.last : shares.small;
  if (needs <= 0 || isWithin(share, outcome)) return undefined;
  const left = Math.max(0, share * orderBytesOf(outcome.order.policy) - (had ?? 0));
  return refuse("order-full", { needs: Math.ceil(needs / 1_024), left: Math.floor(left / 1_024) });
}

/** Decides a command: what happens, or why it is refused. A refusal changes nothing. */
export function decide(order: Order | undefined, command: Command, setting: Setting): Outcome | Refusal {
  const outcome = decided(order, command, setting);
  return isRefusal(outcome) ? outcome : (overfull(order, outcome) ?? outcome);
}

function decided(order: Order | undefined, command: Command, setting: Setting): Outcome | Refusal {
  const role = authorise(order, command.command, command.actor);
  if (isRefusal(role)) return role;
  const facts = factsOf(order, { ...command, at: Math.min(command.at, command.receivedAt) }, setting);
  if (isRefusal(facts)) return facts;
  const handed = handing(order, actingRep(order, command.actor, role));
  return moveOn(order, [...facts, ...handed], originOf(order, command, role));
}

/**
 * Takes on a report that came as a signal: nothing of it is lost. Refused, a machine's report becomes a discrepancy, and a
 * person's command is on record as refused and told to them. A machine's report for whose text there is no room holds without it.
 */
export function report(order: Order, command: Command, setting: Setting): Outcome {
  if (command.unverified) return refusedReport(order, command, refuse("unverified"));
  if (command.actor.kind === "person") {
    const outcome = decide(order, command, setting);
    return isRefusal(outcome) ? refusedReport(order, command, outcome) : outcome;
  }
  const outcome = decided(order, command, setting);
  if (isRefusal(outcome)) return refusedReport(order, command, outcome);
  if (isWithin(shares.report, outcome)) return outcome;
  const cut = decided(order, withoutRemarks(command), setting);
  if (isRefusal(cut)) return refusedReport(order, command, cut);
  return isWithin(carriesOn(order, cut) ? shares.needed : shares.large, cut)
    ? cut
    : refusedReport(order, command, refuse("order-full"));
}

function withoutRemarks({ command, body, ...rest }: Command): Command {
  return checkedCommand(command, shortened(body), rest);
}

/** So many discrepancies of one command and reporter are open at a time; what else comes of these is counted with the last of them. */
const OPEN_AT_MOST = 100;
/** So many events are on record of what nobody could be proved to have sent: a stranger can send any number. */
const STRANGERS_AT_MOST = 100;
/** Repetitions are on record each up to so many, then at every power of two. */
const EACH_UP_TO = 32;

function isRemarkable(count: number): boolean {
  return count <= EACH_UP_TO || Number.isInteger(Math.log2(count));
}

/** The discrepancy that a report is reported by again; or, when too many are open, with which it is counted. */
function sameDiscrepancy(order: Order, { command, body, actor, unverified }: Command): Discrepancy | undefined {
  // What a stranger sent takes no room from what is proved, nor is it told by it.
  const open = openDiscrepancies(order).filter((each) => isUnverified(each) === (unverified === true));
  const alike = open.filter((each) => each.command === command && each.reporter.id === actor.id);
  const kept = keepable(body);
  // Of another production run or shipment it is another report: it is decided again with what comes in its own.
  const same = alike
    .filter((each) => sameEpoch(order, each))
    .find((each) =>
      each.cut
        ? saysTheSame(each.cut, kept.cut)
        : saysTheSame(each.body, body) || (!kept.cut && saysTheSame(each.body, kept.body)),
    );
  return same ?? (alike.length < OPEN_AT_MOST ? undefined : alike.at(-1));
}

/** A refused report that is no news: counted, and on record as often as that says something. */
function repeatedReport(order: Order, { discrepancyId, count }: Discrepancy, origin: Origin): Outcome {
  const more = count + 1;
  if (isRemarkable(more)) {
    const outcome = moveOn(order, [fact("discrepancy-repeated", { discrepancyId, count: more })], origin);
    if (isWithin(shares.large, outcome)) return outcome;
  }
  return { order: repeated(order, discrepancyId, more, origin.receivedAt), events: [] };
}

/** A report for which there is no more room: counted, and the count is on record at every power of two. */
function notKept(order: Order, origin: Origin): Outcome {
  const count = order.notKept + 1;
  const { note: _, reason: __, ...rest } = origin;
  return Number.isInteger(Math.log2(count))
    ? moveOn(order, [fact("reports-not-kept", { count })], rest)
    : { order: { ...order, notKept: count }, events: [] };
}

/** Whether an order has no room for a report, whatever it says. */
export function isFull({ weight, policy }: Order): boolean {
  return weight + SMALL / 4 > shares.needed * orderBytesOf(policy);
}

/** What no later event changes: such a report is refused for good. */
const beyondDeciding: readonly RefusalCode[] = [
  "wrong-role",
  "not-your-order",
  "machine-not-allowed",
  "body-invalid",
  "idempotency-conflict",
  "our-fault",
];

/** Puts a refused report on record: with as much of it as there is room for. One that is refused for nothing but that nobody can be proved to have sent it waits for a person. */
export function refusedReport(order: Order, command: Command, { refused: refusal, details: said }: Refusal): Outcome {
  const { actor, body, key, hash } = command;
  const row = commands[command.command];
  const role: Role | undefined = row.by.find((each) => actor.roles.includes(each)) ?? actor.roles[0];
  const author: Author = { id: actor.id, role: role ?? "staff" };
  const origin: Origin = {
    ...originOf(order, command, "management"),
    actor: command.unverified ? { ...author, role: "unverified" } : author,
  };
  const details = shortDetails(said);
  if (command.unverified && order.strangers >= STRANGERS_AT_MOST) return notKept(order, origin);
  const may = row.machine === true && actor.kind === "machine" && !beyondDeciding.includes(refusal);
  const isDiscrepancy = refusal === "unverified" || may;
  const before = isDiscrepancy ? sameDiscrepancy(order, command) : undefined;
  if (before) return repeatedReport(order, before, origin);

  const opened = (kept: ReturnType<typeof keepable>, from: Origin): Outcome =>
    moveOn(
      order,
      [
        isDiscrepancy
          ? fact("discrepancy-opened", {
              discrepancyId: `x${order.lastEvent + 1}`,
              command: command.command,
              reporter: author,
              key,
              hash,
              refusal,
              details,
              ...kept,
              ...epoch(order),
            })
          : fact("command-refused", { ...kept, refusal, details }),
      ],
      from,
    );
  const whole = opened({ body }, origin);
  if (isWithin(command.unverified ? shares.stranger : shares.report, whole)) return whole;
  const cut = opened(keepable(body), shortened(origin));
  return isWithin(shares.large, cut) ? cut : notKept(order, origin);
}

/** Of a body with thousands of wrong fields the first will do. */
function shortDetails(details: Details): Details {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === "object" ? value.slice(0, 20) : value]),
  );
}

// --- the clock ---------------------------------------------------------------------------------------------------

/** The next instant at which time itself changes something, and what; `undefined` when nothing is owed. */
export function nextAlarm(order: Order, at: Ms): { at: Ms; duty?: Duty; rung?: string } | undefined {
  const passing = promisePassesAt(order);
  const alarms = duties(order, at).flatMap<{ at: Ms; duty?: Duty; rung?: string }>((duty) => {
    if (duty.state === "paused") return duty.pauseEndsAt === undefined ? [] : [{ at: duty.pauseEndsAt, duty, rung: "resume" }];
    const next = duty.watch.unreached
      ? { rung: duty.watch.unreached.rung, at: duty.watch.unreached.at }
      : nextRung(duty.course, duty.watch, at);
    return next ? [{ at: next.at, duty, rung: next.rung }] : [];
  });
  const all = passing === undefined ? alarms : [...alarms, { at: passing }];
  return all.reduce<(typeof all)[number] | undefined>((first, each) => (first && first.at <= each.at ? first : each), undefined);
}

function clockFacts(order: Order, until: Ms): readonly Fact[] {
  return duties(order, until).flatMap((duty) => {
    const { dutyId, watch, course, owner, dueAt } = duty;
    if (duty.state === "paused") {
      return duty.pauseEndsAt !== undefined && duty.pauseEndsAt <= until
        ? [{ ...fact("duty-resumed", { dutyId, limit: true }), at: duty.pauseEndsAt }]
        : [];
    }
    const { unreached } = watch;
    const next = unreached ? { rung: unreached.rung, at: unreached.at } : nextRung(course, watch, until);
    if (!next || next.at > until) return [];
    const climbed = unreached?.climbed ?? 0;
    const told = toldOn(course, watch, next.rung, climbed, until);
    // A telling that climbs keeps the time at which its rung was due.
    const rungDueAt = (climbed > 0 ? watch.rungs.at(-1)?.rungDueAt : undefined) ?? iso(next.at);
    return [
      fact("rung-told", {
        dutyId,
        duty: duty.duty,
        rule: duty.rule,
        rung: next.rung,
        rungDueAt,
        dueAt: iso(dueAt),
        owner,
        told,
        climbed,
      }),
    ];
  });
}

/**
 * Lets time pass until `until`: pauses that reached their limit end, rungs that passed are told, one message a duty.
 * `now` is when it is done: after downtime later than `until` or than what was due.
 */
export function tick(order: Order, until: Ms, now: Ms): Outcome {
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: SYSTEM };
  let outcome = moveOn(order, clockFacts(order, until), origin);
  // A pause that ended can bring a rung that has passed since.
  for (let round = 0; round < ROUNDS; round++) {
    const facts = clockFacts(outcome.order, until);
    if (facts.length === 0) break;
    const more = moveOn(outcome.order, facts, origin);
    outcome = { order: more.order, events: [...outcome.events, ...more.events] };
  }
  return outcome;
}

/** Puts on record what came and is no command of an order, while there is room for it; then it is counted. It changes nothing. */
export function refuseMessage(order: Order, message: Facts["message-refused"], author: Author, now: Ms): Outcome {
  if (order.strangers >= STRANGERS_AT_MOST) return { order, events: [] };
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: author };
  const outcome = moveOn(order, [fact("message-refused", message)], origin);
  return isWithin(shares.report, outcome) ? outcome : notKept(order, origin);
}

const KEPT =
  "引擎收到取消本订单运行的请求，未予执行，订单继续：订单只能按业务操作取消。 The engine was asked to cancel this order's run, which is refused: the order goes on, and is called off by its commands alone.";

/** Puts on record that somebody asked the engine to cancel the run. Nothing else changes; the supervisor is told. */
export function keepRunning(order: Order, now: Ms): Outcome {
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: SYSTEM, reason: KEPT };
  return moveOn(order, [fact("run-cancellation-refused", {})], origin);
}

/** Lays a newer calendar on an order: due times that are still open move with it. */
export function setCalendar(order: Order, calendar: Calendar, now: Ms): Outcome {
  if (calendar.version <= order.calendar.version) return { order, events: [] };
  return moveOn(order, [fact("calendar-set", { calendar })], { command: "clock", at: now, receivedAt: now, actor: SYSTEM });
}

/** Puts on record that nothing carried the order on until now. */
export function restore(order: Order, why: Restored, now: Ms): Outcome {
  return moveOn(order, [fact("order-restored", { why })], { command: "clock", at: now, receivedAt: now, actor: SYSTEM });
}

// --- what was asked outside ---------------------------------------------------------------------------------------

/** What is still to be asked outside. */
export function pendingEffects(order: Order): readonly Effect[] {
  return order.effects.filter(({ state }) => state === "pending");
}

/** Puts an outside system's answer on record: done, or for a person to take over. */
export function settle(order: Order, effectId: string, outcome: EffectOutcome, now: Ms): Outcome {
  const effect = order.effects.find((each) => each.effectId === effectId);
  if (effect?.state !== "pending") return { order, events: [] };
  const origin: Origin = { command: "clock", at: now, receivedAt: now, actor: SYSTEM };
  if (outcome.result === "done") {
    return moveOn(order, [fact("effect-done", { effectId, outcome }), ...handing(order, reachedRep(order, outcome))], origin);
  }
  const failed = fact("effect-failed", { effectId, outcome });
  if (effect.system !== "messages" || effect.data.message !== "rung") return moveOn(order, [failed], origin);
  const { dutyId, duty, rung } = effect.data.params;
  const told = duties(order, now)
    .find((each) => each.dutyId === dutyId)
    ?.watch.rungs.findLast((each) => each.rung === rung);
  // Nobody was reached: the telling climbs on, if the duty is still owed.
  return moveOn(
    order,
    told && told.duty === duty
      ? [failed, fact("rung-unreached", { dutyId: told.dutyId, duty: told.duty, rung: told.rung, effectId })]
      : [failed],
    origin,
  );
}

/** Whether nothing is left to watch: the order has ended, nothing is owed, everything asked outside is settled. */
export function isOver(order: Order, at: Ms): boolean {
  return isEnded(order) && pendingEffects(order).length === 0 && duties(order, at).length === 0;
}
