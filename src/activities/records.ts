import type { Client } from "@temporalio/client";
import type { InjectedSinks } from "@temporalio/worker";
import type { OrderSinks } from "../contracts/workflow.ts";
import type { Database } from "../records/database.ts";
import { queryPublication } from "../temporal/runs.ts";
import { startProjector, type Projector } from "../records/projection.ts";

interface RecordsOptions {
  readonly db: Database;
  readonly client: Client;
  /** Called for an order that could not be projected; it is tried again. */
  readonly onError: (orderNo: string, error: unknown) => void;
}

/** Keeps the records in step with the orders that a worker carries on: what it needs of the worker is `sinks`. */
export function followOrders({ db, client, onError }: RecordsOptions): {
  readonly projector: Projector;
  readonly sinks: InjectedSinks<OrderSinks>;
} {
  const projector = startProjector({
    db,
    onError,
    publication: (orderNo, after) => queryPublication(client, orderNo, after),
  });
  // A replay makes no new events.
  return {
    projector,
    sinks: {
      records: { changed: { fn: ({ workflowId }, when) => projector.changed(workflowId, when), callDuringReplay: false } },
    },
  };
}
