import { within } from "../../policy.ts";
import { holds, type Actor } from "../../people.ts";
import { amend, chapter } from "../chapter.ts";
import { fact } from "../events.ts";
import { ENTRY, hadHand, hasFollowed } from "../hands.ts";
import type { Order } from "../state.ts";
import type { Inspection } from "../vocabulary/inspections.ts";
import { refuse } from "../refusals.ts";

function openOnes(order: Order): readonly Inspection[] {
  return order.inspections.filter(({ answered }) => !answered);
}

function mayAnswer({ by }: Inspection, actor: Actor): boolean {
  return by === "management" ? actor.roles.includes("management") : holds(actor, "supervisor");
}

/** R6.1: orders that a person is to look at in an inspection, and what they say of them. */
export const inspections = chapter({
  commands: {
    "ask-inspection": {
      by: ["supervisor"],
      machine: true,
      rule: "R6.1",
      ended: true,
      cancelling: true,
      known: (order, { inspectionId }) => order.inspections.some((each) => each.inspectionId === inspectionId),
      decide: (_order, { inspectionId, by, reason }) => [fact("inspection-asked", { inspectionId, by, reason })],
    },
    "answer-inspection": {
      by: ["supervisor"],
      rule: "R6.1",
      ended: true,
      cancelling: true,
      when: (order, actor) => {
        const open = openOnes(order);
        if (open.length === 0) return refuse("no-such-inspection", { id: "" });
        if (!open.some((each) => mayAnswer(each, actor))) return refuse("wrong-role", { roles: ["management"] });
        // Nobody inspects what they entered, or follow, themselves.
        return hadHand(order, ENTRY, actor) || hasFollowed(order, actor) ? refuse("own-entry") : undefined;
      },
      decide: (order, { inspectionId, result, rule, person, action }, { actor, next }) => {
        const asked = openOnes(order).find((each) => each.inspectionId === inspectionId);
        if (!asked) return refuse("no-such-inspection", { id: inspectionId });
        if (!mayAnswer(asked, actor)) return refuse("wrong-role", { roles: ["management"] });
        const answered = fact("inspection-answered", { inspectionId, result });
        if (result === "in_order") return [answered];
        if (rule === undefined || person === undefined || action === undefined)
          return refuse("body-invalid", { fields: ["rule", "person", "action"] });
        return [answered, fact("finding-recorded", { findingId: `n${next + 1}`, rule, person, action })];
      },
    },
  },
  evolve: {
    "inspection-asked": (order, data, stamp) => ({ ...order, inspections: [...order.inspections, { ...data, asked: stamp }] }),
    "inspection-answered": (order, { inspectionId, result }, stamp) => ({
      ...order,
      inspections: amend(
        order.inspections,
        (each) => each.inspectionId === inspectionId,
        (each) => ({ ...each, answered: { result, stamp } }),
      ),
    }),
  },
  duties: {
    inspect: {
      rule: "R6.1",
      owner: "supervisor",
      policy: within("P7D"),
      closedBy: ["answer-inspection"],
      owed: (order) =>
        openOnes(order).map(({ asked, inspectionId, by }) => ({
          since: asked,
          about: inspectionId,
          owner: { role: by, ...(order.entry ? { except: order.entry.actor.id } : {}) },
        })),
    },
  },
  effects: {},
});
