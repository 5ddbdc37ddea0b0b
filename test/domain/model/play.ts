import type { Outcome } from "../../../src/domain/order/append.ts";
import { nextAlarm, tick } from "../../../src/domain/order/clock.ts";
import { decide } from "../../../src/domain/order/decide.ts";
import { duties } from "../../../src/domain/order/duties.ts";
import { pendingEffects, settle } from "../../../src/domain/order/outside.ts";
import { permitted } from "../../../src/domain/order/permission.ts";
import { takeReport } from "../../../src/domain/order/reports.ts";
import { checkedCommand, type Command, type CommandName } from "../../../src/domain/order/bodies.ts";
import type { Effect, EffectOutcome } from "../../../src/domain/order/effects.ts";
import type { OrderEvent } from "../../../src/domain/order/events.ts";
import type { Order } from "../../../src/domain/order/state.ts";
import { isRefusal, type RefusalCode } from "../../../src/domain/order/refusals.ts";
import { roles, type Actor } from "../../../src/domain/people.ts";
import { defaultPolicy } from "../../../src/domain/default-policy.ts";
import { DAY, HOUR, MINUTE, type Ms } from "../../../src/domain/time.ts";
import { by, machine, MONDAY } from "../order-fixture.ts";
import { makeBody } from "./bodies.ts";
import {
  begun,
  expectedOf,
  factsOf,
  follow,
  happen,
  isKnown,
  isLarge,
  isRepeated,
  keepDiscrepancy,
  owed,
  settled,
} from "./model.ts";
import { commandTable, isOfStage, may, type Facts, type Owner } from "./table.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everybody who takes part: persons of one role and of several, a deputy, the departments' machines. */
const cast: readonly Actor[] = [
  ...roles.map((role) => by(role)),
  ...roles.map((role) => machine(role)),
  by("sales_rep", "zhang.wei"),
  { ...by("sales_rep", "zhou.hai"), deputyFor: ["li.na"] },
  { ...by("sales_rep"), roles: ["sales_rep", "supervisor"] },
  { ...by("sales_rep", "zhang.wei"), roles: ["sales_rep", "order_admin", "supervisor", "customer_service"] },
];

/** How often a command is tried among those that may be sent; 1 where nothing is said. */
const weights: { readonly [K in CommandName]?: number } = {
  cancel: 0.01,
  "request-cancellation": 0.05,
  "correct-entry": 0.06,
  "refuse-signature": 0.2,
  "refuse-release": 0.2,
  "record-communication": 0.03,
  "ask-inspection": 0.05,
  "record-complaint": 0.03,
  "record-finding": 0.03,
  "declare-force-majeure": 0.03,
  "ask-customer": 0.1,
  "request-change": 0.3,
  "report-delay": 0.2,
  "report-lead-time": 0.3,
  "confirm-final-terms": 0.5,
  "inform-delivery-date": 0.3,
  "verify-force-majeure": 0.2,
  "update-progress": 0.2,
  "report-progress": 0.3,
  "arrange-transport": 0.5,
  "confirm-receiving-time": 0.4,
  "confirm-shipping-data": 0.5,
  "tell-customer-of-delay": 0.5,
  "report-tracking": 0.5,
  "pause-duty": 0.1,
  acknowledge: 0.2,
  reassign: 0.05,
};
const commandNames = Object.keys(commandTable).filter((name): name is CommandName => name in commandTable && name !== "receive");

/** One order, played against the model. */
export interface Play {
  readonly opening: Command;
  /** Somebody sends something, time passes, or an outside system answers; order and model agree afterwards. */
  readonly step: () => void;
  /** Somebody sends something. */
  readonly move: () => Move;
  /** Time passes up to an instant: the clock rings whenever it is set, and the outside systems do all that they are asked. */
  readonly passTo: (at: Ms) => void;
  readonly order: () => Order;
  readonly events: () => readonly OrderEvent[];
  readonly now: () => Ms;
}

/** What was sent, as a report or to be answered, and how it was refused. */
export interface Move {
  readonly command: Command;
  readonly reported: boolean;
  readonly refused?: RefusalCode;
}

/** Where what the order does and what the model says part. */
export class Disagreement extends Error {}

/** When an order begins, and who may have received it. */
interface Start {
  readonly now?: Ms;
  readonly by?: Actor;
}

const setting = { orderNo: "SO-1", policy: defaultPolicy };

export function playing(random: () => number, outcomes: Map<string, number> = new Map(), start: Start = {}): Play {
  const chance = (share: number): boolean => random() < share;
  const pick = <T>(first: T, ...others: T[]): T => [first, ...others][Math.floor(random() * (others.length + 1))] ?? first;
  let now: Ms = start.now ?? MONDAY + Math.floor(random() * 30) * DAY;
  let serial = 0;
  const reports: Command[] = [];

  function commandOf(name: CommandName, actor: Actor, body: object, at: Ms): Command {
    serial += 1;
    return checkedCommand(name, body, { actor, key: `k${serial}`, hash: `h${serial}`, at, receivedAt: now });
  }

  const lines = pick(undefined, [{ model: "SMART-1", specification: "RGBW", quantity: 500, unitPriceFen: 8_000 }]);
  const opening = commandOf(
    "receive",
    start.by ?? pick(by("sales_rep"), by("customer_service"), machine("sales_rep")),
    {
      customer: { name: "客户A", contact: { phone: "1" } },
      ...(lines ? { lines } : {}),
      custom: pick(null, null, { brief: "3,300 K" }),
    },
    now,
  );
  const started = decide(undefined, opening, setting);
  if (isRefusal(started)) throw new Disagreement(`receive: ${started.refused}`);
  let order: Order = started.order;
  const events: OrderEvent[] = [...started.events];
  const model = begun(opening, now);
  const trail: string[] = [];
  let seen: { order: Order; now: Ms; facts: Facts } | undefined;

  function count(what: string): void {
    outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  }

  function fail(why: string, ours: unknown, theirs: unknown): never {
    const told = `${why}\n  order: ${JSON.stringify(ours)}\n  model: ${JSON.stringify(theirs)}`;
    throw new Disagreement(`${told}\n  after:\n${trail.slice(-25).join("\n")}`);
  }

  function agree(what: string, ours: unknown, theirs: unknown): void {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) fail(what, ours, theirs);
  }

  function take(outcome: Outcome): void {
    order = outcome.order;
    events.push(...outcome.events);
  }

  /** Who may act on pauses and rungs, as the order's duties show it: how the ladder goes is tested elsewhere. */
  function observed(): Facts {
    if (seen?.order === order && seen.now === now) return seen.facts;
    const open = duties(order, now);
    const owners = (keep: (duty: (typeof open)[number]) => boolean): Owner[] => open.filter(keep).map(({ owner }) => owner);
    const facts = factsOf(model, {
      pausable: owners(({ state, pausable, pauseUsedUp }) => state === "open" && pausable && !pauseUsedUp),
      paused: owners(({ state }) => state === "paused"),
      told: open.filter(({ state }) => state === "overdue").flatMap(({ watch }) => watch.rungs.flatMap(({ told }) => told)),
    });
    seen = { order, now, facts };
    return facts;
  }

  /** What the events of a step called off outside. */
  function callOffs(from: number): string[] {
    return order.effects
      .filter(({ ask, eventNumber }) => eventNumber >= from && (ask === "call-off" || ask === "take-back"))
      .map(({ effectId }) => effectId);
  }

  function makingOf(actor: Actor, at: Ms) {
    return { order, actor, at, pick, serial };
  }

  function person(name: CommandName, actor: Actor): Move {
    const expected = may(name, observed(), actor);
    const command = commandOf(name, actor, makeBody[name](makingOf(actor, now)), now);
    trail.push(`${new Date(now).toISOString()} ${actor.id} (${actor.roles.join(" ")}): ${name} ${JSON.stringify(command.body)}`);
    const outcome = decide(order, command, setting);
    if (isRefusal(outcome)) {
      if (expected) fail(`${name} by ${actor.id} was refused`, outcome, "permitted");
      count("refused");
      return { command, reported: false, refused: outcome.refused };
    }
    if (!expected)
      fail(
        `${name} by ${actor.id} was taken on`,
        outcome.events.map(({ event }) => event),
        "not permitted",
      );
    taken(command, outcome);
    return { command, reported: false };
  }

  function taken(command: Command, outcome: Outcome): void {
    const first = order.lastEvent + 1;
    const known = isKnown(model, command);
    agree(`${command.command} is known`, changesNothing(outcome.events[0]), known);
    take(outcome);
    count(known ? "known" : command.command);
    if (!known) happen(model, command, { event: first, callOffs: callOffs(first) });
    follow(model, now);
  }

  function fromMachine(name: CommandName, actor: Actor): Move {
    const at = chance(0.7) ? now : now - Math.floor(random() * 3 * DAY);
    const repeated = chance(0.1) ? reports[Math.floor(random() * reports.length)] : undefined;
    const command = repeated
      ? commandOf(repeated.command, repeated.actor, repeated.body, repeated.at)
      : commandOf(name, actor, makeBody[name](makingOf(actor, at)), at);
    trail.push(
      `${new Date(now).toISOString()} machine ${command.command} of ${new Date(command.at).toISOString()} ${JSON.stringify(command.body)}`,
    );
    reports.push(command);
    const expected = expectedOf(model, command);
    const again = expected === "discrepancy" && isRepeated(model, command);
    const outcome = takeReport(order, command, setting);
    const [event] = outcome.events;
    const kind = kindOf(event);
    agree(`report ${command.command}`, [kind], [again ? "repeated" : expected]);
    if (kind === "repeated") {
      take(outcome);
      count("repeated");
      return { command, reported: true };
    }
    if (kind !== "discrepancy") {
      taken(command, outcome);
      return { command, reported: true };
    }
    const id = event?.event === "discrepancy-opened" ? event.data.discrepancyId : "";
    take(outcome);
    count("discrepancy");
    keepDiscrepancy(model, id, command, now);
    return { command, reported: true, ...(event?.event === "discrepancy-opened" ? { refused: event.data.refusal } : {}) };
  }

  function answer(effect: Effect, done: boolean): void {
    const message = effect.system === "messages" ? effect.data : undefined;
    // A message reaches those it was for: work that somebody did in the representative's stead goes back by that.
    const met: EffectOutcome = message ? { result: "done", reached: message.to } : { result: "done" };
    const failed: EffectOutcome = { result: message ? "unreached" : "refused" };
    const outcome = settle(order, effect.effectId, done ? met : failed, now);
    trail.push(`${new Date(now).toISOString()} ${effect.effectId} ${done ? "done" : "failed"}`);
    take(outcome);
    count(done ? "effect done" : "effect failed");
    settled(
      model,
      {
        id: effect.effectId,
        event: effect.eventNumber,
        tellsCustomerOfShipment: message?.message === "dispatched" && message.to.some(({ role }) => role === "customer"),
        aboutTakeOver: message?.message === "rung" && message.params["duty"] === "take-over",
      },
      done,
    );
    follow(model, now);
  }

  function answerAll(): void {
    for (let [effect] = pendingEffects(order); effect; [effect] = pendingEffects(order)) answer(effect, true);
  }

  function passTo(at: Ms): void {
    now = at;
    trail.push(`${new Date(now).toISOString()} the clock`);
    take(tick(order, now, now));
    follow(model, now);
    count("clock");
  }

  /** Somebody with something that they may send now, so that orders go on; now and then anybody with anything. */
  function choose(): { name: CommandName; actor: Actor } {
    const facts = observed();
    for (let tries = chance(0.85) ? 150 : 0; tries > 0; tries--) {
      const name = pick(...names);
      if (!isOfStage(name, facts)) continue;
      const [first, ...rest] = chance(weights[name] ?? 1) ? cast.filter((each) => may(name, facts, each)) : [];
      if (first) return { name, actor: pick(first, ...rest) };
    }
    return { name: pick(...names), actor: pick(...actors) };
  }

  function compare(): void {
    agree("stage", order.stage, model.stage);
    agree("cancelling", order.cancelling !== undefined, model.cancelling);
    agree("class", order.class, { large: isLarge(model), custom: model.custom !== null });
    agree("promise", order.promisedDate, model.promise);
    agree("revision", order.revision, model.revision);
    agree("representative", order.salesRep, model.rep);
    agree(
      "duties",
      duties(order, now)
        .map(({ duty }) => duty)
        .toSorted(),
      owed(model).toSorted(),
    );
    // Whoever acts is compared with the table anyway; what everybody else may is looked at now and then.
    if (!chance(0.3)) return;
    const actor = pick(...actors);
    const facts = observed();
    agree(`permitted to ${actor.kind} ${actor.id}`, permitted(order, actor, now).toSorted(), commandsOf(facts, actor).toSorted());
  }

  const [anybody = by("sales_rep"), ...others] = cast;
  const actors: [Actor, ...Actor[]] = [anybody, ...others];
  const names: [CommandName, ...CommandName[]] = ["confirm", ...commandNames];
  compare();

  function move(): Move {
    const { name, actor } = choose();
    const sent =
      actor.kind === "person"
        ? person(name, actor)
        : commandTable[name].machine && mayEver(name, actor)
          ? fromMachine(name, actor)
          : refusedMachine(name, actor);
    compare();
    return sent;
  }

  function refusedMachine(name: CommandName, actor: Actor): Move {
    const command = commandOf(name, actor, makeBody[name](makingOf(actor, now)), now);
    const outcome = decide(order, command, setting);
    if (!isRefusal(outcome)) return fail(`${name} by ${actor.id}`, "taken on", "no machine of that role may");
    count("refused");
    return { command, reported: false, refused: outcome.refused };
  }

  return {
    opening,
    move,
    step() {
      const [effect, ...rest] = pendingEffects(order);
      if (chance(0.08)) passTo(now + pick(MINUTE, HOUR, HOUR, 5 * HOUR, DAY, 4 * DAY));
      else if (effect && chance(0.4)) answer(pick(effect, ...rest), chance(0.93));
      else {
        move();
        return;
      }
      compare();
    },
    passTo(at) {
      answerAll();
      for (let alarm = nextAlarm(order, now); alarm && alarm.at <= at; alarm = nextAlarm(order, now)) {
        passTo(Math.max(now, alarm.at));
        answerAll();
      }
      passTo(at);
      compare();
    },
    order: () => order,
    events: () => events,
    now: () => now,
  };
}

/** What became of a machine's report, by the first event that it brought. */
function kindOf(event: OrderEvent | undefined): "known" | "discrepancy" | "repeated" | "taken on" {
  if (changesNothing(event)) return "known";
  if (event?.event === "discrepancy-opened") return "discrepancy";
  return event === undefined || event.event === "discrepancy-repeated" ? "repeated" : "taken on";
}

/** What is on record already, or comes too late to change anything. */
export function changesNothing(event: OrderEvent | undefined): boolean {
  return event?.event === "report-known" || (event?.event === "tracking-reported" && event.data.late === true);
}

/** Whether a machine's department has the command at all. */
function mayEver(name: CommandName, actor: Actor): boolean {
  const letters: { readonly [role: string]: string } = {
    sales_rep: "R",
    order_admin: "A",
    customer_service: "C",
    supervisor: "S",
    production: "P",
    design: "D",
    warehouse: "W",
    logistics: "L",
    management: "S",
  };
  const { by: who } = commandTable[name];
  return who === "all" || actor.roles.some((role) => who.includes(letters[role] ?? "?"));
}

function commandsOf(facts: Facts, actor: Actor): CommandName[] {
  return commandNames.filter((name) => may(name, facts, actor));
}
