import { within } from "../../policy.ts";
import type { Ms } from "../../time.ts";
import { amend, chapter } from "../chapter.ts";
import { fact } from "../events.ts";
import { hadHand } from "../hands.ts";
import { tell } from "../messages.ts";
import type { Discrepancy, Order } from "../state.ts";
import { isRefusal, refuse } from "../refusals.ts";

export function openDiscrepancies(order: Order): readonly Discrepancy[] {
  return order.discrepancies.filter(({ state }) => state === "open");
}

/** A discrepancy that was reported once more. */
export function repeatedReport(order: Order, discrepancyId: string, count: number, lastAt: Ms): Order {
  const discrepancies = amend(
    order.discrepancies,
    (each) => each.discrepancyId === discrepancyId,
    (each) => ({ ...each, count, lastAt }),
  );
  return { ...order, discrepancies };
}

/** What becomes of reports that do not fit, and of messages that are refused. House rules (H). */
export const reports = chapter({
  commands: {
    "resolve-discrepancy": {
      by: ["order_admin", "supervisor"],
      rule: "H",
      cancelling: true,
      ended: true,
      when: (order, actor) =>
        openDiscrepancies(order).some(({ discrepancyId }) => !hadHand(order, discrepancyId, actor))
          ? undefined
          : refuse("no-such-discrepancy", { id: "" }),
      decide: (order, { discrepancyId, decision, reason }, { actor, apply }) => {
        const open = openDiscrepancies(order).find((each) => each.discrepancyId === discrepancyId);
        if (!open) return refuse("no-such-discrepancy", { id: discrepancyId });
        if (hadHand(order, discrepancyId, actor)) return refuse("own-request");
        const brought = decision === "apply" ? apply(open) : [];
        return isRefusal(brought) ? brought : [...brought, fact("discrepancy-closed", { discrepancyId, decision, reason })];
      },
    },
  },
  evolve: {
    "discrepancy-opened": (order, data, stamp) => ({
      ...order,
      discrepancies: [...order.discrepancies, { ...data, opened: stamp, count: 1, lastAt: stamp.receivedAt, state: "open" }],
    }),
    "discrepancy-repeated": (order, { discrepancyId, count }, { receivedAt }) =>
      repeatedReport(order, discrepancyId, count, receivedAt),
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
    "report-known": (order) => order,
    "command-refused": (order) => order,
    "message-refused": (order) => order,
  },
  duties: {
    "resolve-discrepancy": {
      rule: "H",
      owner: "order_admin",
      policy: within("PT24H"),
      closedBy: ["resolve-discrepancy", "clock"],
      owed: (order) => openDiscrepancies(order).map(({ opened, discrepancyId }) => ({ since: opened, about: discrepancyId })),
    },
  },
  effects: {
    // Nobody is told of what they may never have sent.
    "command-refused": (order, { refusal }, { actor: { id, role }, command }) =>
      role === "unverified" ? [] : [tell(order, { role, id }, "refused", { command, refusal })],
  },
  hands: {
    // A name that nobody could prove keeps nobody from deciding about what was sent under it.
    "discrepancy-opened": ({ discrepancyId, reporter }, _order, { actor }) =>
      actor.role === "unverified" ? undefined : { subject: discrepancyId, author: reporter },
  },
});
