import { carrierAnswer } from "../contracts/outside.ts";
import type { OrderActivities } from "../contracts/workflow.ts";
import type { CarrierRecord } from "../domain/routine/inspection.ts";
import { ask, askUrl } from "./http.ts";

/** What is asked of logistics, at the base address `url` (`openapi/logistics.json`). */
export function logisticsActivities({ url }: { readonly url: string }): Pick<OrderActivities, "askLogistics"> {
  return { askLogistics: (asked) => ask(url, asked) };
}

/** For one answer about a shipment, ms. */
const WITHIN = 5_000;

/**
 * Where a shipment is by the carrier's own record, from logistics. `undefined` when it cannot be had: no answer in time, a
 * failure, something unreadable. A number that nobody knows there is an answer.
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
