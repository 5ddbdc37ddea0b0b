import { within } from "../../policy.ts";
import { amend, chapter } from "../chapter.ts";
import { tell } from "../messages.ts";
import { absentOnes, holds, roles, samePerson, type Actor, type Party, type Recipient } from "../../people.ts";
import { fact } from "../events.ts";
import { ENTRY, hadHand, hasFollowed } from "../hands.ts";
import type { Order } from "../state.ts";
import type { Finding } from "../vocabulary/aftercare.ts";
import { refuse } from "../refusals.ts";

/** A finding names a person; their role is known only where they are this order's representative, or a role is named. */
function named(order: Order, { person }: Pick<Finding, "person">): Recipient {
  const role = roles.find((each) => each === person);
  if (role) return { role };
  const party: Party = person === order.salesRep ? "sales_rep" : "staff";
  return { role: party, id: person };
}

/** Nobody judges a fault that may be their own: of an order that they entered or followed, of a complaint that they recorded. */
function isInvolved(order: Order, complaintId: string, actor: Actor): boolean {
  return hasFollowed(order, actor) || hadHand(order, ENTRY, actor) || hadHand(order, complaintId, actor);
}

/** What is recorded at any time, after the end too: communication (R1.2), complaints (R7.3), findings (R6.3). */
export const aftercare = chapter({
  commands: {
    "record-communication": {
      by: roles,
      machine: true,
      rule: "R1.2",
      ended: true,
      cancelling: true,
      decide: (_order, { with: party, channel, summary }) => [fact("communication-recorded", { with: party, channel, summary })],
    },
    "record-complaint": {
      by: ["sales_rep", "customer_service"],
      machine: true,
      rule: "R7.3",
      ended: true,
      cancelling: true,
      decide: (_order, { about }, { next }) => [fact("complaint-recorded", { complaintId: `k${next}`, about })],
    },
    "resolve-complaint": {
      by: ["customer_service", "supervisor"],
      rule: "R7.3",
      ended: true,
      cancelling: true,
      when: (order, actor) => {
        // What only a supervisor sets may be added when the complaint has been remedied.
        const open = order.complaints.some(
          ({ complaintId, resolved, judged }) =>
            !resolved || (!judged && holds(actor, "supervisor") && !isInvolved(order, complaintId, actor)),
        );
        if (open) return undefined;
        const isTheirs = holds(actor, "supervisor") && order.complaints.some(({ judged }) => !judged);
        return isTheirs ? refuse("own-request") : refuse("no-such-complaint", { id: "" });
      },
      decide: (order, { note: _, ...body }, { actor }) => {
        const complaint = order.complaints.find(({ complaintId }) => complaintId === body.complaintId);
        const judges = [body.entryError, body.customerLost, body.wrongRecipient, body.fault].some((each) => each !== undefined);
        if (!complaint) return refuse("no-such-complaint", { id: body.complaintId });
        if (judges && !holds(actor, "supervisor")) return refuse("supervisor-decides");
        const own = isInvolved(order, body.complaintId, actor) || samePerson(body.fault ?? "", actor.id);
        if (judges && own) return refuse("own-request");
        if (complaint.resolved && (!judges || complaint.judged)) return refuse("not-in-state", { state: "resolved" });
        return [fact("complaint-resolved", body)];
      },
    },
    "record-finding": {
      by: ["supervisor", "logistics", "order_admin"],
      machine: true,
      rule: "R6.3",
      ended: true,
      cancelling: true,
      // An inspection that finds the same again while nobody has put it right.
      known: (order, { about }) =>
        about !== undefined && order.findings.some((finding) => finding.about === about && !finding.remedied),
      decide: (_order, { rule, person, action, about }, { next }) => [
        fact("finding-recorded", { findingId: `n${next}`, rule, person, action, about }),
      ],
    },
    "remedy-finding": {
      by: roles,
      // Whoever is named stays named when the order has gone to another representative, and may repeat what they said.
      own: (order, actor) => order.findings.some((finding) => isNamed(finding, actor)),
      rule: "R6.3",
      ended: true,
      cancelling: true,
      when: (order, actor) => {
        const open = order.findings.filter(({ remedied }) => !remedied);
        if (open.length === 0) return refuse("no-such-finding", { id: "" });
        const mine = holds(actor, "supervisor") || open.some((finding) => isNamed(finding, actor));
        return mine ? undefined : refuse("not-the-one-named");
      },
      decide: (order, { findingId, done }, { actor }) => {
        const finding = order.findings.find((each) => each.findingId === findingId && !each.remedied);
        if (!finding) return refuse("no-such-finding", { id: findingId });
        if (!holds(actor, "supervisor") && !isNamed(finding, actor)) return refuse("not-the-one-named");
        return [fact("finding-remedied", { findingId, done })];
      },
    },
  },
  evolve: {
    "communication-recorded": (order) => order,
    "complaint-recorded": (order, { complaintId, about }, stamp) => ({
      ...order,
      complaints: [...order.complaints, { complaintId, about, recorded: stamp }],
    }),
    "complaint-resolved": (order, { complaintId, ...resolution }, stamp) => ({
      ...order,
      complaints: amend(
        order.complaints,
        (complaint) => complaint.complaintId === complaintId,
        (complaint) => {
          const judges = Object.entries(resolution).some(([field, value]) => field !== "remedy" && value !== undefined);
          const said = { ...resolution, stamp };
          return { ...complaint, resolved: complaint.resolved ?? said, judged: judges ? said : complaint.judged };
        },
      ),
    }),
    "finding-recorded": (order, data, stamp) => ({ ...order, findings: [...order.findings, { ...data, recorded: stamp }] }),
    "finding-remedied": (order, { findingId, done }, stamp) => ({
      ...order,
      findings: amend(
        order.findings,
        (finding) => finding.findingId === findingId,
        (finding) => ({ ...finding, remedied: { done, stamp } }),
      ),
    }),
  },
  duties: {
    "handle-complaint": {
      rule: "R7.3",
      owner: "customer_service",
      policy: within("P2D"),
      closedBy: ["resolve-complaint"],
      owed: (order) =>
        order.complaints
          .filter(({ resolved }) => !resolved)
          .map(({ recorded, complaintId }) => ({ since: recorded, about: complaintId })),
    },
    "remedy-finding": {
      rule: "R6.3",
      owner: "order_admin",
      policy: within("P1D"),
      closedBy: ["remedy-finding"],
      owed: (order) =>
        order.findings
          .filter(({ remedied }) => !remedied)
          .map((finding) => ({ since: finding.recorded, about: finding.findingId, owner: named(order, finding) })),
    },
  },
  effects: {
    "finding-recorded": (order, { findingId, rule, person, action }) => [
      tell(order, named(order, { person }), "finding", { findingId, rule, action }),
    ],
  },
  hands: { "complaint-recorded": ({ complaintId }) => complaintId },
});

function isNamed({ person }: Finding, actor: Actor): boolean {
  return [actor.id, ...absentOnes(actor)].includes(person) || actor.roles.some((role) => role === person);
}
