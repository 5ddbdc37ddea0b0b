import { z } from "zod";
import {
  changeKinds,
  freightBearers,
  inspectionResults,
  inspectors,
  lossDecisions,
  problemKinds,
  remedyDecisions,
  traceResults,
  transportMethods,
  type Bodies,
  type CommandName,
} from "../domain/order/bodies.ts";
import { beginningOf, endingOf } from "../domain/time.ts";
import type { Locale } from "../texts/locale.ts";
import {
  address,
  addressSoFar,
  between,
  channel,
  custom,
  customer,
  day,
  days,
  endMoment,
  fen,
  free,
  id,
  isRecord,
  line,
  lines,
  linesSoFar,
  moment,
  name,
  phone,
  pieces,
  reason,
  remedy,
  revision,
  rule,
  satisfaction,
  termsPatch,
} from "./fields.ts";
import { faultOf, inLanguage, wrongFields, type WrongField } from "./wrong-fields.ts";

export type { WrongField };

const note = { note: free.optional().meta({ description: "A remark, kept with the event" }) };
const perLine = z.array(pieces).min(1).max(200).meta({ description: "Pieces, one number a line of the order" });

/** Wherever a day is promised. */
const override = {
  override: reason
    .optional()
    .meta({ description: "Why a day is promised although production's forecast and the transit say that it cannot be kept" }),
};

const entry = {
  customer,
  salesRep: id.optional(),
  lines,
  custom,
  deliveryAddress: address,
  requestedDate: day,
  channel: channel.optional(),
  selfChecked: z.literal(true).meta({ description: "The representative has checked the entry (R2.2)" }),
  ...override,
  ...note,
};

/** Whether something ends after it begins. */
function isAfter(to: string | undefined, from: string): boolean {
  return to === undefined || endingOf(to) > beginningOf(from);
}

/**
 * The body of each command as it is sent (`docs/http.md`, Bodies). One schema a command: routes, tests, OpenAPI and the worker's check
 * of signals share them. What the domain decides (stages, who may, line counts) is not asked here.
 */
export const bodySchemas = {
  receive: z.strictObject({
    customer,
    salesRep: id.optional(),
    lines: linesSoFar.optional(),
    custom: custom.optional(),
    deliveryAddress: addressSoFar.optional(),
    requestedDate: day.optional(),
    channel: channel.optional(),
    ...note,
  }),
  "ask-customer": z.strictObject({ dutyId: id, question: free, channel, ...note }),
  "record-answer": z.strictObject({ questionId: id, answer: free, ...note }),
  confirm: z.strictObject({ lines, deliveryDate: day, channel, ...override, ...note }),
  enter: z.strictObject(entry),
  "correct-entry": z.strictObject(entry),
  "acknowledge-special": z.strictObject(note),
  "report-lead-time": z
    .strictObject({ days: days.optional(), finishDate: day.optional(), ...note })
    .refine(
      (body) => (body.days === undefined) !== (body.finishDate === undefined),
      between(["days", "finishDate"], ["days"], "one-of-days-finishDate"),
    ),
  "settle-design": z.strictObject({ reference: name, ...note }),
  "inform-delivery-date": z.strictObject({ date: day, channel, ...override, ...note }),
  "confirm-final-terms": z
    .strictObject({
      accepted: z.boolean(),
      lines: lines.optional(),
      date: day.optional(),
      channel,
      why: reason.optional(),
      ...override,
      ...note,
    })
    .refine(({ accepted, why }) => accepted || why !== undefined, between(["accepted", "why"], ["why"], "why-not")),
  sign: z.strictObject({ changeId: id.optional(), ...note }),
  "refuse-signature": z.strictObject({ reason, changeId: id.optional(), ...note }),
  release: z.strictObject(note),
  "refuse-release": z.strictObject({ reason, changeId: id.optional(), ...note }),
  "report-progress": z.strictObject({
    stage: name,
    quantityDone: perLine,
    expectedFinish: day.optional(),
    ...note,
  }),
  "update-progress": z.strictObject({ summary: free, source: name, ...note }),
  "report-delay": z
    .strictObject({ cause: reason, newFinish: day.optional(), newArrival: day.optional(), ...note })
    .refine(
      (body) => (body.newFinish === undefined) !== (body.newArrival === undefined),
      between(["newFinish", "newArrival"], ["newFinish"], "one-of-newFinish-newArrival"),
    ),
  "tell-customer-of-delay": z.strictObject({ reason, remedy, newDate: day, channel, ...override, ...note }),
  "agree-remedy": z.strictObject({
    accepted: z.boolean(),
    remedy: remedy.optional(),
    newDate: day.optional(),
    ...override,
    ...note,
  }),
  "decide-remedy": z.strictObject({ decision: z.enum(remedyDecisions), reason, ...note }),
  "finish-production": z.strictObject({ quantity: perLine, ...note }),
  "confirm-receiving-time": z
    .strictObject({ from: moment, to: moment, channel, ...note })
    .refine(({ from, to }) => isAfter(to, from), between(["from", "to"], ["to"], "not-after-from")),
  "check-goods": z.strictObject({
    lines: z
      .array(z.strictObject({ counted: pieces, specificationOk: z.boolean(), finding: free.optional() }))
      .min(1)
      .max(200),
    ...note,
  }),
  "arrange-transport": z.strictObject({
    method: z.enum(transportMethods),
    carrier: name,
    freightBorneBy: z.enum(freightBearers),
    ...note,
  }),
  "confirm-shipping-data": z.strictObject({ recipient: name, phone, address, ...note }),
  dispatch: z.strictObject({ carrier: name, trackingNumber: id, expectedArrival: day, ...note }),
  "tell-customer-of-shipment": z.strictObject({ channel, ...note }),
  "report-tracking": z.strictObject({
    trackingNumber: id,
    event: name,
    place: name.optional(),
    expectedArrival: day.optional(),
    ...note,
  }),
  "report-delivery": z.strictObject({
    trackingNumber: id,
    signedBy: name,
    deliveredAt: moment,
    reference: name.optional(),
    ...note,
  }),
  "report-trace": z
    .strictObject({ trackingNumber: id, result: z.enum(traceResults), expectedArrival: day.optional(), ...note })
    .refine(
      ({ result, expectedArrival }) => result !== "in_transit" || expectedArrival !== undefined,
      between(["result", "expectedArrival"], ["expectedArrival"], "arrival-needed"),
    ),
  "report-problem": z.strictObject({ trackingNumber: id, kind: z.enum(problemKinds), detail: free, ...note }),
  "decide-loss": z.strictObject({ decision: z.enum(lossDecisions), reason, ...note }),
  "confirm-receipt": z.strictObject({ satisfaction: satisfaction.optional(), ...note }),
  "request-change": z.strictObject({ kind: z.enum(changeKinds), patch: termsPatch, revision, why: reason, ...override, ...note }),
  "assess-change": z
    .strictObject({
      changeId: id,
      feasible: z.boolean(),
      reason: reason.optional(),
      extraCostFen: fen.optional(),
      newDate: day.optional(),
      ...override,
      ...note,
    })
    .refine(({ feasible, reason: why }) => feasible || why !== undefined, between(["feasible", "reason"], ["reason"], "why-not")),
  "accept-change": z.strictObject({ changeId: id, channel, ...note }),
  "withdraw-change": z.strictObject({ changeId: id, channel, ...note }),
  "answer-amendment": z
    .strictObject({ changeId: id, accepted: z.boolean(), reason: reason.optional(), ...note })
    .refine(({ accepted, reason: why }) => accepted || why !== undefined, between(["accepted", "reason"], ["reason"], "why-not")),
  "tell-change-outcome": z.strictObject({ changeId: id, channel, ...note }),
  "request-cancellation": z.strictObject({ askedBy: name, reason, ...note }),
  cancel: z.strictObject({ reason, settlement: free.optional(), ...note }),
  "refuse-cancellation": z.strictObject({ reason, changeId: id.optional(), ...note }),
  "declare-force-majeure": z
    .strictObject({ what: free, from: moment, until: moment.optional(), evidence: free, ...note })
    .refine(({ from, until }) => isAfter(until, from), between(["from", "until"], ["until"], "not-after-from")),
  "verify-force-majeure": z.strictObject({ forceMajeureId: id, verified: z.boolean(), ...note }),
  "pause-duty": z.strictObject({ dutyId: id, awaiting: name, evidence: free, ...note }),
  "resume-duty": z.strictObject({ dutyId: id, ...note }),
  acknowledge: z.strictObject({ dutyId: id, promisedAt: moment.optional(), ...note }),
  reassign: z.strictObject({ salesRep: id, ...note }),
  "take-over": z.strictObject({ effectId: line(300), outcome: z.enum(["done", "abandoned"]), ...note }),
  "resolve-discrepancy": z.strictObject({ discrepancyId: id, decision: z.enum(["apply", "discard"]), reason, ...note }),
  "record-communication": z.strictObject({ with: name, channel, summary: free, ...note }),
  "record-complaint": z.strictObject({ about: free, ...note }),
  "resolve-complaint": z.strictObject({
    complaintId: id,
    remedy: free,
    entryError: z.boolean().optional(),
    customerLost: z.boolean().optional(),
    wrongRecipient: z.boolean().optional(),
    fault: id.optional(),
    ...note,
  }),
  "record-finding": z.strictObject({
    rule,
    person: id,
    action: free,
    about: id
      .optional()
      .meta({ description: "What it is about: a machine's finding about that is taken on once while it is open" }),
    ...note,
  }),
  "remedy-finding": z.strictObject({ findingId: id, done: free, ...note }),
  "ask-inspection": z.strictObject({ inspectionId: id, by: z.enum(inspectors), reason, ...note }),
  "answer-inspection": z
    .strictObject({
      inspectionId: id,
      result: z.enum(inspectionResults),
      rule: rule.optional(),
      person: id.optional(),
      action: free.optional(),
      ...note,
    })
    .refine(
      ({ result, rule, person, action }) =>
        result === "in_order" || (rule !== undefined && person !== undefined && action !== undefined),
      between(["result", "rule", "person", "action"], ["rule"], "finding-parts"),
    ),
} satisfies { [K in CommandName]: z.ZodType<Bodies[K]> };

/** The same, for those who know a command only by its name. */
const byName: { readonly [K in CommandName]: z.ZodType<Bodies[K]> } = bodySchemas;
const objects: { readonly [K in CommandName]: z.ZodObject } = bodySchemas;

/** An order's number, when the caller chooses it: it is the workflow's id and part of the address. */
export const orderNumber = z
  .string()
  .refine((value) => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/u.test(value), faultOf("not-an-order-number"))
  .meta({
    description: "The order's number: letters, digits, dot, underscore, hyphen; 1 to 64, not beginning with a dot",
    example: "SO-2026-0001",
    minLength: 1,
    maxLength: 64,
    pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$",
  });

/** What a request may carry beside the command's own body: it is no part of what the command says. */
const atField = endMoment
  .optional()
  .meta({ description: "Business time of a machine's report: when it happened", example: "2026-12-01T10:00:00+08:00" });
const around = z.object({ at: atField });
const aroundReceive = z.object({ at: atField, orderNo: orderNumber.optional() });

/** The envelope's schema, by command: `at` for every one, and a number of the caller's own for `receive`. */
export function envelopeOf(command: CommandName): z.ZodObject {
  return command === "receive" ? aroundReceive : around;
}

/**
 * A command's request as it is sent: its body, with `at` for a machine's business time and, for `receive`, the number
 * that the caller chooses. Requests are read by {@link checkBody}, which tells the two apart; this is for OpenAPI.
 */
export function commandSchema(command: CommandName): z.ZodObject {
  return objects[command].safeExtend(envelopeOf(command).shape);
}

/** What a request of a command says: the body, and what came with it. */
export interface Said<K extends CommandName = CommandName> {
  readonly body: Bodies[K];
  readonly at?: string | undefined;
  readonly orderNo?: string | undefined;
}

/**
 * Reads a request: all that it says, or every field that is wrong, in the reader's language. Whether this caller may send
 * an `at` is the API's to judge.
 */
export function checkBody<K extends CommandName>(command: K, value: unknown, locale: Locale): Said<K> | { errors: WrongField[] } {
  const error = inLanguage(locale);
  if (!isRecord(value)) return { errors: wrongFields(byName[command].safeParse(value, { error }).error ?? new z.ZodError([])) };
  const { at, orderNo, ...rest } = value;
  const misplaced = orderNo !== undefined && command !== "receive";
  const body = byName[command].safeParse(misplaced ? { ...rest, orderNo } : rest, { error });
  const outer = aroundReceive.safeParse(misplaced ? { at } : { at, orderNo }, { error });
  if (body.success && outer.success) return { body: body.data, ...outer.data };
  return { errors: [outer, body].flatMap((each) => (each.success ? [] : wrongFields(each.error))) };
}
