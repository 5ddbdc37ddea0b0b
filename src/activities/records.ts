import type { Client } from "@temporalio/client";
import type { InjectedSinks } from "@temporalio/worker";
import { QUERIES, type OrderSinks, type Publication } from "../contracts/workflow.ts";
import { SECOND } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { wasReset } from "../temporal/runs.ts";
import { startProjector, type ProjectionSource, type Projector } from "../records/projection.ts";

interface RecordsOptions {
  readonly db: Database;
  readonly client: Client;
  /** Told of what could not be recorded; it is tried again. */
  readonly onError: (orderNo: string, error: unknown) => void;
}

/** For one answer of an order, ms: it may have to be replayed first. */
const ANSWER_WITHIN = 10 * SECOND;

/**
 * What the records are to be told of an order, by its run. A reset run tells nothing: the run before it may have done and asked what the records
 * do not hold yet, and the order goes on from that (`application/restore.ts`).
 * @throws Error for a reset run, until another one carries the order on
 */
export function publicationsOf(client: Client): ProjectionSource["publication"] {
  return (orderNo, after) =>
    client.withDeadline(Date.now() + ANSWER_WITHIN, async () => {
      const news = await client.workflow.getHandle(orderNo).query<Publication | undefined, [number]>(QUERIES.publication, after);
      if (news?.runId !== undefined && (await wasReset(client, orderNo, news.runId)))
        throw new Error("the run was reset: nothing of it is recorded until it has been replaced");
      return news;
    });
}

/** Keeps the records in step with the orders that a worker carries on: what it needs of the worker is `sinks`. */
export function followOrders({ db, client, onError }: RecordsOptions): {
  readonly projector: Projector;
  readonly sinks: InjectedSinks<OrderSinks>;
} {
  const projector = startProjector({
    db,
    onError,
    publication: publicationsOf(client),
  });
  // In a replay nothing new happens.
  return {
    projector,
    sinks: {
      records: { changed: { fn: ({ workflowId }, when) => projector.changed(workflowId, when), callDuringReplay: false } },
    },
  };
}
