import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from "@temporalio/client";
import { isDeepStrictEqual } from "node:util";
import type { RoutineStart } from "../contracts/workflow-routine.ts";
import { routineNames, routines, type RoutineName, type RoutinePolicy } from "../domain/routine/policy.ts";
import { ms } from "../domain/time.ts";

const ZONE = "Asia/Shanghai";

function scheduleOf(routine: RoutineName, policy: RoutinePolicy, taskQueue: string) {
  const { cron, catchUp } = policy.schedules[routine];
  const start: RoutineStart = { routine, policy };
  return {
    spec: { cronExpressions: [cron], timezone: ZONE },
    action: {
      type: "startWorkflow" as const,
      workflowType: routines[routine].workflow,
      workflowId: routine,
      taskQueue,
      args: [start],
      staticSummary: `routine ${routine}`,
    },
    // Runs that were missed are made up for one after the other, each for its own period.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ALL, catchupWindow: ms(catchUp) },
  };
}

/**
 * Creates the schedule of every routine, and updates those that differ from the policy. A schedule that an operator paused stays paused. One
 * that does not differ is not updated: Temporal skips runs that were due before an update. Several processes may do this at once.
 * @throws when Temporal is away
 */
export async function ensureSchedules(client: Client, policy: RoutinePolicy, taskQueue: string): Promise<void> {
  for (const routine of routineNames) {
    const wanted = scheduleOf(routine, policy, taskQueue);
    try {
      await client.schedule.create({ scheduleId: routine, ...wanted });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      const handle = client.schedule.getHandle(routine);
      const { action, policies } = await handle.describe();
      const { workflowType, args, taskQueue: queue } = action;
      const { action: act, policies: rules } = wanted;
      // Temporal describes the cron line as ranges. It is not compared by itself, as it is in the arguments too.
      const same =
        workflowType === act.workflowType &&
        queue === act.taskQueue &&
        isDeepStrictEqual(args, act.args) &&
        policies.overlap === rules.overlap &&
        policies.catchupWindow === rules.catchupWindow;
      if (!same) await handle.update((previous) => ({ ...wanted, state: previous.state }));
    }
  }
}
