import { createHash } from "node:crypto";
import { requests } from "../contracts/outside.ts";
import { addDays, dayOf, instant, iso } from "../domain/time.ts";
import { asking, type StandIn } from "./kernel.ts";

const { logistics: contract } = requests;
const TRANSIT_DAYS = 3;

/** The same shipment has the same number, however often it is asked for. */
function trackingNumber(key: string, prefix: string): string {
  const digits = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  return `${prefix}${String(digits).padStart(15, "0")}`;
}

/** In three days, or on the first day after that on which the customer receives; never past the customer's window. */
function arrival(now: number, window: { from: string; to: string } | undefined): string {
  const today = dayOf(now);
  const usual = addDays(today, TRANSIT_DAYS);
  if (!window) return usual;
  const [first, last] = [dayOf(instant(window.from)), dayOf(instant(window.to))];
  const wished = usual < first ? first : usual > last ? last : usual;
  return wished < today ? usual : wished;
}

/** Logistics: books a courier, ships, follows the shipment until it is signed for, traces it. */
export const logistics: StandIn = {
  system: "logistics",
  title: "物流部门 Logistics",
  role: "logistics",
  tracks: true,
  asks: {
    book: asking(contract.book, ({ freightBorneBy = "customer" }, { delay }) => ({
      drop: ["arrange-transport"],
      send: [
        {
          command: "arrange-transport",
          after: delay("arrange-transport"),
          body: { method: "courier", carrier: "顺丰 SF Express", freightBorneBy },
        },
      ],
    })),
    ship: asking(contract.ship, ({ carrier, method, recipient, address, receivingTime }, { now, key, delay }) => {
      const number = trackingNumber(key, method === "courier" ? "SF" : "DV");
      const expectedArrival = arrival(now, receivingTime);
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
    trace: asking(contract.trace, ({ trackingNumber: number }, { now, delay }) => ({
      drop: ["report-trace"],
      send: [
        {
          command: "report-trace",
          after: delay("report-trace"),
          body: { trackingNumber: number, result: "in_transit", expectedArrival: addDays(dayOf(now), TRANSIT_DAYS) },
        },
      ],
    })),
    "call-off": asking(contract["call-off"], () => ({ drop: "all" })),
  },
};
