import { setTimeout as wait } from "node:timers/promises";
import { QueryNotRegisteredError, QueryRejectedError, type WorkflowClientInterceptor } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import { SimplePlugin } from "@temporalio/plugin";
import proto from "@temporalio/proto";
import { AS_HANDLED } from "../contracts/workflow.ts";
import { modulePath } from "../node/module-path.ts";

/** How often a query is asked, and before it is asked again, ms. */
const [TRIES, PAUSE] = [5, 50];

const { QUERY_REJECT_CONDITION_NOT_OPEN } = proto.temporal.api.enums.v1.QueryRejectCondition;

/**
 * Asks a query that failed again: it may have come between an event and its workflow task. Where there will be no workflow task, as the
 * workflow is closed, it is answered from what was handled.
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

/** For every client, worker and bundle: see `src/workflows/no-look-ahead.ts`. */
export const noLookAhead = new SimplePlugin({
  name: "no-look-ahead",
  clientInterceptors: { workflow: [{ query }] },
  workerInterceptors: { workflowModules: [modulePath("../workflows/no-look-ahead", import.meta.url)] },
});
