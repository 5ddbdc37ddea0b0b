import type { Calendar } from "../clock/calendar.ts";
import type { Duty } from "./duty.ts";
import { nextRung, toldOn } from "../clock/ladder.ts";
import { SYSTEM } from "../people.ts";
import { iso, type Ms } from "../time.ts";
import { append, ROUNDS, type Origin, type Outcome } from "./append.ts";
import { isEnded } from "./chapter.ts";
import { alarms } from "./chapters.ts";
import { duties } from "./duties.ts";
import { fact, type Fact } from "./events.ts";
import { pendingEffects } from "./outside.ts";
import type { Order } from "./state.ts";

/** An instant, ms, at which time itself changes something: a rung or the end of a pause of a duty, or what else a chapter waits for. */
export interface Alarm {
  readonly at: Ms;
  readonly duty?: Duty;
  readonly rung?: string;
}

/** The next instant at which time itself changes something, and what; `undefined` when nothing is owed. */
export function nextAlarm(order: Order, at: Ms): Alarm | undefined {
  const told = duties(order, at).flatMap<Alarm>((duty) => {
    if (duty.state === "paused") return duty.pauseEndsAt === undefined ? [] : [{ at: duty.pauseEndsAt, duty, rung: "resume" }];
    const next = duty.watch.unreached
      ? { rung: duty.watch.unreached.rung, at: duty.watch.unreached.at }
      : nextRung(duty.course, duty.watch, at);
    return next ? [{ at: next.at, duty, rung: next.rung }] : [];
  });
  const others = alarms.flatMap((alarm) => alarm(order) ?? []).map((time): Alarm => ({ at: time }));
  return [...told, ...others].reduce<Alarm | undefined>(
    (first, each) => (first && first.at <= each.at ? first : each),
    undefined,
  );
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
  let outcome = append(order, clockFacts(order, until), origin);
  // A pause that ended can bring a rung that has passed since.
  for (let round = 0; round < ROUNDS; round++) {
    const facts = clockFacts(outcome.order, until);
    if (facts.length === 0) break;
    const more = append(outcome.order, facts, origin);
    outcome = { order: more.order, events: [...outcome.events, ...more.events] };
  }
  return outcome;
}

/** Lays a newer calendar on an order: due times that are still open move with it. */
export function setCalendar(order: Order, calendar: Calendar, now: Ms): Outcome {
  if (calendar.version <= order.calendar.version) return { order, events: [] };
  return append(order, [fact("calendar-set", { calendar })], { command: "clock", at: now, receivedAt: now, actor: SYSTEM });
}

/** Whether nothing is left to watch: the order has ended, nothing is owed, everything asked outside is settled. */
export function isOver(order: Order, at: Ms): boolean {
  return isEnded(order) && pendingEffects(order).length === 0 && duties(order, at).length === 0;
}
