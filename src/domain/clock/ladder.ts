import { ms, type Instant, type Ms } from "../time.ts";
import type { LadderPolicy } from "../policy.ts";
import { type Acknowledgement, type Rung, rungs } from "./watch.ts";
import type { Recipient } from "../people.ts";
import { addDuration, addTime, type Calendar, type CalendarKind } from "./calendar.ts";

/** What the ladder of one duty is reckoned from. */
export interface Course {
  readonly kind: CalendarKind;
  readonly calendar: Calendar;
  /** When its time begins to count, ms. */
  readonly from: Ms;
  /** Its time, ms of its calendar. */
  readonly budget: number;
  /** Ms of its calendar that its clock stood still. */
  readonly stood: number;
  readonly dueAt: Ms;
  readonly ladder: LadderPolicy;
  /** By how much longer it is between two reminders; 1 when not said. */
  readonly slowedBy?: number;
  readonly owner: Recipient;
}

/** A step that has been told, for the time by which the duty was due then. */
export interface Told {
  readonly rung: Rung;
  readonly rungDueAt: Instant;
  readonly dueAt: Instant;
}

/** How far up a ladder has been climbed, and who said that they know. */
export interface Climbed {
  readonly rungs: readonly Told[];
  readonly acknowledged: readonly Acknowledgement[];
}

/** What the clock has told may weigh so much before reminders come less often, bytes; so much more doubles the time between them. */
const [CLOCK_FREE, CLOCK_STEP] = [384 * 1_024, 16 * 1_024];

/**
 * By how much the time between two reminders is longer, from what the clock has told of the order already (bytes): 1 on any ordinary order.
 * Warning, due and escalation are told in time all the same. A reminder weighs 600 bytes, so that 120 duties that nobody looks after, more
 * than an order has, add 70 KiB a day; and 14 doublings, 224 KiB, keep them within 640 KiB for more than ten years.
 */
export function slowedBy(clockWeight: number): number {
  return clockWeight <= CLOCK_FREE ? 1 : 2 ** Math.ceil((clockWeight - CLOCK_FREE) / CLOCK_STEP);
}

/** The recipients of the chain that a telling climbs: owner, supervisor, management. */
const CHAIN: readonly Recipient[] = [{ role: "supervisor" }, { role: "management" }];

/** How high in the chain each rung reaches by itself: 0 the owner, 1 the supervisor too, 2 management. */
const height: { readonly [R in Rung]: number } = { warn: 0, due: 1, escalate: 2, remind: 2 };

function after(course: Course, from: Ms, time: number): Ms {
  return addTime(course.kind, course.calendar, from, time);
}

/** The rungs told for the time that now holds: when a due time has moved on, being overdue has to be told anew. */
function told(course: Course, watch: Climbed, rung: Rung) {
  return watch.rungs.filter((each) => each.rung === rung && (rung === "warn" || Date.parse(each.dueAt) >= course.dueAt)).at(-1);
}

/** The last acknowledgement by the owner, or by somebody above them. */
function lastAcknowledged(watch: Climbed, by: "owner" | "above"): Acknowledgement | undefined {
  return watch.acknowledged.findLast(({ by: { role } }) => (role === "supervisor" || role === "management") === (by === "above"));
}

/** When everybody is told again: daily from the escalation on; acknowledged from above, from the time promised on, if any. */
function nextReminder(course: Course, watch: Climbed, escalatedAt: Ms, at: Ms): Ms | undefined {
  const every = ms(course.ladder.remindEvery) * (course.slowedBy ?? 1);
  const last = told(course, watch, "remind");
  const daily = (last ? Date.parse(last.rungDueAt) : escalatedAt) + every;
  const acknowledged = lastAcknowledged(watch, "above");
  if (acknowledged && acknowledged.promisedAt === undefined) return undefined;
  const first = Math.max(daily, acknowledged?.promisedAt ?? daily);
  return first + Math.max(0, Math.floor((at - first) / every)) * every;
}

/** The rung to tell next, and when; of several that have passed by `at`, the highest. Nothing while a pause lasts. */
export function nextRung(course: Course, watch: Climbed, at: Ms): { rung: Rung; at: Ms } | undefined {
  const { ladder, dueAt, budget, from, stood } = course;
  const warnAt = Math.min(dueAt, after(course, from, budget * ladder.warnAt + stood));
  const escalatedAt = Math.max(
    after(course, dueAt, budget * ladder.escalateAfter),
    addDuration(course.kind, course.calendar, dueAt, ladder.escalateAtLeast),
  );
  const times: readonly { rung: Rung; at: Ms }[] = [
    { rung: "warn", at: warnAt },
    { rung: "due", at: dueAt },
    { rung: "escalate", at: escalatedAt },
  ];
  const highest = times.findLastIndex(({ rung }) => told(course, watch, rung) !== undefined);
  // A reminder stands for all the rungs below it.
  const ahead = told(course, watch, "remind") ? [] : times.slice(highest + 1);
  const reminder = nextReminder(course, watch, escalatedAt, at);
  const steps = reminder === undefined ? ahead : [...ahead, { rung: "remind" as const, at: reminder }];
  return steps.filter((step) => step.at <= at).at(-1) ?? steps[0];
}

/** Who is told a rung; `climbed` steps further when nobody below was reached. */
export function toldOn(course: Course, watch: Climbed, rung: Rung, climbed: number, at: Ms): Recipient[] {
  const reach = height[rung] + climbed;
  if (climbed > 0) return CHAIN.slice(reach - 1, reach).map((each) => each);
  // The owner's acknowledgement stops only their own reminders.
  const said = lastAcknowledged(watch, "owner");
  const silent = rung === "remind" && said && (said.promisedAt === undefined || said.promisedAt > at);
  const owner = silent ? [] : [course.owner];
  if (rung === "escalate") return [{ role: "management" }];
  return distinct([...owner, ...CHAIN.slice(0, reach)]);
}

/** Whether a telling that reached nobody can climb further. */
export function canClimb(rung: Rung, climbed: number): boolean {
  return height[rung] + climbed < CHAIN.length;
}

function distinct(recipients: readonly Recipient[]): Recipient[] {
  return recipients.filter(
    ({ role, id }, index) =>
      recipients.findIndex((other) => other.role === role && (other.id === undefined || other.id === id)) === index,
  );
}

/** How far up a duty has been told: 0 nobody, 1 warned, 2 due, 3 management, more: reminded so often. */
export function levelOf(watch: Pick<Climbed, "rungs">): number {
  const reminders = watch.rungs.filter(({ rung }) => rung === "remind").length;
  const highest = Math.max(0, ...watch.rungs.map(({ rung }) => Math.min(rungs.indexOf(rung) + 1, 3)));
  return highest + reminders;
}
