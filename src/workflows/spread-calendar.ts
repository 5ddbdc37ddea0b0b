import { proxyActivities, sleep } from "@temporalio/workflow";
import type { CalendarActivities } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import { MINUTE, SECOND } from "../domain/time.ts";
import { ignoreCancellation } from "./cancellation.ts";

const { runningOrders, sendCalendar } = proxyActivities<CalendarActivities>({
  startToCloseTimeout: MINUTE,
  retry: { initialInterval: SECOND, maximumInterval: 10 * SECOND },
});

/** Sends the calendar to every running order, a page at a time. */
async function sendToAll(calendar: Calendar): Promise<void> {
  let token: string | undefined;
  do {
    const { orderNos, next } = await runningOrders(token);
    await sendCalendar(orderNos, calendar);
    token = next;
  } while (token !== undefined);
}

/**
 * Sends a new calendar to every running order, twice. The second time reaches orders that were being received with the old calendar, and
 * orders that visibility did not list yet. An order ignores a version that it has.
 * @param again how long after the first time the second begins, ms
 */
export async function spreadCalendar(calendar: Calendar, again = 20 * SECOND): Promise<void> {
  await ignoreCancellation(async () => {
    await sendToAll(calendar);
    await sleep(again, { summary: "orders that were just being received" });
    await sendToAll(calendar);
  });
}
