import { z } from "zod";
import { dutyNames } from "../domain/order/chapters.ts";
import { calendarSchema } from "./calendar.ts";
import { between, day, line } from "./fields.ts";
import { policySchema } from "./policy.ts";

/** What is said over HTTP about the policy: which holds, and what another one would have meant. */

/** The policy in force, or one that was: what was put, and what it amounts to with the default one. */
export const policyAnswer = z
  .object({
    version: z.int().meta({ description: "0 is what the service was started with (`GENDAN_POLICY`)" }),
    by: z.string().optional(),
    at: z.string().optional().meta({ format: "date-time" }),
    given: policySchema.optional().meta({ description: "As it was put; absent in version 0" }),
    policy: policySchema.meta({ description: "Every number as it holds" }),
  })
  .meta({ id: "PolicyVersion" });

/** What to rehearse: other numbers, perhaps another calendar, over the orders received in a period. */
export const rehearsalSchema = z
  .strictObject({
    policy: policySchema,
    calendar: calendarSchema.optional(),
    from: day,
    to: day,
    limit: z.int().min(1).max(200).default(50).meta({ description: "Orders a page" }),
    cursor: line(1_000).optional().meta({ description: "`next` of the page before" }),
  })
  .refine(({ from, to }) => from <= to, between(["from", "to"], ["to"], "before-from"))
  .meta({
    id: "Rehearsal",
    example: { policy: { duties: { confirm: { within: "PT1H" } } }, from: "2026-11-01", to: "2026-11-30" },
  });

const stood = z.object({ dueAt: z.string().meta({ format: "date-time" }), late: z.boolean() });
/** A page of a rehearsal: figures of its orders, and every duty that was late or would have been. */
export const rehearsalAnswer = z
  .object({
    orders: z.int().meta({ description: "Orders of this page" }),
    duties: z.int().meta({ description: "Duties that these orders had or would have had" }),
    late: z.object({
      before: z.int().meta({ description: "Late under the policy that each order has" }),
      proposed: z.int().meta({ description: "Late under the proposed one" }),
      newly: z.int().meta({ description: "Only under the proposed one" }),
      noLonger: z.int().meta({ description: "Only under the one that each order has" }),
      orders: z.int().meta({ description: "Orders with a duty late under the proposed one" }),
    }),
    items: z.array(
      z.object({
        orderNo: z.string(),
        salesRep: z.string().nullable(),
        dutyId: z.string(),
        duty: z.enum(dutyNames),
        rule: z.string(),
        owner: z.object({ role: z.string(), id: z.string().optional(), except: z.string().optional() }),
        closedAt: z.string().nullable().meta({ format: "date-time", description: "null: still owed" }),
        before: stood.nullable().meta({ description: "null: not owed under it" }),
        proposed: stood.nullable(),
      }),
    ),
    next: z.string().nullable().meta({ description: "More orders were received in the period: the next page's cursor" }),
  })
  .meta({ id: "RehearsalAnswer" });
