import { within } from "../../policy.ts";
import { amend, chapter } from "../chapter.ts";
import type { Effect, EffectOutcome } from "../effects.ts";
import { fact } from "../events.ts";
import type { Order } from "../state.ts";
import { refuse } from "../refusals.ts";
import { shipmentOf } from "../shipment.ts";

function withOutcome(order: Order, effectId: string, state: Effect["state"], outcome: EffectOutcome | undefined): Order {
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

/** What becomes of what is asked outside: done, failed, or taken over by a person. House rules (H). */
export const effects = chapter({
  commands: {
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
  },
  evolve: {
    "effect-done": (order, { effectId, outcome }, stamp) => {
      const effect = order.effects.find((each) => each.effectId === effectId);
      const done = withOutcome(order, effectId, "done", outcome);
      if (!tellsShipment(order, effect)) return done;
      return {
        ...done,
        shipments: done.shipments.map((shipment, index) =>
          index === done.shipments.length - 1 ? { ...shipment, customerTold: shipment.customerTold ?? stamp } : shipment,
        ),
      };
    },
    "effect-failed": (order, { effectId, outcome }, stamp) => {
      const failed = withOutcome(order, effectId, "failed", outcome);
      return {
        ...failed,
        effects: amend(
          failed.effects,
          (each) => each.effectId === effectId,
          (each) => ({ ...each, failed: stamp }),
        ),
      };
    },
    "effect-taken-over": (order, { effectId }) => withOutcome(order, effectId, "taken_over", undefined),
  },
  duties: {
    "take-over": {
      rule: "H",
      owner: "order_admin",
      policy: within("PT4H"),
      closedBy: ["take-over"],
      owed: (order) =>
        order.effects.flatMap((effect) =>
          needsTakeOver(effect) && effect.failed ? [{ since: effect.failed, about: effect.effectId }] : [],
        ),
    },
  },
  effects: {},
});
