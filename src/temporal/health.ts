import { isGrpcServiceError, type Connection } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import { optionalTsToMs, tsToMs } from "@temporalio/common/lib/time.js";
import { searchAttributes } from "../contracts/search-attributes.ts";
import { ORDER_WORKFLOW } from "../contracts/workflow.ts";
import { iso, SECOND, type Ms } from "../domain/time.ts";
import type { OrderSeen, ScheduleSeen } from "../watch/clocks.ts";

/** What the engine shows of its clocks. Nothing here needs a worker. Each call throws when the engine is away. */
export interface EngineClocks {
  /** When a worker last asked for work of every kind, ms; `undefined` when none did within the engine's memory. */
  lastPoll(): Promise<Ms | undefined>;
  /** The schedules that there should be; one that is not there has nothing ahead. */
  schedules(): Promise<readonly ScheduleSeen[]>;
  /** A page of running orders, and the token of the next one. */
  runningOrders(token: Uint8Array | undefined): Promise<{ orders: readonly OrderSeen[]; next: Uint8Array | undefined }>;
  /** Runs of orders that did not come to their own end and were closed since a time, ms; a thousand at most. */
  endedRuns(since: Ms): Promise<readonly { readonly orderNo: string; readonly runId: string }[]>;
}

/** `temporal.api.enums.v1.TaskQueueType`. */
const kinds = { workflow: 1, activity: 2 } as const;
/** gRPC's own number. */
const NOT_FOUND = 5;
const CALL = 5 * SECOND;
const PAGE = 1_000;

function isNotFound(error: unknown): boolean {
  const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
  return code === NOT_FOUND;
}

export function engineClocks(
  connection: Connection,
  namespace: string,
  taskQueue: string,
  scheduleIds: readonly string[],
): EngineClocks {
  const { workflowService } = connection;
  const within = <T>(call: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + CALL, call);

  async function lastPollOf(taskQueueType: number): Promise<Ms | undefined> {
    const { pollers } = await within(() =>
      workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType }),
    );
    const times = pollers.flatMap(({ lastAccessTime }) => optionalTsToMs(lastAccessTime) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  async function schedule(scheduleId: string): Promise<ScheduleSeen> {
    const found = await within(() => workflowService.describeSchedule({ namespace, scheduleId })).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (!found) return { id: scheduleId, createdAt: 0, next: [] };
    const { schedule: described, info } = found;
    const last = info?.recentActions?.at(-1);
    return {
      id: scheduleId,
      createdAt: optionalTsToMs(info?.createTime) ?? 0,
      lastAt: optionalTsToMs(last?.actualTime ?? last?.scheduleTime),
      next: described?.state?.paused === true ? [] : (info?.futureActionTimes ?? []).map((at) => tsToMs(at)),
    };
  }

  return {
    async lastPoll() {
      const [workflows, activities] = await Promise.all([lastPollOf(kinds.workflow), lastPollOf(kinds.activity)]);
      return workflows === undefined || activities === undefined ? undefined : Math.min(workflows, activities);
    },
    schedules: () => Promise.all(scheduleIds.map(schedule)),
    async runningOrders(token) {
      const { executions, nextPageToken } = await within(() =>
        workflowService.listWorkflowExecutions({
          namespace,
          query: `WorkflowType="${ORDER_WORKFLOW}" AND ExecutionStatus="Running" AND TaskQueue="${taskQueue}"`,
          pageSize: PAGE,
          ...(token === undefined ? {} : { nextPageToken: token }),
        }),
      );
      const orders = executions.flatMap(({ execution, searchAttributes: attributes }): OrderSeen[] => {
        // Never encrypted: read as they are.
        const read = (name: string): unknown => {
          const payload = attributes?.indexedFields?.[name];
          return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
        };
        const [status, due] = [read(searchAttributes.OrderStatus.name), read(searchAttributes.NextDueAt.name)];
        const orderNo = execution?.workflowId;
        if (!orderNo) return [];
        if (typeof status !== "string") return [{ orderNo }];
        return [{ orderNo, status, nextDueAt: typeof due === "string" ? Date.parse(due) : undefined }];
      });
      return { orders, next: nextPageToken.length === 0 ? undefined : nextPageToken };
    },
    async endedRuns(since) {
      const { executions } = await within(() =>
        workflowService.listWorkflowExecutions({
          namespace,
          query: `WorkflowType="${ORDER_WORKFLOW}" AND TaskQueue="${taskQueue}" AND CloseTime > "${iso(since)}" AND ExecutionStatus IN ("Terminated", "Failed", "TimedOut", "Canceled")`,
          pageSize: PAGE,
        }),
      );
      return executions.flatMap(({ execution }) =>
        execution?.workflowId && execution.runId ? [{ orderNo: execution.workflowId, runId: execution.runId }] : [],
      );
    },
  };
}
