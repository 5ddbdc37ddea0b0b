import type { Client } from "@temporalio/client";
import type { CalendarActivities } from "../contracts/workflow.ts";
import { sendCalendar } from "../temporal/commands.ts";
import { listRunningOrders } from "../temporal/listings.ts";

/** Orders of a page, and signals sent at a time: 10,000 running orders are told in some seconds. */
const PAGE = 200;
const AT_ONCE = 20;

/** Finds running orders in Temporal's own list: the records may be behind, and an order that they miss would keep the old calendar. */
export function calendarActivities(client: Client, pageSize = PAGE): CalendarActivities {
  return {
    async runningOrders(token) {
      const from = token === undefined ? undefined : Buffer.from(token, "base64");
      const { orders, next } = await listRunningOrders(client, { token: from, pageSize });
      return {
        orderNos: orders.map(({ orderNo }) => orderNo),
        next: next === undefined ? undefined : Buffer.from(next).toString("base64"),
      };
    },
    async sendCalendar(orderNos, calendar) {
      const waiting = orderNos.values();
      const sendSome = async (): Promise<void> => {
        for (const orderNo of waiting) await sendCalendar(client, orderNo, calendar);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
    },
  };
}
