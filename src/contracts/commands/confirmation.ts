import { z } from "zod";
import type { Bodies } from "../../domain/order/bodies.ts";
import { calendarKept, policyKept } from "../answers/kept.ts";
import { stampedAt, text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import {
  address,
  addressSoFar,
  between,
  channel,
  custom,
  customer,
  day,
  days,
  free,
  id,
  lines,
  linesSoFar,
  name,
  reason,
} from "../fields.ts";
import { exampleAddress, exampleCustomer, exampleLines, nothing, note, override, withExample } from "./parts.ts";

const entry = {
  customer,
  salesRep: id.optional(),
  lines,
  custom,
  deliveryAddress: address,
  requestedDate: day,
  channel: channel.optional(),
  selfChecked: z.literal(true),
  ...override,
  ...note,
};
const exampleEntry: Bodies["enter"] = {
  customer: exampleCustomer,
  salesRep: "li.na",
  lines: exampleLines,
  custom: null,
  deliveryAddress: exampleAddress,
  requestedDate: "2026-12-20",
  channel: "phone",
  selfChecked: true,
};

const bodies = {
  receive: withExample(
    z.strictObject({
      customer,
      salesRep: id.optional(),
      lines: linesSoFar.optional(),
      custom: custom.optional(),
      deliveryAddress: addressSoFar.optional(),
      requestedDate: day.optional(),
      channel: channel.optional(),
      ...note,
    }),
    {
      customer: exampleCustomer,
      salesRep: "li.na",
      lines: exampleLines,
      custom: null,
      deliveryAddress: exampleAddress,
      requestedDate: "2026-12-20",
      channel: "phone",
    },
  ),
  reassign: withExample(z.strictObject({ salesRep: id, ...note }), { salesRep: "zhang.wei" }),
  "ask-customer": withExample(z.strictObject({ dutyId: id, question: free, channel, ...note }), {
    dutyId: "confirm-1",
    question: "灯头要 E27 还是 E14?",
    channel: "phone",
  }),
  "record-answer": withExample(z.strictObject({ questionId: id, answer: free, ...note }), { questionId: "q2", answer: "E27" }),
  confirm: withExample(z.strictObject({ lines, deliveryDate: day, channel, ...override, ...note }), {
    lines: exampleLines,
    deliveryDate: "2026-12-20",
    channel: "phone",
  }),
  enter: withExample(z.strictObject(entry), exampleEntry),
  "correct-entry": withExample(z.strictObject(entry), {
    ...exampleEntry,
    requestedDate: "2026-12-22",
    note: "客户改口，交期晚两天",
  }),
  "acknowledge-special": withExample(z.strictObject(note), { note: "已知悉，加急" }),
  "report-lead-time": withExample(
    z
      .strictObject({ days: days.optional(), finishDate: day.optional(), ...note })
      .refine(
        (body) => (body.days === undefined) !== (body.finishDate === undefined),
        between(["days", "finishDate"], ["days"], "one-of-days-finishDate"),
      ),
    { days: 15 },
  ),
  "settle-design": withExample(z.strictObject({ reference: name, ...note }), { reference: "DES-2026-118 rev B" }),
  "inform-delivery-date": withExample(z.strictObject({ date: day, channel, ...override, ...note }), {
    date: "2026-12-24",
    channel: "wecom",
  }),
  "confirm-final-terms": withExample(
    z
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
    { accepted: true, lines: exampleLines, date: "2026-12-28", channel: "email" },
  ),
  sign: withExample(z.strictObject({ changeId: id.optional(), ...note }), {}),
  "refuse-signature": withExample(z.strictObject({ reason, changeId: id.optional(), ...note }), { reason: "单价与报价单不符" }),
  release: withExample(z.strictObject(note), {}),
  "refuse-release": withExample(z.strictObject({ reason, changeId: id.optional(), ...note }), { reason: "规格缺少色温" }),
};

/** What its events keep. */
const events = {
  received: said(bodies.receive, {
    orderNo: text,
    policy: policyKept,
    calendar: calendarKept.optional(),
    salt: text.optional(),
    rules: z.int().optional(),
    personalDataRemoved: z.object({ at: stampedAt, after: text }).optional(),
  }),
  "rep-assigned": z.object({ salesRep: text }),
  "work-handed-over": z.object({ from: text, to: text }),
  "work-handed-back": z.object({ from: text, to: text }),
  "customer-asked": z.object({ questionId: text, dutyId: text, question: text, channel: text }),
  "answer-recorded": z.object({ questionId: text, answer: text }),
  confirmed: said(bodies.confirm),
  entered: said(bodies.enter),
  "entry-corrected": said(bodies["correct-entry"]),
  "special-acknowledged": nothing,
  "lead-time-reported": z.object({ finishDate: day, days: z.int().optional() }),
  "design-settled": z.object({ reference: text }),
  "delivery-date-informed": said(bodies["inform-delivery-date"]),
  "final-terms-accepted": z.object({
    lines: lines.optional(),
    date: day.optional(),
    channel,
    why: text.optional(),
    override: text.optional(),
  }),
  "final-terms-declined": z.object({ why: text.optional(), channel: text }),
  signed: nothing,
  "signature-refused": z.object({ reason: text }),
  released: nothing,
  "release-refused": z.object({ reason: text }),
};

/** Chapter 2: from the customer's call to the release (`docs/order.md`, Commands). */
export const confirmation = { bodies, events };
