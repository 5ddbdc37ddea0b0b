import { z } from "zod";
import { eventWords } from "../texts/chapters.ts";
import { line, remark } from "./fields.ts";

/** Outgoing webhooks, after Standard Webhooks: who is told that something happened to an order. */

/** A type of event as receivers see it: `order.signed`. */
const eventType = z
  .enum(Object.keys(eventWords).map((name) => `order.${name}`))
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
