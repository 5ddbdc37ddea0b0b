import { z } from "zod";
import type { Facts } from "../domain/order/events.ts";
import { line, remark } from "./fields.ts";

/** Outgoing webhooks, after Standard Webhooks: who is told that something happened to an order. */

/** Every event of an order; what is missing here does not compile. */
const known: { readonly [K in keyof Facts]: true } = {
  received: true,
  "rep-assigned": true,
  "work-handed-over": true,
  "work-handed-back": true,
  "customer-asked": true,
  "answer-recorded": true,
  confirmed: true,
  entered: true,
  "entry-corrected": true,
  "special-acknowledged": true,
  "lead-time-reported": true,
  "design-settled": true,
  "delivery-date-informed": true,
  "final-terms-accepted": true,
  "final-terms-declined": true,
  signed: true,
  "signature-refused": true,
  released: true,
  "release-refused": true,
  "progress-reported": true,
  "progress-updated": true,
  "production-finished": true,
  "delay-reported": true,
  "delay-opened": true,
  "delay-news": true,
  "delay-withdrawn": true,
  "customer-told-of-delay": true,
  "remedy-agreed": true,
  "remedy-refused": true,
  "remedy-decided": true,
  "receiving-time-confirmed": true,
  "goods-accepted": true,
  "goods-refused": true,
  "transport-arranged": true,
  "shipping-data-confirmed": true,
  dispatched: true,
  "customer-told-of-shipment": true,
  "tracking-reported": true,
  delivered: true,
  "trace-reported": true,
  "problem-reported": true,
  "loss-decided": true,
  "receipt-confirmed": true,
  "change-requested": true,
  "change-assessed": true,
  "change-accepted": true,
  "change-withdrawn": true,
  "change-signed": true,
  "change-signature-refused": true,
  "amendment-answered": true,
  "change-outcome-told": true,
  "force-majeure-declared": true,
  "force-majeure-verified": true,
  "cancellation-requested": true,
  "cancellation-refused": true,
  "cancellation-decided": true,
  cancelled: true,
  "communication-recorded": true,
  "complaint-recorded": true,
  "complaint-resolved": true,
  "finding-recorded": true,
  "finding-remedied": true,
  "duty-paused": true,
  "duty-resumed": true,
  "duty-acknowledged": true,
  "rung-told": true,
  "rung-unreached": true,
  "effect-done": true,
  "effect-failed": true,
  "effect-taken-over": true,
  "discrepancy-opened": true,
  "discrepancy-repeated": true,
  "discrepancy-closed": true,
  "reports-not-kept": true,
  "calendar-set": true,
  "order-restored": true,
  "report-known": true,
  "command-refused": true,
  "message-refused": true,
  "run-cancellation-refused": true,
  "inspection-asked": true,
  "inspection-answered": true,
};

/** A type of event as receivers see it: `order.signed`. */
const eventType = z
  .enum(Object.keys(known).map((name) => `order.${name}`))
  .meta({ id: "WebhookEventType", description: "An event of an order, as its history names it", example: "order.signed" });

const url = line(2_000).meta({
  format: "uri",
  description: "https, and public unless `WEBHOOK_NETWORKS` allows it",
  example: "https://example.com/hook",
});
const events = z
  .array(eventType)
  .min(1)
  .max(200)
  .nullable()
  .meta({ description: "`null`: all of them", example: ["order.delivered"] });
const description = remark(200).meta({ description: "For people", example: "the customer portal" });

export const webhookBody = z
  .strictObject({ url, events: events.default(null), description: description.default("") })
  .meta({ id: "webhook-body", example: { url: "https://example.com/hook", events: ["order.delivered"], description: "portal" } });

export const webhookChange = z
  .strictObject({ url, events, description, state: z.enum(["on", "off"]) })
  .partial()
  .meta({
    id: "webhook-change",
    description: "What is not named stays",
    example: { state: "off", description: "the customer portal" },
  });

const state = z
  .enum(["on", "off", "failing"])
  .meta({ description: "`failing`: a delivery was given up; what happens is kept and sent once it is `on` again" });
const moment = z.string().meta({ format: "date-time" });
const secret = z.string().meta({ description: "Signs what is sent (HMAC-SHA256). Told only here", example: "whsec_…" });

export const webhookSchema = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    events: z.array(z.string()).nullable(),
    state,
    description: z.string(),
    createdBy: z.string(),
    createdAt: moment,
  })
  .meta({ id: "Webhook" });
export const webhookWithSecret = webhookSchema.extend({ secret }).meta({ id: "NewWebhook" });
export const webhooksSchema = z.object({ items: z.array(webhookSchema) });
export const secretSchema = z.object({ secret, previousUntil: moment });

const deliveryState = z.enum(["waiting", "delivered", "failed"]);
export const deliveriesQuery = z.object({
  state: deliveryState.optional(),
  cursor: line(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const delivery = z
  .object({
    deliveryId: z.string().meta({ description: "The `webhook-id` that it is sent with, each time the same" }),
    type: z.string(),
    orderNo: z.string(),
    number: z.int(),
    state: deliveryState,
    attempts: z.int(),
    triedAt: moment.nullable(),
    nextAt: moment.nullable().meta({ description: "The next try, while it waits" }),
    status: z.int().nullable().meta({ description: "What the receiver answered last" }),
    why: z.string().nullable().meta({ description: "Why the last try failed" }),
  })
  .meta({ id: "Delivery" });
export const deliveriesSchema = z.object({ items: z.array(delivery), next: z.string().nullable() });
