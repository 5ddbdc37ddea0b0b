import type { Client } from "@temporalio/client";
import { optionalTsToMs, tsToMs } from "@temporalio/common/lib/time.js";
import { SECOND, type Ms } from "../domain/time.ts";
import { isNotFound } from "./errors.ts";

/** A schedule as Temporal describes it, times in ms. */
export interface DescribedSchedule {
  readonly id: string;
  readonly createdAt: Ms;
  /** When it last started something; `undefined` when it never did. */
  readonly lastAt?: Ms | undefined;
  /** The next times, the earliest first; none when it is paused or does not exist. */
  readonly next: readonly Ms[];
}

/** What Temporal shows of its workers and schedules, without a worker. Each call throws when Temporal is away. */
export interface EngineHealth {
  /**
   * When workers last polled for workflow tasks and for activities, ms, the earlier of the two; `undefined` when no worker did as far as
   * Temporal remembers.
   */
  lastPoll(): Promise<Ms | undefined>;
  schedules(): Promise<readonly DescribedSchedule[]>;
}

/** `temporal.api.enums.v1.TaskQueueType`. */
const kinds = { workflow: 1, activity: 2 } as const;
/** The time limit of one call, ms. */
const CALL_WITHIN = 5 * SECOND;

/** @param scheduleIds the schedules that should exist */
export function openEngineHealth(client: Client, taskQueue: string, scheduleIds: readonly string[]): EngineHealth {
  const { workflowService } = client;
  const { namespace } = client.options;
  const within = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + CALL_WITHIN, call);

  async function lastPollOf(taskQueueType: number): Promise<Ms | undefined> {
    const { pollers } = await within(() =>
      workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType }),
    );
    const times = pollers.flatMap(({ lastAccessTime }) => optionalTsToMs(lastAccessTime) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  async function describeSchedule(scheduleId: string): Promise<DescribedSchedule> {
    const found = await within(() => workflowService.describeSchedule({ namespace, scheduleId })).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (!found) return { id: scheduleId, createdAt: 0, next: [] };
    const { schedule, info } = found;
    const last = info?.recentActions?.at(-1);
    return {
      id: scheduleId,
      createdAt: optionalTsToMs(info?.createTime) ?? 0,
      lastAt: optionalTsToMs(last?.actualTime ?? last?.scheduleTime),
      next: schedule?.state?.paused === true ? [] : (info?.futureActionTimes ?? []).map((at) => tsToMs(at)),
    };
  }

  return {
    async lastPoll() {
      const [workflows, activities] = await Promise.all([lastPollOf(kinds.workflow), lastPollOf(kinds.activity)]);
      return workflows === undefined || activities === undefined ? undefined : Math.min(workflows, activities);
    },
    schedules: () => Promise.all(scheduleIds.map(describeSchedule)),
  };
}
