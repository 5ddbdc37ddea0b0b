import type { Bodies, CommandName } from "../../../src/domain/order/bodies.ts";
import type { Line, TermsPatch } from "../../../src/domain/order/shapes.ts";
import { duties } from "../../../src/domain/order/duties.ts";
import type { Order } from "../../../src/domain/order/state.ts";
import type { Actor } from "../../../src/domain/people.ts";
import { addDays, dayOf, DAY, iso, type Day, type Ms } from "../../../src/domain/time.ts";

import { isOneOf, isTold } from "./table.ts";

/** What bodies are made from: the order as it stands, the time, and a choice between things that would all do. */
export interface Making {
  readonly order: Order;
  readonly actor: Actor;
  readonly at: Ms;
  readonly pick: <T>(first: T, ...others: T[]) => T;
  /** Different each time. */
  readonly serial: number;
}

const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
const address = { province: "广东", city: "中山", street: "古镇路 1" };
const line = (quantity: number, unitPriceFen: number, specification = "E27 9W"): Line => ({
  model: "LED-A60",
  specification,
  quantity,
  unitPriceFen,
});
const small = [line(100, 3_500)];
const large = [line(500, 8_000)];
const two = [line(10, 2_000), line(5, 1_000, "E14 5W")];

const inDays = ({ at }: Making, count: number): Day => addDays(dayOf(at), count);
const unknown = "none";
/** Promised whatever production forecasts: what is impossible without a reason is a test of its own. */
const override = "the customer insists";

function counted({ order }: Making, less = 0): number[] {
  return order.lines.map(({ quantity = 0 }, index) => (index === 0 ? Math.max(0, quantity - less) : quantity));
}

function tracking({ order }: Making): string {
  return order.shipments.at(-1)?.trackingNumber ?? unknown;
}

function changeIn({ order }: Making, ...states: string[]): string {
  return order.changes.find(({ state }) => states.includes(state))?.changeId ?? order.changes.at(-1)?.changeId ?? unknown;
}

const isS = ({ roles }: Actor): boolean => roles.includes("supervisor") || roles.includes("management");

function mayRemedy(actor: Actor, person: string): boolean {
  return isS(actor) || [actor.id, ...actor.roles, ...(actor.deputyFor ?? [])].includes(person);
}

function openDuties({ order, at }: Making): [string, ...string[]] {
  const [first = unknown, ...others] = duties(order, at).map(({ dutyId }) => dutyId);
  return [first, ...others];
}

/** A duty that this person may pause, or may let go on. */
function theirs({ order, at, actor }: Making, state: "open" | "paused"): string {
  const mine = duties(order, at).filter(
    (duty) =>
      duty.state === state &&
      (state === "paused" || (duty.pausable && !duty.pauseUsedUp)) &&
      (isS(actor) || isOneOf([duty.owner], actor)),
  );
  return mine[0]?.dutyId ?? unknown;
}

/** A duty that is overdue, of which this person was told. */
function overdueFor({ order, at, actor }: Making): string {
  const late = duties(order, at).filter(({ state }) => state === "overdue");
  return (
    late.find(({ watch }) =>
      isTold(
        watch.rungs.flatMap(({ told }) => told),
        actor,
      ),
    )?.dutyId ?? unknown
  );
}

function entry(making: Making): Bodies["enter"] {
  const { pick, order } = making;
  const lines = pick(small, small, large, two);
  return {
    ...{ customer, lines, deliveryAddress: address, selfChecked: true },
    custom: pick(order.custom, null, { brief: "3,300 K" }),
    requestedDate: inDays(making, pick(27, 40, 10)),
    override,
  };
}

function patch(making: Making): TermsPatch {
  const { pick, order } = making;
  const [first] = order.lines;
  const { quantity = 1, unitPriceFen = 1 } = first ?? {};
  const others = order.revisions.at(-1)?.terms.lines.slice(1) ?? [];
  return pick<TermsPatch>(
    {},
    { lines: [line(quantity, unitPriceFen, `colour ${making.serial}`), ...others] },
    { lines: [line(quantity + 1, unitPriceFen), ...others] },
    { lines: [line(quantity, unitPriceFen + 7), ...others] },
    { deliveryAddress: { street: `古镇路 ${making.serial}` } },
    { promisedDate: inDays(making, pick(30, 15)) },
  );
}

/** For each command a body that the order would take if the command may be sent at all. */
export const makeBody: { readonly [K in CommandName]: (making: Making) => Bodies[K] } = {
  receive: () => ({ customer }),
  "ask-customer": (making) => ({
    dutyId: making.pick(...openDuties(making)),
    question: "E27 or E14?",
    channel: "phone",
  }),
  "record-answer": ({ order }) => ({
    questionId: order.questions.find(({ answered }) => !answered)?.questionId ?? unknown,
    answer: "E27",
  }),
  confirm: (making) => ({
    lines: making.pick(small, large, two),
    deliveryDate: inDays(making, making.pick(27, 40, 9)),
    override,
    channel: "phone",
  }),
  enter: entry,
  "correct-entry": entry,
  "acknowledge-special": () => ({}),
  "report-lead-time": (making) =>
    making.pick<Bodies["report-lead-time"]>(
      { finishDate: inDays(making, 10 + (making.serial % 5)) },
      { finishDate: inDays(making, 30 + (making.serial % 5)) },
      { days: 20 + (making.serial % 5) },
    ),
  "settle-design": () => ({ reference: "D-1" }),
  "inform-delivery-date": (making) => ({ date: inDays(making, making.pick(25, 45)), channel: "phone", override }),
  "confirm-final-terms": (making) =>
    making.pick<Bodies["confirm-final-terms"]>(
      { accepted: true, date: inDays(making, 29), channel: "phone", override },
      { accepted: true, lines: large, date: inDays(making, 33), channel: "phone", override },
      { accepted: false, why: "too dear", channel: "phone" },
    ),
  sign: (making) => signing(making),
  "refuse-signature": (making) => ({ reason: "wrong price", ...signing(making) }),
  release: () => ({}),
  "refuse-release": () => ({ reason: "no capacity" }),
  "report-progress": (making) => ({
    stage: `step ${making.serial}`,
    quantityDone: counted(making, 50),
    expectedFinish: making.pick(undefined, inDays(making, 5), inDays(making, 40 + (making.serial % 7))),
  }),
  "update-progress": () => ({ summary: "half done", source: "workshop" }),
  "report-delay": (making) =>
    making.pick<Bodies["report-delay"]>(
      { cause: "material short", newFinish: inDays(making, 30 + (making.serial % 20)) },
      { cause: making.pick("snow", "flood"), newArrival: inDays(making, 2 + (making.serial % 60)) },
    ),
  "tell-customer-of-delay": (making) => ({
    reason: "material short",
    remedy: making.pick<Bodies["tell-customer-of-delay"]["remedy"]>(
      { kind: "discount", valueFen: 1_000 },
      { kind: "earlier_delivery" },
      { kind: "freight" },
    ),
    newDate: inDays(making, making.pick(20, 5, 60)),
    channel: "phone",
    override,
  }),
  "agree-remedy": (making) =>
    making.pick<Bodies["agree-remedy"]>(
      { accepted: true, newDate: inDays(making, making.pick(20, 45)), override },
      { accepted: false },
    ),
  "decide-remedy": ({ pick }) => ({ decision: pick("offer_anew", "keep"), reason: "so" }),
  "finish-production": (making) => ({ quantity: counted(making, making.pick(0, 0, 0, 1)) }),
  "confirm-receiving-time": ({ at, pick }) => ({
    from: iso(at + DAY),
    to: iso(at + pick(60, 3) * DAY),
    channel: "phone",
  }),
  "check-goods": (making) => ({
    lines: counted(making, making.pick(0, 0, 3)).map((each) => ({
      counted: each,
      specificationOk: making.pick(true, true, true, false),
    })),
  }),
  "arrange-transport": ({ serial }) => ({ method: "courier", carrier: `carrier ${serial}`, freightBorneBy: "company" }),
  "confirm-shipping-data": () => ({ recipient: "陈先生", phone: "+8613800000000", address }),
  dispatch: (making) => ({
    carrier: "SF",
    // A plate comes back, and leaves again.
    trackingNumber: making.pick(`SF${making.serial}`, making.order.shipments.at(-1)?.trackingNumber ?? `SF${making.serial}`),
    expectedArrival: inDays(making, making.pick(3, 8, 50)),
  }),
  "tell-customer-of-shipment": () => ({ channel: "phone" }),
  "report-tracking": (making) => ({
    trackingNumber: tracking(making),
    event: `hub ${making.serial}`,
    expectedArrival: making.pick(undefined, inDays(making, 2), inDays(making, 30)),
  }),
  "report-delivery": (making) => ({
    trackingNumber: tracking(making),
    signedBy: making.pick("陈先生", "门卫"),
    deliveredAt: iso(making.at),
  }),
  "report-trace": (making) => ({
    trackingNumber: tracking(making),
    result: making.pick("in_transit", "returned", "lost"),
    expectedArrival: inDays(making, making.pick(2, 20)),
  }),
  "report-problem": (making) => ({
    trackingNumber: tracking(making),
    kind: making.pick("refused", "short", "damaged", "wrong_recipient"),
    detail: "seen at the door",
  }),
  "decide-loss": ({ pick }) => ({ decision: pick("make_again", "ship_again", "accept", "cancel"), reason: "so" }),
  "confirm-receipt": () => ({ satisfaction: 4 }),
  "request-change": (making) => ({
    kind: "other",
    patch: patch(making),
    revision: making.order.revision,
    why: "the customer asked",
    override,
  }),
  "assess-change": (making) =>
    making.pick<Bodies["assess-change"]>(
      { changeId: changeIn(making, "requested"), feasible: true },
      { changeId: changeIn(making, "requested"), feasible: true, extraCostFen: 500 },
      { changeId: changeIn(making, "requested"), feasible: false, reason: "painted" },
    ),
  "accept-change": (making) => ({ changeId: changeIn(making, "assessed"), channel: "phone" }),
  "withdraw-change": (making) => ({ changeId: changeIn(making, "requested", "assessed"), channel: "phone" }),
  "answer-amendment": (making) => ({
    changeId: changeIn(making, "amending"),
    accepted: making.pick(true, true, false),
    reason: "so",
  }),
  "tell-change-outcome": (making) => ({ changeId: changeIn(making, "refused"), channel: "phone" }),
  "request-cancellation": () => ({ askedBy: "陈先生", reason: "shop closed" }),
  cancel: () => ({ reason: "shop closed" }),
  "refuse-cancellation": () => ({ reason: "packed" }),
  "declare-force-majeure": ({ at }) => ({ what: "flood", from: iso(at - DAY), until: iso(at + DAY), evidence: "notice" }),
  "verify-force-majeure": ({ order, actor, pick }) => ({
    forceMajeureId:
      order.forceMajeure.findLast(({ declared: { actor: by } }) => by.id !== actor.id && by.deputyFor !== actor.id)
        ?.forceMajeureId ?? unknown,
    verified: pick(true, false),
  }),
  "pause-duty": (making) => ({ dutyId: theirs(making, "open"), awaiting: "the customer", evidence: "mail" }),
  "resume-duty": (making) => ({ dutyId: theirs(making, "paused") }),
  acknowledge: (making) => ({ dutyId: overdueFor(making) }),
  reassign: ({ order, pick }) => ({ salesRep: order.salesRep === "li.na" ? "zhang.wei" : pick("li.na") }),
  "take-over": ({ order, pick }) => ({
    effectId: order.effects.find(({ state }) => state === "failed")?.effectId ?? unknown,
    outcome: pick("done", "abandoned"),
  }),
  "resolve-discrepancy": ({ order }) => ({
    discrepancyId: order.discrepancies.find(({ state }) => state === "open")?.discrepancyId ?? unknown,
    decision: "discard",
    reason: "so",
  }),
  "record-communication": () => ({ with: "陈先生", channel: "phone", summary: "asked" }),
  "record-complaint": () => ({ about: "flickers" }),
  "resolve-complaint": ({ order, actor }) => {
    const open = order.complaints.find(({ resolved }) => !resolved);
    const unjudged = order.complaints.find(
      ({ judged, recorded: { actor: by } }) => !judged && by.id !== actor.id && by.deputyFor !== actor.id,
    );
    return open
      ? { complaintId: open.complaintId, remedy: "exchanged" }
      : { complaintId: unjudged?.complaintId ?? unknown, remedy: "exchanged", entryError: true };
  },
  "record-finding": ({ pick, order }) => ({
    rule: "R3.2",
    person: pick(order.salesRep ?? "sales_rep", "warehouse"),
    action: "enter it",
  }),
  "remedy-finding": ({ order, actor }) => ({
    findingId: order.findings.find(({ remedied, person }) => !remedied && mayRemedy(actor, person))?.findingId ?? unknown,
    done: "entered",
  }),
  "ask-inspection": ({ pick, serial }) => ({
    inspectionId: `sample-${serial}`,
    by: pick("supervisor", "management"),
    reason: "monthly",
  }),
  "answer-inspection": ({ order, actor, pick }) => ({
    inspectionId:
      order.inspections.find(({ answered, by }) => !answered && (by === "supervisor" || actor.roles.includes("management")))
        ?.inspectionId ?? unknown,
    ...pick({ result: "in_order" as const }, { result: "finding" as const, rule: "R3.3", person: "warehouse", action: "tell" }),
  }),
};

function signing(making: Making): Bodies["sign"] {
  const waiting = making.order.changes.find(({ state }) => state === "awaiting_signature");
  return waiting ? { changeId: waiting.changeId } : {};
}
