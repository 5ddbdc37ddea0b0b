import { noPause, within } from "../../policy.ts";
import { amend, chapter } from "../chapter.ts";
import { CUSTOMER, tell } from "../messages.ts";
import type { Terms } from "../shapes.ts";
import { fact } from "../events.ts";
import type { Stamp } from "../../stamp.ts";
import { hadHand } from "../hands.ts";
import { makingAgain } from "./production.ts";
import { promiseRefused, promising } from "../promise.ts";
import type { Order } from "../state.ts";
import type { Change, ChangeState } from "../vocabulary/changes.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { weightOfValue } from "../weight.ts";
import {
  amountOf,
  discountRefused,
  finishFor,
  fittingTransport,
  patched,
  reckoned,
  revised,
  same,
  sameGoods,
  termsOf,
} from "../terms.ts";

const openStates: readonly ChangeState[] = ["requested", "assessed", "awaiting_signature", "amending"];

/** The change that is being worked on; there is one at most (R1.3). */
export function changeOpen(order: Order): Change | undefined {
  return order.changes.find(({ state }) => openStates.includes(state));
}

function inState(order: Order, changeId: string, ...states: ChangeState[]): Change | Refusal {
  const change = order.changes.find((each) => each.changeId === changeId);
  if (!change) return refuse("no-such-change", { id: changeId });
  return states.includes(change.state) ? change : refuse("not-in-state", { state: change.state });
}

function anyIn(order: Order, ...states: ChangeState[]): Refusal | undefined {
  return order.changes.some(({ state }) => states.includes(state)) ? undefined : refuse("no-such-change", { id: "" });
}

function withChange(order: Order, changeId: string, change: (each: Change) => Change): Order {
  return { ...order, changes: amend(order.changes, (each) => each.changeId === changeId, change) };
}

function moved(order: Order, changeId: string, state: ChangeState, stamp: Stamp, more: Partial<Change> = {}): Order {
  return withChange(order, changeId, (change) => {
    const ended = change.ended ?? (openStates.includes(state) ? undefined : stamp);
    return { ...change, ...more, state, since: stamp, ended };
  });
}

/** The order without an open change: called off, or with its goods gone, there is nothing left to change. */
export function lapsing(order: Order, stamp: Stamp): Order {
  const open = changeOpen(order);
  return open ? moved(order, open.changeId, "lapsed", stamp) : order;
}

/** The terms as they would be, with the date that the assessment found. */
export function termsAfter(order: Order, change: Change): Terms | undefined {
  const terms = termsOf(order);
  const result = terms && patched(terms, change.request.patch);
  if (!result || "missing" in result) return undefined;
  return { ...result.terms, promisedDate: change.assessment?.newDate ?? result.terms.promisedDate };
}

/** Dearer or bigger: the supervisor signs first (R1.3, R5.3). */
function needsSignature(order: Order, change: Change): boolean {
  const after = termsAfter(order, change);
  if (!after) return true;
  const pieces = (lines: Terms["lines"] | Order["lines"]) => lines.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
  const dearer = amountOf(after.lines) + (change.assessment?.extraCostFen ?? 0) > amountOf(order.lines);
  return dearer || pieces(after.lines) > pieces(order.lines);
}

/** Lays accepted terms on the order: what was confirmed for the old ones and no longer holds is void (R1.3). */
function changed(order: Order, change: Change, terms: Terms, stamp: Stamp): Order {
  const extraFen = order.extraFen + (change.assessment?.extraCostFen ?? 0);
  const newDate = terms.promisedDate !== order.promisedDate;
  const newAddress = !same(terms.deliveryAddress, order.deliveryAddress);
  const newGoods = !sameGoods(terms.lines, order.lines) || !same(terms.custom, order.custom);
  const { request, assessment } = change;
  const override = assessment?.newDate === undefined ? request.override : assessment.override;
  const promised = newDate ? promising(order, terms.promisedDate, override, stamp) : order;
  const laid = revised(reckoned({ ...promised, ...terms, extraFen }, stamp), stamp, change.changeId);
  const finish = newDate && order.production ? finishFor(order, terms.promisedDate, stamp.at) : order.plannedFinish;
  const rewound =
    newGoods && (order.production?.made || order.stage === "rework")
      ? makingAgain(laid, stamp)
      : { ...laid, plannedFinish: finish };
  return {
    ...rewound,
    ...(newDate || newAddress
      ? { receivingTime: undefined, receivingTimeVoid: order.receivingTime ? stamp : order.receivingTimeVoid }
      : {}),
    ...(newAddress
      ? { shippingData: undefined, shippingDataVoid: stamp, transport: undefined, transportVoid: stamp }
      : fittingTransport(rewound, stamp)),
  };
}

/** R1.3: what the customer wants otherwise while the order runs. */
export const changes = chapter({
  commands: {
    "request-change": {
      by: ["sales_rep", "customer_service"],
      machine: true,
      request: true,
      rule: "R1.3",
      stages: ["making", "made", "rework", "ready"],
      when: (order) => (changeOpen(order) ? refuse("change-open") : undefined),
      decide: (order, { kind, patch, revision, why, override }, { at, next }) => {
        const terms = termsOf(order);
        if (!terms || revision !== order.revision) return refuse("revision-outdated", { revision: order.revision });
        const after = patched(terms, patch);
        if ("missing" in after) return refuse("patch-invalid", { fields: after.missing });
        // A change of another kind (packing, a document) may leave the terms as they are.
        if (kind !== "other" && same(after.terms, terms)) return refuse("nothing-changes");
        const date = after.terms.promisedDate;
        const refusal =
          (date === terms.promisedDate
            ? undefined
            : promiseRefused(order, { field: "patch.promisedDate", date, override }, at)) ??
          discountRefused(order, "patch.lines", after.terms.lines);
        return refusal ?? [fact("change-requested", { changeId: `c${next}`, kind, patch, revision, why, override })];
      },
    },
    "assess-change": {
      by: ["order_admin"],
      rule: "R1.3",
      when: (order, actor) =>
        anyIn(order, "requested") ?? (hadHand(order, changeOpen(order)?.changeId, actor) ? refuse("own-request") : undefined),
      decide: (order, { note: _, ...assessment }, { at }) => {
        const change = inState(order, assessment.changeId, "requested");
        if ("refused" in change) return change;
        const { newDate: date, override } = assessment;
        const refusal = date === undefined ? undefined : promiseRefused(order, { field: "newDate", date, override }, at);
        return refusal ?? [fact("change-assessed", assessment)];
      },
    },
    "accept-change": {
      by: ["sales_rep", "customer_service"],
      rule: "R1.3",
      when: (order) => anyIn(order, "assessed"),
      decide: (order, { changeId }) => {
        const change = inState(order, changeId, "assessed");
        if ("refused" in change) return change;
        return [fact("change-accepted", { changeId, needsSignature: needsSignature(order, change) })];
      },
    },
    "withdraw-change": {
      by: ["sales_rep", "customer_service"],
      rule: "R1.3",
      when: (order) => anyIn(order, "requested", "assessed"),
      decide: (order, { changeId }) => {
        const change = inState(order, changeId, "requested", "assessed");
        return "refused" in change ? change : [fact("change-withdrawn", { changeId })];
      },
    },
    "answer-amendment": {
      by: ["production"],
      machine: true,
      rule: "R1.3",
      when: (order, actor) => {
        // A department's system answers for the department, whichever other one asked through it.
        const own = actor.kind === "person" && hadHand(order, changeOpen(order)?.changeId, actor);
        return anyIn(order, "amending") ?? (own ? refuse("own-request") : undefined);
      },
      known: (order, { changeId, accepted }) => {
        const state = order.changes.find((each) => each.changeId === changeId)?.state;
        return accepted ? state === "accepted" : state === "refused" || state === "refused_told";
      },
      decide: (order, { changeId, accepted, reason }) => {
        const change = inState(order, changeId, "amending");
        if ("refused" in change) return change;
        if (!accepted) return [fact("amendment-answered", { changeId, accepted, reason })];
        const terms = termsAfter(order, change);
        if (!terms) return refuse("patch-invalid", { fields: ["patch"] });
        return [fact("amendment-answered", { changeId, accepted, reason, terms })];
      },
    },
    "tell-change-outcome": {
      by: ["sales_rep"],
      rule: "R1.3",
      when: (order) => anyIn(order, "refused"),
      decide: (order, { changeId, channel }) => {
        const change = inState(order, changeId, "refused");
        return "refused" in change ? change : [fact("change-outcome-told", { changeId, channel })];
      },
    },
  },
  evolve: {
    "change-requested": (order, { changeId, ...request }, stamp) => ({
      ...order,
      changes: [...order.changes, { changeId, request, state: "requested", requested: stamp, since: stamp }],
    }),
    "change-assessed": (order, { changeId, ...assessment }, stamp) =>
      moved(order, changeId, assessment.feasible ? "assessed" : "refused", stamp, {
        assessment: { ...assessment, stamp },
        reason: assessment.reason,
      }),
    "change-accepted": (order, { changeId, needsSignature: sign }, stamp) =>
      moved(order, changeId, sign ? "awaiting_signature" : "amending", stamp, { accepted: stamp }),
    "change-withdrawn": (order, { changeId }, stamp) => moved(order, changeId, "withdrawn", stamp),
    "change-signed": (order, { changeId }, stamp) => moved(order, changeId, "amending", stamp, { signed: stamp }),
    "change-signature-refused": (order, { changeId, reason }, stamp) => moved(order, changeId, "refused", stamp, { reason }),
    "amendment-answered": (order, { changeId, accepted, reason, terms }, stamp) => {
      const answered = moved(order, changeId, accepted ? "accepted" : "refused", stamp, { reason });
      const change = order.changes.find((each) => each.changeId === changeId);
      return terms && change ? changed(answered, change, terms, stamp) : answered;
    },
    "change-outcome-told": (order, { changeId }, stamp) => moved(order, changeId, "refused_told", stamp),
  },
  duties: {
    "assess-change": {
      rule: "R1.3",
      owner: "order_admin",
      policy: within("PT24H"),
      closedBy: ["assess-change"],
      owed: (order) => owedIn(order, "requested", "order_admin"),
    },
    "answer-change": {
      rule: "R1.3",
      owner: "sales_rep",
      policy: within("P3D"),
      closedBy: ["accept-change", "withdraw-change"],
      owed: (order) => owedIn(order, "assessed"),
    },
    "answer-amendment": {
      rule: "R1.3",
      owner: "production",
      policy: within("PT24H"),
      closedBy: ["answer-amendment"],
      owed: (order) => owedIn(order, "amending"),
      opening: (order, { about }) => {
        const change = order.changes.find(({ changeId }) => changeId === about);
        const terms = change && termsAfter(order, change);
        return terms
          ? [
              {
                system: "production",
                ask: "amend",
                data: { changeId: about, lines: terms.lines, custom: terms.custom, promisedDate: terms.promisedDate },
              },
            ]
          : [];
      },
    },
    "tell-change-outcome": {
      rule: "R1.3",
      owner: "sales_rep",
      policy: noPause("PT24H"),
      closedBy: ["tell-change-outcome"],
      owed: ({ changes: all }) =>
        all.filter(({ state }) => state === "refused").map(({ since, changeId }) => ({ since, about: changeId })),
    },
  },
  effects: {
    "change-assessed": (order, { changeId, feasible, reason }) => (feasible ? [] : [refusedTo(order, changeId, reason)]),
    "change-signature-refused": (order, { changeId, reason }) => [refusedTo(order, changeId, reason)],
    "amendment-answered": (order, { changeId, accepted, reason }, event) => {
      if (!accepted) return [refusedTo(order, changeId, reason)];
      const told = tell(order, CUSTOMER, "change-outcome", { changeId, outcome: "accepted" });
      // Goods of the old kind go back, and the new ones are placed as a run of their own.
      if (order.production?.placed.number !== event.number) return [told];
      const { lines, custom, promisedDate } = order;
      return [
        { system: "warehouse", ask: "take-back", data: { lines, reason: changeId } },
        { system: "production", ask: "place", data: { lines, custom, run: order.production.run, promisedDate } },
        told,
      ];
    },
  },
  hands: {
    "change-requested": ({ changeId }) => changeId,
    "change-assessed": ({ changeId }) => changeId,
    "change-accepted": ({ changeId }) => changeId,
  },
  // What an open change will add when production accepts it.
  reserve: ({ changes: all, lines }) => {
    const open = all.findLast(({ ended }) => ended === undefined);
    return open ? weightOfValue(open.request.patch) + weightOfValue(open.request.patch.lines ?? lines) : 0;
  },
});

function owedIn(order: Order, state: ChangeState, barred?: "order_admin") {
  const change = order.changes.find((each) => each.state === state);
  if (!change) return undefined;
  const owner = barred ? { owner: { role: barred, except: change.requested.actor.id } } : {};
  return { since: change.since, about: change.changeId, ...owner };
}

function refusedTo(order: Order, changeId: string, reason: string | undefined) {
  return tell(order, CUSTOMER, "change-outcome", { changeId, outcome: "refused", reason: reason ?? "" });
}
