import type { Calendar } from "../clock/calendar.ts";
import type { Policy } from "../policy.ts";
import type { DutyName } from "./duty.ts";
import type { Ms } from "../time.ts";
import { isExempt } from "./chapters/force-majeure.ts";
import type { Recipient } from "../people.ts";
import type { OrderEvent } from "./events.ts";
import { duties } from "./duties.ts";
import { replay } from "./evolve.ts";
import type { Order } from "./state.ts";

/** What a rehearsal tries: other numbers, perhaps another calendar. */
export interface Proposal {
  readonly policy: Policy;
  readonly calendar?: Calendar | undefined;
}

/** How a duty stood under one policy; absent where it was not owed under that one. */
interface Stood {
  readonly dueAt: Ms;
  readonly late: boolean;
}

/** One duty of an order under the policy that it had, and under the proposed one. */
export interface RehearsedDuty {
  readonly dutyId: string;
  readonly duty: DutyName;
  readonly rule: string;
  readonly owner: Recipient;
  /** When it ended; absent while it is owed. */
  readonly closedAt?: Ms | undefined;
  readonly before?: Stood | undefined;
  readonly proposed?: Stood | undefined;
}

type Course = Omit<RehearsedDuty, "before" | "proposed"> & Stood;

/** Every duty that an order has had or has; late is what was breached, and carries blame (R7.4). */
function coursesOf(order: Order, at: Ms): Course[] {
  const ended = order.closedDuties.map(({ dutyId, duty, rule, owner, dueAt, closedAt, late }) => {
    return { dutyId, duty, rule, owner, dueAt, closedAt, late };
  });
  const owed = duties(order, at).map(({ dutyId, duty, rule, owner, dueAt, state }) => {
    return { dutyId, duty, rule, owner, dueAt, late: state === "overdue" };
  });
  return [...ended, ...owed].map((course) => ({ ...course, late: course.late && !isExempt(order, course) }));
}

/** The events as they would read had the order been received under a proposal. */
function proposedEvents(events: readonly OrderEvent[], { policy, calendar }: Proposal): readonly OrderEvent[] {
  return events.map((event) => {
    if (event.event !== "received") return event;
    // Newer than any that reached the order while it ran, so that the proposed one holds throughout.
    const working = calendar ? { calendar: { ...calendar, version: Number.MAX_SAFE_INTEGER } } : {};
    return { ...event, data: { ...event.data, ...working, policy } };
  });
}

/**
 * What would have been late under other numbers, had everybody done exactly what they did: the recorded events replayed
 * with the proposed policy, each duty beside what became of it. What is owed still is compared with `at`, ms.
 */
export function rehearse(events: readonly OrderEvent[], proposal: Proposal, at: Ms): RehearsedDuty[] {
  const before = coursesOf(replay(events), at);
  const proposed = new Map(coursesOf(replay(proposedEvents(events, proposal)), at).map((course) => [course.dutyId, course]));
  const known = new Set(before.map(({ dutyId }) => dutyId));
  const both = before.map((course) => ({
    ...beside(course),
    before: stood(course),
    proposed: stood(proposed.get(course.dutyId)),
  }));
  const added = [...proposed.values()].filter(({ dutyId }) => !known.has(dutyId));
  return [...both, ...added.map((course) => ({ ...beside(course), proposed: stood(course) }))];
}

function beside({ dutyId, duty, rule, owner, closedAt }: Omit<Course, keyof Stood>): Omit<RehearsedDuty, "before" | "proposed"> {
  return { dutyId, duty, rule, owner, closedAt };
}

function stood(course: Course | undefined): Stood | undefined {
  return course && { dueAt: course.dueAt, late: course.late };
}
