import { absentOnes, holds, roles, samePerson, type Actor } from "../../people.ts";
import type { Duty } from "../../clock/duty.ts";
import { canClimb, nothingWatched } from "../../clock/ladder.ts";
import { endingOf, type Ms } from "../../time.ts";
import { tell } from "../messages.ts";
import { amend, chapter, type Now } from "../chapter.ts";
import type { Effect, EffectOutcome } from "../effects.ts";
import { fact, type Fact } from "../events.ts";
import { hadHand } from "../hands.ts";
import { overRefused } from "../promise.ts";
import { statusOf, type Discrepancy, type Order, type Watch } from "../state.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { shipmentOf } from "../shipment.ts";

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

function settled(order: Order, effectId: string, state: Effect["state"], outcome: EffectOutcome | undefined): Order {
  return {
    ...order,
    effects: amend(
      order.effects,
      (effect) => effect.effectId === effectId,
      (effect) => ({ ...effect, state, outcome: outcome ?? effect.outcome }),
    ),
  };
}

/** The message that the customer's knowledge of a dispatch hangs on: delivered, it is the telling (R4.3). */
function tellsShipment(order: Order, effect: Effect | undefined): boolean {
  return (
    effect?.system === "messages" &&
    effect.data.message === "dispatched" &&
    effect.data.to.some(({ role }) => role === "customer") &&
    effect.eventNumber === shipmentOf(order)?.dispatched.number
  );
}

/** A failed ladder message about a `take-over` opens no other one: that would breed incidents without end. */
export function needsTakeOver(effect: Effect): boolean {
  const aboutTakeOver =
    effect.system === "messages" && effect.data.message === "rung" && effect.data.params["duty"] === "take-over";
  return effect.state === "failed" && !aboutTakeOver;
}

export function openDiscrepancies(order: Order): readonly Discrepancy[] {
  return order.discrepancies.filter(({ state }) => state === "open");
}

/** A discrepancy that was reported once more. */
export function repeated(order: Order, discrepancyId: string, count: number, lastAt: Ms): Order {
  const discrepancies = amend(
    order.discrepancies,
    (each) => each.discrepancyId === discrepancyId,
    (each) => ({ ...each, count, lastAt }),
  );
  return { ...order, discrepancies };
}

/** How duties are watched, and what becomes of requests and reports that fail. */
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
    "take-over": {
      by: ["order_admin", "supervisor"],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (order) => (order.effects.some(({ state }) => state === "failed") ? undefined : refuse("no-such-effect", { id: "" })),
      decide: (order, { effectId, outcome }) =>
        order.effects.some((effect) => effect.effectId === effectId && effect.state === "failed")
          ? [fact("effect-taken-over", { effectId, outcome })]
          : refuse("no-such-effect", { id: effectId }),
    },
    "resolve-discrepancy": {
      by: ["order_admin", "supervisor"],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (order, actor) =>
        openDiscrepancies(order).some(({ discrepancyId }) => !hadHand(order, discrepancyId, actor))
          ? undefined
          : refuse("no-such-discrepancy", { id: "" }),
      // What `apply` brings is decided where all commands are known: `order.ts`.
      decide: (order, { discrepancyId, decision, reason }, { actor }) => {
        const open = openDiscrepancies(order).find((each) => each.discrepancyId === discrepancyId);
        if (!open) return refuse("no-such-discrepancy", { id: discrepancyId });
        return hadHand(order, discrepancyId, actor)
          ? refuse("own-request")
          : [fact("discrepancy-closed", { discrepancyId, decision, reason })];
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
    "effect-done": (order, { effectId, outcome }, stamp) => {
      const effect = order.effects.find((each) => each.effectId === effectId);
      const done = settled(order, effectId, "done", outcome);
      if (!tellsShipment(order, effect)) return done;
      return {
        ...done,
        shipments: done.shipments.map((shipment, index) =>
          index === done.shipments.length - 1 ? { ...shipment, customerTold: shipment.customerTold ?? stamp } : shipment,
        ),
      };
    },
    "effect-failed": (order, { effectId, outcome }, stamp) => {
      const failed = settled(order, effectId, "failed", outcome);
      return {
        ...failed,
        effects: amend(
          failed.effects,
          (each) => each.effectId === effectId,
          (each) => ({ ...each, failed: stamp }),
        ),
      };
    },
    "effect-taken-over": (order, { effectId }) => settled(order, effectId, "taken_over", undefined),
    "discrepancy-opened": (order, data, stamp) => ({
      ...order,
      discrepancies: [...order.discrepancies, { ...data, opened: stamp, count: 1, lastAt: stamp.receivedAt, state: "open" }],
    }),
    "discrepancy-repeated": (order, { discrepancyId, count }, { receivedAt }) =>
      repeated(order, discrepancyId, count, receivedAt),
    "reports-not-kept": (order, { count }) => ({ ...order, notKept: count }),
    "discrepancy-closed": (order, { discrepancyId, decision }, stamp) => ({
      ...order,
      discrepancies: amend(
        order.discrepancies,
        (each) => each.discrepancyId === discrepancyId,
        (each) => ({
          ...each,
          state: decision === "apply" ? "applied" : decision === "discard" ? "discarded" : "accepted",
          closed: stamp,
        }),
      ),
    }),
    "calendar-set": (order, { calendar }) => (calendar.version > order.calendar.version ? { ...order, calendar } : order),
    "order-restored": (order) => order,
    "report-known": (order) => order,
    "command-refused": (order) => order,
    "message-refused": (order) => order,
    "run-cancellation-refused": (order) => order,
  },
  duties: {
    "resolve-discrepancy": {
      rule: "H",
      owner: "order_admin",
      closedBy: ["resolve-discrepancy", "clock"],
      owed: (order) => openDiscrepancies(order).map(({ opened, discrepancyId }) => ({ since: opened, about: discrepancyId })),
    },
    "take-over": {
      rule: "H",
      owner: "order_admin",
      closedBy: ["take-over"],
      owed: (order) =>
        order.effects.flatMap((effect) =>
          needsTakeOver(effect) && effect.failed ? [{ since: effect.failed, about: effect.effectId }] : [],
        ),
    },
  },
  effects: {
    "rung-told": (order, { duty, dutyId, rung, rule, dueAt, owner, told, climbed }) => {
      if (told.length === 0) return [];
      const whose = owner.id ?? owner.role;
      const status = statusOf[order.stage];
      return [tell(order, told, "rung", { duty, dutyId, rung, rule, dueAt, owner: whose, climbed, status })];
    },
    "order-restored": (order, { why }) => [
      tell(order, { role: "supervisor" }, "order-restored", { why, status: statusOf[order.stage] }),
    ],
    // Nobody is told of what they may never have sent.
    "command-refused": (order, { refusal }, { actor: { id, role }, command }) =>
      role === "unverified" ? [] : [tell(order, { role, id }, "refused", { command, refusal })],
    "run-cancellation-refused": (order) => [tell(order, { role: "supervisor" }, "run-kept", {})],
  },
});
