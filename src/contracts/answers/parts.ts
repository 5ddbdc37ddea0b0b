import { z } from "zod";
import { channels, remedyKinds } from "../../domain/order/shapes.ts";
import { rungs } from "../../domain/clock/watch.ts";
import { asks, messageNames } from "../../domain/order/effects.ts";
import { commandNames, dutyNames } from "../../domain/order/chapters.ts";
import { refusalCodes } from "../../domain/order/refusals.ts";
import { stages, statuses } from "../../domain/order/state.ts";
import { roles } from "../../domain/people.ts";

/**
 * What answers are made of (`docs/http.md`, Queries). Only shapes: what was taken in has been checked then, and an answer must never fail
 * for what an old event holds. What not every reader sees is optional.
 */

/**
 * An answered object under a name of its own in the OpenAPI documents, with an example.
 * @param example also the examples of its fields
 */
export function named<S extends z.ZodType>(id: string, schema: S, example: z.input<S>, description?: string): S {
  return schema.meta({ id, example, ...(description === undefined ? {} : { description }) });
}

export const text = z.string();
export const stampedAt = text.meta({ format: "date-time", description: "RFC 3339 in UTC", example: "2026-12-18T01:00:00.000Z" });
export const day = text.meta({ format: "date", description: "A day in Asia/Shanghai", example: "2026-12-20" });
export const fen = z.int().meta({ description: "Integer fen (0.01 CNY)", example: 350_000 });

export const party = z.enum([...roles, "customer", "staff", "system"]);
export const author = named(
  "Author",
  z.object({ id: text, role: z.enum([...party.options, "unverified"]), deputyFor: text.optional() }),
  { id: "li.na", role: "sales_rep" },
  "Who did it, and by which role; `unverified`: nobody could prove that it was they",
);
export const recipient = named(
  "Owner",
  z.object({ role: party, id: text.optional(), except: text.optional(), deputyFor: text.optional() }),
  { role: "sales_rep", id: "li.na" },
  "A role, and the person where one is known",
);
export const status = z
  .enum(statuses)
  .meta({ id: "Status", description: "The regulation's status (R1.1)", example: "in_production" });
export const stage = z.enum(stages).meta({ id: "Stage", description: "Where within its status the order is", example: "making" });
export const command = z
  .enum(commandNames)
  .meta({ id: "Command", description: "A command, by the name that its address has too", example: "confirm" });
export const duty = z.enum(dutyNames).meta({ id: "DutyName", description: "What is owed", example: "confirm" });
export const refusalCode = z
  .enum(refusalCodes)
  .meta({ id: "RefusalCode", description: "Why a command was refused, a stable word", example: "not-in-stage" });
export const channel = z.enum(channels).meta({ id: "SpokenBy", description: "How the customer was spoken to", example: "phone" });
export const ruleOf = text.meta({ description: "The rule of the regulation, H for a house rule", example: "R2.1" });
export const rung = z.enum(rungs).meta({ description: "How far up the ladder people were told", example: "warn" });
export const system = z.enum(["production", "warehouse", "logistics", "messages"]);
export const ask = z.enum([...asks.production, ...asks.warehouse, ...asks.logistics, ...asks.messages]);
export const messageName = z.enum(messageNames);

/** A list as its sender may hold it: never to be changed. */
export function list<T extends z.ZodType>(items: T): z.ZodType<readonly z.output<T>[], readonly z.input<T>[]> {
  return z.array(items);
}

export const stampShape = { at: stampedAt, by: author };
export const stamp = named(
  "Stamp",
  z.object(stampShape),
  { at: "2026-12-01T02:00:00.000Z", by: { id: "li.na", role: "sales_rep" } },
  "When, and by whom",
);

/** JSON of any shape: what was sent, and may not be what was asked for. */
type Sent = string | number | boolean | null | readonly Sent[] | { readonly [name: string]: Sent };
const anyJson: z.ZodType<Sent, Sent> = z
  .lazy(() => z.union([text, z.number(), z.boolean(), z.null(), z.array(anyJson), z.record(text, anyJson)]))
  .meta({ id: "Json", description: "Any JSON" });
/** An object as it was sent: kept whole, though it may not be what the command asks for. */
export const sent: z.ZodType<object, object> = z.record(text, anyJson).meta({
  id: "Sent",
  description: "What was sent, as it came: it may not be what the command asks for",
  example: { quantity: [100] },
});
export const cut = z.object({ length: z.int(), digest: text }).meta({
  id: "Cut",
  description: "The body was too large to be kept: its length in characters, and its SHA-256",
  example: { length: 70_000, digest: "5f1c…" },
});
export const refusalDetails = z.record(text, z.union([text, z.number(), z.boolean(), list(text)])).meta({
  id: "RefusalDetails",
  description: "What the refusal's sentence is filled with",
  example: { stage: "made", allowed: ["ready"] },
});

export const address = named(
  "AddressOfOrder",
  z.object({ province: text.optional(), city: text.optional(), street: text.optional(), postcode: text.optional() }),
  { province: "广东", city: "中山", street: "古镇路 1 号", postcode: "528400" },
);
export const contact = named(
  "ContactPerson",
  z.object({ person: text.optional(), phone: text.optional(), email: text.optional() }),
  { person: "陈先生", phone: "+8613800000000", email: "a@example.com" },
);
export const orderLine = named(
  "OrderLine",
  z.object({ model: text, specification: text.optional(), quantity: z.int().optional(), unitPriceFen: fen.optional() }),
  { model: "LED-A60", specification: "E27 9W 3000K", quantity: 100, unitPriceFen: 3500 },
  "A line of the order; other lists name it by its index from 0",
);
export const custom = z.object({ brief: text.optional() }).nullable();
export const remedy = named(
  "RemedyOffered",
  z.object({ kind: z.enum(remedyKinds), valueFen: fen.optional() }),
  { kind: "discount", valueFen: 17_500 },
  "What is offered for a delay",
);
export const outcome = named(
  "Outcome",
  z.object({
    result: z.enum(["done", "refused", "exhausted", "unreached"]),
    detail: text.optional(),
    reached: list(recipient).optional(),
    unreached: list(recipient).optional(),
  }),
  { result: "done", detail: "PO-8841" },
  "How an outside system's answer is read. `refused`: for good. `exhausted`: no answer in all the tries. `unreached`: a message that nobody got",
);
