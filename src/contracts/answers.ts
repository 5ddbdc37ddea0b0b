import { z } from "zod";
import { asks, messageNames } from "../domain/order/effects.ts";
import { commandNames } from "../domain/order/chapters.ts";
import { refusalCodes } from "../domain/order/refusals.ts";
import { stages, statuses } from "../domain/order/state.ts";
import { roles } from "../domain/people.ts";
import { dutyNames, houseDutyNames } from "../domain/policy.ts";
import { day as asked, line, name } from "./fields.ts";

/**
 * What is answered (`docs/http.md`, Queries). Fields may be added; what a reader may not see is left out. Only shapes are
 * checked here: what was taken in has been checked then, and an answer must never fail for what an old record holds.
 */

const moment = z.string().meta({ format: "date-time", description: "RFC 3339 in UTC", example: "2026-12-18T01:00:00.000Z" });
const day = z.string().meta({ format: "date", description: "A day in Asia/Shanghai", example: "2026-12-20" });
const fen = z.int().meta({ description: "Integer fen (0.01 CNY)", example: 350_000 });
const party = z.enum([...roles, "customer", "staff", "system"]);
const author = z
  .object({ id: z.string(), role: party, deputyFor: z.string().optional() })
  .meta({ id: "Author", description: "Who did it, and by which role", example: { id: "li.na", role: "sales_rep" } });
const recipient = z
  .object({ role: party, id: z.string().optional(), except: z.string().optional(), deputyFor: z.string().optional() })
  .meta({ id: "Owner", description: "A role, and the person where one is known; `except`: who is barred from it" });
const status = z.enum(statuses).meta({ id: "Status", description: "The regulation's status (R1.1)", example: "in_production" });
const stage = z.enum(stages).meta({ id: "Stage", description: "Where within its status the order is", example: "making" });
const command = z
  .enum(commandNames)
  .meta({ id: "Command", description: "A command, by the name that its address has too", example: "confirm" });
const duty = z.enum(dutyNames).meta({ id: "DutyName", description: "What is owed", example: "confirm" });
const system = z.enum(["production", "warehouse", "logistics", "messages"]);

/** A list as its sender may hold it: never to be changed. */
function list<T extends z.ZodType>(items: T): z.ZodType<readonly z.output<T>[], readonly z.input<T>[]> {
  return z.array(items);
}
/** An object that is passed on as it is. */
const anything: z.ZodType<object, object> = z.record(z.string(), z.unknown());

const dutyFields = {
  dutyId: z.string(),
  duty,
  owner: recipient,
  rule: z.string().meta({ description: "The rule of the regulation, H for a house rule", example: "R2.1" }),
  openedAt: moment,
  dueAt: moment,
  state: z.enum(["open", "paused", "overdue"]),
  level: z.int().meta({ description: "0 nobody told, 1 warned, 2 due told, 3 management told, more: reminded" }),
};
const dutySchema = z
  .object({
    ...dutyFields,
    about: z.string().optional(),
    warnedAt: moment.optional(),
    overdueSince: moment.optional(),
    acknowledgedBy: z.string().optional(),
    promisedAt: moment.optional(),
    awaiting: z.string().optional(),
  })
  .meta({ id: "Duty", description: "Who owes what, by when, by which rule" });

const orderLine = z.object({
  model: z.string(),
  specification: z.string().optional(),
  quantity: z.int().optional(),
  unitPriceFen: fen.optional(),
});
const outcome = z.object({
  result: z.enum(["done", "refused", "exhausted", "unreached"]),
  detail: z.string().optional(),
  reached: list(recipient).optional(),
  unreached: list(recipient).optional(),
});
export const classes = z.object({ large: z.boolean(), custom: z.boolean() });

/** The order as one caller sees it. */
export const orderSchema = z
  .object({
    orderNo: z.string(),
    status,
    stage,
    cancelling: z.boolean(),
    class: classes,
    customer: z.object({ name: z.string(), contact: anything.optional() }),
    lines: list(orderLine),
    custom: z.object({ brief: z.string() }).nullable(),
    deliveryAddress: anything.optional(),
    amountFen: fen.optional(),
    discountFen: fen.optional(),
    requestedDate: day.optional(),
    promisedDate: day.optional(),
    promiseOverride: z
      .object({ date: day, reason: z.string(), at: moment, by: author })
      .optional()
      .meta({ description: "Why that day was promised although production's forecast said that it could not be kept" }),
    plannedFinish: day.optional(),
    salesRep: z.string().optional(),
    deputy: z.object({ id: z.string(), since: moment }).optional().meta({ description: "Who stands in for the representative" }),
    receivedAt: moment,
    personalDataRemoved: z
      .object({ at: moment, after: z.string() })
      .optional()
      .meta({ description: "When texts about persons were removed, after which period (ISO 8601): each stands as a mark" }),
    revision: z.int(),
    lastEvent: z.int(),
    duties: list(dutySchema),
    nextDueAt: moment.optional(),
    questions: list(
      z.object({
        questionId: z.string(),
        dutyId: z.string(),
        question: z.string(),
        askedAt: moment,
        answer: z.string().optional(),
        answeredAt: moment.optional(),
      }),
    ),
    effects: list(
      z.object({
        effectId: z.string(),
        system,
        ask: z.enum([...asks.production, ...asks.warehouse, ...asks.logistics, ...asks.messages]),
        state: z.enum(["pending", "done", "failed", "taken_over"]),
        requestedAt: moment,
        about: z.string().optional(),
        message: z.enum(messageNames).optional(),
        to: list(recipient).optional(),
        outcome: outcome.optional(),
      }),
    ),
    forceMajeure: list(anything),
    terms: list(z.object({ revision: z.int(), since: moment, terms: anything })).meta({
      description: "Every revision of the order confirmation; `lines` is left out where it is the one of the revision before",
    }),
    changes: list(anything),
    delays: list(anything),
    shipments: list(anything),
    discrepancies: list(anything),
    findings: list(anything),
    inspections: list(anything),
    complaints: list(anything),
    receivingTime: z.object({ from: moment, to: moment }).optional(),
    transport: anything.optional(),
    shippingData: anything.optional(),
    satisfaction: z.int().optional(),
    permitted: list(command).meta({ description: "The commands that this caller could send now" }),
  })
  .meta({ id: "Order", description: "An order as this caller sees it now" });

/** A line of the audit trail. */
export const eventSchema = z
  .object({
    number: z.int(),
    at: moment,
    receivedAt: moment,
    actor: author,
    command: z.string().meta({ description: "A command, or `clock` for what time or an outside answer brought" }),
    event: z.string(),
    reason: z.string().optional(),
    note: z.string().optional(),
    data: anything,
  })
  .meta({
    id: "Event",
    description: "A line of the audit trail: who, when, why",
    example: {
      number: 2,
      at: "2026-11-23T01:20:00.000Z",
      receivedAt: "2026-11-23T01:20:00.000Z",
      actor: { id: "li.na", role: "sales_rep" },
      command: "reassign",
      event: "rep-assigned",
      data: { salesRep: "li.na" },
    },
  });

export const answerSchema = z
  .object({ order: orderSchema, events: list(eventSchema) })
  .meta({ id: "Answer", description: "The order after the command, and what followed from it" });
export const acceptedSchema = z.object({ accepted: z.literal(true) }).meta({
  id: "Accepted",
  description: "The report is kept; what becomes of it is told by its key",
  example: { accepted: true },
});
export const historySchema = list(eventSchema).meta({ id: "History", description: "The audit trail, oldest first" });
export const commandStateSchema = z
  .object({
    state: z.enum(["waiting", "done", "refused"]),
    events: list(eventSchema).optional(),
    reason: z.enum(refusalCodes).optional(),
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
      receivedAt: moment,
      nextDueAt: moment.nullable(),
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
    duty: z.enum([...dutyNames, ...houseDutyNames]),
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
    description: "How many duties are overdue at the moment of asking",
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
  duty: z.enum([...dutyNames, ...houseDutyNames]).optional(),
};
export const overdueQuery = z.strictObject({ ...dutyFilter, ...paging });
export const overdueCountQuery = z.strictObject(dutyFilter);
export const dutiesQuery = z.strictObject({ assignee: z.literal("me"), ...paging });
