import { expect } from "vitest";
import type { Bodies, CommandName } from "../../src/domain/order/bodies.ts";
import type { EventName, OrderEvent } from "../../src/domain/order/events.ts";
import { duties } from "../../src/domain/order/duties.ts";
import { settle } from "../../src/domain/order/outside.ts";
import type { ClosedDuty, Order, Stage } from "../../src/domain/order/state.ts";
import { isRefusal, type RefusalCode } from "../../src/domain/order/refusals.ts";
import type { Effect, EffectOutcome, MessageName } from "../../src/domain/order/effects.ts";
import type { Actor } from "../../src/domain/people.ts";
import type { DutyName, Duty } from "../../src/domain/order/duty.ts";
import { iso, ms, type Duration, type Ms } from "../../src/domain/time.ts";
import { attempt, later, reported, when, type Story } from "./order-fixture.ts";

/** A command's body, which may be left out where all of it may be. */
type Body<K extends CommandName> = Record<never, never> extends Bodies[K] ? [body?: Bodies[K]] : [body: Bodies[K]];

/** A story that is told step by step, and asked after each: given, when, then. */
export interface Scene {
  readonly story: Story;
  readonly order: Order;
  /** The events of the last step; what the clock told is left out. */
  readonly last: readonly OrderEvent[];
  /** A command that is taken on. */
  when<K extends CommandName>(name: K, actor: Actor, ...body: Body<K>): Scene;
  /** A report that comes as a signal, so long after it happened. */
  report<K extends CommandName>(name: K, actor: Actor, body: Bodies[K], ago?: Duration): Scene;
  later(time: Duration): Scene;
  /** An outside system's answer to the last request of that kind. */
  answered(system: string, ask: string, outcome: EffectOutcome["result"]): Scene;
  /** Goes on with steps that another file names. */
  after(steps: (story: Story) => Story): Scene;

  /** What followed from the last step, and nothing else. */
  brings(...events: EventName[]): Scene;
  refuses<K extends CommandName>(name: K, actor: Actor, body: Bodies[K], reason: RefusalCode): Scene;
  in(stage: Stage): Scene;
  owes(...names: DutyName[]): Scene;
  owesNothingOf(...names: DutyName[]): Scene;
  owesOnly(...names: DutyName[]): Scene;
  /** A duty is due that long after now. */
  dueIn(name: DutyName, time: Duration): Scene;
  ownedBy(name: DutyName, owner: Duty["owner"]): Scene;
  /** How the last duty of a kind ended. */
  closed(name: DutyName, how: ClosedDuty["how"], late?: "late" | "in time"): Scene;
  /** What the last step asked outside, without the ladder: `system:ask`, of messages `message>role`. */
  asks(...what: string[]): Scene;
  asksNothing(): Scene;
  /** How many messages the customer was sent so far. */
  customerWasTold(...messages: MessageName[]): Scene;
  has(some: Partial<{ [K in keyof Order]: unknown }>): Scene;
}

/** A duty that is owed; the last of a kind. */
export function dutyOf(story: Story, name: DutyName, at: Ms = story.now): Duty {
  const found = story.order && duties(story.order, at).findLast(({ duty }) => duty === name);
  if (!found) throw new Error(`${name} is not owed`);
  return found;
}

export function owed(story: Story): DutyName[] {
  return story.order ? duties(story.order, story.now).map(({ duty }) => duty) : [];
}

function named(effect: Effect): string {
  return effect.system === "messages"
    ? `${effect.data.message}>${effect.data.to.map(({ role }) => role).join("+")}`
    : `${effect.system}:${effect.ask}`;
}

export function given(story: Story, before: Story = story): Scene {
  const { order } = story;
  if (!order) throw new Error("a scene begins with a received order");
  const last = story.events.slice(before.events.length).filter(({ event }) => event !== "rung-told");
  const numbers = story.events.slice(before.events.length).map(({ number }) => number);
  const go = (next: Story) => given(next, story);
  const scene: Scene = {
    story,
    order,
    last,
    when: (name, actor, ...body) => go(when(story, name, actor, ...filled(body))),
    report: (name, actor, body, ago) => go(reported(story, name, actor, body, ago)),
    later: (time) => go(later(story, time)),
    answered(system, ask, result) {
      const effect = order.effects.findLast((each) => each.system === system && each.ask === ask && each.state === "pending");
      const settled = settle(order, effect?.effectId ?? "", { result }, story.now);
      return go({ ...story, order: settled.order, events: [...story.events, ...settled.events] });
    },
    after: (steps) => go(steps(story)),
    brings(...events) {
      expect(last.map(({ event }) => event)).toEqual(events);
      return scene;
    },
    refuses(name, actor, body, reason) {
      const answer = attempt(story, name, actor, body);
      expect(isRefusal(answer) ? answer.refused : "taken on", name).toBe(reason);
      return scene;
    },
    in(stage) {
      expect(order.stage).toBe(stage);
      return scene;
    },
    owes(...names) {
      expect(owed(story)).toEqual(expect.arrayContaining(names));
      return scene;
    },
    owesNothingOf(...names) {
      expect(owed(story).filter((name) => names.includes(name))).toEqual([]);
      return scene;
    },
    owesOnly(...names) {
      expect(owed(story).toSorted()).toEqual(names.toSorted());
      return scene;
    },
    dueIn(name, time) {
      expect(iso(dutyOf(story, name).dueAt), name).toBe(iso(story.now + ms(time)));
      return scene;
    },
    ownedBy(name, owner) {
      expect(dutyOf(story, name).owner).toEqual(owner);
      return scene;
    },
    closed(name, how, late) {
      const ended = order.closedDuties.findLast(({ duty }) => duty === name);
      expect(ended?.how, name).toBe(how);
      if (late) expect(ended?.late, name).toBe(late === "late");
      return scene;
    },
    asks(...what) {
      const asked = order.effects.filter(({ eventNumber }) => numbers.includes(eventNumber)).map(named);
      expect(asked.filter((each) => !each.startsWith("rung>")).toSorted()).toEqual(what.toSorted());
      return scene;
    },
    asksNothing: () => scene.asks(),
    customerWasTold(...messages) {
      const told = order.effects.flatMap((effect) =>
        effect.system === "messages" && effect.data.to.some(({ role }) => role === "customer") ? [effect.data.message] : [],
      );
      expect(told).toEqual(messages);
      return scene;
    },
    has(some) {
      expect(order).toMatchObject(some);
      return scene;
    },
  };
  return scene;
}

/** A body that was left out says nothing. */
function filled<K extends CommandName>(body: Body<K>): [Bodies[K]] {
  // `Body` lets it be left out only where an empty one is a body of that command: the compiler cannot see that.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return [body[0] ?? {}] as [Bodies[K]];
}
