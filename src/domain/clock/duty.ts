import type { Stamp } from "../stamp.ts";
import type { Recipient, Role } from "../people.ts";
import { type Watch, nothingWatched } from "./watch.ts";
import { ladderOf, timeFor, type DutyPolicy, type Policy } from "../policy.ts";
import type { Ms } from "../time.ts";
import { addDuration, addTime, elapsed, type Calendar } from "./calendar.ts";
import { type Course, slowedBy } from "./ladder.ts";

/** Since when something is owed, and by whom if not by the row's owner. */
export interface Owed {
  /** The event that made it owed: with the duty's name it is the duty's id. */
  readonly since: Stamp;
  /** What it is about, where several of a kind can be open. */
  readonly about?: string | undefined;
  readonly owner?: Recipient | undefined;
  /** The time counts from here instead of from `since`. */
  readonly from?: Ms | undefined;
  /** Not due before this. */
  readonly notBefore?: Ms | undefined;
  /** Due exactly then: the policy has no budget. */
  readonly dueAt?: Ms | undefined;
}

/** What the clock has to know of an order to say how its duties stand. */
export interface ClockedOrder {
  readonly policy: Policy;
  readonly calendar: Calendar;
  readonly class: { readonly large: boolean; readonly custom: boolean };
  readonly salesRep?: string | undefined;
  readonly formerReps: readonly { readonly salesRep?: string | undefined; readonly until: Ms }[];
  readonly watches: Readonly<Record<string, Watch>>;
  /** What the clock has told of the order, bytes. */
  readonly clockWeight: number;
}

/** Whose a duty is, and by which rule. */
export interface ClockRule {
  readonly rule: string;
  readonly owner: Role;
  /** Its time by the default policy. */
  readonly policy: DutyPolicy;
}

/** A duty that is owed: what, by whom, by when, by which rule. Derived from the record, never stored in it. */
export interface Duty<D extends string = string> {
  /** The duty's name and the number of the event since when it is owed. */
  readonly dutyId: string;
  readonly duty: D;
  readonly about?: string | undefined;
  readonly owner: Recipient;
  /** Who owns it when it falls due, or owned it then: an earlier breach stays where it was. */
  readonly answerable: Recipient;
  readonly rule: string;
  readonly openedAt: Ms;
  /** When it is due; while it is paused, when it will be if the pause lasts as long as it may. */
  readonly dueAt: Ms;
  readonly state: "open" | "paused" | "overdue";
  readonly pausable: boolean;
  /** When a pause that is running ends by itself. */
  readonly pauseEndsAt?: Ms | undefined;
  readonly pauseUsedUp: boolean;
  readonly owed: Owed;
  readonly watch: Watch;
  readonly course: Course;
}

function ownerOf(salesRep: string | undefined, rule: ClockRule, owed: Owed): Recipient {
  if (owed.owner) return owed.owner;
  return rule.owner === "sales_rep" && salesRep !== undefined ? { role: "sales_rep", id: salesRep } : { role: rule.owner };
}

/** Whose order it was at a time. */
function repAt({ salesRep, formerReps }: ClockedOrder, at: Ms): string | undefined {
  const former = formerReps.find(({ until }) => at < until);
  return former ? former.salesRep : salesRep;
}

/** The time that a duty has taken by `until`, ms of its own calendar: what it was paused for does not count. */
export function timeTaken({ course: { kind, calendar, from }, watch }: Duty, until: Ms): number {
  const stood = watch.pauses.map((pause) =>
    elapsed(kind, calendar, Math.max(from, pause.from), Math.min(until, pause.to ?? until)),
  );
  return stood.reduce((left, time) => left - time, elapsed(kind, calendar, from, until));
}

/** A duty's id: its name, and the event since when it is owed. */
export function dutyIdOf(duty: string, { since }: Owed): string {
  return `${duty}-${since.number}`;
}

/** How one duty stands at a time, ms. A policy from before there was such a duty has its default time. */
export function dutyAt<D extends string>(order: ClockedOrder, duty: D, rule: ClockRule, owed: Owed, at: Ms): Duty<D> {
  const { policy, calendar } = order;
  const dutyPolicy = policy.duties[duty] ?? rule.policy;
  const { calendar: kind, pausable } = dutyPolicy;
  const dutyId = dutyIdOf(duty, owed);
  const watch = order.watches[dutyId] ?? nothingWatched;
  const openedAt = owed.since.receivedAt;
  const from = owed.from ?? openedAt;

  const special = order.class.large || order.class.custom;
  const time = timeFor(dutyPolicy, special);
  const planned = owed.dueAt ?? (time === undefined ? from : addDuration(kind, calendar, from, time));
  const unpaused = Math.max(planned, owed.notBefore ?? planned);
  const budget = elapsed(kind, calendar, from, unpaused);

  // As long as it is for the first pause, whatever days the others fall on.
  const first = watch.pauses[0]?.from ?? from;
  const limit = elapsed(kind, calendar, first, addDuration(kind, calendar, first, policy.pauseLimit));
  const running = watch.pauses.find(({ to }) => to === undefined);
  const used = watch.pauses.reduce(
    (sum, pause) => sum + (pause.to === undefined ? 0 : elapsed(kind, calendar, pause.from, pause.to)),
    0,
  );
  const pauseEndsAt = running && addTime(kind, calendar, running.from, Math.max(0, limit - used));
  const stood = running ? Math.max(limit, used) : used;
  const dueAt = stood === 0 ? unpaused : addTime(kind, calendar, unpaused, stood);
  const owner = ownerOf(order.salesRep, rule, owed);
  return {
    dutyId,
    duty,
    about: owed.about,
    owner,
    answerable: ownerOf(repAt(order, dueAt), rule, owed),
    rule: rule.rule,
    openedAt,
    dueAt,
    state: running ? "paused" : at > dueAt ? "overdue" : "open",
    pausable,
    pauseEndsAt,
    pauseUsedUp: used >= limit,
    owed,
    watch,
    course: {
      kind,
      calendar,
      from,
      budget,
      stood,
      dueAt,
      ladder: ladderOf(policy, dutyPolicy),
      slowedBy: slowedBy(order.clockWeight),
      owner,
    },
  };
}
