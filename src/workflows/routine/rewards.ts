import { log, proxyActivities } from "@temporalio/workflow";
import type { OrderActivities } from "../../contracts/workflow.ts";
import type { RewardsActivities, RewardsStart } from "../../contracts/workflow-rewards.ts";
import type { RoutineStart } from "../../contracts/workflow-routine.ts";
import { monthBefore, type Period } from "../../domain/routine/period.ts";
import { MINUTE, SECOND } from "../../domain/time.ts";
import { dueTimeOf } from "./steps.ts";

const { deriveRewards, untoldRewards, toldRewards } = proxyActivities<RewardsActivities>({
  startToCloseTimeout: 30 * MINUTE,
  heartbeatTimeout: MINUTE,
  retry: { initialInterval: SECOND, maximumInterval: MINUTE },
});
/** A message that does not get through is sent again by the next day's review, until the records say that it was told. */
const { tellAgain } = proxyActivities<Pick<OrderActivities, "tellAgain">>({
  startToCloseTimeout: 15 * SECOND,
  retry: { initialInterval: SECOND, maximumInterval: 10 * SECOND, maximumAttempts: 10 },
});

/** R7.1–R7.3: derives a month's proposals again from the records. */
export async function renewRewards({ month }: RewardsStart): Promise<void> {
  await deriveRewards(month);
}

/** Tells management which proposals wait for a decision, and each person what was decided about them. */
export async function tellRewards({ month }: RewardsStart): Promise<void> {
  for (const telling of await untoldRewards(month)) {
    const { effectId, message } = telling;
    const outcome = await tellAgain({ effectId, message }).catch((error: unknown) => ({ result: String(error) }));
    if (outcome.result === "done") await toldRewards(telling);
    else log.warn("rewards: nobody could be told", { month, effectId, result: outcome.result });
  }
}

/** Derives a month's proposals, and tells of them. */
async function deriveAndTell(month: string): Promise<void> {
  await renewRewards({ month });
  await tellRewards({ month });
}

/** On the first of each month: the proposals of the month before. */
export async function monthlyRewards(start: RoutineStart): Promise<void> {
  await deriveAndTell(monthBefore(dueTimeOf(start)).name);
}

/** Daily: the last months again, oldest first, as events that come later may change their proposals. */
export async function rewardsReview(start: RoutineStart): Promise<void> {
  const months: Period[] = [monthBefore(dueTimeOf(start))];
  while (months.length < start.policy.rewards.reviewMonths) months.unshift(monthBefore(months[0]?.from ?? 0));
  for (const { name } of months) await deriveAndTell(name);
}
