import { absentOnes, holds, roles, samePerson, type Actor } from "../../people.ts";
import type { Duty } from "../duty.ts";
import { canClimb } from "../../clock/ladder.ts";
import { endingOf } from "../../time.ts";
import { tell } from "../messages.ts";
import { amend, chapter, type Now } from "../chapter.ts";
import { fact, type Fact } from "../events.ts";
import { overRefused } from "../promise.ts";
import { statusOf, type Order } from "../state.ts";
import { type Watch, nothingWatched } from "../../clock/watch.ts";
import { refuse, type Refusal } from "../refusals.ts";

export function findDuty(now: Now, dutyId: string): Duty | undefined {
  return now.duties().find((duty) => duty.dutyId === dutyId);
}

/** Why a duty's clock cannot stop now; `undefined` when it can. */
export function pauseRefused({ duty, state, pausable, pauseUsedUp }: Duty): Refusal | undefined {
  if (!pausable) return refuse("duty-not-pausable", { duty });
  if (state === "overdue") return refuse("duty-overdue", { duty });
  if (state === "paused") return refuse("duty-paused", { duty });
  return pauseUsedUp ? refuse("pause-used-up", { duty }) : undefined;
}

/** The end of the pause that a question brought, if it still lasts. */
export function resuming(order: Order, dutyId: string, questionId: string): readonly Fact[] {
  const running = order.watches[dutyId]?.pauses.find(({ to }) => to === undefined);
  const asked = order.questions.some((question) => question.dutyId === dutyId && question.questionId === running?.evidence);
  return running && (running.evidence === questionId || asked) ? [fact("duty-resumed", { dutyId })] : [];
}

function isOwner({ owner, owed }: Duty, actor: Actor): boolean {
  if (owner.id !== undefined) return [actor.id, ...absentOnes(actor)].includes(owner.id);
  return actor.roles.some((role) => role === owner.role) && !samePerson(owed.owner?.except ?? "", actor.id);
}

/** Somebody of a role that was told, or the one who was told by name, or their deputy. */
function wasTold({ watch }: Duty, actor: Actor): boolean {
  const told = watch.rungs.flatMap((rung) => rung.told);
  return told.some(({ role, id, except }) =>
    id === undefined
      ? !samePerson(except ?? "", actor.id) && roles.some((each) => each === role && holds(actor, each))
      : [actor.id, ...absentOnes(actor)].includes(id),
  );
}

function withWatch(order: Order, dutyId: string, change: (watch: Watch) => Watch): Order {
  return { ...order, watches: { ...order.watches, [dutyId]: change(order.watches[dutyId] ?? nothingWatched) } };
}

/** How duties are watched: pauses, acknowledgements, rungs of the ladder, the calendar. House rules (H). */
export const watching = chapter({
  commands: {
    "pause-duty": {
      by: ["sales_rep", "order_admin", "customer_service", "supervisor", "production", "design", "warehouse", "logistics"],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (_order, actor, now) => {
        const mine = now.duties().filter((duty) => isOwner(duty, actor) || holds(actor, "supervisor"));
        return mine.some((duty) => !pauseRefused(duty)) ? undefined : refuse("no-such-duty", { id: "" });
      },
      decide: (_order, { dutyId, awaiting, evidence }, { actor, now }) => {
        const duty = findDuty(now, dutyId);
        if (!duty) return refuse("no-such-duty", { id: dutyId });
        if (!isOwner(duty, actor) && !holds(actor, "supervisor")) return refuse("not-duty-owner", { duty: duty.duty });
        return pauseRefused(duty) ?? [fact("duty-paused", { dutyId, awaiting, evidence })];
      },
    },
    "resume-duty": {
      by: ["sales_rep", "order_admin", "customer_service", "supervisor", "production", "design", "warehouse", "logistics"],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (_order, actor, now) => {
        const mine = now.duties().filter((duty) => isOwner(duty, actor) || holds(actor, "supervisor"));
        return mine.some(({ state }) => state === "paused") ? undefined : refuse("no-such-duty", { id: "" });
      },
      decide: (_order, { dutyId }, { actor, now }) => {
        const duty = findDuty(now, dutyId);
        if (!duty) return refuse("no-such-duty", { id: dutyId });
        if (!isOwner(duty, actor) && !holds(actor, "supervisor")) return refuse("not-duty-owner", { duty: duty.duty });
        return duty.state === "paused" ? [fact("duty-resumed", { dutyId })] : refuse("duty-not-paused", { duty: duty.duty });
      },
    },
    acknowledge: {
      by: [
        "sales_rep",
        "order_admin",
        "customer_service",
        "supervisor",
        "management",
        "production",
        "design",
        "warehouse",
        "logistics",
      ],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (_order, actor, now) =>
        now.duties().some((duty) => duty.state === "overdue" && wasTold(duty, actor))
          ? undefined
          : refuse("no-such-duty", { id: "" }),
      decide: (_order, { dutyId, promisedAt }, { actor, now }) => {
        const duty = findDuty(now, dutyId);
        if (!duty) return refuse("no-such-duty", { id: dutyId });
        if (duty.state !== "overdue") return refuse("duty-not-overdue", { duty: duty.duty });
        if (!wasTold(duty, actor)) return refuse("not-told", { duty: duty.duty });
        const refusal = promisedAt === undefined ? undefined : overRefused("promisedAt", promisedAt, now.at);
        return refusal ?? [fact("duty-acknowledged", { dutyId, promisedAt })];
      },
    },
  },
  evolve: {
    "duty-paused": (order, { dutyId, awaiting, evidence }, { at }) =>
      withWatch(order, dutyId, (watch) => ({ ...watch, pauses: [...watch.pauses, { from: at, awaiting, evidence }] })),
    "duty-resumed": (order, { dutyId }, { at }) =>
      withWatch(order, dutyId, (watch) => ({
        ...watch,
        pauses: amend(
          watch.pauses,
          ({ to }) => to === undefined,
          (pause) => ({ ...pause, to: Math.max(at, pause.from) }),
        ),
      })),
    "duty-acknowledged": (order, { dutyId, promisedAt }, { actor, at }) =>
      withWatch(order, dutyId, (watch) => ({
        ...watch,
        acknowledged: [
          ...watch.acknowledged,
          { by: actor, at, promisedAt: promisedAt === undefined ? undefined : endingOf(promisedAt) },
        ],
      })),
    "rung-told": (order, data, { at }) =>
      withWatch(order, data.dutyId, (watch) => ({ ...watch, rungs: [...watch.rungs, { ...data, at }], unreached: undefined })),
    "rung-unreached": (order, { dutyId, rung }, { at }) =>
      withWatch(order, dutyId, (watch) => {
        const climbed = watch.rungs.findLast((each) => each.rung === rung)?.climbed ?? 0;
        return canClimb(rung, climbed) ? { ...watch, unreached: { rung, climbed: climbed + 1, at } } : watch;
      }),
    "calendar-set": (order, { calendar }) => (calendar.version > order.calendar.version ? { ...order, calendar } : order),
  },
  duties: {},
  effects: {
    "rung-told": (order, { duty, dutyId, rung, rule, dueAt, owner, told, climbed }) => {
      if (told.length === 0) return [];
      const whose = owner.id ?? owner.role;
      const status = statusOf[order.stage];
      return [tell(order, told, "rung", { duty, dutyId, rung, rule, dueAt, owner: whose, climbed, status })];
    },
  },
});
