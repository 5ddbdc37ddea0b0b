import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { continueAsNew, ParentClosePolicy, startChild } from "@temporalio/workflow";
import { ownIds } from "../../contracts/workflow-ids.ts";
import type { WatchCalendarStart } from "../../contracts/workflow-routine.ts";
import { ignoreCancellation } from "../cancellation.ts";
import { climb } from "./ladder.ts";
import { activities } from "./steps.ts";

/** Reminds the supervisor of the duty `put-calendar` by a ladder, until a calendar is put that covers a later year. */
export async function watchCalendar(start: WatchCalendarStart): Promise<string> {
  return ignoreCancellation(() => watchYear(start));
}

async function watchYear(start: WatchCalendarStart): Promise<string> {
  const { year, dueAt } = start;
  const told = await climb(start, {
    name: `put-calendar-${year}`,
    summary: `calendar after ${year}`,
    look: async () => {
      const owed = await activities.calendarOwed();
      if (owed?.year !== year) return undefined;
      return (isWarning) => ({ message: isWarning ? "calendar-warning" : "calendar-overdue", params: { year, dueAt } });
    },
  });
  return told === "done" ? `the year after ${year} is known` : continueAsNew<typeof watchCalendar>({ ...start, told });
}

/** Starts the watch of the duty `put-calendar` if it is owed: one for each year that the calendar has to cover. */
export async function startCalendarWatch(): Promise<void> {
  const owed = await activities.calendarOwed();
  if (!owed) return;
  const args: [WatchCalendarStart] = [{ ...owed, told: [] }];
  const workflowId = ownIds.calendarWatch(owed.year);
  try {
    await startChild(watchCalendar, { args, workflowId, parentClosePolicy: ParentClosePolicy.ABANDON });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
