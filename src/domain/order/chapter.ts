import type { DutyPolicy } from "../policy.ts";
import { absentOnes, actingRole, type Actor, type Role } from "../people.ts";
import type { Owed } from "../clock/duty.ts";
import type { DutyName, Duty } from "./duty.ts";
import type { Ms } from "../time.ts";
import type { Bodies, CommandName } from "./bodies.ts";
import type { EffectRequest } from "./effects.ts";
import type { EventName, Fact, Facts, OrderEvent } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import type { Discrepancy, Order, Stage, Hand } from "./state.ts";
import type { Refusal } from "./refusals.ts";

/** The moment of a decision, and what is owed then. */
export interface Now {
  /** Business time, ms. */
  readonly at: Ms;
  readonly duties: () => readonly Duty[];
}

/** What a decision may look at beside the order and the body. */
export interface Context {
  readonly actor: Actor;
  readonly now: Now;
  readonly at: Ms;
  /** When this service took it on, ms: nothing has happened after that. */
  readonly receivedAt: Ms;
  /** Number of the first event that would follow: names what it opens. */
  readonly next: number;
  /** What a report that did not fit brings when a person applies it now: facts at its own time, by its own reporter. */
  readonly apply: (open: Discrepancy) => readonly Fact[] | Refusal;
}

/** One command: who, when, what it says about the regulation, and what follows. */
export interface CommandRow<K extends CommandName> {
  readonly by: readonly Role[];
  /** Marked • in `docs/order.md`: a machine with the department's role may send it. */
  readonly machine?: true;
  readonly rule: string;
  /** The stages in which it may be sent; absent: any stage of an open order. */
  readonly stages?: readonly Stage[];
  /** Asks for something that others decide on: refused, it cannot be put on record as done. */
  readonly request?: true;
  /** May be sent when the order has ended, too. */
  readonly ended?: true;
  /** May be sent while the order is being called off: it does not carry the order on. */
  readonly cancelling?: true;
  /** What makes the order a representative's own for this, beside its being theirs. */
  readonly own?: (order: Order, actor: Actor) => boolean;
  /** May it be sent now, by this person? Also asked for `permitted`. */
  readonly when?: (order: Order, actor: Actor, now: Now) => Refusal | undefined;
  /** What follows, or a refusal that depends on the body. */
  readonly decide: (order: Order, body: Bodies[K], context: Context) => readonly Fact[] | Refusal;
  /**
   * A report that is no discrepancy whatever the stage: of something that is on record already (`true`), or one that changes
   * nothing and is kept for what it says (the fact).
   */
  readonly known?: (order: Order, body: Bodies[K], at: Ms) => boolean | Fact;
}

/** A duty: owed exactly while `owed` answers, since the event that made it so. */
export interface DutyRule {
  readonly rule: string;
  readonly owner: Role;
  /** Its time by the default policy, and which clock it runs on. */
  readonly policy: DutyPolicy;
  /** Commands that fulfil it; by any other way out it has lapsed. */
  readonly closedBy: readonly (CommandName | "clock")[];
  readonly owed: (order: Order) => Owed | readonly Owed[] | undefined;
  /** What is asked outside when it opens. */
  readonly opening?: (order: Order, owed: Owed) => readonly EffectRequest[];
}

export type CommandRows = { readonly [K in CommandName]: CommandRow<K> };
export type Evolve = { readonly [E in EventName]: (order: Order, data: Facts[E], stamp: Stamp) => Order };
export type DutyRules = { readonly [D in DutyName]: DutyRule };
/** What an event makes this service ask outside; `order` is the state after it. */
export type EffectRules = {
  readonly [E in EventName]?: (order: Order, data: Facts[E], event: OrderEvent<E>) => readonly EffectRequest[];
};
/**
 * What its author has a hand in by an event, for four eyes (`hands.ts`): the subjects, or whole hands where the author of the event is
 * not the one who has it. `order` is the state after the event.
 */
export type HandRules = {
  readonly [E in EventName]?: (data: Facts[E], order: Order, stamp: Stamp) => string | readonly string[] | Hand | undefined;
};
/** What an event says about the arrival of the goods. Applied after the event's own `evolve`. */
export type ForecastRules = {
  readonly [E in EventName]?: (order: Order, data: Facts[E], stamp: Stamp) => Order;
};

/**
 * A chapter of the regulation, and the only way in which one is known to the rest: `chapters.ts` lists the chapters and puts their slots
 * together.
 */
export interface Chapter {
  readonly commands: Partial<CommandRows>;
  /** What its events do to the state. */
  readonly evolve: Partial<Evolve>;
  /** What is owed. */
  readonly duties: Partial<DutyRules>;
  /** What is asked outside. */
  readonly effects: EffectRules;
  readonly hands?: HandRules;
  readonly forecasts?: ForecastRules;
  /** What follows by itself from a state at a time: facts that nobody commands. */
  readonly follows?: (order: Order, at: Ms) => readonly Fact[];
  /** The next time, ms, at which `follows` will answer something because time has passed. */
  readonly alarm?: (order: Order) => Ms | undefined;
  /** Bytes of the order's budget that are kept for what has been promised. */
  readonly reserve?: (order: Order) => number;
}

/** Checks a chapter's shape and keeps its exact keys, so that a missing row is a type error in `chapters.ts`. */
export function chapter<const C extends Chapter>(rows: C): C {
  return rows;
}

/** Whether an order is that representative's own: theirs, or of one whose deputy they are now. A machine is its department's. */
function isOwn(order: Order, actor: Actor): boolean {
  if (actor.kind === "machine") return true;
  return order.salesRep !== undefined && [actor.id, ...absentOnes(actor)].includes(order.salesRep);
}

/** The role in which an actor may send a command for this order, or `undefined`: a representative only for their own. */
export function roleFor(order: Order | undefined, actor: Actor, by: readonly Role[], ownBeside = false): Role | undefined {
  const others = by.filter((role) => role !== "sales_rep");
  const own = ownBeside || order === undefined || isOwn(order, actor);
  return own && by.includes("sales_rep") && actor.roles.includes("sales_rep") ? "sales_rep" : actingRole(actor, others);
}

/** The later of some stamps, by number. */
export function latest(...stamps: readonly (Stamp | undefined)[]): Stamp | undefined {
  return stamps.reduce((a, b) => (b !== undefined && (a === undefined || b.number > a.number) ? b : a), undefined);
}

export function isEnded(order: Order): boolean {
  return order.stage === "completed" || order.stage === "cancelled";
}

export function isSpecial(order: Order): boolean {
  return order.class.large || order.class.custom;
}

/** How far along a stage is, so that a report applied late never moves an order back. */
const rank: { readonly [S in Stage]: number } = {
  received: 0,
  confirmed: 1,
  entered: 2,
  returned: 2,
  signed: 3,
  making: 4,
  rework: 4,
  made: 5,
  ready: 6,
  shipped: 7,
  problem: 7,
  delivered: 8,
  completed: 9,
  cancelled: 9,
};

/** Moves an order on to a stage unless it is there or past it already. */
export function advance(order: Order, stage: Stage): Order {
  return rank[stage] > rank[order.stage] ? { ...order, stage } : order;
}

/** Replaces the items that match, leaves the others. */
export function amend<T>(items: readonly T[], matches: (item: T) => boolean, change: (item: T) => T): readonly T[] {
  return items.map((item) => (matches(item) ? change(item) : item));
}
