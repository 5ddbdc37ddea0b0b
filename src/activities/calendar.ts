import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { Calendar } from "../domain/clock/calendar.ts";
import { ORDER_WORKFLOW, SET_CALENDAR, type CalendarActivities } from "../contracts/workflow.ts";

/** Orders read at a time, and signals under way at a time: 10,000 running orders are told in some seconds. */
const PAGE = 200;
const AT_ONCE = 20;

/** Reaches running orders through the engine's own list, so that none is missed because the records are behind. */
export function calendarActivities(client: Client, page = PAGE): CalendarActivities {
  async function send(orderNo: string, calendar: Calendar): Promise<void> {
    try {
      await client.workflow.getHandle(orderNo).signal(SET_CALENDAR, calendar);
    } catch (error) {
      // It has ended since: nothing is due in it any more.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  return {
    async runningOrders(token) {
      const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
        namespace: client.options.namespace,
        query: `WorkflowType="${ORDER_WORKFLOW}" AND ExecutionStatus="Running"`,
        pageSize: page,
        ...(token === undefined ? {} : { nextPageToken: Buffer.from(token, "base64") }),
      });
      const orderNos = executions.flatMap(({ execution }) => execution?.workflowId ?? []);
      return { orderNos, next: nextPageToken.length === 0 ? undefined : Buffer.from(nextPageToken).toString("base64") };
    },
    async sendCalendar(orderNos, calendar) {
      const waiting = orderNos.values();
      const worker = async (): Promise<void> => {
        for (const orderNo of waiting) await send(orderNo, calendar);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
  };
}
