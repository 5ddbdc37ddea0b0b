import { setTimeout as wait } from "node:timers/promises";
import { QueryNotRegisteredError, QueryRejectedError, type WorkflowClientInterceptor } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import { SimplePlugin } from "@temporalio/plugin";
import proto from "@temporalio/proto";
import { AS_HANDLED } from "../contracts/workflow.ts";
import { modulePath } from "../node/module-path.ts";

/** Tries of a query, and the pause between two, ms; it grows with each. */
const [TRIES, PAUSE] = [5, 50];

const { QUERY_REJECT_CONDITION_NOT_OPEN } = proto.temporal.api.enums.v1.QueryRejectCondition;

/**
 * Sends a query again that a worker refused because it came between an event and its workflow task. A closed workflow has no further
 * workflow task: it is answered by what its tasks have handled.
 */
const query: NonNullable<WorkflowClientInterceptor["query"]> = async (input, next) => {
  let asked = input;
  for (let tries = 1; ; tries += 1) {
    try {
      return await next(asked);
    } catch (error) {
      if (error instanceof QueryRejectedError && asked !== input) {
        asked = { ...input, headers: { ...input.headers, [AS_HANDLED]: defaultPayloadConverter.toPayload(true) } };
      } else if (error instanceof QueryNotRegisteredError && tries < TRIES) {
        await wait(PAUSE * tries);
        if (asked === input) asked = { ...input, queryRejectCondition: QUERY_REJECT_CONDITION_NOT_OPEN };
      } else throw error;
    }
  }
};

/** The plugin for every client, worker and bundle; `src/workflows/no-look-ahead.ts` says why. */
export const noLookAhead = new SimplePlugin({
  name: "no-look-ahead",
  clientInterceptors: { workflow: [{ query }] },
  workerInterceptors: { workflowModules: [modulePath("../workflows/no-look-ahead", import.meta.url)] },
});
