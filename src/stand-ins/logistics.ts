import { createHash } from "node:crypto";
import { requests } from "../contracts/outside.ts";
import { addDays, dayOf, instant, iso } from "../domain/time.ts";
import { handleAsk, type StandIn } from "./kernel.ts";

const { logistics: contract } = requests;
const TRANSIT_DAYS = 3;

/** A tracking number derived from the request's key, so that a repeated request gets the same one. */
function trackingNumber(key: string, prefix: string): string {
  const digits = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  return `${prefix}${String(digits).padStart(15, "0")}`;
}

/** The expected arrival: in three days, moved into the customer's receiving window. */
function expectArrival(now: number, window: { from: string; to: string } | undefined): string {
  const today = dayOf(now);
  const usual = addDays(today, TRANSIT_DAYS);
  if (!window) return usual;
  const [first, last] = [dayOf(instant(window.from)), dayOf(instant(window.to))];
  const chosen = usual < first ? first : usual > last ? last : usual;
  return chosen < today ? usual : chosen;
}

/** Logistics: books a courier, ships, tracks the shipment until it is signed for, traces it. */
export const logistics: StandIn = {
  system: "logistics",
  title: "物流部门 Logistics",
  role: "logistics",
  tracks: true,
  asks: {
    book: handleAsk(contract.book, ({ freightBorneBy = "customer" }, { delay }) => ({
      drop: ["arrange-transport"],
      send: [
        {
          command: "arrange-transport",
          after: delay("arrange-transport"),
          body: { method: "courier", carrier: "顺丰 SF Express", freightBorneBy },
        },
      ],
    })),
    ship: handleAsk(contract.ship, ({ carrier, method, recipient, address, receivingTime }, { now, key, delay }) => {
      const number = trackingNumber(key, method === "courier" ? "SF" : "DV");
      const expectedArrival = expectArrival(now, receivingTime);
      const deliveredAt = iso(now + delay("report-delivery"));
      return {
        drop: ["dispatch", "report-tracking", "report-delivery"],
        send: [
          { command: "dispatch", after: delay("dispatch"), body: { carrier, trackingNumber: number, expectedArrival } },
          {
            command: "report-tracking",
            after: delay("report-tracking"),
            body: { trackingNumber: number, event: "派送中 out for delivery", place: address.city },
          },
          {
            command: "report-delivery",
            after: delay("report-delivery"),
            body: { trackingNumber: number, signedBy: recipient, deliveredAt, reference: `POD-${number}` },
          },
        ],
      };
    }),
    trace: handleAsk(contract.trace, ({ trackingNumber: number }, { now, delay }) => ({
      drop: ["report-trace"],
      send: [
        {
          command: "report-trace",
          after: delay("report-trace"),
          body: { trackingNumber: number, result: "in_transit", expectedArrival: addDays(dayOf(now), TRANSIT_DAYS) },
        },
      ],
    })),
    "call-off": handleAsk(contract["call-off"], () => ({ drop: "all" })),
  },
};
