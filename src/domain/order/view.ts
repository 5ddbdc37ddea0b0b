import type { DutyRow, OrderRow } from "./rows.ts";
import { levelOf } from "../clock/ladder.ts";
import type { Actor, Author, Recipient } from "../people.ts";
import type { DutyName, Duty } from "./duty.ts";
import { iso, type Day, type Duration, type Instant, type Ms } from "../time.ts";
import type { Bodies, CommandName } from "./bodies.ts";
import type { Address, Channel, Contact, PartOf, Remedy, TermsPatch, Said } from "./shapes.ts";
import { exempted, isExempt } from "./chapters/force-majeure.ts";
import type { Effect, EffectOutcome, EffectRequest, MessageName, OutsideSystem } from "./effects.ts";
import type { Cut } from "./events.ts";
import type { Stamp } from "../stamp.ts";
import { duties } from "./duties.ts";
import { permitted } from "./permission.ts";
import { same } from "./terms.ts";
import type { RefusalCode } from "./refusals.ts";
import { statusOf, type ClosedDuty, type Discrepancy, type Order, type Stage, type Status } from "./state.ts";
import type { Inspection } from "./vocabulary/inspections.ts";
import type { ChangeState } from "./vocabulary/changes.ts";
import type { DelayState } from "./vocabulary/delays.ts";
import type { Problem, Shipment } from "./vocabulary/shipping.ts";
import type { Watch } from "../clock/watch.ts";

/** A duty as it is answered (`docs/http.md`, Queries). */
export interface DutyView {
  dutyId: string;
  duty: DutyName;
  about?: string;
  owner: Recipient;
  rule: string;
  openedAt: Instant;
  /** When it is due; of a paused duty, when it will be if the pause lasts as long as it may. */
  dueAt: Instant;
  state: "open" | "paused" | "overdue";
  warnedAt?: Instant;
  overdueSince?: Instant;
  /** 0 nobody told, 1 owner warned, 2 due told, 3 management told, 4 and more: reminded. */
  level: number;
  acknowledgedBy?: string;
  promisedAt?: Instant;
  awaiting?: string;
}

/** When something was said or done, and by whom. */
export interface StampView {
  at: Instant;
  by: Author;
}

/** A line of an order, without what its reader may not see. */
export interface LineView {
  model: string;
  specification?: string | undefined;
  quantity?: number | undefined;
  unitPriceFen?: number | undefined;
}

/** The terms in a revision of the order confirmation; `lines` is left out where it is the one of the revision before. */
export interface TermsView {
  lines?: LineView[] | undefined;
  custom: CustomView | null;
  deliveryAddress?: PartOf<Address> | undefined;
  promisedDate: Day;
}

interface CustomView {
  brief?: string | undefined;
}

interface RemedyView {
  kind: Remedy["kind"];
  valueFen?: number | undefined;
}

/** What a change asks for: a merge patch of the terms (RFC 7396). */
export interface TermsPatchView {
  lines?: LineView[] | null | undefined;
  custom?: { brief?: string | null | undefined } | null | undefined;
  deliveryAddress?: TermsPatch["deliveryAddress"];
  promisedDate?: Day | null | undefined;
}

/** A change that was requested, and how far it has come (R1.3). */
export interface ChangeView {
  changeId: string;
  kind: Bodies["request-change"]["kind"];
  patch: TermsPatchView;
  revision: number;
  why?: string | undefined;
  override?: string | undefined;
  state: ChangeState;
  requested: StampView;
  assessment?: StampView & {
    feasible: boolean;
    reason?: string | undefined;
    extraCostFen?: number | undefined;
    newDate?: Day | undefined;
    override?: string | undefined;
  };
  since: Instant;
  reason?: string | undefined;
}

/** A delay, and what was offered for it (R3.2, R3.3). */
export interface DelayView {
  delayId: string;
  state: DelayState;
  cause: string;
  forecastArrival: Day;
  promisedDate: Day;
  opened: StampView;
  told?: StampView & {
    reason?: string | undefined;
    remedy?: RemedyView | undefined;
    newDate: Day;
    channel: Channel;
    override?: string | undefined;
  };
  ended?: StampView | undefined;
  outcome?: "agreed" | "kept" | "cancelled" | undefined;
}

interface ProblemNewsView extends StampView {
  kind: string;
  detail?: string | undefined;
}

/** A shipment, from its dispatch to its receipt (R4). */
export interface ShipmentView {
  number: number;
  carrier: string;
  trackingNumber: string;
  expectedArrival: Day;
  state: Shipment["state"];
  dispatched: StampView;
  customerTold?: StampView | undefined;
  tracking: (StampView & { event?: string | undefined; place?: string | undefined })[];
  delivery?: StampView & { signedBy?: string | undefined; deliveredAt: Instant; reference?: string | undefined };
  problem?: ProblemNewsView & { news?: ProblemNewsView[] | undefined };
}

/** A report that did not fit, until a person or a later event decides it. */
export interface DiscrepancyView {
  discrepancyId: string;
  command: CommandName;
  /** What was reported, as it was sent; with `cut` a part of it. */
  body: object;
  reporter: Author;
  opened: StampView;
  refusal: RefusalCode;
  cut?: Cut | undefined;
  count: number;
  lastAt: Instant;
  state: Discrepancy["state"];
  closed?: StampView | undefined;
}

/** Something that an inspection found, and its remedy (R6.3). */
export interface FindingView {
  findingId: string;
  rule: string;
  person: string;
  action: string;
  about?: string | undefined;
  recorded: StampView;
  remedied?: StampView & { done: string };
}

/** A question of an inspection to this order (R6.1). */
export interface InspectionView {
  inspectionId: string;
  by: Inspection["by"];
  reason: string;
  asked: StampView;
  answered?: StampView & { result: NonNullable<Inspection["answered"]>["result"] };
}

interface ResolutionView extends StampView {
  remedy?: string | undefined;
  entryError?: boolean | undefined;
  customerLost?: boolean | undefined;
  wrongRecipient?: boolean | undefined;
  fault?: string | undefined;
}

/** A complaint, and what was done about it (R7.3). */
export interface ComplaintView {
  complaintId: string;
  about?: string | undefined;
  recorded: StampView;
  resolved?: ResolutionView | undefined;
  judged?: ResolutionView | undefined;
}

/** Force majeure as it was declared (R7.4). */
export interface ForceMajeureView {
  forceMajeureId: string;
  what: string;
  from: Instant;
  until?: Instant | undefined;
  evidence: string;
  declaredBy: Author;
  verified?: boolean | undefined;
  /** Breaches that it exempts, by duty id. */
  exempts: string[];
}

/** Something that an outside system was asked. */
export interface EffectView {
  effectId: string;
  system: OutsideSystem;
  ask: EffectRequest["ask"];
  state: Effect["state"];
  requestedAt: Instant;
  message?: MessageName | undefined;
  to?: Recipient[] | undefined;
  outcome?: EffectOutcome | undefined;
}

/** A question to the customer. */
export interface QuestionView {
  questionId: string;
  dutyId: string;
  question?: string | undefined;
  askedAt: Instant;
  answer?: string | undefined;
  answeredAt?: Instant | undefined;
}

/**
 * An order as it is answered (`docs/http.md`, Queries). Times are RFC 3339 in UTC, money is integer fen. What not everybody may read is
 * optional. `src/contracts/answers.ts` has its schema: the compiler holds the two together.
 */
export interface OrderView {
  orderNo: string;
  status: Status;
  stage: Stage;
  cancelling: boolean;
  class: { large: boolean; custom: boolean };
  customer: { name: string; contact?: Contact };
  lines: LineView[];
  custom: CustomView | null;
  deliveryAddress?: PartOf<Address>;
  amountFen?: number;
  discountFen?: number;
  requestedDate?: Day;
  promisedDate?: Day;
  /** Why that day was promised although production's forecast and the transit said that it could not be kept. */
  promiseOverride?: StampView & { date: Day; reason: string };
  plannedFinish?: Day;
  salesRep?: string;
  /** Who stands in for the representative, and since when. */
  deputy?: { id: string; since: Instant };
  receivedAt: Instant;
  /** When texts about persons were removed, and after which period: each stands as a mark now. */
  personalDataRemoved?: { at: Instant; after: Duration };
  revision: number;
  lastEvent: number;
  duties: DutyView[];
  nextDueAt?: Instant;
  questions: QuestionView[];
  effects: EffectView[];
  forceMajeure: ForceMajeureView[];
  /** Every revision of the order confirmation, the one in force last. */
  terms: { revision: number; since: Instant; terms: TermsView }[];
  changes: ChangeView[];
  delays: DelayView[];
  shipments: ShipmentView[];
  discrepancies: DiscrepancyView[];
  findings: FindingView[];
  inspections: InspectionView[];
  complaints: ComplaintView[];
  receivingTime?: { from: Instant; to: Instant };
  transport?: StampView & {
    method: Bodies["arrange-transport"]["method"];
    carrier: string;
    freightBorneBy: Bodies["arrange-transport"]["freightBorneBy"];
  };
  shippingData?: StampView & { recipient: string; phone: string; address: PartOf<Address> };
  satisfaction?: number;
  /** The commands that this caller could send now. */
  permitted: CommandName[];
}

function ifKnown<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  // A computed key widens to `string`: the compiler forgets that it is `K`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}

function stamped({ at, actor }: Stamp): StampView {
  return { at: iso(at), by: actor };
}

/** What was said with a stamp, as it is answered. */
function answered<T extends object>({ stamp, ...rest }: Said<T>): Omit<Said<T>, "stamp"> & StampView {
  return { ...rest, ...stamped(stamp) };
}

/** The same where it may not have been said yet. */
function said<T extends object>(value: Said<T> | undefined): (Omit<Said<T>, "stamp"> & StampView) | undefined {
  return value && answered(value);
}

function problemView({ news, ...first }: Problem): NonNullable<ShipmentView["problem"]> {
  return { ...answered(first), ...ifKnown("news", news?.map(answered)) };
}

function acknowledgement({ acknowledged }: Watch): { acknowledgedBy?: string; promisedAt?: Instant } {
  const last = acknowledged.at(-1);
  return last
    ? { acknowledgedBy: last.by.id, ...ifKnown("promisedAt", last.promisedAt === undefined ? undefined : iso(last.promisedAt)) }
    : {};
}

/** When the owner was warned, or told that it is due without a warning before. */
function warnedAt({ rungs }: Watch): Instant | undefined {
  const first = rungs[0];
  return first && iso(first.at);
}

function dutyView({ dutyId, duty, about, owner, rule, openedAt, dueAt, state, watch }: Duty): DutyView {
  return {
    dutyId,
    duty,
    ...ifKnown("about", about),
    owner,
    rule,
    openedAt: iso(openedAt),
    dueAt: iso(dueAt),
    state,
    ...ifKnown("warnedAt", warnedAt(watch)),
    ...(state === "overdue" ? { overdueSince: iso(dueAt) } : {}),
    level: levelOf(watch),
    ...acknowledgement(watch),
    ...ifKnown("awaiting", watch.pauses.find(({ to }) => to === undefined)?.awaiting),
  };
}

function nextDue(open: readonly Duty[]): Instant | undefined {
  return open.length === 0 ? undefined : iso(Math.min(...open.map(({ dueAt }) => dueAt)));
}

/** The order as one caller is answered it at a time. What they may not see is taken out by the API. */
export function view(order: Order, actor: Actor, at: Ms): OrderView {
  const open = duties(order, at);
  const breaches = [...order.closedDuties.filter(({ late }) => late), ...open.filter(({ state }) => state === "overdue")];
  const { transport, receivingTime, shippingData } = order;
  return {
    orderNo: order.orderNo,
    status: statusOf[order.stage],
    stage: order.stage,
    cancelling: order.cancelling !== undefined && order.stage !== "cancelled",
    class: order.class,
    customer: order.customer,
    lines: [...order.lines],
    custom: order.custom,
    ...ifKnown("deliveryAddress", order.deliveryAddress),
    amountFen: order.amountFen,
    discountFen: order.discountFen,
    ...ifKnown("requestedDate", order.requestedDate),
    ...ifKnown("promisedDate", order.promisedDate),
    ...ifKnown("promiseOverride", said(order.promiseOverride)),
    ...ifKnown("plannedFinish", order.plannedFinish),
    ...ifKnown("salesRep", order.salesRep),
    ...ifKnown("deputy", order.deputy && { id: order.deputy.id, since: iso(order.deputy.since.at) }),
    receivedAt: iso(order.received.at),
    ...ifKnown("personalDataRemoved", order.personalDataRemoved),
    revision: order.revision,
    lastEvent: order.lastEvent,
    duties: open.toSorted((a, b) => a.dueAt - b.dueAt).map(dutyView),
    ...ifKnown("nextDueAt", nextDue(open)),
    questions: order.questions.map(({ questionId, dutyId, question, asked, answer, answered }) => ({
      questionId,
      dutyId,
      question,
      askedAt: iso(asked.at),
      ...ifKnown("answer", answer),
      ...ifKnown("answeredAt", answered && iso(answered.at)),
    })),
    effects: order.effects.map((effect) => ({
      effectId: effect.effectId,
      system: effect.system,
      ask: effect.ask,
      state: effect.state,
      requestedAt: iso(effect.requestedAt),
      ...ifKnown("outcome", effect.outcome),
      ...(effect.system === "messages" ? { message: effect.data.message, to: [...effect.data.to] } : {}),
    })),
    forceMajeure: order.forceMajeure.map(({ forceMajeureId, what, from, until, evidence, declared, verdict }) => ({
      forceMajeureId,
      what,
      from: iso(from),
      ...ifKnown("until", until === undefined ? undefined : iso(until)),
      evidence,
      declaredBy: declared.actor,
      ...ifKnown("verified", verdict?.verified),
      exempts: exempted(order, forceMajeureId, breaches),
    })),
    terms: order.revisions.map(({ revision, terms: { lines, ...others }, since }, index) => ({
      revision,
      since: iso(since.at),
      terms: same(lines, order.revisions[index - 1]?.terms.lines) ? others : { lines, ...others },
    })),
    changes: order.changes.map(({ changeId, request, state, requested, assessment, since, reason }) => ({
      changeId,
      ...request,
      state,
      requested: stamped(requested),
      ...ifKnown("assessment", said(assessment)),
      since: iso(since.at),
      ...ifKnown("reason", reason),
    })),
    delays: order.delays.map(({ delayId, state, cause, forecastArrival, promisedDate, opened, told, ended, outcome }) => ({
      delayId,
      state,
      cause,
      forecastArrival,
      promisedDate,
      opened: stamped(opened),
      ...ifKnown("told", said(told)),
      ...ifKnown("ended", ended && stamped(ended)),
      ...ifKnown("outcome", outcome),
    })),
    shipments: order.shipments.map(
      ({ dispatched, expectedSince: _, ended: _ended, customerTold, tracking, delivery, problem, ...shipment }) => ({
        ...shipment,
        dispatched: stamped(dispatched),
        ...ifKnown("customerTold", customerTold && stamped(customerTold)),
        tracking: tracking.map(answered),
        ...ifKnown("delivery", said(delivery)),
        ...ifKnown("problem", problem && problemView(problem)),
      }),
    ),
    discrepancies: order.discrepancies.map(
      ({ discrepancyId, command, body, reporter, opened, refusal, cut, count, lastAt, state, closed }) => ({
        discrepancyId,
        command,
        body,
        reporter,
        opened: stamped(opened),
        refusal,
        ...ifKnown("cut", cut),
        count,
        lastAt: iso(lastAt),
        state,
        ...ifKnown("closed", closed && stamped(closed)),
      }),
    ),
    findings: order.findings.map(({ recorded, remedied, ...finding }) => ({
      ...finding,
      recorded: stamped(recorded),
      ...ifKnown("remedied", said(remedied)),
    })),
    inspections: order.inspections.map(({ asked, answered, ...inspection }) => ({
      ...inspection,
      asked: stamped(asked),
      ...ifKnown("answered", said(answered)),
    })),
    complaints: order.complaints.map(({ complaintId, about, recorded, resolved, judged }) => ({
      complaintId,
      about,
      recorded: stamped(recorded),
      ...ifKnown("resolved", said(resolved)),
      ...ifKnown("judged", said(judged)),
    })),
    ...(receivingTime ? { receivingTime: { from: iso(receivingTime.from), to: iso(receivingTime.to) } } : {}),
    ...ifKnown("transport", said(transport)),
    ...ifKnown("shippingData", said(shippingData)),
    ...ifKnown("satisfaction", order.satisfaction),
    permitted: permitted(order, actor, at),
  };
}

/** The order's row in the lists. */
export function orderRow(order: Order, at: Ms): OrderRow {
  return {
    orderNo: order.orderNo,
    status: statusOf[order.stage],
    stage: order.stage,
    cancelling: order.cancelling !== undefined && order.stage !== "cancelled",
    large: order.class.large,
    custom: order.class.custom,
    customer: order.customer.name,
    salesRep: order.salesRep ?? null,
    amountFen: order.amountFen,
    requestedDate: order.requestedDate ?? null,
    promisedDate: order.promisedDate ?? null,
    receivedAt: iso(order.received.at),
    nextDueAt: nextDue(duties(order, at)) ?? null,
    lastEvent: order.lastEvent,
  };
}

function watched(order: Order, watch: Watch | undefined) {
  const known = watch ?? { rungs: [], pauses: [], acknowledged: [] };
  return {
    level: levelOf(known),
    warnedAt: warnedAt(known) ?? null,
    acknowledgedBy: known.acknowledged.at(-1)?.by.id ?? null,
    asOf: order.lastEvent,
  };
}

function closedRow(order: Order, closed: ClosedDuty): DutyRow {
  const { dutyId, duty, about, owner, rule, openedAt, dueAt, closedAt, late, tookMs, how } = closed;
  const times = { openedAt: iso(openedAt), dueAt: iso(dueAt), closedAt: iso(closedAt) };
  const { orderNo } = order;
  return {
    orderNo,
    dutyId,
    duty,
    about: about ?? null,
    owner,
    rule,
    ...times,
    late,
    tookMs,
    exempt: isExempt(order, closed),
    state: how,
    ...watched(order, order.watches[dutyId]),
  };
}

function openRow(order: Order, { dutyId, duty, about, owner, rule, openedAt, dueAt, state, watch }: Duty): DutyRow {
  const times = { openedAt: iso(openedAt), dueAt: iso(dueAt), closedAt: null };
  const stored = state === "paused" ? state : "open";
  const { orderNo } = order;
  return {
    orderNo,
    dutyId,
    duty,
    about: about ?? null,
    owner,
    rule,
    ...times,
    late: null,
    tookMs: null,
    exempt: isExempt(order, { duty, dueAt }),
    state: stored,
    ...watched(order, watch),
  };
}

/** The order's duties in the lists: those owed, and those that ended, without the first `skipped` of these. */
export function dutyRows(order: Order, at: Ms, skipped = 0): DutyRow[] {
  return [
    ...order.closedDuties.slice(skipped).map((closed) => closedRow(order, closed)),
    ...duties(order, at).map((duty) => openRow(order, duty)),
  ];
}
