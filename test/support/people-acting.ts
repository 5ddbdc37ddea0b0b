import { duties } from "../../src/domain/order/duties.ts";
import type { DutyName, Duty } from "../../src/domain/order/duty.ts";
import { addDays, DAY, dayOf, HOUR, iso, MINUTE } from "../../src/domain/time.ts";
import { by, machine } from "../domain/order-fixture.ts";
import { address } from "../domain/regular.ts";
import { after, delivery, entryOf, later, misreport, repOf, send, trackingOf, type Life } from "./simulated-order.ts";

export const reps = ["li.na", "zhang.wei", "liu.yang", "chen.jing", "yang.fan", "huang.lei", "zhao.qi", "wu.hao"] as const;
const admin = by("order_admin");
export const service = by("customer_service");
const supervisor = by("supervisor");

/** What whoever owes a duty does about it; duties that nothing here opens have no row. */
export const fulfil: { readonly [D in DutyName]?: (life: Life, duty: Duty) => boolean } = {
  "assign-rep": (life) => send(life, "reassign", supervisor, { salesRep: life.chance.one(reps) }),
  confirm: (life) => {
    const { lines, requestedDate } = entryOf(life);
    return send(life, "confirm", repOf(life), { lines, deliveryDate: requestedDate, channel: "phone" });
  },
  enter: (life) => send(life, "enter", repOf(life), entryOf(life)),
  "acknowledge-special": (life) => send(life, "acknowledge-special", supervisor, {}),
  "settle-design": (life) => send(life, "settle-design", by("design"), { reference: `D-${life.orderNo}` }),
  "report-lead-time": (life) =>
    send(life, "report-lead-time", machine("production"), { days: life.chance.whole(8, 25) }, life.chance.whole(0, 30) * MINUTE),
  "inform-delivery-date": (life) => {
    const date = later(life, life.order?.leadTime && addDays(life.order.leadTime.finishDate, 4));
    return send(life, "inform-delivery-date", repOf(life), { date, channel: "phone" });
  },
  "confirm-final-terms": (life) =>
    life.chance.happens(0.15)
      ? send(life, "confirm-final-terms", repOf(life), { accepted: false, channel: "phone", why: "too warm a white" })
      : send(life, "confirm-final-terms", repOf(life), {
          accepted: true,
          date: later(life, life.order?.leadTime && addDays(life.order.leadTime.finishDate, 4)),
          channel: "phone",
        }),
  sign: (life, { about }) => {
    const change = about === undefined ? {} : { changeId: about };
    return life.chance.happens(0.06)
      ? send(life, "refuse-signature", supervisor, { reason: "price too low", ...change })
      : send(life, "sign", supervisor, change);
  },
  "correct-entry": (life) => send(life, "correct-entry", repOf(life), entryOf(life)),
  release: (life) =>
    life.chance.happens(0.05)
      ? send(life, "refuse-release", admin, { reason: "address incomplete" })
      : send(life, "release", admin, {}),
  "update-progress": (life) => send(life, "update-progress", repOf(life), { summary: "going on", source: "workshop" }),
  "finish-production": finish,
  rework: finish,
  "tell-customer-of-delay": (life) => {
    const kind = life.chance.one(["discount", "earlier_delivery", "freight", "other"]);
    const newDate = later(life, addDays(dayOf(life.now), life.chance.whole(3, 15)));
    const remedy = { kind, ...(kind === "discount" ? { valueFen: 1_000 } : {}) };
    return send(life, "tell-customer-of-delay", repOf(life), { reason: "material short", remedy, newDate, channel: "phone" });
  },
  "agree-remedy": (life) => send(life, "agree-remedy", repOf(life), { accepted: life.chance.happens(0.8) }),
  "decide-remedy": (life) => {
    const decision = life.chance.one(["offer_anew", "keep", "keep", "cancel"]);
    return send(life, "decide-remedy", supervisor, { decision, reason: "as it stands" });
  },
  "confirm-receiving-time": (life) => {
    const [from, to] = [life.now + 2 * DAY, life.now + 30 * DAY].map(iso);
    return send(life, "confirm-receiving-time", repOf(life), { from: from ?? "", to: to ?? "", channel: "wecom" });
  },
  "check-goods": (life) => {
    const right = life.chance.happens(0.92);
    const lines = (life.order?.lines ?? []).map(({ quantity = 0 }) => ({ counted: quantity, specificationOk: right }));
    return send(life, "check-goods", machine("warehouse"), { lines }, life.chance.whole(0, 60) * MINUTE);
  },
  "arrange-transport": (life) =>
    send(life, "arrange-transport", machine("logistics"), { method: "courier", carrier: "SF", freightBorneBy: "company" }),
  "confirm-shipping-data": (life) => {
    const data = { recipient: "仓管", phone: "+8613800000000", address };
    return send(life, "confirm-shipping-data", repOf(life), data);
  },
  dispatch: (life) => {
    const trackingNumber = `SF-${life.orderNo}-${life.order?.shipments.length ?? 0}`;
    const expectedArrival = addDays(dayOf(life.now), life.chance.whole(2, 5));
    if (!send(life, "dispatch", machine("logistics"), { carrier: "SF", trackingNumber, expectedArrival })) return false;
    if (life.chance.happens(0.85)) after(life, DAY, 6 * DAY, (each) => void delivery(each));
    if (life.chance.happens(0.05)) after(life, HOUR, 3 * DAY, trouble);
    return true;
  },
  "tell-customer-of-shipment": (life) => send(life, "tell-customer-of-shipment", repOf(life), { channel: "wechat" }),
  "prove-delivery": (life) => {
    if (life.chance.happens(0.7)) return delivery(life);
    const result = life.chance.one(["in_transit", "in_transit", "lost", "returned"]);
    const expectedArrival = addDays(dayOf(life.now), 2);
    const found = { trackingNumber: trackingOf(life), result, ...(result === "in_transit" ? { expectedArrival } : {}) };
    return send(life, "report-trace", machine("logistics"), found);
  },
  "decide-loss": (life) => {
    const decision = life.chance.one(["make_again", "ship_again", "accept", "cancel"]);
    return send(life, "decide-loss", supervisor, { decision, reason: "as the customer wants" });
  },
  "confirm-receipt": (life) => {
    const done = send(life, "confirm-receipt", repOf(life), { satisfaction: life.chance.whole(2, 5) });
    if (done && life.chance.happens(0.12)) after(life, HOUR, 10 * DAY, complain);
    return done;
  },
  "assess-change": (life, { about = "" }) => {
    const feasible = life.chance.happens(0.8);
    const found = feasible
      ? { feasible, extraCostFen: life.chance.whole(0, 1) * 5_000 }
      : { feasible, reason: "already painted" };
    return send(life, "assess-change", admin, { changeId: about, ...found });
  },
  "answer-change": (life, { about = "" }) => {
    const name = life.chance.happens(0.8) ? "accept-change" : "withdraw-change";
    return send(life, name, repOf(life), { changeId: about, channel: "phone" });
  },
  "answer-amendment": (life, { about = "" }) => {
    const answer = life.chance.happens(0.85) ? { accepted: true } : { accepted: false, reason: "no capacity" };
    return send(life, "answer-amendment", machine("production"), { changeId: about, ...answer });
  },
  "tell-change-outcome": (life, { about = "" }) =>
    send(life, "tell-change-outcome", repOf(life), { changeId: about, channel: "phone" }),
  "decide-cancellation": (life) =>
    life.chance.happens(0.6)
      ? send(life, "cancel", supervisor, { reason: "the customer's wish" })
      : send(life, "refuse-cancellation", supervisor, { reason: "made already" }),
  "handle-complaint": (life, { about = "" }) => {
    const judged = life.chance.happens(0.4) ? { entryError: life.chance.happens(0.5), fault: life.order?.salesRep } : {};
    return send(life, "resolve-complaint", supervisor, { complaintId: about, remedy: "replaced", ...judged });
  },
  "remedy-finding": (life, { about = "" }) => send(life, "remedy-finding", repOf(life), { findingId: about, done: "done now" }),
  "verify-force-majeure": (life, { about = "" }) => verify(life, about, life.chance.happens(0.7)),
  "resolve-discrepancy": (life, { about = "" }) =>
    send(life, "resolve-discrepancy", admin, { discrepancyId: about, decision: "discard", reason: "a mistake" }),
  "take-over": (life, { about = "" }) => send(life, "take-over", admin, { effectId: about, outcome: "done" }),
};

function finish(life: Life): boolean {
  const quantity = (life.order?.lines ?? []).map((line) => line.quantity ?? 0);
  return send(life, "finish-production", machine("production"), { quantity }, life.chance.whole(0, 120) * MINUTE);
}

/** The last word holds: some supervisors think again. */
function verify(life: Life, forceMajeureId: string, verified: boolean): boolean {
  if (life.chance.happens(0.2)) {
    after(
      life,
      DAY,
      20 * DAY,
      (each) => void send(each, "verify-force-majeure", supervisor, { forceMajeureId, verified: !verified }),
    );
  }
  return send(life, "verify-force-majeure", supervisor, { forceMajeureId, verified });
}

function trouble(life: Life): void {
  const kind = life.chance.one(["refused", "short", "damaged", "wrong_recipient"]);
  send(life, "report-problem", service, { trackingNumber: trackingOf(life), kind, detail: "the customer telephoned" });
}

function complain(life: Life): void {
  send(life, "record-complaint", service, { about: "two lamps flicker" });
}

/** What nobody owes and yet happens, by chance, after each step. */
export function mishaps(life: Life): void {
  const { chance: c, order } = life;
  if (!order) return;
  const making = order.stage === "making";
  const [owed] = duties(order, life.now).filter(({ state, pausable }) => state === "open" && pausable);
  if (owed && c.happens(0.02)) ask(life, owed);
  if (owed?.owner.id !== undefined && c.happens(0.01)) {
    send(life, "pause-duty", repOf(life), { dutyId: owed.dutyId, awaiting: "customer", evidence: "mail of today" });
  }
  if (making && c.happens(0.03)) {
    const newFinish = addDays(order.plannedFinish ?? dayOf(life.now), c.whole(1, 12));
    send(life, "report-delay", machine("production"), { cause: "material short", newFinish });
  }
  if (c.happens(0.006)) {
    const [from, until] = [life.now - c.whole(1, 6) * DAY, life.now + c.whole(1, 10) * DAY].map(iso);
    send(life, "declare-force-majeure", repOf(life), { what: "typhoon", from: from ?? "", until, evidence: "weather office" });
  }
  if (making && c.happens(0.02)) {
    const lines = entryOf(life).lines.map((line) => ({ ...line, quantity: line.quantity + c.whole(-3, 5) }));
    send(life, "request-change", service, {
      kind: "quantity",
      patch: { lines },
      revision: order.revision,
      why: "wants another number",
    });
  }
  if (c.happens(0.004)) send(life, "request-cancellation", service, { askedBy: "customer", reason: "no longer needed" });
  if (order.stage === "received" && c.happens(0.03)) send(life, "cancel", repOf(life), { reason: "the customer thought again" });
  if (c.happens(0.006)) {
    send(life, "record-finding", supervisor, {
      rule: "R3.2",
      person: order.salesRep ?? "sales_rep",
      action: "enter the progress",
    });
  }
  if (c.happens(0.004)) send(life, "reassign", supervisor, { salesRep: c.one(reps) });
  if (c.happens(0.004)) misreport(life);
}

function ask(life: Life, { dutyId }: Duty): void {
  if (!send(life, "ask-customer", repOf(life), { dutyId, question: "E27 or E14?", channel: "phone" })) return;
  const questionId = life.order?.questions.at(-1)?.questionId ?? "";
  after(life, HOUR, 4 * DAY, (each) => void send(each, "record-answer", repOf(each), { questionId, answer: "E27" }));
}
