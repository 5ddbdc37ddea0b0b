import { z } from "zod";
import { dutyNames } from "../domain/order/chapters.ts";
import { day, line, name } from "./fields.ts";
import { faultOf } from "./wrong-fields.ts";

/** The supervisor's numbers (`docs/performance.md` says what each of them means). */

const groupings = ["month", "customer", "rep", "duty"] as const;
const isGrouping = (word: string): word is (typeof groupings)[number] => groupings.some((each) => each === word);

export const performanceQuery = z.strictObject({
  from: day.optional().meta({ description: "The first day; the first of the month of `to` unless said" }),
  to: day.optional().meta({ description: "The last day; today unless said" }),
  by: z
    .string()
    .max(40)
    .default("rep")
    .transform((text) => text.split(","))
    .refine((words) => words.every(isGrouping) && new Set(words).size === words.length, faultOf("not-a-grouping"))
    .transform((words) => words.filter(isGrouping))
    .meta({ description: "One or several of `rep`, `duty`, `customer`, `month`, with commas", example: "rep,duty" }),
  salesRep: name.optional().meta({ description: "Only what this representative owes, and their orders" }),
  duty: z.enum(dutyNames).optional(),
  cursor: line(2_000).optional().meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

const seconds = z.int().nullable();
const figures = z
  .object({
    month: z.string().optional().meta({ example: "2026-11" }),
    customer: z.string().optional(),
    salesRep: z.string().optional(),
    duty: z.string().optional(),
    met: z.int().meta({ description: "Fulfilled in time" }),
    late: z.int().meta({ description: "Breached: fulfilled after it was due, or no longer owed only after that" }),
    exempt: z.int().meta({ description: "Breached, exempt by verified force majeure (R7.4); not among the late ones" }),
    lapsed: z.int().meta({ description: "No longer owed before it was due" }),
    medianSeconds: seconds.meta({ description: "Time taken of what was fulfilled, pauses left out" }),
    p90Seconds: seconds.meta({ description: "The 90th percentile of it" }),
    open: z.int().meta({ description: "Owed at the end of the period, or now" }),
    overdue: z.int().meta({ description: "Of these, due before it" }),
    orders: z
      .object({
        received: z.int(),
        delays: z.int().meta({ description: "Delays that began in the period" }),
        withdrawn: z.int().meta({ description: "Of these, those that came to nothing" }),
        delayed: z.int().meta({ description: "Orders that they befell" }),
        medianDays: z.number().nullable().meta({ description: "By how much the newest forecast missed the promise" }),
        longestDays: z.int().nullable(),
      })
      .optional()
      .meta({ description: "Orders and their delays; absent where the figures are of single duties" }),
  })
  .meta({ id: "Figures" });

export const performanceSchema = z
  .object({ from: day, to: day, by: z.array(z.enum(groupings)), items: z.array(figures), next: z.string().nullable() })
  .meta({
    id: "Performance",
    description: "Figures of a period, group by group",
    example: {
      from: "2026-11-01",
      to: "2026-11-30",
      by: ["rep"],
      items: [
        {
          salesRep: "li.na",
          met: 118,
          late: 4,
          exempt: 1,
          lapsed: 9,
          medianSeconds: 3_540,
          p90Seconds: 61_200,
          open: 12,
          overdue: 1,
          orders: { received: 21, delays: 3, withdrawn: 1, delayed: 2, medianDays: 4, longestDays: 5 },
        },
      ],
      next: null,
    },
  });
