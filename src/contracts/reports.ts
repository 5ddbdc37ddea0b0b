import { z } from "zod";
import { stages } from "../domain/order/state.ts";
import { checks, faults } from "../domain/routine/inspection.ts";
import { delayReasons, risks, sections } from "../domain/routine/weekly.ts";
import { classes } from "./answers.ts";
import { free, id, line, reason, rule } from "./fields.ts";
import { orderNumber } from "./bodies.ts";
import { reportKinds } from "./workflow-routine.ts";
import { faultOf } from "./wrong-fields.ts";
import { inspectionResults } from "../domain/order/vocabulary/inspections.ts";
import { remedyKinds } from "../domain/order/shapes.ts";

/** Reports and inspections as they are asked for and answered. Answers are checked for shape only (`answers.ts`). */

const moment = z.string().meta({ format: "date-time" });
const day = z.string().meta({ format: "date" });
const totals = z
  .object({ orders: z.int(), tags: z.record(z.string(), z.int()) })
  .meta({ description: "Lines, and how many of them are under each heading" });

const head = {
  reportId: z.string(),
  kind: z.enum(reportKinds),
  period: z.string(),
  asOf: moment.meta({ description: "What stands in it stood so at this time" }),
  about: z
    .object({
      by: z.string().optional().meta({ description: "Who asked for it" }),
      reason: z.string().optional().meta({ description: "Why it was asked for" }),
      hash: z.string().optional().meta({ description: "SHA-256 of what was asked" }),
      dueAt: moment.optional().meta({ description: "By when people are to answer it" }),
      seed: z.string().optional().meta({ description: "What the sample is drawn with: the same seed draws the same orders" }),
      share: z.number().optional().meta({ description: "Of the orders of the month, 0 to 1" }),
      atLeast: z.int().optional().meta({ description: "Orders at least" }),
      atMost: z.int().optional().meta({ description: "Orders at most" }),
      weights: z
        .object({ large: z.number(), complained: z.number() })
        .optional()
        .meta({ description: "Against 1 for an ordinary order without a complaint" }),
    })
    .meta({
      description: "Who asked for it and why; of a sample, how it was drawn",
      example: { dueAt: "2026-12-08T01:00:00.000Z" },
    }),
  begunAt: moment,
  madeAt: moment.nullable().meta({ description: "null while it is being made" }),
  totals: totals.nullable(),
};
const reportSchema = z.object(head).meta({ id: "Report" });
export const reportsSchema = z
  .object({ items: z.array(reportSchema), next: z.string().nullable() })
  .meta({ id: "Reports", description: "Newest first" });

/** What the weekly summary says of an order; of one that could not be read, only that. */
export const weeklyLineSchema = z
  .object({
    orderNo: z.string(),
    customer: z.string().optional(),
    salesRep: z.string().nullish(),
    stage: z.enum(stages).optional(),
    promisedDate: day.nullish(),
    plannedFinish: day.nullish(),
    updatedAt: moment.nullish(),
    finishedAt: moment.nullish(),
    sections: z.array(z.enum(sections)).default([]),
    risks: z.array(z.enum(risks)).default([]),
    delays: z
      .array(
        z.object({
          delayId: z.string(),
          state: z.enum(["untold", "told", "remedy_refused", "closed", "withdrawn"]),
          cause: z.string(),
          promisedDate: day,
          forecastArrival: day,
          reason: z.string().optional(),
          remedy: z.object({ kind: z.enum(remedyKinds), valueFen: z.int().optional() }).optional(),
          newDate: day.optional(),
        }),
      )
      .default([]),
    delayFound: z
      .object({ why: z.enum(delayReasons), promisedDate: day, newFinish: day.optional(), newArrival: day.optional() })
      .optional()
      .meta({ description: "A delay that nobody had reported, which this summary did" }),
    notChecked: z.string().optional(),
    notDelivered: z
      .literal(true)
      .optional()
      .meta({ description: "The delay that was found could not be put on the order itself: somebody has to" }),
  })
  .meta({ id: "WeeklyLine" });
export type WeeklyLineRead = z.infer<typeof weeklyLineSchema>;
export const weeklySchema = z.object({ ...head, lines: z.array(weeklyLineSchema) }).meta({ id: "WeeklySummary" });

/** What an inspection says of an order; of one that could not be read, only that. */
export const inspectedBody = z.object({
  orderNo: z.string().optional(),
  customer: z.string().optional(),
  salesRep: z.string().nullish(),
  stage: z.enum(stages).optional(),
  class: classes.optional(),
  findings: z
    .array(
      z.object({
        check: z.enum(checks),
        fault: z.enum(faults),
        about: z.string(),
        rule: z.string(),
        person: z.string(),
        action: z.string(),
        known: z.boolean().meta({ description: "A finding about this was open already; there is no second one" }),
      }),
    )
    .optional(),
  unchecked: z.array(z.enum(checks)).optional(),
  notChecked: z.string().optional().meta({ description: "Why the order could not be checked at all" }),
});
const inspectedSchema = z
  .object({
    orderNo: z.string(),
    rank: z.int().meta({ description: "The lowest needs looking at first" }),
    tags: z.array(z.string()).meta({
      description:
        "What it is counted under; `undelivered`: the order itself could not be told what stands here, somebody has to",
    }),
    body: inspectedBody,
    answer: z.object({ result: z.enum(inspectionResults), by: z.string(), at: moment }).nullable(),
  })
  .meta({ id: "Inspected" });
export const inspectionSchema = z
  .object({
    ...head,
    unanswered: z.int().optional().meta({ description: "Of an inspection that people answer" }),
    overdue: z.boolean().optional(),
    items: z.array(inspectedSchema),
    next: z.string().nullable(),
  })
  .meta({ id: "Inspection", description: "What was checked, what was found, what could not be checked" });

export const inspectionBody = z
  .strictObject({
    orders: z.array(orderNumber).min(1).max(1_000).optional(),
    large: z.literal(true).optional().meta({ description: "All large orders that are open" }),
    reason,
  })
  .refine(({ orders, large }) => (orders === undefined) !== (large === undefined), {
    ...faultOf("orders-or-large"),
    path: ["orders"],
  })
  .meta({ id: "inspection-body", example: { orders: ["SO-2026-0001"], reason: "客户来电询问" } });
const lineAnswer = z
  .strictObject({
    orderNo: orderNumber,
    result: z.enum(inspectionResults),
    rule: rule.optional(),
    person: id.optional(),
    action: free.optional(),
  })
  .refine(
    ({ result, rule, person, action }) =>
      result === "in_order" || (rule !== undefined && person !== undefined && action !== undefined),
    {
      ...faultOf("finding-parts"),
      path: ["rule"],
    },
  );
export const answersBody = z
  .strictObject({
    answers: z.array(lineAnswer).max(200).default([]),
    rest: z
      .literal("in_order")
      .optional()
      .meta({ description: "All others on which nothing was found and that nobody has answered yet are in order" }),
  })
  .meta({
    id: "inspection-answers",
    example: {
      answers: [{ orderNo: "SO-2026-0001", result: "finding", rule: "R3.3", person: "li.na", action: "告知客户延期原因" }],
      rest: "in_order",
    },
  });
export const answeredSchema = z
  .object({
    answered: z.int(),
    refused: z.array(z.object({ orderNo: z.string(), detail: z.string() })),
    unanswered: z.int(),
  })
  .meta({ id: "Answered" });

export const weekParam = z
  .string()
  .refine((text) => /^\d{4}-W\d{2}(?:\.(?:json|html|xlsx))?$/u.test(text), faultOf("not-a-week"))
  .meta({ description: "ISO week, such as 2026-W47; `.json`, `.html` or `.xlsx` chooses the format", example: "2026-W47" });
export const pageQuery = z.strictObject({
  cursor: line(1_000).optional().meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const linesQuery = pageQuery.extend({ unanswered: z.literal("true").optional() });
