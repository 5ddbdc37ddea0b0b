import { continueAsNew, workflowInfo } from "@temporalio/workflow";
import type { RoutineStart } from "../../contracts/workflow-routine.ts";
import { activities } from "./steps.ts";

/** Removes the personal data of orders that ended longer ago than the policy keeps it, a page at a time (`docs/audit.md`). */
export async function retention(start: RoutineStart): Promise<string> {
  let removed = 0;
  for (let cursor: string | undefined = start.cursor ?? ""; cursor !== undefined;) {
    const page: { readonly orders: number; readonly next?: string } = await activities.removePersonalData(
      start.policy.personalDataKept,
      cursor,
    );
    removed += page.orders;
    cursor = page.next;
    if (cursor !== undefined && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof retention>({ ...start, cursor });
    }
  }
  return `personal data of ${removed} orders removed`;
}
