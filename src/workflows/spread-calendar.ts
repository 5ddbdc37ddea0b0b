import { proxyActivities, sleep } from "@temporalio/workflow";
import type { CalendarActivities } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import { MINUTE, SECOND } from "../domain/time.ts";
import { ignoreCancellation } from "./cancellation.ts";

const { runningOrders, sendCalendar } = proxyActivities<CalendarActivities>({
  startToCloseTimeout: MINUTE,
  retry: { initialInterval: SECOND, maximumInterval: 10 * SECOND },
});

/** Signals every running order. */
async function sweep(calendar: Calendar): Promise<void> {
  let token: string | undefined;
  do {
    const { orderNos, next } = await runningOrders(token);
    await sendCalendar(orderNos, calendar);
    token = next;
  } while (token !== undefined);
}

/**
 * Brings a calendar to every running order, a page at a time, within a minute. Twice: an order that was being received with
 * the calendar before, or that the list did not show yet, is met by the second sweep. The same version changes nothing. `again`: how
 * long after the first the second begins, ms.
 */
export async function spreadCalendar(calendar: Calendar, again = 20 * SECOND): Promise<void> {
  await ignoreCancellation(async () => {
    await sweep(calendar);
    await sleep(again, { summary: "orders that were just being received" });
    await sweep(calendar);
  });
}
