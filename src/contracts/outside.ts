import { z } from "zod";
import { asks, messageNames, type OutsideSystem } from "../domain/order/effects.ts";
import { type CommandName } from "../domain/order/bodies.ts";
import { freightBearers, transportMethods } from "../domain/order/vocabulary/shipping.ts";
import { roles } from "../domain/people.ts";

/**
 * What Gendan says to the four outside systems and how they answer: `POST {base}/{ask}` with `Idempotency-Key`
 * (`docs/order.md`, Effects). Requests are read tolerantly, because fields may be added; published in `openapi/`.
 */

const text = z.string().min(1).max(2_000);
const day = z.iso.date().meta({ description: "A day in the factory's zone (Asia/Shanghai)" });
const moment = z.iso.datetime({ offset: true });
const orderNo = z.string().min(1).max(200).meta({ description: "The order's number in Gendan" });

const line = z
  .object({
    model: text,
    specification: text,
    quantity: z.int().min(1),
    unitPriceFen: z.int().min(0).meta({ description: "Integer fen (0.01 CNY) for one piece" }),
  })
  .meta({ id: "Line" });
const lines = z.array(line).min(1);
const custom = z
  .object({ brief: text })
  .nullish()
  .meta({ description: "A custom product and what the customer wants; null for the catalogue's own" });
const address = z.object({ province: text, city: text, street: text, postcode: z.string().optional() }).meta({ id: "Address" });
const window = z.object({ from: moment, to: moment }).meta({ id: "ReceivingTime", description: "When the customer receives" });

/** One recipient of a message: who, and how they can be reached where Gendan knows it. */
export const addressee = z
  .object({
    role: z.enum([...roles, "customer", "staff", "system"]),
    id: z.string().optional(),
    except: z.string().optional().meta({ description: "A person of that role who is barred from it; only where `id` is absent" }),
    name: z.string().optional(),
    address: z
      .object({ email: z.string().optional(), phone: z.string().optional(), wecom: z.string().optional() })
      .optional()
      .meta({ description: "Ways to reach them; the message system chooses one" }),
  })
  .meta({ id: "Recipient" });
export type Addressee = z.infer<typeof addressee>;

const written = z.object({ subject: text, body: z.string().min(1).max(20_000) }).meta({ id: "Text" });

/** The body of each ask. */
export const requests = {
  production: {
    "quote-lead-time": z.object({ orderNo, lines, custom, requestedDate: day.optional(), promisedDate: day.optional() }),
    place: z.object({
      orderNo,
      lines,
      custom,
      run: z.int().min(1).meta({ description: "2 and more: made again" }),
      plannedFinish: day.optional(),
      promisedDate: day.optional(),
    }),
    amend: z.object({ orderNo, changeId: text, lines, custom, promisedDate: day.optional() }),
    rework: z.object({
      orderNo,
      findings: z
        .array(
          z.object({
            line: z.int().min(0).meta({ description: "Index of the line, from 0" }),
            counted: z.int().min(0),
            specificationOk: z.boolean(),
            finding: z.string().optional(),
          }),
        )
        .min(1),
    }),
    "call-off": z.object({ orderNo, reason: text }),
  },
  warehouse: {
    "expect-goods": z.object({ orderNo, lines }),
    "hand-out": z.object({ orderNo, lines, carrier: text }),
    "take-back": z.object({ orderNo, lines, reason: text }),
  },
  logistics: {
    book: z.object({
      orderNo,
      lines,
      deliveryAddress: address,
      special: z.boolean(),
      freightBorneBy: z
        .enum(freightBearers)
        .optional()
        .meta({ description: "As policy says, unless something else is agreed (R4.2)" }),
      receivingTime: window.optional(),
    }),
    ship: z.object({
      orderNo,
      carrier: text,
      method: z.enum(transportMethods),
      recipient: text,
      phone: text,
      address,
      receivingTime: window.optional(),
      lines,
    }),
    trace: z.object({ orderNo, trackingNumber: text, carrier: text }),
    "call-off": z.object({ orderNo, reason: text }),
  },
  messages: {
    tell: z.object({
      orderNo: orderNo.optional().meta({ description: "The order that it is about; absent for what concerns the whole house" }),
      to: z.array(addressee).min(1),
      message: z.enum(messageNames),
      params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      texts: z.object({ zh: written, en: written }),
    }),
  },
} as const satisfies { [S in OutsideSystem]: { [A in (typeof asks)[S][number]]: z.ZodType } };

/** What production, the warehouse and logistics answer when they took an ask on. */
export const done = z
  .object({
    reference: z.string().max(200).optional().meta({ description: "The system's own number for it, kept on the order's record" }),
  })
  .meta({ id: "Done" });

/** What the message system answers: who got it and who could not be found. One that is in neither list counts as unreached. */
export const told = z
  .object({ delivered: z.array(addressee), unreached: z.array(addressee), reference: z.string().max(200).optional() })
  .meta({ id: "Told" });

/** What logistics answers to `GET /shipments/{trackingNumber}`: the carrier's own record, for R6.2's fourth check. */
export const carrierAnswer = z
  .object({
    trackingNumber: text,
    state: z.enum(["in_transit", "delivered", "returned", "lost"]),
    since: moment.optional().meta({ description: "Since when, by the carrier" }),
  })
  .meta({ id: "CarrierRecord" });

/** RFC 9457, as far as it is read: `detail` of a refusal for good is kept on the order's record. */
export const problem = z
  .object({
    type: z.string().optional(),
    title: z.string().optional(),
    status: z.int().optional(),
    detail: z.string().optional(),
    code: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

/** What each ask is for (Chinese, English), by the rule that asks it. */
export const meanings: { readonly [S in OutsideSystem]: { readonly [A in (typeof asks)[S][number]]: string } } = {
  production: {
    "quote-lead-time": "询问生产周期 · How long does production need for this? (R2.3)",
    place: "下达生产 · Make this. `run` 2 and more: make it again (R5.1)",
    amend: "变更生产单 · The customer wants this changed; can it still be? (R1.3)",
    rework: "返工 · The warehouse refused the goods; these are its findings (R4.1)",
    "call-off": "取消生产 · The order is being cancelled: stop",
  },
  warehouse: {
    "expect-goods": "待入库核对 · Goods are coming: check quantity and specification against the order (R4.1)",
    "hand-out": "出库 · Hand the goods to this carrier (R4.3)",
    "take-back": "退回 · Take the goods back into stock: made again or cancelled",
  },
  logistics: {
    book: "安排运输 · Arrange the transport (R4.2)",
    ship: "发货 · All is confirmed: ship (R4.3)",
    trace: "查件 · No proof of delivery yet: where is it?",
    "call-off": "取消运输 · The order is being cancelled: stop",
  },
  messages: { tell: "通知 · Bring this text to these people" },
};

/** The commands that a system reports back to Gendan (`docs/order.md`, rows marked •), by the ask that calls for them. */
export const reports: { readonly [S in OutsideSystem]: { readonly [A in (typeof asks)[S][number]]: readonly CommandName[] } } = {
  production: {
    "quote-lead-time": ["report-lead-time"],
    place: ["report-progress", "report-delay", "finish-production"],
    amend: ["answer-amendment"],
    rework: ["report-progress", "report-delay", "finish-production"],
    "call-off": [],
  },
  warehouse: { "expect-goods": ["check-goods"], "hand-out": [], "take-back": [] },
  logistics: {
    book: ["arrange-transport"],
    ship: ["dispatch", "report-tracking", "report-delivery", "report-problem", "report-delay"],
    trace: ["report-trace", "report-delivery", "report-problem"],
    "call-off": [],
  },
  messages: { tell: [] },
};
