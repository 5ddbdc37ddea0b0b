import type { CommandName } from "../../../src/domain/order/bodies.ts";
import type { Stage } from "../../../src/domain/order/state.ts";
import type { Actor, Role } from "../../../src/domain/people.ts";
import type { DutyName } from "../../../src/domain/order/duty.ts";

/**
 * The tables of `docs/order.md`, transcribed by hand and kept apart from the implementation: nothing here may be derived from
 * `src/domain`, or the tests that compare the two would compare a thing with itself.
 */

/** What the tables look at: how an order stands, in the words of `docs/order.md`. */
export interface Facts {
  readonly stage: Stage;
  readonly cancelling: boolean;
  readonly rep: string | undefined;
  readonly large: boolean;
  readonly custom: boolean;
  readonly acknowledged: boolean;
  readonly leadTime: boolean;
  readonly design: boolean;
  /** Special and something of it still open: nobody signs. */
  readonly specialOpen: boolean;
  /** Who entered the order last. */
  readonly enteredBy: string | undefined;
  readonly receivingTime: boolean;
  readonly transport: boolean;
  readonly shippingData: boolean;
  readonly customerTold: boolean;
  readonly delay: "untold" | "told" | "refused" | undefined;
  readonly delayToldBy: string | undefined;
  /** The change that is open, or the last one that was refused and not told. */
  readonly change: "requested" | "assessed" | "signature" | "amendment" | undefined;
  readonly changeBy: string | undefined;
  readonly untoldRefusal: boolean;
  /** Who asked for a cancellation that is not decided. */
  readonly cancellationBy: string | undefined;
  readonly problemBy: string | undefined;
  /** Whether anything is owed that a question could be about. */
  readonly owes: boolean;
  readonly question: boolean;
  readonly complaint: "open" | "unjudged" | undefined;
  /** Whom open findings name. */
  readonly named: readonly string[];
  /** Whose inspection of the order is not answered. */
  readonly inspection: "supervisor" | "management" | undefined;
  readonly forceMajeureBy: readonly (string | readonly string[])[];
  /** Everybody who asked, entered or agreed, beside those who did last; who followed the order before. */
  readonly hands?: {
    readonly [W in "entry" | "delay" | "change" | "problem" | "cancellation" | "complaint" | "followed"]?: readonly string[];
  };
  readonly discrepancy: boolean;
  readonly failed: boolean;
  /** Duties that are owed and could be paused, that stand still, that are overdue: as somebody may act on them. */
  readonly pausable: readonly Owner[];
  readonly paused: readonly Owner[];
  /** Who was told that something is overdue. */
  readonly told: readonly Owner[];
}

/** Who owes something: a role, a person where it is somebody's own, and who is barred from it. */
export interface Owner {
  readonly role: string;
  readonly id?: string | undefined;
  readonly except?: string | undefined;
}

interface Row {
  /** Letters of `docs/order.md`. */
  readonly by: string;
  /** Marked •. */
  readonly machine?: true;
  readonly in: readonly Stage[] | "open" | "any";
  /** Does not carry the order on, so it may be sent while the order is called off. */
  readonly beside?: true;
  /** What the column says beyond the stage, and who is barred. */
  readonly if?: (facts: Facts, actor: Actor) => boolean;
}

const letters: { readonly [L in string]: Role } = {
  R: "sales_rep",
  A: "order_admin",
  C: "customer_service",
  S: "supervisor",
  P: "production",
  D: "design",
  W: "warehouse",
  L: "logistics",
};

const unsigned: readonly Stage[] = ["received", "confirmed", "entered", "returned"];
const making: readonly Stage[] = ["making", "rework"];
const toReady: readonly Stage[] = ["making", "made", "rework", "ready"];
const signedToReady: readonly Stage[] = ["signed", ...toReady];

const isS = ({ roles }: Actor): boolean => roles.includes("supervisor") || roles.includes("management");
const isNamed = ({ named }: Facts, { id, roles, deputyFor = [] }: Actor): boolean =>
  named.some((person) => [id, ...roles, ...deputyFor].includes(person));
/** An owner, or their deputy. */
export function isOneOf(owners: readonly Owner[], { id, roles, deputyFor = [] }: Actor): boolean {
  return owners.some((owner) =>
    owner.id === undefined
      ? roles.some((role) => role === owner.role) && owner.except !== id
      : owner.id === id || deputyFor.includes(owner.id),
  );
}
/** Nobody decides what they had a hand in. */
const hadHand = ({ hands = {} }: Facts, what: keyof NonNullable<Facts["hands"]>, last: string | undefined, id: string): boolean =>
  last === id || (hands[what] ?? []).includes(id);
const enteredIt = (facts: Facts, id: string): boolean => hadHand(facts, "entry", facts.enteredBy, id);
const signable = (facts: Facts, id: string): boolean =>
  (facts.stage === "entered" && !facts.specialOpen && !enteredIt(facts, id)) ||
  (facts.change === "signature" && !hadHand(facts, "change", facts.changeBy, id));

export const commandTable: { readonly [K in CommandName]: Row } = {
  receive: { by: "RC", machine: true, in: [] },
  "ask-customer": { by: "RC", in: "open", beside: true, if: ({ owes }) => owes },
  "record-answer": { by: "RC", in: "any", beside: true, if: ({ question }) => question },
  confirm: { by: "R", in: ["received"] },
  enter: { by: "R", in: ["confirmed"] },
  "correct-entry": { by: "R", in: ["entered", "returned", "signed"] },
  "acknowledge-special": { by: "S", in: unsigned, if: (it) => (it.large || it.custom) && !it.acknowledged },
  "report-lead-time": { by: "P", machine: true, in: ["entered", "returned", "signed", "making"] },
  "settle-design": { by: "D", in: ["entered"], if: (it) => it.custom && !it.design },
  "inform-delivery-date": { by: "R", in: ["entered", "returned"], if: (it) => it.large && !it.custom && it.leadTime },
  "confirm-final-terms": { by: "R", in: ["entered", "returned"], if: (it) => it.custom && it.design && it.leadTime },
  sign: { by: "S", in: "open", if: (it, { id }) => signable(it, id) },
  "refuse-signature": { by: "S", in: "open", if: (it, { id }) => signable(it, id) },
  release: { by: "A", in: ["signed"], if: (it, { id }) => !enteredIt(it, id) },
  "refuse-release": { by: "A", in: ["signed"], if: (it, { id }) => !enteredIt(it, id) },
  "report-progress": { by: "P", machine: true, in: making },
  "update-progress": { by: "RA", in: ["making", "made", "rework"] },
  "report-delay": { by: "PRAL", machine: true, in: [...signedToReady, "shipped"] },
  "tell-customer-of-delay": { by: "R", in: "any", beside: true, if: ({ delay }) => delay === "untold" || delay === "told" },
  "agree-remedy": { by: "RC", in: "any", beside: true, if: ({ delay }) => delay === "told" },
  "decide-remedy": {
    by: "S",
    in: "any",
    beside: true,
    if: (it, { id }) => it.delay === "refused" && !hadHand(it, "delay", it.delayToldBy, id),
  },
  "finish-production": { by: "P", machine: true, in: making },
  "confirm-receiving-time": { by: "R", in: ["made", "rework", "ready", "shipped"] },
  "check-goods": { by: "W", machine: true, in: ["made"] },
  "arrange-transport": { by: "L", machine: true, in: ["ready"] },
  "confirm-shipping-data": { by: "R", in: ["ready"] },
  dispatch: {
    by: "L",
    machine: true,
    in: ["ready"],
    if: (it) => it.receivingTime && it.transport && it.shippingData && !it.change && it.cancellationBy === undefined,
  },
  "tell-customer-of-shipment": { by: "R", in: ["shipped"], if: ({ customerTold }) => !customerTold },
  "report-tracking": { by: "L", machine: true, in: ["shipped", "delivered"] },
  "report-delivery": { by: "L", machine: true, in: ["shipped", "problem"] },
  "report-trace": { by: "L", machine: true, in: ["shipped", "problem"] },
  "report-problem": { by: "RCL", machine: true, in: ["shipped", "delivered"] },
  "decide-loss": { by: "S", in: ["problem"], if: (it, { id }) => !hadHand(it, "problem", it.problemBy, id) },
  "confirm-receipt": { by: "R", in: ["delivered"] },
  "request-change": { by: "RC", machine: true, in: toReady, if: ({ change }) => !change },
  "assess-change": {
    by: "A",
    in: "open",
    if: (it, { id }) => it.change === "requested" && !hadHand(it, "change", it.changeBy, id),
  },
  "accept-change": { by: "RC", in: "open", if: ({ change }) => change === "assessed" },
  "withdraw-change": { by: "RC", in: "open", if: ({ change }) => change === "requested" || change === "assessed" },
  "answer-amendment": {
    by: "P",
    machine: true,
    in: "open",
    if: (it, { id, kind }) => it.change === "amendment" && (kind === "machine" || !hadHand(it, "change", it.changeBy, id)),
  },
  "tell-change-outcome": { by: "R", in: "open", if: ({ untoldRefusal }) => untoldRefusal },
  "request-cancellation": {
    by: "RC",
    machine: true,
    in: [...signedToReady, "problem"],
    if: ({ cancellationBy }) => cancellationBy === undefined,
  },
  cancel: {
    by: "RS",
    in: [...unsigned, ...signedToReady, "problem"],
    // R before signed, S from then; S decides what was asked.
    if: (it, actor) =>
      unsigned.includes(it.stage) && it.cancellationBy === undefined
        ? isOwn(it, actor)
        : isS(actor) && !hadHand(it, "cancellation", it.cancellationBy, actor.id),
  },
  "refuse-cancellation": {
    by: "S",
    in: "open",
    if: (it, { id }) => it.cancellationBy !== undefined && !hadHand(it, "cancellation", it.cancellationBy, id),
  },
  "declare-force-majeure": { by: "RAPL", in: "open", beside: true },
  "verify-force-majeure": {
    by: "S",
    in: "any",
    beside: true,
    if: (it, { id }) => it.forceMajeureBy.some((by) => ![by].flat().includes(id)),
  },
  "pause-duty": {
    by: "all",
    in: "any",
    beside: true,
    if: (it, actor) => it.pausable.length > 0 && (isS(actor) || isOneOf(it.pausable, actor)),
  },
  "resume-duty": {
    by: "all",
    in: "any",
    beside: true,
    if: (it, actor) => it.paused.length > 0 && (isS(actor) || isOneOf(it.paused, actor)),
  },
  acknowledge: { by: "all", in: "any", beside: true, if: ({ told }, actor) => isTold(told, actor) },
  reassign: { by: "S", in: "open", beside: true },
  "take-over": { by: "AS", in: "any", beside: true, if: ({ failed }) => failed },
  "resolve-discrepancy": { by: "AS", in: "any", beside: true, if: ({ discrepancy }) => discrepancy },
  "record-communication": { by: "all", machine: true, in: "any", beside: true },
  "record-complaint": { by: "RC", machine: true, in: "any", beside: true },
  "resolve-complaint": {
    by: "CS",
    in: "any",
    beside: true,
    if: (it, actor) =>
      it.complaint === "open" ||
      (it.complaint === "unjudged" &&
        isS(actor) &&
        !enteredIt(it, actor.id) &&
        !hadHand(it, "complaint", undefined, actor.id) &&
        !hadHand(it, "followed", it.rep, actor.id)),
  },
  "record-finding": { by: "SLA", machine: true, in: "any", beside: true },
  "remedy-finding": {
    by: "all",
    in: "any",
    beside: true,
    if: (it, actor) => it.named.length > 0 && (isS(actor) || isNamed(it, actor)),
  },
  "ask-inspection": { by: "S", machine: true, in: "any", beside: true },
  "answer-inspection": {
    by: "S",
    in: "any",
    beside: true,
    // A management's inspection is management's; nobody inspects what they entered or follow.
    if: (it, { id, roles }) =>
      (it.inspection === "supervisor" || (it.inspection === "management" && roles.includes("management"))) &&
      !enteredIt(it, id) &&
      !hadHand(it, "followed", it.rep, id),
  },
};

/** Management may all that S may: what S was told, they may acknowledge. */
export function isTold(told: readonly Owner[], actor: Actor): boolean {
  const roles: readonly Role[] = isS(actor) ? [...actor.roles, "supervisor"] : actor.roles;
  return isOneOf(told, { ...actor, roles });
}

/** **R** sales_rep: their own orders, or as a deputy. */
export function isOwn({ rep }: Facts, { id, roles, deputyFor = [] }: Actor): boolean {
  return roles.includes("sales_rep") && rep !== undefined && (rep === id || deputyFor.includes(rep));
}

/** Whether the table has a command in the stage that an order is in, whoever sends it. */
export function isOfStage(command: CommandName, { stage, cancelling }: Facts): boolean {
  const row = commandTable[command];
  const ended = stage === "completed" || stage === "cancelled";
  if (cancelling && !ended && !row.beside) return false;
  return row.in === "any" || (row.in === "open" ? !ended : row.in.includes(stage));
}

/** Whether the table lets somebody send a command, as far as it says so without the body. */
export function may(command: CommandName, facts: Facts, actor: Actor): boolean {
  const row = commandTable[command];
  if (!isOfStage(command, facts) || (actor.kind === "machine" && !row.machine)) return false;
  const by = row.by === "all" ? Object.keys(letters) : row.by.split("");
  const roles = by.map((letter) => letters[letter]);
  const inRole = roles.some(
    (role) =>
      role !== undefined &&
      (role === "sales_rep"
        ? actor.roles.includes(role) && (actor.kind === "machine" || isOwn(facts, actor))
        : actor.roles.includes(role) || (role === "supervisor" && actor.roles.includes("management"))),
  );
  // The one named in a finding is named whosever order it is by now.
  const named = command === "remedy-finding" && isNamed(facts, actor);
  if (!inRole && !named) return false;
  return row.if?.(facts, actor) ?? true;
}

interface DutyRow {
  readonly owner: Role;
  /** In hours: the time, and that for a special order where it differs; none where the due time itself is known. */
  readonly hours?: number;
  readonly special?: number;
  readonly pause: boolean;
  /** Outlives the end of an order. */
  readonly outlives?: true;
}

export const dutyTable: { readonly [D in DutyName]: DutyRow } = {
  "assign-rep": { owner: "supervisor", hours: 0.5, pause: true },
  confirm: { owner: "sales_rep", hours: 2, pause: true },
  enter: { owner: "sales_rep", hours: 2, special: 1, pause: true },
  "acknowledge-special": { owner: "supervisor", hours: 1, pause: true },
  "settle-design": { owner: "design", hours: 24, pause: true },
  "report-lead-time": { owner: "production", hours: 24, special: 12, pause: true },
  "inform-delivery-date": { owner: "sales_rep", hours: 2, pause: true },
  "confirm-final-terms": { owner: "sales_rep", hours: 24, pause: true },
  sign: { owner: "supervisor", hours: 4, special: 2, pause: true },
  "correct-entry": { owner: "sales_rep", hours: 4, special: 2, pause: true },
  release: { owner: "order_admin", hours: 4, special: 2, pause: true },
  "update-progress": { owner: "sales_rep", hours: 168, pause: true },
  "finish-production": { owner: "production", pause: true },
  "tell-customer-of-delay": { owner: "sales_rep", hours: 24, pause: false, outlives: true },
  "agree-remedy": { owner: "sales_rep", hours: 72, pause: true, outlives: true },
  "decide-remedy": { owner: "supervisor", hours: 24, pause: true, outlives: true },
  "confirm-receiving-time": { owner: "sales_rep", hours: 24, pause: true },
  "check-goods": { owner: "warehouse", hours: 24, pause: true },
  rework: { owner: "production", hours: 72, pause: true },
  "arrange-transport": { owner: "logistics", hours: 24, pause: true },
  "confirm-shipping-data": { owner: "sales_rep", hours: 24, pause: true },
  dispatch: { owner: "logistics", hours: 24, pause: true },
  "tell-customer-of-shipment": { owner: "sales_rep", hours: 2, pause: false },
  "prove-delivery": { owner: "logistics", hours: 24, pause: true },
  "decide-loss": { owner: "supervisor", hours: 24, pause: true },
  "confirm-receipt": { owner: "sales_rep", hours: 24, pause: true },
  "assess-change": { owner: "order_admin", hours: 24, pause: true },
  "answer-change": { owner: "sales_rep", hours: 72, pause: true },
  "answer-amendment": { owner: "production", hours: 24, pause: true },
  "tell-change-outcome": { owner: "sales_rep", hours: 24, pause: false },
  "decide-cancellation": { owner: "supervisor", hours: 24, pause: true },
  "handle-complaint": { owner: "customer_service", hours: 48, pause: true, outlives: true },
  "remedy-finding": { owner: "order_admin", hours: 24, pause: true, outlives: true },
  inspect: { owner: "supervisor", hours: 168, pause: true, outlives: true },
  "verify-force-majeure": { owner: "supervisor", hours: 48, pause: true, outlives: true },
  "resolve-discrepancy": { owner: "order_admin", hours: 24, pause: true, outlives: true },
  "take-over": { owner: "order_admin", hours: 4, pause: true, outlives: true },
};
