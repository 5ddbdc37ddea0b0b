import { within } from "../../policy.ts";
import type { Actor } from "../../people.ts";
import { amend, chapter, roleFor } from "../chapter.ts";
import { lapsing } from "./changes.ts";
import { openDelay } from "./delays.ts";
import { CUSTOMER, tell } from "../messages.ts";
import type { EffectRequest } from "../effects.ts";
import { fact } from "../events.ts";
import { cancellationOf, hadHand } from "../hands.ts";
import type { Order, Stage } from "../state.ts";
import { refuse } from "../refusals.ts";

const unsigned: readonly Stage[] = ["received", "confirmed", "entered", "returned"];
const cancellable: readonly Stage[] = [...unsigned, "signed", "making", "made", "rework", "ready", "problem"];

/** What was begun outside and has to be called off. */
function callingOff(order: Order, reason: string): readonly EffectRequest[] {
  const asked = (system: string) => order.effects.some((effect) => effect.system === system);
  return [
    ...(asked("production") ? [{ system: "production", ask: "call-off", data: { reason } } as const] : []),
    ...(asked("warehouse") ? [{ system: "warehouse", ask: "take-back", data: { lines: order.lines, reason } } as const] : []),
    ...(asked("logistics") ? [{ system: "logistics", ask: "call-off", data: { reason } } as const] : []),
  ];
}

/** Whether somebody asked for the open cancellation, or had a hand in the remedy that it comes from. */
function ownCancellation(order: Order, actor: Actor): boolean {
  const { cancellation: asked, delays } = order;
  if (!asked) return false;
  const remedies = delays.filter(({ outcome }) => outcome === "cancelled").map(({ delayId }) => delayId);
  return [cancellationOf(asked.stamp), ...remedies].some((subject) => hadHand(order, subject, actor));
}

/** House rules (H): the regulation does not say how an order is called off, but customers do cancel. */
export const cancellation = chapter({
  commands: {
    "request-cancellation": {
      by: ["sales_rep", "customer_service"],
      machine: true,
      request: true,
      rule: "H",
      stages: ["signed", "making", "made", "rework", "ready", "problem"],
      when: (order) => (order.cancellation ? refuse("cancellation-open") : undefined),
      known: (order) => order.cancellation !== undefined || order.cancelling !== undefined,
      decide: (_order, { askedBy, reason }) => [fact("cancellation-requested", { askedBy, reason })],
    },
    cancel: {
      by: ["sales_rep", "supervisor"],
      rule: "H",
      stages: cancellable,
      when: (order, actor) => {
        // The representative's alone until it is signed, unless the supervisor has been asked.
        if (unsigned.includes(order.stage) && !order.cancellation) {
          return roleFor(order, actor, ["sales_rep"]) ? undefined : refuse("wrong-role", { roles: ["sales_rep"] });
        }
        if (!actor.roles.includes("supervisor") && !actor.roles.includes("management")) return refuse("supervisor-decides");
        return ownCancellation(order, actor) ? refuse("own-request") : undefined;
      },
      decide: (_order, { reason, settlement }) => [fact("cancellation-decided", { reason, settlement })],
    },
    "refuse-cancellation": {
      by: ["supervisor"],
      rule: "H",
      when: (order, actor) =>
        !order.cancellation ? refuse("no-cancellation-open") : ownCancellation(order, actor) ? refuse("own-request") : undefined,
      decide: (_order, { reason }) => [fact("cancellation-refused", { reason })],
    },
  },
  evolve: {
    "cancellation-requested": (order, { askedBy, reason }, stamp) => ({
      ...order,
      cancellation: { askedBy, reason, asRemedy: order.delays.some(({ delayId }) => delayId === reason), stamp },
    }),
    "cancellation-refused": (order, _data, stamp) => ({
      ...order,
      cancellation: undefined,
      cancellationRefused: stamp,
      // The customer had agreed to cancel as remedy of a delay: they are to be offered another, unless a later delay is open.
      delays: amend(
        order.delays,
        ({ outcome }) => outcome === "cancelled",
        (delay) =>
          delay === order.delays.findLast(({ outcome }) => outcome === "cancelled") && !openDelay(order)
            ? { ...delay, state: "untold", tellSince: stamp, ended: undefined, outcome: undefined, settledFor: undefined }
            : { ...delay, outcome: "kept" },
      ),
    }),
    "cancellation-decided": (order, { reason, settlement }, stamp) => ({
      ...lapsing(order, stamp),
      cancellation: undefined,
      cancelling: { reason, settlement, stamp },
    }),
    cancelled: (order, _data, stamp) => ({ ...order, stage: "cancelled", ended: stamp }),
  },
  duties: {
    "decide-cancellation": {
      rule: "H",
      owner: "supervisor",
      policy: within("PT24H"),
      closedBy: ["cancel", "refuse-cancellation"],
      owed: ({ cancellation: asked }) =>
        asked && { since: asked.stamp, owner: { role: "supervisor", except: asked.stamp.actor.id } },
    },
  },
  effects: {
    "cancellation-decided": (order, { reason }) => callingOff(order, reason),
    cancelled: (order) => [tell(order, CUSTOMER, "cancelled", { reason: order.cancelling?.reason ?? "" })],
  },
  follows: (order) => {
    const { cancelling } = order;
    if (!cancelling || order.stage === "cancelled") return [];
    const calledOff = order.effects.filter(({ eventNumber }) => eventNumber === cancelling.stamp.number);
    // Each outside system has answered, or a person took over what it refused.
    return calledOff.every(({ state }) => state === "done" || state === "taken_over") ? [fact("cancelled", {})] : [];
  },
  hands: { "cancellation-requested": (_data, _order, stamp) => cancellationOf(stamp) },
});
