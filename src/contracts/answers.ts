import { z } from "zod";
import { statuses } from "../domain/order/state.ts";
import { roles } from "../domain/people.ts";
import { administrationDutyNames } from "../domain/routine/put-calendar.ts";
import { dutyNames } from "../domain/order/chapters.ts";
import { eventSchema, historySchema } from "./answers/events.ts";
import { classes, dutyFields, orderSchema } from "./answers/order.ts";
import { day, fen, list, refusalCode, stage, stampedAt, status } from "./answers/parts.ts";
import { day as asked, line, name } from "./fields.ts";

/**
 * What is answered (`docs/http.md`, Queries). Fields may be added; what a reader may not see is left out. Only shapes are
 * checked here: what was taken in has been checked then, and an answer must never fail for what an old record holds.
 */

export { classes, orderSchema };
export { eventSchema, historySchema };

export const answerSchema = z
  .object({ order: orderSchema, events: list(eventSchema) })
  .meta({ id: "Answer", description: "The order after the command, and what followed from it" });
export const acceptedSchema = z.object({ accepted: z.literal(true) }).meta({
  id: "Accepted",
  description: "The report is kept; what becomes of it is told by its key",
  example: { accepted: true },
});
export const commandStateSchema = z
  .object({
    state: z.enum(["waiting", "done", "refused"]),
    events: list(eventSchema).optional(),
    reason: refusalCode.optional(),
    detail: z.string().optional(),
  })
  .meta({
    id: "CommandState",
    description: "What became of a command: `waiting`, `done` with its events, `refused` with the reason",
    example: { state: "refused", reason: "not-in-stage", detail: "The order is in stage “made”.", events: [] },
  });

function page<T extends z.ZodType>(items: T, id: string) {
  return z
    .object({ items: list(items), next: z.string().nullable().meta({ description: "The next page's cursor; null on the last" }) })
    .meta({ id });
}

export const ordersSchema = page(
  z
    .object({
      orderNo: z.string(),
      status,
      stage,
      cancelling: z.boolean(),
      class: classes,
      customer: z.object({ name: z.string() }),
      salesRep: z.string().nullable(),
      amountFen: fen.optional(),
      requestedDate: day.nullable(),
      promisedDate: day.nullable(),
      receivedAt: stampedAt,
      nextDueAt: stampedAt.nullable(),
    })
    .meta({ id: "ListedOrder" }),
  "Orders",
);
const listedDuty = z
  .object({
    orderNo: z.string().nullable().meta({ description: "`null`: a duty of the house and not of an order (`put-calendar`)" }),
    status: status.nullable(),
    salesRep: z.string().nullable(),
    ...dutyFields,
    duty: z.enum([...dutyNames, ...administrationDutyNames]),
    about: z.string().nullable(),
    overdueSeconds: z.int(),
    acknowledgedBy: z.string().nullable(),
  })
  .meta({ id: "ListedDuty" });
export const dutiesSchema = page(listedDuty, "Duties");
export const overdueCountSchema = z
  .object({
    total: z.int(),
    byDuty: z.record(z.string(), z.int()),
    byRole: z.record(z.string(), z.int()),
    bySalesRep: z.record(z.string(), z.int()),
  })
  .meta({
    id: "OverdueCount",
    description: "How many duties are overdue at the stampedAt of asking",
    example: { total: 2, byDuty: { confirm: 2 }, byRole: { sales_rep: 2 }, bySalesRep: { "li.na": 2 } },
  });

const clock = z.enum(["running", "stopped", "unchecked"]);
export const readySchema = z
  .object({
    ready: z.boolean(),
    engine: z.enum(["up", "away"]),
    records: z.enum(["up", "away"]),
    clocks: z
      .object({ engine: clock, worker: clock, schedules: clock, duties: clock, records: clock, orders: clock })
      .meta({ description: "What the dead-man check found last; a clock that has stopped does not make this process unready" }),
  })
  .meta({
    id: "Readiness",
    description: "Whether the engine and the records can be reached",
    example: {
      ready: true,
      engine: "up",
      records: "up",
      clocks: {
        engine: "running",
        worker: "running",
        schedules: "running",
        duties: "running",
        records: "running",
        orders: "running",
      },
    },
  });
export const aliveSchema = z.object({ alive: z.literal(true) }).meta({ id: "Alive", example: { alive: true } });

const filterText = name.optional();
const paging = {
  cursor: line(1_000).optional().meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const ordersQuery = z.strictObject({
  status: z.enum(statuses).optional(),
  salesRep: filterText,
  class: z.enum(["ordinary", "large", "custom"]).optional(),
  customer: filterText.meta({ description: "Part of the customer's name" }),
  from: asked.optional(),
  to: asked.optional(),
  ...paging,
});
const dutyFilter = {
  role: z.enum([...roles, "staff"]).optional(),
  salesRep: filterText,
  duty: z.enum([...dutyNames, ...administrationDutyNames]).optional(),
};
export const overdueQuery = z.strictObject({ ...dutyFilter, ...paging });
export const overdueCountQuery = z.strictObject(dutyFilter);
export const dutiesQuery = z.strictObject({ assignee: z.literal("me"), ...paging });
