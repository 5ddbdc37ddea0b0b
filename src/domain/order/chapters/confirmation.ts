import { within } from "../../policy.ts";
import type { Actor } from "../../people.ts";
import { addDays, dayOf, type Ms } from "../../time.ts";
import { advance, amend, chapter, isSpecial, latest } from "../chapter.ts";
import { CUSTOMER, rep, tell } from "../messages.ts";
import { fact } from "../events.ts";
import type { Stamp } from "../../stamp.ts";
import type { Bodies } from "../bodies.ts";
import { ENTRY, hadHand } from "../hands.ts";
import { expectedRefused, promiseRefused, promising } from "../promise.ts";
import type { Order } from "../state.ts";
import type { LeadTime } from "../vocabulary/confirmation.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { discountRefused, finishFor, reckoned, revised, same } from "../terms.ts";
import { findDuty, pauseRefused, resuming } from "./watching.ts";

/** What a special order still lacks before it can be signed (R2.3). */
export function specialsOpen(order: Order): string[] {
  const { large, custom } = order.class;
  return [
    ...(isSpecial(order) && !order.acknowledgedSpecial ? ["acknowledge-special"] : []),
    ...(custom && !order.design ? ["settle-design"] : []),
    ...(isSpecial(order) && !order.leadTime ? ["report-lead-time"] : []),
    ...(large && !custom && !order.dateTold ? ["inform-delivery-date"] : []),
    ...(custom && !order.finalTerms ? ["confirm-final-terms"] : []),
  ];
}

/** Why this person cannot sign a change; `undefined` when it waits for a signature and they had no hand in it. */
function changeRefused(order: Order, changeId: string, actor: Actor): Refusal | undefined {
  const change = order.changes.find((each) => each.changeId === changeId);
  if (!change) return refuse("no-such-change", { id: changeId });
  if (change.state !== "awaiting_signature") return refuse("not-in-state", { state: change.state });
  return hadHand(order, changeId, actor) ? refuse("own-request") : undefined;
}

/** Why this person cannot sign or release the entry, if they had a hand in it. */
function ownEntry(order: Order, actor: Actor): Refusal | undefined {
  return hadHand(order, ENTRY, actor) ? refuse("own-entry") : undefined;
}

/** Since when a signature of the entry is owed: the last thing that it waited for. */
function signableSince(order: Order): Stamp | undefined {
  if (order.stage !== "entered" || specialsOpen(order).length > 0) return undefined;
  return latest(
    order.entry,
    ...(isSpecial(order)
      ? [order.acknowledgedSpecial, order.leadTime?.stamp, order.design?.stamp, order.dateTold?.stamp, order.finalTerms]
      : []),
  );
}

function entered(order: Order, data: Omit<Bodies["enter"], "note">, stamp: Stamp): Order {
  const { customer, lines, custom, deliveryAddress, requestedDate } = data;
  return reckoned(
    { ...order, customer, lines, custom, deliveryAddress, requestedDate, stage: "entered", entry: stamp, returned: undefined },
    stamp,
  );
}

/** Changed lines or brief void what was settled for the old ones. */
function voided(before: Order, after: Order): Order {
  return same(before.lines, after.lines) && same(before.custom, after.custom)
    ? after
    : unsettled({ ...after, dateTold: undefined });
}

/** Design, lead time and final terms are owed again, and what production expected no longer holds; a reported delay does. */
function unsettled(order: Order): Order {
  const forecast = order.forecast?.reported ? order.forecast : undefined;
  return { ...order, design: undefined, leadTime: undefined, finalTerms: undefined, forecast };
}

function returned(order: Order, { reason }: { reason: string }, stamp: Stamp): Order {
  return { ...order, stage: "returned", returned: { reason, stamp }, signature: undefined };
}

function entryRefused(order: Order, body: Bodies["enter"], at: Ms): Refusal | undefined {
  const { salesRep, lines, custom, requestedDate: date, override } = body;
  if (salesRep !== undefined && salesRep !== order.salesRep) return refuse("rep-differs", { salesRep: order.salesRep ?? "" });
  if (order.rules < 2 && order.stage === "confirmed") return undefined;
  // Of other goods production has not said when they would be done.
  const expected = same(order.lines, lines) && same(order.custom, custom) ? order : unsettled(order);
  return promiseRefused(expected, { field: "requestedDate", date, override }, at) ?? discountRefused(order, "lines", lines);
}

/** Chapter 2 of the regulation, and who signs and releases (R5.1, R5.3). */
export const confirmation = chapter({
  commands: {
    receive: {
      by: ["sales_rep", "customer_service"],
      machine: true,
      rule: "R2.1",
      when: () => refuse("order-exists"),
      decide: () => refuse("order-exists"),
      known: () => false,
    },
    reassign: {
      by: ["supervisor"],
      rule: "R2.1",
      cancelling: true,
      decide: (order, { salesRep }) => (salesRep === order.salesRep ? refuse("same-rep") : [fact("rep-assigned", { salesRep })]),
    },
    "ask-customer": {
      by: ["sales_rep", "customer_service"],
      rule: "R2.1",
      cancelling: true,
      when: (_order, _actor, now) => (now.duties().length > 0 ? undefined : refuse("no-such-duty", { id: "" })),
      decide: (_order, { dutyId, question, channel }, { now, next }) => {
        const duty = findDuty(now, dutyId);
        if (!duty) return refuse("no-such-duty", { id: dutyId });
        const questionId = `q${next}`;
        return [
          fact("customer-asked", { questionId, dutyId, question, channel }),
          // A duty that is overdue, or whose pauses are used up, goes on although the question is asked.
          ...(pauseRefused(duty) ? [] : [fact("duty-paused", { dutyId, awaiting: "customer", evidence: questionId })]),
        ];
      },
    },
    "record-answer": {
      by: ["sales_rep", "customer_service"],
      rule: "R2.1",
      cancelling: true,
      ended: true,
      when: (order) => (order.questions.some(({ answered }) => !answered) ? undefined : refuse("no-such-question", { id: "" })),
      decide: (order, { questionId, answer }) => {
        const question = order.questions.find((each) => each.questionId === questionId && !each.answered);
        if (!question) return refuse("no-such-question", { id: questionId });
        const others = order.questions.some((each) => each !== question && each.dutyId === question.dutyId && !each.answered);
        return [fact("answer-recorded", { questionId, answer }), ...(others ? [] : resuming(order, question.dutyId, questionId))];
      },
    },
    confirm: {
      by: ["sales_rep"],
      rule: "R2.1",
      stages: ["received"],
      decide: (order, { lines, deliveryDate, channel, override }, { at }) =>
        promiseRefused(order, { field: "deliveryDate", date: deliveryDate, override }, at) ?? [
          fact("confirmed", { lines, deliveryDate, channel, override }),
        ],
    },
    enter: {
      by: ["sales_rep"],
      rule: "R2.2",
      stages: ["confirmed"],
      decide: (order, { note: _, ...entry }, { at }) => entryRefused(order, entry, at) ?? [fact("entered", entry)],
    },
    "correct-entry": {
      by: ["sales_rep"],
      rule: "R2.2",
      stages: ["entered", "returned", "signed"],
      decide: (order, { note: _, ...entry }, { at }) => entryRefused(order, entry, at) ?? [fact("entry-corrected", entry)],
    },
    "acknowledge-special": {
      by: ["supervisor"],
      rule: "R2.3",
      stages: ["received", "confirmed", "entered", "returned"],
      when: (order) =>
        !isSpecial(order) ? refuse("not-special") : order.acknowledgedSpecial ? refuse("already-known") : undefined,
      decide: () => [fact("special-acknowledged", {})],
    },
    "report-lead-time": {
      by: ["production"],
      machine: true,
      rule: "R2.3",
      stages: ["entered", "returned", "signed", "making"],
      known: (order, body, at) => {
        // Of the run at hand: what was said of the one before is no answer for it.
        const last = order.production ? order.production.leadTime : order.leadTime;
        if (!last) return false;
        const same = last.days === undefined ? last.finishDate === finishDateOf(order, body, at) : last.days === body.days;
        return same || at < last.stamp.at;
      },
      decide: (order, body, { at }) => {
        const finishDate = finishDateOf(order, body, at);
        return (
          expectedRefused(order, "finishDate", body.finishDate, at) ?? [
            fact("lead-time-reported", { finishDate, days: body.days }),
          ]
        );
      },
    },
    "settle-design": {
      by: ["design"],
      rule: "R2.3",
      stages: ["entered"],
      when: (order) => (!order.class.custom ? refuse("not-custom") : order.design ? refuse("already-known") : undefined),
      decide: (_order, { reference }) => [fact("design-settled", { reference })],
    },
    "inform-delivery-date": {
      by: ["sales_rep"],
      rule: "R2.3",
      stages: ["entered", "returned"],
      when: (order) =>
        !order.class.large
          ? refuse("not-large")
          : order.class.custom
            ? refuse("custom-needs-final-terms")
            : !order.leadTime
              ? refuse("lead-time-unknown")
              : undefined,
      decide: (order, { date, channel, override }, { at }) =>
        promiseRefused(order, { field: "date", date, override }, at) ?? [
          fact("delivery-date-informed", { date, channel, override }),
        ],
    },
    "confirm-final-terms": {
      by: ["sales_rep"],
      rule: "R2.3",
      stages: ["entered", "returned"],
      when: (order) =>
        !order.class.custom
          ? refuse("not-custom")
          : !order.design
            ? refuse("design-not-settled")
            : !order.leadTime
              ? refuse("lead-time-unknown")
              : undefined,
      decide: (order, { accepted, lines, date, channel, why, override }, { at }) => {
        if (!accepted) return [fact("final-terms-declined", { why, channel })];
        // Without another day it is the one promised before that they accept.
        const promised = date ?? order.promisedDate;
        const refusal =
          (promised === undefined ? undefined : promiseRefused(order, { field: "date", date: promised, override }, at)) ??
          (lines && discountRefused(order, "lines", lines));
        return refusal ?? [fact("final-terms-accepted", { lines, date, channel, override })];
      },
    },
    sign: {
      by: ["supervisor"],
      rule: "R5.3",
      when: maySign,
      decide: (order, { changeId }, { actor }) => {
        if (changeId === undefined) return entrySignable(order, actor) ?? [fact("signed", {})];
        return changeRefused(order, changeId, actor) ?? [fact("change-signed", { changeId })];
      },
    },
    "refuse-signature": {
      by: ["supervisor"],
      rule: "R5.3",
      when: maySign,
      decide: (order, { reason, changeId }, { actor }) => {
        if (changeId === undefined) return entrySignable(order, actor) ?? [fact("signature-refused", { reason })];
        return changeRefused(order, changeId, actor) ?? [fact("change-signature-refused", { changeId, reason })];
      },
    },
    release: {
      by: ["order_admin"],
      rule: "R5.1",
      stages: ["signed"],
      when: ownEntry,
      decide: () => [fact("released", {})],
    },
    "refuse-release": {
      by: ["order_admin"],
      rule: "R5.1",
      stages: ["signed"],
      when: ownEntry,
      decide: (_order, { reason }) => [fact("release-refused", { reason })],
    },
  },
  evolve: {
    // The first event makes the record, in `order.ts`; a second one would be a repetition.
    received: (order) => order,
    "rep-assigned": (order, { salesRep }, { at }) => ({
      ...order,
      salesRep,
      deputy: undefined,
      formerReps: [...order.formerReps, { salesRep: order.salesRep, until: at }],
    }),
    "work-handed-over": (order, { to }, stamp) => ({ ...order, deputy: { id: to, since: stamp } }),
    "work-handed-back": (order) => ({ ...order, deputy: undefined }),
    "customer-asked": (order, { questionId, dutyId, question }, stamp) => ({
      ...order,
      questions: [...order.questions, { questionId, dutyId, question, asked: stamp }],
    }),
    "answer-recorded": (order, { questionId, answer }, stamp) => ({
      ...order,
      questions: amend(
        order.questions,
        (question) => question.questionId === questionId,
        (question) => ({ ...question, answer, answered: stamp }),
      ),
    }),
    confirmed: (order, { lines, deliveryDate, override }, stamp) => {
      const promised = promising(advance(order, "confirmed"), deliveryDate, override, stamp);
      return reckoned({ ...promised, lines, confirmed: stamp }, stamp);
    },
    entered: (order, data, stamp) => revised(voided(order, entered(order, data, stamp)), stamp),
    "entry-corrected": (order, data, stamp) => {
      const corrected = promising(entered(order, data, stamp), data.requestedDate, data.override, stamp);
      return revised(voided(order, { ...corrected, signature: undefined }), stamp);
    },
    "special-acknowledged": (order, _data, stamp) => ({ ...order, acknowledgedSpecial: stamp }),
    "lead-time-reported": (order, { finishDate, days }, stamp) => {
      const said = { finishDate, days, stamp };
      const { production } = order;
      if (!production) return { ...order, leadTime: said };
      return { ...order, plannedFinish: finishDate, production: { ...production, leadTime: said } };
    },
    "design-settled": (order, { reference }, stamp) => ({ ...order, design: { reference, stamp } }),
    "delivery-date-informed": (order, { date, override }, stamp) =>
      revised({ ...promising(order, date, override, stamp), dateTold: { date, stamp } }, stamp),
    "final-terms-accepted": (order, { lines, date, override }, stamp) => {
      const promised = promising(order, date ?? order.promisedDate, override, stamp);
      const agreed = { ...promised, lines: lines ?? order.lines, finalTerms: stamp };
      return revised(reckoned(agreed, stamp), stamp);
    },
    "final-terms-declined": (order, { why }, stamp) => ({ ...unsettled(order), termsDeclined: { why, stamp } }),
    signed: (order, _data, stamp) => ({ ...advance(order, "signed"), signature: stamp }),
    "signature-refused": returned,
    released: (order, _data, stamp) => {
      const leadTime = fromRelease(order.leadTime, stamp);
      return {
        ...advance(order, "making"),
        release: stamp,
        leadTime,
        plannedFinish: leadTime?.finishDate ?? finishFor(order, order.promisedDate ?? dayOf(stamp.at), stamp.at),
        production: { run: 1, placed: stamp, quantityDone: [], updated: stamp, leadTime },
      };
    },
    "release-refused": returned,
  },
  duties: {
    "assign-rep": {
      rule: "R2.1",
      owner: "supervisor",
      policy: within("PT30M"),
      closedBy: ["reassign"],
      owed: (order) => (order.salesRep === undefined ? { since: order.received } : undefined),
    },
    confirm: {
      rule: "R2.1",
      owner: "sales_rep",
      policy: within("PT2H"),
      closedBy: ["confirm"],
      owed: (order) => (order.stage === "received" ? { since: order.received } : undefined),
    },
    enter: {
      rule: "R2.2",
      owner: "sales_rep",
      policy: within("PT2H", "PT1H"),
      closedBy: ["enter"],
      owed: (order) => (order.stage === "confirmed" && order.confirmed ? { since: order.confirmed } : undefined),
    },
    "acknowledge-special": {
      rule: "R2.3",
      owner: "supervisor",
      policy: within("PT1H"),
      closedBy: ["acknowledge-special"],
      owed: (order) =>
        order.specialSince && !order.acknowledgedSpecial && beforeSigned(order) ? { since: order.specialSince } : undefined,
      opening: (order) => [
        tell(order, { role: "supervisor" }, "special", {
          customer: order.customer.name,
          amountFen: order.amountFen,
          large: order.class.large,
          custom: order.class.custom,
        }),
      ],
    },
    "settle-design": {
      rule: "R2.3",
      owner: "design",
      policy: within("PT24H"),
      closedBy: ["settle-design"],
      owed: (order) => {
        const since = latest(order.entry, order.termsDeclined?.stamp);
        return order.stage === "entered" && order.class.custom && !order.design && since ? { since } : undefined;
      },
    },
    "report-lead-time": {
      rule: "R2.3",
      owner: "production",
      policy: within("PT24H", "PT12H"),
      closedBy: ["report-lead-time"],
      owed: (order) => {
        const since = leadTimeOwedSince(order);
        return since ? { since } : undefined;
      },
      opening: (order) => [
        {
          system: "production",
          ask: "quote-lead-time",
          data: {
            lines: order.lines,
            custom: order.custom,
            ...(order.requestedDate === undefined ? {} : { requestedDate: order.requestedDate }),
            ...(order.promisedDate === undefined ? {} : { promisedDate: order.promisedDate }),
          },
        },
      ],
    },
    "inform-delivery-date": {
      rule: "R2.3",
      owner: "sales_rep",
      policy: within("PT2H"),
      closedBy: ["inform-delivery-date"],
      owed: (order) =>
        order.stage === "entered" && order.class.large && !order.class.custom && order.leadTime && !order.dateTold
          ? { since: latest(order.entry, order.leadTime.stamp) ?? order.leadTime.stamp }
          : undefined,
    },
    "confirm-final-terms": {
      rule: "R2.3",
      owner: "sales_rep",
      policy: within("PT24H"),
      closedBy: ["confirm-final-terms"],
      owed: (order) =>
        order.stage === "entered" && order.class.custom && order.design && order.leadTime && !order.finalTerms
          ? { since: latest(order.entry, order.design.stamp, order.leadTime.stamp) ?? order.design.stamp }
          : undefined,
    },
    sign: {
      rule: "R5.3",
      owner: "supervisor",
      policy: within("PT4H", "PT2H"),
      closedBy: ["sign", "refuse-signature"],
      owed: (order) => {
        const since = signableSince(order);
        const entry = since ? [{ since, owner: { role: "supervisor" as const, except: order.entry?.actor.id } }] : [];
        const changes = order.changes
          .filter(({ state }) => state === "awaiting_signature")
          .map(({ changeId, since: from, requested }) => ({
            since: from,
            about: changeId,
            owner: { role: "supervisor" as const, except: requested.actor.id },
          }));
        return [...entry, ...changes];
      },
    },
    "correct-entry": {
      rule: "R2.2",
      owner: "sales_rep",
      policy: within("PT4H", "PT2H"),
      closedBy: ["correct-entry"],
      owed: (order) => (order.stage === "returned" && order.returned ? { since: order.returned.stamp } : undefined),
    },
    release: {
      rule: "R5.1",
      owner: "order_admin",
      policy: within("PT4H", "PT2H"),
      closedBy: ["release", "refuse-release"],
      owed: (order) =>
        order.stage === "signed" && order.signature
          ? { since: order.signature, owner: { role: "order_admin", except: order.entry?.actor.id } }
          : undefined,
    },
  },
  effects: {
    "customer-asked": (order, { question }) => [tell(order, CUSTOMER, "question", { question })],
    "lead-time-reported": (order, { finishDate }) => [
      tell(order, rep(order), "lead-time", { finishDate, promisedDate: order.promisedDate ?? "" }),
    ],
    released: (order) => [
      {
        system: "production",
        ask: "place",
        data: {
          lines: order.lines,
          custom: order.custom,
          run: 1,
          plannedFinish: order.plannedFinish,
          promisedDate: order.promisedDate,
        },
      },
      tell(order, [{ role: "production" }, rep(order)], "released", { promisedDate: order.promisedDate ?? "" }),
    ],
  },
  hands: {
    confirmed: () => ENTRY,
    entered: () => ENTRY,
    "entry-corrected": () => ENTRY,
    "delivery-date-informed": () => ENTRY,
    "final-terms-accepted": () => ENTRY,
  },
});

function beforeSigned(order: Order): boolean {
  return ["received", "confirmed", "entered", "returned"].includes(order.stage);
}

/** A lead time that was said in days counts from the release. */
function fromRelease(leadTime: LeadTime | undefined, release: Stamp): LeadTime | undefined {
  if (leadTime?.days === undefined) return leadTime;
  return { ...leadTime, finishDate: addDays(dayOf(release.at), leadTime.days) };
}

/** `days` count from release; before it, from the day that production said so. */
function finishDateOf(order: Order, body: Bodies["report-lead-time"], at: number): string {
  return body.finishDate ?? addDays(dayOf(order.production?.placed.at ?? at), body.days ?? 0);
}

/** Large, not custom: the entry. Custom: the design. Ordinary: the release. Making again: the new run. */
function leadTimeOwedSince(order: Order): Stamp | undefined {
  const { production } = order;
  if (production) return order.stage === "making" && !production.leadTime ? production.placed : undefined;
  if (order.leadTime || order.stage !== "entered" || !isSpecial(order)) return undefined;
  return order.class.custom ? order.design && latest(order.entry, order.design.stamp) : order.entry;
}

function entrySignable(order: Order, actor: Actor): Refusal | undefined {
  if (order.stage !== "entered") return refuse("not-in-stage", { stage: order.stage, allowed: ["entered"] });
  const open = specialsOpen(order);
  if (open.length > 0) return refuse("special-open", { open });
  return ownEntry(order, actor);
}

function maySign(order: Order, actor: Actor): Refusal | undefined {
  const waiting = order.changes.filter(({ state }) => state === "awaiting_signature");
  if (waiting.some(({ changeId }) => !hadHand(order, changeId, actor))) return undefined;
  return waiting.length > 0 ? refuse("own-request") : entrySignable(order, actor);
}
