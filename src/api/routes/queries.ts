import { z } from "zod";
import { visibleReps } from "../../application/visible-orders.ts";
import {
  dutiesQuery,
  dutiesSchema,
  orderSchema,
  ordersQuery,
  ordersSchema,
  overdueCountQuery,
  overdueCountSchema,
  overdueQuery,
} from "../../contracts/answers.ts";
import { orderNumber } from "../../contracts/bodies.ts";
import { replay } from "../../domain/order/evolve.ts";
import { view } from "../../domain/order/view.ts";
import { putCalendarDuty, type AdministrationDuty } from "../../domain/routine/put-calendar.ts";
import { readCalendar } from "../../records/versions.ts";
import { countOverdue, listDutiesOf, listOverdue } from "../../records/duties.ts";
import { listOrders } from "../../records/read.ts";
import { createOrderAccessCheck } from "../order-access.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { problemResponses } from "../responses/problem.ts";
import { MAY_BE_OLDER, requireEvents } from "../responses/outcomes.ts";
import { restrictOrder, omitHiddenFields } from "../visibility.ts";
import type { Routes } from "./routes.ts";

const refusals = problemResponses(401, 404, 422, 429, 500, 503);

/** Reads an order from its run, or from the records when no worker answers, and lists from the records. */
export function queryRoutes({ application, db, now, policy }: ApiDependencies): Routes {
  const checkOrderAccess = createOrderAccessCheck({ application, db });
  const params = z.object({ orderNo: orderNumber });
  /** Overdue or open duties that belong to no order. */
  async function dutiesWithoutOrder(): Promise<readonly AdministrationDuty[]> {
    const [current, working] = await Promise.all([policy(), readCalendar(db)]);
    const duty = putCalendarDuty(working, current, now());
    return duty ? [duty] : [];
  }

  return async function queries(app) {
    app.get(
      "/orders/:orderNo",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "order",
          summary: "An order",
          params,
          response: {
            200: { description: `The order. ${MAY_BE_OLDER}`, content: { "application/json": { schema: orderSchema } } },
            ...refusals,
          },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const { orderNo } = request.params;
        await checkOrderAccess(caller, orderNo);
        const events = requireEvents(reply, await application.orders.read(orderNo));
        return restrictOrder(caller, view(replay(events), caller, now()));
      },
    );
    app.get(
      "/orders",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "orders",
          summary: "Orders, newest first",
          querystring: ordersQuery,
          response: { 200: ordersSchema, ...refusals },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { cursor, limit, ...filter } = request.query;
        return omitHiddenFields(caller, await listOrders(db, { ...filter, salesReps: visibleReps(caller) }, { cursor, limit }));
      },
    );
    app.get(
      "/overdue",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "overdue",
          summary: "What is overdue now, worst first",
          querystring: overdueQuery,
          response: { 200: dutiesSchema, ...refusals },
        },
      },
      async (request) => {
        const { cursor, limit, ...filter } = request.query;
        return listOverdue(
          db,
          { ...filter, salesReps: visibleReps(callerOf(request)) },
          now(),
          { cursor, limit },
          await dutiesWithoutOrder(),
        );
      },
    );
    app.get(
      "/overdue/count",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "overdue-count",
          summary: "How much is overdue now",
          querystring: overdueCountQuery,
          response: { 200: overdueCountSchema, ...refusals },
        },
      },
      async (request) =>
        countOverdue(db, { ...request.query, salesReps: visibleReps(callerOf(request)) }, now(), await dutiesWithoutOrder()),
    );
    app.get(
      "/duties",
      {
        config: { access: "authenticated", machine: true },
        schema: {
          tags: ["queries"],
          operationId: "duties",
          summary: "The caller's own work list, most urgent first",
          querystring: dutiesQuery,
          response: { 200: dutiesSchema, ...refusals },
        },
      },
      async (request) => {
        const { id, roles, deputyFor = [] } = callerOf(request);
        const { cursor, limit } = request.query;
        return listDutiesOf(db, { id, roles, deputyFor }, now(), { cursor, limit }, await dutiesWithoutOrder());
      },
    );
  };
}
