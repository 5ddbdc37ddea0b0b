import { within } from "../../policy.ts";
import { beginningOf, endingOf, type Ms } from "../../time.ts";
import { amend, chapter } from "../chapter.ts";
import { fact } from "../events.ts";
import { hadHand } from "../hands.ts";
import type { DutyName } from "../duty.ts";
import { refuse } from "../refusals.ts";
import type { Order } from "../state.ts";
import type { ForceMajeure } from "../vocabulary/force-majeure.ts";

/** R7.4: what is declared and verified as force majeure, and what it exempts. */
export const forceMajeure = chapter({
  commands: {
    "declare-force-majeure": {
      by: ["sales_rep", "order_admin", "production", "logistics"],
      rule: "R7.4",
      cancelling: true,
      decide: (_order, { what, from, until, evidence }, { next }) => [
        fact("force-majeure-declared", { forceMajeureId: `f${next}`, what, from, until, evidence }),
      ],
    },
    "verify-force-majeure": {
      by: ["supervisor"],
      rule: "R7.4",
      ended: true,
      cancelling: true,
      when: (order, actor) =>
        order.forceMajeure.some((declared) => !hadHand(order, declared.forceMajeureId, actor))
          ? undefined
          : order.forceMajeure.length > 0
            ? refuse("own-request")
            : refuse("no-such-force-majeure", { id: "" }),
      decide: (order, { forceMajeureId, verified }, { actor }) => {
        const declared = order.forceMajeure.find((each) => each.forceMajeureId === forceMajeureId);
        if (!declared) return refuse("no-such-force-majeure", { id: forceMajeureId });
        if (hadHand(order, forceMajeureId, actor)) return refuse("own-request");
        return [fact("force-majeure-verified", { forceMajeureId, verified })];
      },
    },
  },
  evolve: {
    "force-majeure-declared": (order, { forceMajeureId, what, from, until, evidence }, stamp) => ({
      ...order,
      forceMajeure: [
        ...order.forceMajeure,
        {
          forceMajeureId,
          what,
          from: beginningOf(from),
          until: until === undefined ? undefined : endingOf(until),
          evidence,
          declared: stamp,
        },
      ],
    }),
    "force-majeure-verified": (order, { forceMajeureId, verified }, stamp) => ({
      ...order,
      forceMajeure: amend(
        order.forceMajeure,
        (each) => each.forceMajeureId === forceMajeureId,
        (each) => ({ ...each, verdict: { verified, stamp } }),
      ),
    }),
  },
  duties: {
    "verify-force-majeure": {
      rule: "R7.4",
      owner: "supervisor",
      policy: within("P2D"),
      closedBy: ["verify-force-majeure"],
      owed: (order) =>
        order.forceMajeure
          .filter(({ verdict }) => !verdict)
          .map(({ declared, forceMajeureId }) => ({
            since: declared,
            about: forceMajeureId,
            owner: { role: "supervisor" as const, except: declared.actor.id },
          })),
    },
  },
  effects: {},
  hands: { "force-majeure-declared": ({ forceMajeureId }) => forceMajeureId },
});

/** Duties that force majeure never exempts: the customer must still be told ahead and offered a solution (R7.4). */
const neverExempt: readonly DutyName[] = ["tell-customer-of-delay", "tell-customer-of-shipment", "tell-change-outcome"];

/** A duty as far as force majeure looks at it. */
interface Due {
  readonly duty: DutyName;
  readonly dueAt: Ms;
}

function exempts({ from, until = Infinity, verdict }: ForceMajeure, { duty, dueAt }: Due): boolean {
  return verdict?.verified === true && !neverExempt.includes(duty) && dueAt >= from && dueAt <= until;
}

/** Whether a breach of this duty carries no blame: derived from the record each time, never written into it. */
export function isExempt(order: Order, due: Due): boolean {
  return order.forceMajeure.some((declared) => exempts(declared, due));
}

/** The breaches that one declaration exempts, by duty id. */
export function exempted(order: Order, forceMajeureId: string, breaches: readonly (Due & { dutyId: string })[]): string[] {
  const declared = order.forceMajeure.find((each) => each.forceMajeureId === forceMajeureId);
  return declared ? breaches.filter((breach) => exempts(declared, breach)).map(({ dutyId }) => dutyId) : [];
}
