import { proxySinks } from "@temporalio/workflow";
import type { OrderSinks } from "../../contracts/workflow.ts";

const { records } = proxySinks<OrderSinks>();

/** Tells this run's worker that the order has events that the records do not hold yet (`docs/decisions/0001-records-are-projected-by-a-query.md`). */
export interface RecordsNotice {
  /** A command or report has been carried out: a client may be waiting to see it listed. */
  carriedOut(): void;
  /** Gives notice, if there are events since the last one. */
  give(lastEvent: number): void;
}

/** @param changed tells the worker: `soon` may wait up to a second, for what follows */
export function openRecordsNotice(changed: OrderSinks["records"]["changed"] = (when) => records.changed(when)): RecordsNotice {
  let given: number | undefined;
  let carriedOut = false;
  return {
    carriedOut: () => (carriedOut = true),
    give(lastEvent) {
      if (given !== lastEvent) changed(carriedOut ? "at-once" : "soon");
      [given, carriedOut] = [lastEvent, false];
    },
  };
}
