import { carrierAnswer } from "../contracts/outside.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import type { CarrierRecord } from "../domain/routine/inspection.ts";
import { ask, askUrl } from "./http.ts";

/** Requests to logistics, below the base address `url` (`openapi/logistics.json`). */
export function logisticsActivities({ url }: { readonly url: string }): Pick<OrderActivities, "askLogistics"> {
  return { askLogistics: (asked) => ask(url, asked) };
}

/** The time limit of one answer about a shipment, ms. */
const WITHIN = 5_000;

/**
 * Reads where a shipment is from the carrier, through logistics. `undefined` when there is no answer in time, a failure or an unreadable
 * answer; an unknown number is an answer.
 */
export function carrierRecords(url: string): (trackingNumber: string) => Promise<CarrierRecord | undefined> {
  return async (trackingNumber) => {
    try {
      const response = await fetch(askUrl(url, `shipments/${encodeURIComponent(trackingNumber)}`), {
        headers: { accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(WITHIN),
      });
      if (response.status === 404) return { state: "unknown" };
      const read = response.ok ? carrierAnswer.safeParse(await response.json()) : undefined;
      if (!read?.success) return undefined;
      const { state, since } = read.data;
      return { state, ...(since === undefined ? {} : { since: Date.parse(since) }) };
    } catch {
      return undefined;
    }
  };
}
