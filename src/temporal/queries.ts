import { QueryNotRegisteredError, type Client } from "@temporalio/client";
import { decodeOptionalSinglePayload } from "@temporalio/common/lib/internal-non-workflow/index.js";
import type { temporal } from "@temporalio/proto";
import { isUnder } from "../contracts/keys.ts";
import { searchAttributes } from "../contracts/search-attributes.ts";
import { ORDER_WORKFLOW, QUERIES, type CommandState } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { SECOND, type Ms } from "../domain/time.ts";
import { callWithin } from "./calls.ts";
import type { QueryOutcome } from "./outcomes.ts";

/** Reads what the runs of orders know. */
export interface OrderQueries {
  /** All events of an order, by its open run. */
  history(orderNo: string): Promise<QueryOutcome<readonly OrderEvent[]>>;
  /** All events of an order, by its last run, which may have ended; `no-run` when Temporal knows none, or has forgotten it. */
  lastRunHistory(orderNo: string): Promise<QueryOutcome<readonly OrderEvent[]>>;
  /** The representative of an order by its last run, read without a worker; absent while it has none. */
  salesRep(orderNo: string): Promise<QueryOutcome<string | undefined>>;
  /**
   * What became of a command, by its scoped key (`contracts/keys.ts`). A report that no worker has taken up yet is found in Temporal's
   * history of the run.
   */
  commandState(orderNo: string, key: string): Promise<QueryOutcome<CommandState>>;
}

interface OrderQueriesOptions {
  /** The time limit of a query after which the records are asked instead, ms. */
  readonly queryWithin: Ms;
  /** The time limit of a query that nothing else can answer, ms. */
  readonly answerWithin: Ms;
}

/** The time limit for reading a run's whole history, ms. */
const HISTORY_WITHIN = 5 * SECOND;
/** Whether the argument of a signal is that of a command with this scoped key. */
function isSentUnder(input: unknown, key: string): input is object {
  if (typeof input !== "object" || input === null || !("key" in input) || !("actor" in input)) return false;
  const { key: its, actor } = input;
  if (typeof its !== "string" || typeof actor !== "object" || actor === null || !("id" in actor)) return false;
  return typeof actor.id === "string" && isUnder({ key: its, actor: { id: actor.id } }, key);
}

/** Reads the argument of a command in a run's history; `undefined` where it cannot be decoded, as anybody may send a signal. */
export async function decodeCommandInput(
  { options: { loadedDataConverter } }: Client,
  payloads: temporal.api.common.v1.IPayloads | null | undefined,
): Promise<unknown> {
  try {
    return await decodeOptionalSinglePayload<unknown>(loadedDataConverter, payloads?.payloads?.[0]);
  } catch {
    return undefined;
  }
}

export function openOrderQueries(client: Client, { queryWithin, answerWithin }: OrderQueriesOptions): OrderQueries {
  async function query<T extends object>(orderNo: string, name: string, ...args: unknown[]): Promise<QueryOutcome<T>> {
    return callWithin(client, queryWithin, async () => ({
      outcome: "answered",
      answer: await client.workflow.getHandle(orderNo).query<T, unknown[]>(name, ...args),
    }));
  }

  /** Looks for a report in the history of the run, where it is before a worker takes it up. */
  async function findInHistory(orderNo: string, key: string): Promise<QueryOutcome<CommandState>> {
    const found = await callWithin(client, HISTORY_WITHIN, async () => ({
      outcome: "answered" as const,
      answer: await client.workflow.getHandle(orderNo).fetchHistory(),
    }));
    if (found.outcome === "no-run") return { outcome: "answered", answer: { state: "unknown" } };
    if (found.outcome !== "answered") return found;
    const { events } = found.answer;
    const type = events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;
    if (type !== ORDER_WORKFLOW) return { outcome: "answered", answer: { state: "no-order" } };
    for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? []) {
      const input = signal && (await decodeCommandInput(client, signal.input));
      if (!isSentUnder(input, key)) continue;
      const hash = "hash" in input && typeof input.hash === "string" ? input.hash : undefined;
      return { outcome: "answered", answer: { state: "waiting", hash } };
    }
    return { outcome: "answered", answer: { state: "unknown", unsure: true } };
  }

  return {
    history: (orderNo) => query(orderNo, QUERIES.history),
    lastRunHistory: (orderNo) =>
      callWithin(client, answerWithin, async () => {
        const handle = client.workflow.getHandle(orderNo);
        if ((await handle.describe()).type !== ORDER_WORKFLOW) return { outcome: "no-run" };
        try {
          return { outcome: "answered", answer: await handle.query<readonly OrderEvent[]>(QUERIES.history) };
        } catch (error) {
          // It is an order, so it has this query: no worker could answer it now.
          if (error instanceof QueryNotRegisteredError) return { outcome: "no-answer" };
          throw error;
        }
      }),
    salesRep: (orderNo) =>
      callWithin(client, queryWithin, async () => {
        const { type, typedSearchAttributes } = await client.workflow.getHandle(orderNo).describe();
        if (type !== ORDER_WORKFLOW) return { outcome: "no-run" };
        return { outcome: "answered", answer: typedSearchAttributes.get(searchAttributes.SalesRep) };
      }),
    async commandState(orderNo, key) {
      const known = await query<CommandState>(orderNo, QUERIES.command, key);
      if (known.outcome === "answered" && known.answer.state !== "unknown") return known;
      const found = await findInHistory(orderNo, key);
      // The order's own answer says more: whether it has room for another report.
      return known.outcome === "answered" && found.outcome === "answered" && found.answer.state === "unknown" ? known : found;
    },
  };
}
