import { z } from "zod";
import { inspectionResults, inspectors } from "../../domain/order/vocabulary/inspections.ts";
import { freightBearers, transportMethods } from "../../domain/order/vocabulary/shipping.ts";
import { changeKinds } from "../../domain/order/vocabulary/changes.ts";
import type {
  ChangeView,
  ComplaintView,
  DelayView,
  DiscrepancyView,
  DutyView,
  EffectView,
  FindingView,
  ForceMajeureView,
  InspectionView,
  OrderView,
  QuestionView,
  ShipmentView,
} from "../../domain/order/view.ts";
import { sameAs } from "../same.ts";
import {
  address,
  ask,
  author,
  channel,
  command,
  contact,
  custom,
  cut,
  day,
  duty,
  fen,
  list,
  messageName,
  stampedAt,
  named,
  orderLine,
  outcome,
  recipient,
  refusalCode,
  remedy,
  ruleOf,
  sent,
  stage,
  stamp,
  stampShape,
  status,
  system,
  text,
} from "./parts.ts";

/** The order as one caller sees it. Each part is held to the domain's type of it. */

const byRep = { id: "li.na", role: "sales_rep" } as const;
const bySupervisor = { id: "wang.fang", role: "supervisor" } as const;
const byMachine = { id: "mes-1", role: "production" } as const;

export const dutyFields = {
  dutyId: text,
  duty,
  owner: recipient,
  rule: ruleOf,
  openedAt: stampedAt,
  dueAt: stampedAt,
  state: z.enum(["open", "paused", "overdue"]),
  level: z.int().meta({ description: "0 nobody told, 1 warned, 2 due told, 3 management told, more: reminded" }),
};
const dutySchema = named(
  "Duty",
  sameAs<DutyView>()(
    z.object({
      ...dutyFields,
      about: text.optional(),
      warnedAt: stampedAt.optional(),
      overdueSince: stampedAt.optional(),
      acknowledgedBy: text.optional(),
      promisedAt: stampedAt.optional(),
      awaiting: text.optional(),
    }),
  ),
  {
    dutyId: "confirm-1",
    duty: "confirm",
    owner: { role: "sales_rep", id: "li.na" },
    rule: "R2.1",
    openedAt: "2026-11-23T01:00:00.000Z",
    dueAt: "2026-11-23T03:00:00.000Z",
    state: "open",
    level: 0,
  },
  "Who owes what, by when, by which rule",
);

const termsPatch = named(
  "TermsChange",
  z.object({
    lines: list(orderLine).nullish(),
    custom: z.object({ brief: text.nullish() }).nullish(),
    deliveryAddress: z
      .object({ province: text.nullish(), city: text.nullish(), street: text.nullish(), postcode: text.nullish() })
      .nullish(),
    promisedDate: day.nullish(),
  }),
  { promisedDate: "2026-12-23" },
  "RFC 7396 on { lines, custom, deliveryAddress, promisedDate }",
);
const terms = named(
  "Terms",
  z.object({ lines: list(orderLine).optional(), custom, deliveryAddress: address.optional(), promisedDate: day }),
  {
    lines: [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 }],
    custom: null,
    promisedDate: "2026-12-20",
  },
  "The terms of one revision; `lines` is left out where it is the one of the revision before",
);

const change = named(
  "Change",
  sameAs<ChangeView>()(
    z.object({
      changeId: text,
      kind: z.enum(changeKinds),
      patch: termsPatch,
      revision: z.int(),
      why: text.optional(),
      override: text.optional(),
      state: z.enum([
        "requested",
        "assessed",
        "awaiting_signature",
        "amending",
        "accepted",
        "refused",
        "refused_told",
        "withdrawn",
        "lapsed",
      ]),
      requested: stamp,
      assessment: z
        .object({
          ...stampShape,
          feasible: z.boolean(),
          reason: text.optional(),
          extraCostFen: fen.optional(),
          newDate: day.optional(),
          override: text.optional(),
        })
        .optional(),
      since: stampedAt,
      reason: text.optional(),
    }),
  ),
  {
    changeId: "c9",
    kind: "date",
    patch: { promisedDate: "2026-12-23" },
    revision: 1,
    why: "客户推迟开业",
    state: "assessed",
    requested: { at: "2026-12-01T02:00:00.000Z", by: byRep },
    assessment: {
      at: "2026-12-01T06:00:00.000Z",
      by: { id: "zhao.lei", role: "order_admin" },
      feasible: true,
      extraCostFen: 20_000,
    },
    since: "2026-12-01T06:00:00.000Z",
  },
  "A change that was requested, and how far it has come (R1.3)",
);

const delay = named(
  "Delay",
  sameAs<DelayView>()(
    z.object({
      delayId: text,
      state: z.enum(["untold", "told", "remedy_refused", "closed", "withdrawn"]),
      cause: text,
      forecastArrival: day,
      promisedDate: day,
      opened: stamp,
      told: z
        .object({
          ...stampShape,
          reason: text.optional(),
          remedy: remedy.optional(),
          newDate: day,
          channel,
          override: text.optional(),
        })
        .optional(),
      ended: stamp.optional(),
      outcome: z.enum(["agreed", "kept", "cancelled"]).optional(),
    }),
  ),
  {
    delayId: "d14",
    state: "told",
    cause: "灯珠短缺",
    forecastArrival: "2026-12-25",
    promisedDate: "2026-12-20",
    opened: { at: "2026-12-08T02:00:00.000Z", by: byMachine },
    told: {
      at: "2026-12-08T06:00:00.000Z",
      by: byRep,
      reason: "灯珠短缺，晚五天",
      remedy: { kind: "discount", valueFen: 17_500 },
      newDate: "2026-12-25",
      channel: "phone",
    },
  },
  "A delay, and what was offered for it (R3.2, R3.3)",
);

const problemNews = z.object({ ...stampShape, kind: text, detail: text.optional() });
const shipment = named(
  "Shipment",
  sameAs<ShipmentView>()(
    z.object({
      number: z.int(),
      carrier: text,
      trackingNumber: text,
      expectedArrival: day,
      state: z.enum(["under_way", "delivered", "problem", "ended"]),
      dispatched: stamp,
      customerTold: stamp.optional(),
      tracking: list(z.object({ ...stampShape, event: text.optional(), place: text.optional() })),
      delivery: z
        .object({ ...stampShape, signedBy: text.optional(), deliveredAt: stampedAt, reference: text.optional() })
        .optional(),
      problem: problemNews.extend({ news: list(problemNews).optional() }).optional(),
    }),
  ),
  {
    number: 1,
    carrier: "SF Express",
    trackingNumber: "SF1234567890",
    expectedArrival: "2026-12-19",
    state: "delivered",
    dispatched: { at: "2026-12-16T02:00:00.000Z", by: { id: "tms-1", role: "logistics" } },
    tracking: [{ at: "2026-12-17T02:00:00.000Z", by: { id: "tms-1", role: "logistics" }, event: "in transit", place: "广州" }],
    delivery: {
      at: "2026-12-19T02:30:00.000Z",
      by: { id: "tms-1", role: "logistics" },
      signedBy: "陈先生",
      deliveredAt: "2026-12-19T10:30:00+08:00",
      reference: "POD-8841",
    },
  },
  "A shipment, from its dispatch to its receipt (R4)",
);

const discrepancy = named(
  "Discrepancy",
  sameAs<DiscrepancyView>()(
    z.object({
      discrepancyId: text,
      command,
      body: sent,
      reporter: author,
      opened: stamp,
      refusal: refusalCode,
      cut: cut.optional(),
      count: z.int(),
      lastAt: stampedAt,
      state: z.enum(["open", "accepted", "applied", "discarded"]),
      closed: stamp.optional(),
    }),
  ),
  {
    discrepancyId: "x6",
    command: "finish-production",
    body: { quantity: [100] },
    reporter: byMachine,
    opened: { at: "2026-11-24T02:00:00.000Z", by: byMachine },
    refusal: "not-in-stage",
    count: 1,
    lastAt: "2026-11-24T02:00:00.000Z",
    state: "open",
  },
  "A report that did not fit, until a later event or a person decides it",
);

const finding = named(
  "Finding",
  sameAs<FindingView>()(
    z.object({
      findingId: text,
      rule: ruleOf,
      person: text,
      action: text,
      about: text.optional(),
      recorded: stamp,
      remedied: z.object({ ...stampShape, done: text }).optional(),
    }),
  ),
  {
    findingId: "n12",
    rule: "R3.2",
    person: "li.na",
    action: "补录生产进度并通知客户",
    recorded: { at: "2026-12-09T02:00:00.000Z", by: bySupervisor },
  },
  "Something that an inspection found, and its remedy (R6.3)",
);

const inspection = named(
  "InspectionOfOrder",
  sameAs<InspectionView>()(
    z.object({
      inspectionId: text,
      by: z.enum(inspectors),
      reason: text,
      asked: stamp,
      answered: z.object({ ...stampShape, result: z.enum(inspectionResults) }).optional(),
    }),
  ),
  {
    inspectionId: "sample-2026-11",
    by: "management",
    reason: "每月抽查",
    asked: { at: "2026-12-01T01:00:00.000Z", by: { id: "gendan", role: "supervisor" } },
  },
  "An inspection that somebody is to answer for this order (R6.1)",
);

const resolution = z.object({
  ...stampShape,
  remedy: text.optional(),
  entryError: z.boolean().optional(),
  customerLost: z.boolean().optional(),
  wrongRecipient: z.boolean().optional(),
  fault: text.optional(),
});
const complaint = named(
  "Complaint",
  sameAs<ComplaintView>()(
    z.object({
      complaintId: text,
      about: text.optional(),
      recorded: stamp,
      resolved: resolution.optional(),
      judged: resolution.optional(),
    }),
  ),
  {
    complaintId: "k21",
    about: "收到的灯色温不符",
    recorded: { at: "2026-12-21T02:00:00.000Z", by: { id: "sun.yue", role: "customer_service" } },
    resolved: { at: "2026-12-22T02:00:00.000Z", by: { id: "sun.yue", role: "customer_service" }, remedy: "免费更换" },
  },
  "A complaint, and what was done about it (R7.3)",
);

const forceMajeure = named(
  "ForceMajeure",
  sameAs<ForceMajeureView>()(
    z.object({
      forceMajeureId: text,
      what: text,
      from: stampedAt,
      until: stampedAt.optional(),
      evidence: text,
      declaredBy: author,
      verified: z.boolean().optional(),
      exempts: list(text),
    }),
  ),
  {
    forceMajeureId: "f7",
    what: "台风停产",
    from: "2026-11-30T16:00:00.000Z",
    until: "2026-12-03T16:00:00.000Z",
    evidence: "市政府停工通知",
    declaredBy: byRep,
    verified: true,
    exempts: ["finish-production-11"],
  },
  "Force majeure as it was declared (R7.4)",
);

const effect = named(
  "Effect",
  sameAs<EffectView>()(
    z.object({
      effectId: text,
      system,
      ask,
      state: z.enum(["pending", "done", "failed", "taken_over"]),
      requestedAt: stampedAt,
      message: messageName.optional(),
      to: list(recipient).optional(),
      outcome: outcome.optional(),
    }),
  ),
  {
    effectId: "SO-2026-0001-5-production-place",
    system: "production",
    ask: "place",
    state: "done",
    requestedAt: "2026-11-24T02:00:00.000Z",
    outcome: { result: "done", detail: "PO-8841" },
  },
  "Something that an outside system was asked; its id is the `Idempotency-Key` that it was asked with",
);

const question = named(
  "Question",
  sameAs<QuestionView>()(
    z.object({
      questionId: text,
      dutyId: text,
      question: text.optional(),
      askedAt: stampedAt,
      answer: text.optional(),
      answeredAt: stampedAt.optional(),
    }),
  ),
  { questionId: "q2", dutyId: "confirm-1", question: "灯头要 E27 还是 E14?", askedAt: "2026-11-23T01:10:00.000Z" },
  "A question to the customer",
);

export const classes = z.object({ large: z.boolean(), custom: z.boolean() });

/** The order as one caller sees it. */
export const orderSchema = named(
  "Order",
  sameAs<OrderView>()(
    z.object({
      orderNo: text,
      status,
      stage,
      cancelling: z.boolean(),
      class: classes,
      customer: z.object({ name: text, contact: contact.optional() }),
      lines: list(orderLine),
      custom,
      deliveryAddress: address.optional(),
      amountFen: fen.optional(),
      discountFen: fen.optional(),
      requestedDate: day.optional(),
      promisedDate: day.optional(),
      promiseOverride: z.object({ ...stampShape, date: day, reason: text }).optional(),
      plannedFinish: day.optional(),
      salesRep: text.optional(),
      deputy: z.object({ id: text, since: stampedAt }).optional(),
      receivedAt: stampedAt,
      personalDataRemoved: z.object({ at: stampedAt, after: text }).optional(),
      revision: z.int(),
      lastEvent: z.int(),
      duties: list(dutySchema),
      nextDueAt: stampedAt.optional(),
      questions: list(question),
      effects: list(effect),
      forceMajeure: list(forceMajeure),
      terms: list(z.object({ revision: z.int(), since: stampedAt, terms })),
      changes: list(change),
      delays: list(delay),
      shipments: list(shipment),
      discrepancies: list(discrepancy),
      findings: list(finding),
      inspections: list(inspection),
      complaints: list(complaint),
      receivingTime: z.object({ from: stampedAt, to: stampedAt }).optional(),
      transport: z
        .object({ ...stampShape, method: z.enum(transportMethods), carrier: text, freightBorneBy: z.enum(freightBearers) })
        .optional(),
      shippingData: z.object({ ...stampShape, recipient: text, phone: text, address }).optional(),
      satisfaction: z.int().optional(),
      permitted: list(command),
    }),
  ),
  {
    orderNo: "SO-2026-0001",
    status: "pending_confirmation",
    stage: "received",
    cancelling: false,
    class: { large: false, custom: false },
    customer: { name: "客户A", contact: { person: "陈先生", phone: "+8613800000000" } },
    lines: [{ model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 }],
    custom: null,
    amountFen: 350_000,
    discountFen: 0,
    requestedDate: "2026-12-20",
    salesRep: "li.na",
    receivedAt: "2026-11-23T01:00:00.000Z",
    revision: 0,
    lastEvent: 1,
    duties: [
      {
        dutyId: "confirm-1",
        duty: "confirm",
        owner: { role: "sales_rep", id: "li.na" },
        rule: "R2.1",
        openedAt: "2026-11-23T01:00:00.000Z",
        dueAt: "2026-11-23T03:00:00.000Z",
        state: "open",
        level: 0,
      },
    ],
    nextDueAt: "2026-11-23T03:00:00.000Z",
    questions: [],
    effects: [],
    forceMajeure: [],
    terms: [],
    changes: [],
    delays: [],
    shipments: [],
    discrepancies: [],
    findings: [],
    inspections: [],
    complaints: [],
    permitted: ["confirm", "ask-customer", "cancel", "record-communication"],
  },
  "An order as this caller sees it now: what they may not read is left out",
);
