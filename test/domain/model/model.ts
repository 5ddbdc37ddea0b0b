import type { Bodies, Command } from "../../../src/domain/order/bodies.ts";
import type { Custom, LineSoFar, Remedy } from "../../../src/domain/order/shapes.ts";
import type { Stage } from "../../../src/domain/order/state.ts";
import type { DutyName } from "../../../src/domain/order/duty.ts";
import { addDays, dayOf, DAY, endOfDay, type Day, type Ms } from "../../../src/domain/time.ts";
import type { Facts, Owner } from "./table.ts";
import { dutyTable, may } from "./table.ts";

/**
 * The order as `docs/order.md` says it behaves, written a second time and kept apart from the implementation: stages, delays,
 * changes, what is void, which duties are open. It shares nothing with `src/domain/order` but the names and the days.
 */
export interface Model {
  stage: Stage;
  cancelling: boolean;
  rep: string | undefined;
  receivedAt: Ms;
  lines: readonly LineSoFar[];
  custom: Custom | null;
  street: string | undefined;
  extra: number;
  discount: number;
  acknowledged: boolean;
  design: boolean;
  lead: Lead | undefined;
  dateTold: boolean;
  finalTerms: boolean;
  enteredBy: string | undefined;
  /** Who entered or agreed, whose order it was. */
  entryBy: string[];
  followed: string[];
  released: boolean;
  promise: Day | undefined;
  /** `reported`: the cause, where somebody reported it as a delay. */
  forecast: { arrival: Day; finish: Day | undefined; at: Ms; reported: string | undefined; lead: boolean } | undefined;
  run: Run | undefined;
  checked: boolean;
  receivingTime: { from: Ms; to: Ms } | undefined;
  windowMissed: boolean;
  transport: string | undefined;
  shippingData: boolean;
  shipments: Shipment[];
  delay: Delay | undefined;
  ended: { delay: Delay; forecast: Day; settledFor: Day; at: Ms }[];
  change: Change | undefined;
  accepted: string[];
  refused: string[];
  untold: string[];
  cancellation: string | undefined;
  askedFor: string[];
  /** Delays that were ended by agreeing to cancel, while that is not decided. */
  calledOff: Delay[];
  /** Revision of the order confirmation. */
  revision: number;
  callOffs: Set<string>;
  questions: number;
  complaints: { by: string[]; resolved: boolean; judged: boolean }[];
  findings: { person: string; remedied: boolean }[];
  forceMajeure: { by: string[]; verdict: boolean }[];
  inspections: { readonly id: string; readonly by: "supervisor" | "management"; answered: boolean }[];
  discrepancies: Discrepancy[];
  failed: Set<string>;
  /** Failed rungs about a take-over: nobody owes another one for them. */
  failedQuietly: Set<string>;
}

/** What production said of the finish: a day, or so many days from the release. */
interface Lead {
  readonly finish: Day;
  readonly days: number | undefined;
  readonly at: Ms;
}

interface Run {
  number: number;
  placed: Ms;
  lead: Lead | undefined;
  made: boolean;
  /** When the goods were made, as it was reported last. */
  madeAt: Ms;
  refusal: { at: Ms; lines: string } | undefined;
  progress: { stage: string; quantities: string; at: Ms } | undefined;
}
interface Shipment {
  readonly tracking: string;
  readonly event: number;
  readonly dispatchedAt: Ms;
  arrival: Day;
  arrivalAt: Ms;
  readonly tracked: { text: string; at: Ms }[];
  told: boolean;
  state: "under way" | "delivered" | "problem" | "ended";
  endedAt: Ms | undefined;
  problem: { by: string; hands: string[]; news: { kind: string; at: Ms; arrival: Day | undefined }[] } | undefined;
  delivered: { when: Ms; by: string; at: Ms } | undefined;
}
interface Delay {
  state: "untold" | "told" | "refused";
  forecast: Day;
  toldBy: string | undefined;
  hands: string[];
  toldDate: Day | undefined;
  remedy: Remedy | undefined;
}
interface Change {
  readonly id: string;
  state: "requested" | "assessed" | "signature" | "amendment";
  readonly by: string;
  readonly hands: string[];
  readonly patch: Bodies["request-change"]["patch"];
  extra: number;
  newDate: Day | undefined;
}
interface Discrepancy {
  readonly id: string;
  readonly command: Command;
  readonly run: number;
  readonly shipment: number;
}

const TRANSIT = 3;

export function begun(command: Command, now: Ms): Model {
  if (command.command !== "receive") throw new Error("an order begins with receive");
  const { salesRep, lines = [], custom = null } = command.body;
  const isRep = command.actor.kind === "person" && command.actor.roles.includes("sales_rep");
  const model: Model = {
    ...{ stage: "received", receivedAt: command.at, cancelling: false, rep: salesRep ?? (isRep ? command.actor.id : undefined) },
    ...{ lines, custom, street: undefined, extra: 0, discount: 0, acknowledged: false, design: false, lead: undefined },
    ...{
      dateTold: false,
      finalTerms: false,
      enteredBy: undefined,
      entryBy: [],
      followed: [],
      released: false,
      promise: undefined,
      forecast: undefined,
    },
    ...{ run: undefined, checked: false, receivingTime: undefined, windowMissed: false, transport: undefined },
    ...{
      shippingData: false,
      shipments: [],
      delay: undefined,
      ended: [],
      change: undefined,
      accepted: [],
      refused: [],
      untold: [],
    },
    ...{
      cancellation: undefined,
      askedFor: [],
      calledOff: [],
      revision: 0,
      callOffs: new Set(),
      questions: 0,
      complaints: [],
      findings: [],
    },
    ...{ forceMajeure: [], inspections: [], discrepancies: [], failed: new Set(), failedQuietly: new Set() },
  };
  follow(model, now);
  return model;
}

const amount = (m: Model): number =>
  m.lines.reduce((sum, { quantity = 0, unitPriceFen = 0 }) => sum + quantity * unitPriceFen, m.extra - m.discount);
export const isLarge = (m: Model): boolean => amount(m) >= 1_000_000;
const isSpecial = (m: Model): boolean => isLarge(m) || m.custom !== null;
const isEnded = ({ stage }: Model): boolean => stage === "completed" || stage === "cancelled";
const current = (m: Model): Shipment | undefined => m.shipments.at(-1);
const isUnsigned = ({ stage }: Model): boolean => ["received", "confirmed", "entered", "returned"].includes(stage);

function specialOpen(m: Model): boolean {
  if (!isSpecial(m)) return false;
  return !m.acknowledged || !m.lead || (m.custom ? !m.design || !m.finalTerms : !m.dateTold);
}

/** What the tables look at. Who may act on pauses and rungs is observed: how the ladder goes is another test's. */
export function factsOf(m: Model, observed: { pausable: Owner[]; paused: Owner[]; told: Owner[] }): Facts {
  const open = m.complaints.some(({ resolved }) => !resolved);
  return {
    ...{ stage: m.stage, cancelling: m.cancelling, rep: m.rep, large: isLarge(m), custom: m.custom !== null },
    ...{ acknowledged: m.acknowledged, design: m.design, specialOpen: specialOpen(m), enteredBy: m.enteredBy },
    leadTime: m.lead !== undefined,
    ...{ receivingTime: m.receivingTime !== undefined, transport: m.transport !== undefined, shippingData: m.shippingData },
    customerTold: current(m)?.told ?? false,
    ...{ delay: m.delay?.state, delayToldBy: m.delay?.toldBy, change: m.change?.state, changeBy: m.change?.by },
    hands: {
      ...{ entry: m.entryBy, followed: m.followed, delay: m.delay?.hands ?? [], change: m.change?.hands ?? [] },
      problem: current(m)?.problem?.hands ?? [],
      // A cancellation that was agreed as remedy is that delay's, too.
      cancellation: [...(m.cancellation === undefined ? [] : m.askedFor), ...m.calledOff.flatMap(({ hands }) => hands)],
      // In each that is not judged.
      complaint:
        m.complaints
          .filter(({ judged }) => !judged)
          .map(({ by }) => by)
          .reduce<string[] | undefined>((all, by) => all?.filter((id) => by.includes(id)) ?? by, undefined) ?? [],
    },
    ...{ untoldRefusal: m.untold.length > 0, cancellationBy: m.cancellation, problemBy: current(m)?.problem?.by },
    ...{ owes: owed(m).length > 0, question: m.questions > 0 },
    complaint: open ? "open" : m.complaints.some(({ judged }) => !judged) ? "unjudged" : undefined,
    named: m.findings.filter(({ remedied }) => !remedied).map(({ person }) => person),
    forceMajeureBy: m.forceMajeure.map(({ by }) => by),
    // A supervisor's first: management may answer that too.
    inspection: m.inspections
      .filter(({ answered }) => !answered)
      .map(({ by }) => by)
      .toSorted()
      .at(-1),
    ...{ discrepancy: m.discrepancies.length > 0, failed: m.failed.size + m.failedQuietly.size > 0 },
    ...observed,
  };
}

/** The duties that are open, by `docs/order.md`'s table: several of a kind are there several times. */
export function owed(m: Model): DutyName[] {
  const { stage, run } = m;
  const makes = stage === "making" || stage === "rework";
  const ready = stage === "ready";
  const times = (count: number, name: DutyName): DutyName[] => Array.from({ length: count }, () => name);
  const table: { readonly [D in DutyName]?: boolean | number } = {
    "assign-rep": m.rep === undefined,
    confirm: stage === "received",
    enter: stage === "confirmed",
    "acknowledge-special": isUnsigned(m) && isSpecial(m) && !m.acknowledged,
    "settle-design": stage === "entered" && m.custom !== null && !m.design,
    "report-lead-time": run
      ? stage === "making" && !run.lead
      : stage === "entered" && isSpecial(m) && !m.lead && (m.custom === null || m.design),
    "inform-delivery-date": stage === "entered" && isLarge(m) && m.custom === null && m.lead !== undefined && !m.dateTold,
    "confirm-final-terms": stage === "entered" && m.custom !== null && m.design && m.lead !== undefined && !m.finalTerms,
    sign: Number(stage === "entered" && !specialOpen(m)) + Number(m.change?.state === "signature"),
    "correct-entry": stage === "returned",
    release: stage === "signed",
    "update-progress": makes,
    "finish-production": stage === "making" && (run?.number === 1 || run?.lead !== undefined),
    "tell-customer-of-delay": m.delay?.state === "untold",
    "agree-remedy": m.delay?.state === "told",
    "decide-remedy": m.delay?.state === "refused",
    "confirm-receiving-time":
      (["made", "rework", "ready"].includes(stage) && !m.receivingTime) || (stage === "shipped" && m.windowMissed),
    "check-goods": stage === "made",
    rework: stage === "rework",
    "arrange-transport": ready && m.transport === undefined,
    "confirm-shipping-data": ready && !m.shippingData,
    dispatch: ready && m.receivingTime && m.transport !== undefined && m.shippingData && !m.change && !m.cancellation ? 1 : 0,
    "tell-customer-of-shipment": stage === "shipped" && current(m)?.told === false,
    "prove-delivery": stage === "shipped",
    "decide-loss": stage === "problem",
    "confirm-receipt": stage === "delivered",
    "assess-change": m.change?.state === "requested",
    "answer-change": m.change?.state === "assessed",
    "answer-amendment": m.change?.state === "amendment",
    "tell-change-outcome": m.untold.length,
    "decide-cancellation": m.cancellation !== undefined,
    "handle-complaint": m.complaints.filter(({ resolved }) => !resolved).length,
    "remedy-finding": m.findings.filter(({ remedied }) => !remedied).length,
    "verify-force-majeure": m.forceMajeure.filter(({ verdict }) => !verdict).length,
    inspect: m.inspections.filter(({ answered }) => !answered).length,
    "resolve-discrepancy": m.discrepancies.length,
    "take-over": m.failed.size,
  };
  const all = Object.keys(dutyTable).filter((name): name is DutyName => name in table);
  const besides = (name: DutyName) => name === "assign-rep" && !isEnded(m);
  return all
    .filter((name) => !(isEnded(m) || m.cancelling) || dutyTable[name].outlives === true || besides(name))
    .flatMap((name) => times(Number(table[name] ?? 0), name));
}

// --- what is known already, and what fits -------------------------------------------------------------------------

/** A plate or a waybill may carry a later shipment: a report is about the last that had left by then. */
function meantBy(m: Model, tracking: string, at: Ms): Shipment | undefined {
  const all = m.shipments.filter((each) => each.tracking === tracking);
  return all.findLast(({ dispatchedAt }) => dispatchedAt <= at) ?? all[0];
}

function sameTrouble(shipment: Shipment | undefined, kind: string, at: Ms): boolean {
  const over = shipment?.state === "problem" || shipment?.state === "ended";
  return (shipment?.problem?.news ?? []).some((each) => each.kind === kind && (over || at <= each.at));
}

/** A machine's report of what is on record already, or that something newer has overtaken: noted, no discrepancy. */
export function isKnown(m: Model, command: Command): boolean {
  const { at } = command;
  const { run } = m;
  const shipment = current(m);
  const repeated = ({ tracked }: Shipment) => tracked.some((each) => each.at === at && each.text === trackedText(command));
  const earlierRun = run !== undefined && run.number > 1 && at < run.placed;
  switch (command.command) {
    case "report-lead-time": {
      const lead = run ? run.lead : m.lead;
      if (!lead) return false;
      const same = lead.days === undefined ? lead.finish === finishOf(m, command.body, at) : lead.days === command.body.days;
      return same || at < lead.at;
    }
    case "report-progress": {
      const { stage, quantityDone, expectedFinish } = command.body;
      const same = run?.progress?.stage === stage && run.progress.quantities === JSON.stringify(quantityDone);
      const overtaken = run?.made === true && m.stage !== "rework" && at <= run.madeAt;
      return earlierRun || overtaken || (same && (expectedFinish === undefined || m.forecast?.finish === expectedFinish));
    }
    case "report-delay": {
      if (!m.forecast) return false;
      const { newArrival, newFinish } = command.body;
      const same = newFinish === undefined ? m.forecast.arrival === newArrival : m.forecast.finish === newFinish;
      // Another cause of the same day is news, and so is the first word that it is a delay.
      return at < m.forecast.at || (same && m.forecast.reported === command.body.cause);
    }
    case "finish-production": {
      if (earlierRun) return true;
      if (run?.made !== true) return false;
      if (m.stage === "rework") return at < (run.refusal?.at ?? 0);
      return at <= run.madeAt || run.progress?.quantities === JSON.stringify(command.body.quantity);
    }
    case "check-goods": {
      const before = at < (run?.refusal?.at ?? 0);
      if (earlierRun) return true;
      if (m.stage === "rework") return before || run?.refusal?.lines === JSON.stringify(command.body.lines);
      return m.stage === "made" ? before : m.checked && allRight(m, command.body.lines);
    }
    case "arrange-transport":
      return m.transport === JSON.stringify([command.body.method, command.body.carrier, command.body.freightBorneBy]);
    case "dispatch": {
      const { trackingNumber, expectedArrival } = command.body;
      const before = m.shipments.findLast(({ tracking }) => tracking === trackingNumber);
      if (before?.endedAt === undefined || at <= before.endedAt) return before !== undefined;
      return before.arrival === expectedArrival;
    }
    case "report-tracking": {
      const meant = meantBy(m, command.body.trackingNumber, at);
      if (!meant) return false;
      return meant !== shipment || meant.state !== "under way" || meant.tracked.some((each) => at < each.at) || repeated(meant);
    }
    case "report-delivery":
      return m.shipments.some(
        ({ tracking, delivered }) =>
          tracking === command.body.trackingNumber &&
          delivered?.by === command.body.signedBy &&
          Math.abs(delivered.when - Date.parse(command.body.deliveredAt)) <= 300_000,
      );
    case "report-trace": {
      const { trackingNumber, result, expectedArrival } = command.body;
      const meant = meantBy(m, trackingNumber, at);
      if (!meant) return false;
      if (meant !== shipment) return true;
      if (result !== "in_transit") return sameTrouble(meant, result, at);
      const [first, ...news] = meant.problem?.news ?? [];
      if (at < (meant.delivered?.at ?? first?.at ?? meant.arrivalAt)) return true;
      return meant.state === "problem" && news.some(({ kind, arrival }) => kind === result && arrival === expectedArrival);
    }
    case "report-problem":
      return sameTrouble(meantBy(m, command.body.trackingNumber, at), command.body.kind, at);
    case "request-cancellation":
      return m.cancellation !== undefined || m.cancelling;
    case "ask-inspection":
      return m.inspections.some(({ id }) => id === command.body.inspectionId);
    case "answer-amendment":
      return (command.body.accepted ? m.accepted : m.refused).includes(command.body.changeId);
    default:
      return false;
  }
}

/** Whether what a report says can be of this order as it stands. */
function fits(m: Model, command: Command): boolean {
  switch (command.command) {
    case "report-progress":
      return command.body.quantityDone.length === m.lines.length;
    case "finish-production":
      return command.body.quantity.length === m.lines.length;
    case "check-goods":
      return command.body.lines.length === m.lines.length;
    case "report-delivery": {
      // Nothing is delivered before it left: 5 minutes of grace.
      const left = current(m)?.dispatchedAt ?? 0;
      const right = command.body.trackingNumber === current(m)?.tracking;
      return right && Date.parse(command.body.deliveredAt) >= left - 300_000;
    }
    case "report-tracking":
    case "report-trace":
    case "report-problem":
      return command.body.trackingNumber === current(m)?.tracking;
    case "answer-amendment":
      return m.change?.state === "amendment" && command.body.changeId === m.change.id;
    case "request-change":
      return command.body.revision === m.revision;
    default:
      return true;
  }
}

function trackedText({ body }: Command): string {
  return JSON.stringify("event" in body ? [body.event, body.place] : body);
}

function epoch(m: Model): { run: number; shipment: number } {
  return { run: m.run?.number ?? 1, shipment: m.shipments.filter(({ state }) => state === "ended").length + 1 };
}

const unseen: Seen = { event: -1, callOffs: [] };
const nobody = { pausable: [], paused: [], told: [] };

/** Whether a report that does not fit was made before, in the same run and shipment, and still waits: it is counted with that one. */
export function isRepeated(m: Model, { command, body, actor }: Command): boolean {
  const here = epoch(m);
  return m.discrepancies.some(
    (each) =>
      each.run === here.run &&
      each.shipment === here.shipment &&
      each.command.command === command &&
      each.command.actor.id === actor.id &&
      JSON.stringify(each.command.body) === JSON.stringify(body),
  );
}

/** What is expected of a machine's report. */
export function expectedOf(m: Model, command: Command): "taken on" | "known" | "discrepancy" {
  // Nothing of an order happened long before it was received.
  if (command.at < m.receivedAt - 7 * DAY) return "discrepancy";
  if (isKnown(m, command)) return "known";
  return may(command.command, factsOf(m, nobody), command.actor) && fits(m, command) ? "taken on" : "discrepancy";
}

export function keepDiscrepancy(m: Model, id: string, command: Command, now: Ms): void {
  m.discrepancies.push({ id, command, ...epoch(m) });
  follow(m, now);
}

// --- what follows -------------------------------------------------------------------------------------------------

function canBeLate(m: Model): boolean {
  return !m.cancelling && ["signed", "making", "made", "rework", "ready", "shipped", "problem"].includes(m.stage);
}

function delays(m: Model, now: Ms): boolean {
  const { promise, forecast, delay } = m;
  if (promise === undefined) return false;
  const late = forecast && (m.released || forecast.reported !== undefined) && forecast.arrival > promise ? forecast : undefined;
  const passed = now >= endOfDay(promise);
  if (!delay) {
    if (!canBeLate(m)) return false;
    const passing = passed && !m.ended.some(({ at, settledFor }) => at >= endOfDay(promise) && settledFor <= promise);
    const covered = late && m.ended.some((each) => late.arrival <= each.forecast && each.settledFor <= promise);
    if (!passing && (!late || covered)) return false;
    m.delay = {
      state: "untold",
      forecast: late?.arrival ?? dayOf(now),
      toldBy: undefined,
      hands: [],
      toldDate: undefined,
      remedy: undefined,
    };
    return true;
  }
  const arrived = ["delivered", "completed"].includes(m.stage) ? current(m)?.delivered?.when : undefined;
  if (delay.state === "untold" && delay.toldDate === undefined) {
    if ((arrived !== undefined && dayOf(arrived) <= promise) || (!late && !passed)) {
      m.delay = undefined;
      return true;
    }
  }
  if (!canBeLate(m) || !late || late.arrival === delay.forecast) return false;
  delay.forecast = late.arrival;
  if (delay.toldDate !== undefined && delay.state !== "untold" && late.arrival > delay.toldDate) delay.state = "untold";
  return true;
}

/** All that follows by itself: delays, the end of a cancellation, reports that fit by now. Called when time passed, too. */
export function follow(m: Model, now: Ms): void {
  for (let round = 0; round < 200; round++) {
    if (delays(m, now)) continue;
    if (m.cancelling && m.stage !== "cancelled" && m.callOffs.size === 0) {
      m.stage = "cancelled";
      continue;
    }
    const here = epoch(m);
    const fitting = m.discrepancies.find(
      (each) => each.run === here.run && each.shipment === here.shipment && expectedOf(m, each.command) !== "discrepancy",
    );
    if (!fitting) return;
    if (expectedOf(m, fitting.command) === "taken on") happen(m, fitting.command, unseen);
    m.discrepancies = m.discrepancies.filter((each) => each !== fitting);
  }
  throw new Error("the model does not come to rest");
}

function foresee(
  m: Model,
  at: Ms,
  reported: string | undefined,
  news: { finish?: Day | undefined; arrival?: Day | undefined },
  lead = false,
): void {
  if (m.forecast && at < m.forecast.at) return;
  const arrival = news.arrival ?? (news.finish && addDays(news.finish, TRANSIT));
  if (arrival !== undefined) m.forecast = { arrival, finish: news.finish, at, reported, lead };
}

function finishOf(m: Model, { finishDate, days = 0 }: Bodies["report-lead-time"], at: Ms): Day {
  return finishDate ?? addDays(dayOf(m.run?.placed ?? at), days);
}

function allRight(m: Model, lines: Bodies["check-goods"]["lines"]): boolean {
  return lines.every(({ counted, specificationOk }, index) => specificationOk && counted === m.lines[index]?.quantity);
}

/** Design, lead time and final terms are owed again; what production expected of it no longer holds. */
function unsettle(m: Model): void {
  m.design = false;
  m.lead = undefined;
  m.finalTerms = false;
  if (m.forecast?.reported === undefined) m.forecast = undefined;
}

function makeAgain(m: Model, at: Ms): void {
  m.stage = "making";
  m.run = { ...fresh(at), number: (m.run?.number ?? 0) + 1 };
  m.forecast = undefined;
  m.checked = false;
}

const fresh = (placed: Ms): Run => ({
  number: 1,
  placed,
  lead: undefined,
  made: false,
  madeAt: 0,
  refusal: undefined,
  progress: undefined,
});

function arrives(m: Model, shipment: Shipment, arrival: Day, at: Ms, always: boolean): void {
  if (at < shipment.arrivalAt) return;
  if (always || shipment.arrival !== arrival) {
    shipment.arrival = arrival;
    shipment.arrivalAt = at;
  }
  checkWindow(m);
}

function checkWindow(m: Model): void {
  const { receivingTime: window } = m;
  const arrival = current(m)?.arrival;
  if (window && arrival !== undefined) m.windowMissed = arrival < dayOf(window.from) || arrival > dayOf(window.to);
}

function trouble(m: Model, kind: string, at: Ms, hands: string[], arrival?: Day): void {
  const shipment = current(m);
  if (!shipment) return;
  const before = m.stage === "problem" ? shipment.problem : undefined;
  m.stage = "problem";
  shipment.problem = {
    by: before?.by ?? hands[0] ?? "",
    hands: [...(shipment.problem?.hands ?? []), ...hands],
    news: [...(before?.news ?? []), { kind, at, arrival }],
  };
  shipment.state = "problem";
}

function loseVehicle(m: Model): void {
  if (m.transport?.includes("dedicated") && !isSpecial(m)) m.transport = undefined;
}

function callOff(m: Model, seen: Seen): void {
  m.cancelling = true;
  m.cancellation = undefined;
  m.change = undefined;
  m.callOffs = new Set(seen.callOffs);
}

const refuseChange = (m: Model, id: string) => {
  m.change = undefined;
  m.refused.push(id);
  m.untold.push(id);
};

/** What is seen from outside when a command was taken on: the number of its first event, and what it called off. */
export interface Seen {
  readonly event: number;
  readonly callOffs: readonly string[];
}

/** Whose hand somebody's act is: theirs, and the representative's in whose stead they act. */
function handsOf({ rep }: Model, { id, roles, deputyFor = [] }: Command["actor"]): string[] {
  return rep !== undefined && roles.includes("sales_rep") && deputyFor.includes(rep) ? [id, rep] : [id];
}

/** A command was taken on: what `docs/order.md` says follows. */
export function happen(m: Model, command: Command, seen: Seen): void {
  const { at, actor } = command;
  const shipment = current(m);
  switch (command.command) {
    case "ask-customer":
      m.questions += 1;
      break;
    case "record-answer":
      m.questions -= 1;
      break;
    case "confirm":
      m.stage = "confirmed";
      m.entryBy.push(...handsOf(m, actor));
      m.lines = command.body.lines;
      m.promise = command.body.deliveryDate;
      break;
    case "enter":
    case "correct-entry": {
      const { lines, custom, deliveryAddress, requestedDate } = command.body;
      if (JSON.stringify([lines, custom]) !== JSON.stringify([m.lines, m.custom])) {
        unsettle(m);
        m.dateTold = false;
      }
      Object.assign(m, { lines, custom, street: deliveryAddress.street, stage: "entered", enteredBy: actor.id });
      m.entryBy.push(...handsOf(m, actor));
      m.revision += 1;
      if (command.command === "correct-entry") m.promise = requestedDate;
      break;
    }
    case "acknowledge-special":
      m.acknowledged = true;
      break;
    case "report-lead-time": {
      const said = { finish: finishOf(m, command.body, at), days: command.body.days, at };
      if (m.run) m.run.lead = said;
      else m.lead = said;
      foresee(m, at, undefined, { finish: said.finish }, true);
      break;
    }
    case "settle-design":
      m.design = true;
      break;
    case "inform-delivery-date":
      m.promise = command.body.date;
      m.revision += 1;
      m.dateTold = true;
      m.entryBy.push(...handsOf(m, actor));
      break;
    case "confirm-final-terms":
      if (command.body.accepted) {
        m.finalTerms = true;
        m.entryBy.push(...handsOf(m, actor));
        m.revision += 1;
        m.lines = command.body.lines ?? m.lines;
        m.promise = command.body.date ?? m.promise;
      } else unsettle(m);
      break;
    case "sign":
      if (m.change?.state === "signature") m.change.state = "amendment";
      else m.stage = "signed";
      break;
    case "refuse-signature":
      if (m.change?.state === "signature") refuseChange(m, m.change.id);
      else m.stage = "returned";
      break;
    case "release":
      m.stage = "making";
      m.released = true;
      if (m.lead?.days !== undefined) m.lead = { ...m.lead, finish: addDays(dayOf(at), m.lead.days) };
      m.run = { ...fresh(at), lead: m.lead };
      if (m.forecast?.lead === true && m.lead?.days !== undefined) foresee(m, at, undefined, { finish: m.lead.finish }, true);
      break;
    case "refuse-release":
      m.stage = "returned";
      break;
    case "report-progress": {
      const { stage, quantityDone, expectedFinish } = command.body;
      if (m.run && at >= (m.run.progress?.at ?? 0)) m.run.progress = { stage, quantities: JSON.stringify(quantityDone), at };
      foresee(m, at, undefined, { finish: expectedFinish });
      break;
    }
    case "report-delay":
      foresee(m, at, command.body.cause, { finish: command.body.newFinish, arrival: command.body.newArrival });
      break;
    case "finish-production": {
      const { quantity } = command.body;
      const quantities = JSON.stringify(quantity);
      const short = quantity.some((made, index) => made < (m.lines[index]?.quantity ?? 0));
      if (m.run && (!short || at >= (m.run.progress?.at ?? 0))) {
        m.run.progress = { stage: short ? "finished short" : (m.run.progress?.stage ?? ""), quantities, at };
      }
      if (short || !m.run) break;
      m.run.made = true;
      m.run.madeAt = at;
      m.stage = "made";
      break;
    }
    case "check-goods":
      if (allRight(m, command.body.lines)) {
        m.stage = "ready";
        m.checked = true;
      } else {
        m.stage = "rework";
        if (m.run) m.run.refusal = { at, lines: JSON.stringify(command.body.lines) };
      }
      break;
    case "confirm-receiving-time":
      m.receivingTime = { from: Date.parse(command.body.from), to: Date.parse(command.body.to) };
      m.windowMissed = false;
      break;
    case "arrange-transport":
      m.transport = JSON.stringify([command.body.method, command.body.carrier, command.body.freightBorneBy]);
      break;
    case "confirm-shipping-data":
      m.shippingData = true;
      break;
    case "dispatch": {
      const { trackingNumber, expectedArrival } = command.body;
      m.stage = "shipped";
      m.shipments.push({
        ...{
          tracking: trackingNumber,
          event: seen.event,
          dispatchedAt: at,
          arrival: expectedArrival,
          arrivalAt: at,
          tracked: [],
        },
        ...{ told: false, state: "under way", endedAt: undefined, problem: undefined, delivered: undefined },
      });
      foresee(m, at, undefined, { arrival: expectedArrival });
      checkWindow(m);
      break;
    }
    case "tell-customer-of-shipment":
      if (shipment) shipment.told = true;
      break;
    case "report-tracking":
      if (!shipment) break;
      shipment.tracked.push({ text: trackedText(command), at });
      if (command.body.expectedArrival !== undefined) {
        arrives(m, shipment, command.body.expectedArrival, at, false);
        foresee(m, at, undefined, { arrival: command.body.expectedArrival });
      }
      break;
    case "report-delivery":
      if (!shipment) break;
      m.stage = "delivered";
      shipment.state = "delivered";
      shipment.delivered = { when: Date.parse(command.body.deliveredAt), by: command.body.signedBy, at };
      m.windowMissed = false;
      break;
    case "report-trace":
      if (command.body.result !== "in_transit" || m.stage === "problem")
        trouble(m, command.body.result, at, handsOf(m, actor), command.body.expectedArrival);
      else if (shipment) arrives(m, shipment, command.body.expectedArrival ?? shipment.arrival, at, true);
      foresee(m, at, undefined, { arrival: command.body.expectedArrival });
      break;
    case "report-problem":
      trouble(m, command.body.kind, at, handsOf(m, actor));
      break;
    case "decide-loss": {
      const { decision } = command.body;
      if (!shipment) break;
      if (decision === "make_again" || decision === "ship_again") {
        shipment.state = "ended";
        shipment.endedAt = at;
        Object.assign(m, { receivingTime: undefined, windowMissed: false, transport: undefined, shippingData: false });
        if (decision === "make_again") makeAgain(m, at);
        else Object.assign(m, { stage: "ready", checked: true, forecast: undefined });
      } else if (decision === "accept") {
        m.stage = "delivered";
        shipment.state = "delivered";
        shipment.delivered = { ...(shipment.delivered ?? { when: at, by: actor.id }), at };
      } else callOff(m, seen);
      break;
    }
    case "confirm-receipt":
      m.stage = "completed";
      break;
    case "tell-customer-of-delay":
      if (m.delay) {
        const { newDate, remedy } = command.body;
        Object.assign(m.delay, { state: "told", toldBy: actor.id, toldDate: newDate, remedy });
        m.delay.hands.push(...handsOf(m, actor));
      }
      break;
    case "agree-remedy": {
      if (!m.delay) break;
      m.delay.hands.push(...handsOf(m, actor));
      if (!command.body.accepted) {
        m.delay.state = "refused";
        break;
      }
      // Money given away is a hand in the terms.
      if ((command.body.remedy ?? m.delay.remedy)?.kind === "discount") m.entryBy.push(...handsOf(m, actor));
      agree(m, command.body, command);
      break;
    }
    case "decide-remedy": {
      if (!m.delay) break;
      const { decision } = command.body;
      if (decision === "offer_anew") m.delay.state = "untold";
      else endDelay(m, at, m.promise ?? "");
      break;
    }
    case "request-change":
      m.change = {
        ...{
          id: `c${seen.event}`,
          state: "requested",
          by: actor.id,
          hands: handsOf(m, actor),
          patch: command.body.patch,
          extra: 0,
          newDate: undefined,
        },
      };
      break;
    case "assess-change": {
      if (!m.change) break;
      const { feasible, extraCostFen = 0, newDate } = command.body;
      Object.assign(m.change, { extra: extraCostFen, newDate });
      m.change.hands.push(...handsOf(m, actor));
      if (feasible) m.change.state = "assessed";
      else refuseChange(m, m.change.id);
      break;
    }
    case "accept-change":
      m.change?.hands.push(...handsOf(m, actor));
      if (m.change) m.change.state = dearerOrBigger(m, m.change) ? "signature" : "amendment";
      break;
    case "withdraw-change":
      m.change = undefined;
      break;
    case "answer-amendment":
      if (!m.change) break;
      if (command.body.accepted) amend(m, m.change, at);
      else refuseChange(m, m.change.id);
      break;
    case "tell-change-outcome":
      m.untold = m.untold.filter((id) => id !== command.body.changeId);
      break;
    case "request-cancellation":
      m.cancellation = actor.id;
      m.askedFor = handsOf(m, actor);
      break;
    case "refuse-cancellation": {
      m.cancellation = undefined;
      const last = m.calledOff.at(-1);
      // Another remedy is owed, unless a later delay is open.
      if (last && !m.delay) {
        m.delay = { ...last, state: "untold" };
        m.ended = m.ended.filter(({ delay }) => delay !== last);
      }
      m.calledOff = [];
      break;
    }
    case "cancel":
      callOff(m, seen);
      break;
    case "declare-force-majeure":
      m.forceMajeure.push({ by: handsOf(m, actor), verdict: false });
      break;
    case "verify-force-majeure": {
      const declared = m.forceMajeure.findLast(({ by }) => !by.includes(actor.id));
      if (declared) declared.verdict = true;
      break;
    }
    case "ask-inspection":
      m.inspections.push({ id: command.body.inspectionId, by: command.body.by, answered: false });
      break;
    case "answer-inspection": {
      const { inspectionId, result, person = "" } = command.body;
      Object.assign(m.inspections.find(({ id }) => id === inspectionId) ?? {}, { answered: true });
      if (result === "finding") m.findings.push({ person, remedied: false });
      break;
    }
    case "reassign":
      if (m.rep !== undefined) m.followed.push(m.rep);
      m.rep = command.body.salesRep;
      break;
    case "take-over":
      m.failed.delete(command.body.effectId);
      m.failedQuietly.delete(command.body.effectId);
      m.callOffs.delete(command.body.effectId);
      break;
    case "resolve-discrepancy":
      m.discrepancies = m.discrepancies.filter(({ id }) => id !== command.body.discrepancyId);
      break;
    case "record-complaint":
      m.complaints.push({ by: handsOf(m, actor), resolved: false, judged: false });
      break;
    case "resolve-complaint": {
      const open = m.complaints.find(({ resolved }) => !resolved);
      if (open) open.resolved = true;
      else Object.assign(m.complaints.find(({ judged, by }) => !judged && !by.includes(actor.id)) ?? {}, { judged: true });
      break;
    }
    case "record-finding":
      m.findings.push({ person: command.body.person, remedied: false });
      break;
    case "remedy-finding": {
      const boss = actor.roles.includes("supervisor") || actor.roles.includes("management");
      const finding = m.findings.find(
        ({ remedied, person }) => !remedied && (boss || [actor.id, ...actor.roles, ...(actor.deputyFor ?? [])].includes(person)),
      );
      if (finding) finding.remedied = true;
      break;
    }
    default:
      break;
  }
}

function endDelay(m: Model, at: Ms, settledFor: Day): void {
  if (m.delay) m.ended.push({ delay: m.delay, forecast: m.delay.forecast, settledFor, at });
  m.delay = undefined;
}

function agree(m: Model, body: Bodies["agree-remedy"], { at, actor }: Command): void {
  const { delay } = m;
  const remedy = body.remedy ?? delay?.remedy;
  if (delay && remedy?.kind === "cancellation") {
    endDelay(m, at, m.promise ?? "");
    m.calledOff.push(delay);
    if (m.cancellation === undefined) m.askedFor = handsOf(m, actor);
    m.cancellation ??= actor.id;
    return;
  }
  const date = body.newDate ?? delay?.toldDate ?? "";
  endDelay(m, at, date);
  m.promise = date;
  m.revision += 1;
  if (remedy?.kind === "discount") m.discount += remedy.valueFen ?? 0;
  loseVehicle(m);
}

function afterChange(m: Model, { patch, newDate }: Change): { lines: readonly LineSoFar[]; street: string; promise: Day } {
  return {
    lines: patch.lines ?? m.lines,
    street: patch.deliveryAddress?.street ?? m.street ?? "",
    promise: newDate ?? patch.promisedDate ?? m.promise ?? "",
  };
}

function dearerOrBigger(m: Model, change: Change): boolean {
  const { lines } = afterChange(m, change);
  const sum = (all: readonly LineSoFar[]) =>
    all.reduce((total, { quantity = 0, unitPriceFen = 0 }) => total + quantity * unitPriceFen, 0);
  const pieces = (all: readonly LineSoFar[]) => all.reduce((total, { quantity = 0 }) => total + quantity, 0);
  return sum(lines) + change.extra > sum(m.lines) || pieces(lines) > pieces(m.lines);
}

function amend(m: Model, change: Change, at: Ms): void {
  const after = afterChange(m, change);
  const goods = (all: readonly LineSoFar[]) =>
    JSON.stringify(all.map(({ model, specification, quantity }) => [model, specification, quantity]));
  const otherGoods = goods(after.lines) !== goods(m.lines);
  const otherDate = after.promise !== m.promise;
  const otherAddress = after.street !== m.street;
  m.accepted.push(change.id);
  m.revision += 1;
  m.change = undefined;
  Object.assign(m, { ...after, extra: m.extra + change.extra });
  if (otherGoods && m.run?.made === true) makeAgain(m, at);
  if (otherDate || otherAddress) m.receivingTime = undefined;
  if (otherAddress) Object.assign(m, { shippingData: false, transport: undefined });
  loseVehicle(m);
}

/** A request or message that an outside system has answered. */
export interface Asked {
  readonly id: string;
  readonly event: number;
  readonly tellsCustomerOfShipment: boolean;
  readonly aboutTakeOver: boolean;
}

/** An outside system answered, or a message was delivered or not. */
export function settled(m: Model, effect: Asked, done: boolean): void {
  if (done) {
    m.callOffs.delete(effect.id);
    const shipment = current(m);
    if (effect.tellsCustomerOfShipment && shipment?.event === effect.event) shipment.told = true;
  } else (effect.aboutTakeOver ? m.failedQuietly : m.failed).add(effect.id);
}
