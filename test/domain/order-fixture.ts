import type { Outcome } from "../../src/domain/order/append.ts";
import { tick } from "../../src/domain/order/clock.ts";
import { decide } from "../../src/domain/order/decide.ts";
import { takeReport } from "../../src/domain/order/reports.ts";
import type { Bodies, Command, CommandName } from "../../src/domain/order/bodies.ts";
import type { OrderEvent } from "../../src/domain/order/events.ts";
import type { Order } from "../../src/domain/order/state.ts";
import { isRefusal, type Refusal } from "../../src/domain/order/refusals.ts";
import type { Actor, Role } from "../../src/domain/people.ts";
import { type Policy } from "../../src/domain/policy.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { instant, ms, type Duration, type Ms } from "../../src/domain/time.ts";

/** A person of a role; the representative of the orders here is li.na. */
export function by(role: Role, id: string = people[role]): Actor {
  return { id, roles: [role], kind: "person" };
}

/** A department's machine. */
export function machine(role: Role): Actor {
  return { id: `${role}-system`, roles: [role], kind: "machine" };
}

const people: { readonly [R in Role]: string } = {
  sales_rep: "li.na",
  order_admin: "zhao.min",
  customer_service: "sun.li",
  supervisor: "wang.fang",
  management: "chen.gang",
  production: "zhou.jie",
  design: "wu.yan",
  warehouse: "xu.tao",
  logistics: "he.ping",
};

export const MONDAY = instant("2026-11-23T09:00:00+08:00");

/** Everything that a test needs to send a command at a time that it chooses. */
export interface Story {
  readonly order: Order | undefined;
  readonly events: readonly OrderEvent[];
  readonly now: Ms;
  readonly policy: Policy;
}

export const beginning: Story = { order: undefined, events: [], now: MONDAY, policy: defaultPolicy };

let keys = 0;

export function command<K extends CommandName>(name: K, actor: Actor, body: Bodies[K], at: Ms, receivedAt: Ms = at): Command<K> {
  keys += 1;
  return { command: name, actor, body, key: `key-${keys}`, hash: `hash-${keys}`, at, receivedAt };
}

function told(story: Story, outcome: Outcome): Story {
  return { ...story, order: outcome.order, events: [...story.events, ...outcome.events] };
}

/** Sends a command now; the clock has been looked at before. */
export function attempt<K extends CommandName>(story: Story, name: K, actor: Actor, body: Bodies[K]): Story | Refusal {
  const current = story.order ? told(story, tick(story.order, story.now, story.now)) : story;
  const sent: Command = command<CommandName>(name, actor, body, story.now);
  const outcome = decide(current.order, sent, { orderNo: "SO-1", policy: story.policy });
  return isRefusal(outcome) ? outcome : told(current, outcome);
}

/** Sends a command that must be taken on. */
export function when<K extends CommandName>(story: Story, name: K, actor: Actor, body: Bodies[K]): Story {
  const after = attempt(story, name, actor, body);
  if (isRefusal(after)) throw new Error(`${name} was refused: ${after.refused} ${JSON.stringify(after.details)}`);
  return after;
}

/** A report that came as a signal; `ago` is how long before now it happened. */
export function reported<K extends CommandName>(
  story: Story,
  name: K,
  actor: Actor,
  body: Bodies[K],
  ago: Duration = "PT0S",
): Story {
  if (!story.order) throw new Error("no order yet");
  const sent: Command = command<CommandName>(name, actor, body, story.now - ms(ago), story.now);
  return told(story, takeReport(story.order, sent, { orderNo: "SO-1", policy: story.policy }));
}

/** Lets time pass; the clock looks once, at the end, as after a downtime. */
export function later(story: Story, time: Duration): Story {
  const now = story.now + ms(time);
  return story.order ? told({ ...story, now }, tick(story.order, now, now)) : { ...story, now };
}
