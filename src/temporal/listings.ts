import type { Client } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import { searchAttributes } from "../contracts/search-attributes.ts";
import { ORDER_WORKFLOW, QUERIES } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { iso, SECOND, type Ms } from "../domain/time.ts";

/** A running order, as Temporal's lists show it. */
export interface ListedRun {
  readonly orderNo: string;
  /** Absent in an order that has just begun and has no search attributes yet. */
  readonly status?: string | undefined;
  /** Its most urgent due time, ms. */
  readonly nextDueAt?: Ms | undefined;
}

/** A page of running orders, and the token of the next page. */
export interface RunningPage {
  readonly orders: readonly ListedRun[];
  readonly next: Uint8Array | undefined;
}

/** Temporal's lists of orders. They are a moment behind, and need no worker. Each call throws when Temporal is away. */
export interface OrderListings {
  runningOrders(token: Uint8Array | undefined): Promise<RunningPage>;
  /** Runs that have ended since a time, ms, before their order was over; a thousand at most. */
  endedRuns(since: Ms): Promise<readonly { readonly orderNo: string; readonly runId: string }[]>;
}

/** The time limit of one page, ms. */
const PAGE_WITHIN = 5 * SECOND;
/** Rows of a page, Temporal's most. */
const PAGE = 1_000;
/** Rows of a page where each order is queried. */
const QUERIED_PAGE = 200;

function listedRun(orderNo: string, fields: Readonly<Record<string, Parameters<typeof defaultPayloadConverter.fromPayload>[0]>>) {
  // Search attributes are never encrypted.
  const read = (name: string): unknown => {
    const payload = fields[name];
    return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
  };
  const [status, due] = [read(searchAttributes.OrderStatus.name), read(searchAttributes.NextDueAt.name)];
  if (typeof status !== "string") return { orderNo };
  return { orderNo, status, nextDueAt: typeof due === "string" ? Date.parse(due) : undefined };
}

interface RunningFilter {
  /** Of this task queue alone. */
  readonly taskQueue?: string | undefined;
  readonly token?: Uint8Array | undefined;
  readonly pageSize?: number;
}

/** @throws when Temporal is away */
export async function listRunningOrders(
  client: Client,
  { taskQueue, token, pageSize = PAGE }: RunningFilter,
): Promise<RunningPage> {
  const ofQueue = taskQueue === undefined ? "" : ` AND TaskQueue="${taskQueue}"`;
  const { executions, nextPageToken } = await client.withDeadline(Date.now() + PAGE_WITHIN, () =>
    client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query: `WorkflowType="${ORDER_WORKFLOW}" AND ExecutionStatus="Running"${ofQueue}`,
      pageSize,
      ...(token === undefined ? {} : { nextPageToken: token }),
    }),
  );
  const orders = executions.flatMap(({ execution, searchAttributes: attributes }) =>
    execution?.workflowId ? [listedRun(execution.workflowId, attributes?.indexedFields ?? {})] : [],
  );
  return { orders, next: nextPageToken.length === 0 ? undefined : nextPageToken };
}

/** The listings of one task queue's orders. */
export function openOrderListings(client: Client, taskQueue: string): OrderListings {
  return {
    runningOrders: (token) => listRunningOrders(client, { taskQueue, token }),
    async endedRuns(since) {
      const { executions } = await client.withDeadline(Date.now() + PAGE_WITHIN, () =>
        client.workflowService.listWorkflowExecutions({
          namespace: client.options.namespace,
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

/** An order that Temporal holds, and its events by its last run: reading them needs a worker. */
export interface HeldOrder {
  readonly orderNo: string;
  readonly events: () => Promise<readonly OrderEvent[]>;
}

/** Every order that Temporal holds, each once; running ones first. */
export async function* listHeldOrders(client: Client): AsyncGenerator<HeldOrder> {
  const seen = new Set<string>();
  for (const running of ["=", "!="]) {
    const query = `WorkflowType="${ORDER_WORKFLOW}" AND ExecutionStatus${running}"Running"`;
    for await (const { workflowId } of client.workflow.list({ query, pageSize: QUERIED_PAGE })) {
      if (seen.has(workflowId)) continue;
      seen.add(workflowId);
      yield {
        orderNo: workflowId,
        events: () => client.workflow.getHandle(workflowId).query<readonly OrderEvent[]>(QUERIES.history),
      };
    }
  }
}
