import { Client, type ClientPlugin, type ConnectionLike } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import { TASK_QUEUE } from "../contracts/workflow.ts";
import { SECOND, type Ms } from "../domain/time.ts";
import { openOrderCommands, type OrderCommands } from "./commands.ts";
import { noLookAhead } from "./no-look-ahead.ts";
import { openOwnWorkflows, type OwnWorkflows } from "./own-workflows.ts";
import { openOrderQueries, type OrderQueries } from "./queries.ts";

/**
 * Temporal, as the application needs it. What becomes of a request is an outcome (`outcomes.ts`); what is thrown is a fault of this code.
 */
export interface Engine extends OrderCommands, OrderQueries, OwnWorkflows {
  isReachable(): Promise<boolean>;
}

interface ClientOptions {
  /** Added to the client: tracing. */
  readonly plugins?: readonly ClientPlugin[];
  /** How what is sent is encrypted, and what comes back is read. */
  readonly dataConverter?: DataConverter;
}

/** A client for orders. Connects when first used if the connection is lazy. */
export function openClient(
  connection: ConnectionLike,
  namespace: string,
  { plugins = [], dataConverter }: ClientOptions = {},
): Client {
  const options = { connection, namespace, plugins: [noLookAhead, ...plugins] };
  return new Client({ ...options, ...(dataConverter ? { dataConverter } : {}) });
}

interface EngineOptions {
  readonly taskQueue?: string;
  /**
   * The time limit of an answered command, ms. Longer than 10 s: so long Temporal waits for a worker that took a workflow task and was then
   * stopped or killed.
   */
  readonly answerWithin?: Ms;
  /** The time limit of a query after which the records are asked instead, ms. */
  readonly queryWithin?: Ms;
}

/** Opens Temporal for the application. Nothing is asked yet, so that a process starts while Temporal is away. */
export function openEngine(client: Client, options: EngineOptions = {}): Engine {
  const { taskQueue = TASK_QUEUE, answerWithin = 15 * SECOND, queryWithin = 2 * SECOND } = options;
  return {
    ...openOrderCommands(client, { taskQueue, answerWithin }),
    ...openOrderQueries(client, { queryWithin, answerWithin }),
    ...openOwnWorkflows(client, { taskQueue, answerWithin }),
    async isReachable() {
      const { namespace } = client.options;
      try {
        await client.withDeadline(Date.now() + queryWithin, () => client.workflowService.describeNamespace({ namespace }));
        return true;
      } catch {
        return false;
      }
    },
  };
}
