import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import { ownIds } from "../contracts/workflow-ids.ts";
import { RENEW_REWARDS_WORKFLOW, TELL_REWARDS_WORKFLOW, type RewardsStart } from "../contracts/workflow-rewards.ts";
import { INSPECTION_WORKFLOW, type InspectionStart } from "../contracts/workflow-routine.ts";
import { SPREAD_CALENDAR_WORKFLOW } from "../contracts/workflow.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { Ms } from "../domain/time.ts";
import { callWithin } from "./calls.ts";
import type { StartOutcome } from "./outcomes.ts";

/** Starts the service's own workflows: those that are no orders. */
export interface OwnWorkflows {
  /** Starts an inspection, unless that inspection runs already. */
  inspect(start: InspectionStart): Promise<StartOutcome>;
  /** Starts bringing a calendar to every running order, unless that version is being brought already. */
  spreadCalendar(calendar: Calendar): Promise<StartOutcome>;
  /** Derives a month's rewards and penalties again; resolves when that is done. */
  renewRewards(month: string): Promise<StartOutcome>;
  /** Starts telling people of a month's rewards and penalties. */
  tellRewards(month: string): Promise<StartOutcome>;
}

interface OwnWorkflowsOptions {
  readonly taskQueue: string;
  /** The time limit of one call, ms. */
  readonly answerWithin: Ms;
}

export function openOwnWorkflows(client: Client, { taskQueue, answerWithin }: OwnWorkflowsOptions): OwnWorkflows {
  async function started(call: () => Promise<unknown>): Promise<StartOutcome> {
    const outcome = await callWithin(client, answerWithin, async () => {
      await call();
      return { outcome: "started" } as const;
    });
    // Nothing is asked of a run that could be missing: the namespace is.
    return outcome.outcome === "no-run" ? { outcome: "engine-away" } : outcome;
  }

  function rewardsOptions(what: "rewards" | "rewards-telling", month: string) {
    const start: RewardsStart = { month };
    const args: [RewardsStart] = [start];
    return { workflowId: ownIds.rewards(what, start, randomUUID()), taskQueue, args, staticSummary: `${what} ${month}` };
  }

  return {
    spreadCalendar: (calendar) =>
      started(() => {
        const args: [Calendar] = [calendar];
        return client.workflow.start<(calendar: Calendar) => Promise<void>>(SPREAD_CALENDAR_WORKFLOW, {
          workflowId: ownIds.calendar(calendar.version),
          taskQueue,
          args,
          workflowIdConflictPolicy: "USE_EXISTING",
          staticSummary: `calendar ${calendar.version} to every running order`,
        });
      }),
    inspect: (start) =>
      started(() => {
        const { reportId } = start.head;
        const args: [InspectionStart] = [start];
        return client.workflow.start<(start: InspectionStart) => Promise<string>>(INSPECTION_WORKFLOW, {
          workflowId: ownIds.inspection(reportId),
          taskQueue,
          args,
          workflowIdConflictPolicy: "USE_EXISTING",
          staticSummary: `inspection ${reportId}`,
        });
      }),
    renewRewards: (month) => started(() => client.workflow.execute(RENEW_REWARDS_WORKFLOW, rewardsOptions("rewards", month))),
    tellRewards: (month) => started(() => client.workflow.start(TELL_REWARDS_WORKFLOW, rewardsOptions("rewards-telling", month))),
  };
}
