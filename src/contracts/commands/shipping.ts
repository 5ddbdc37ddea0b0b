import { z } from "zod";
import {
  freightBearers,
  lossDecisions,
  problemKinds,
  traceResults,
  transportMethods,
} from "../../domain/order/vocabulary/shipping.ts";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { address, between, channel, day, free, id, moment, name, phone, reason, satisfaction } from "../fields.ts";
import { exampleAddress, isAfter, note, withExample } from "./parts.ts";

const bodies = {
  "confirm-receiving-time": withExample(
    z
      .strictObject({ from: moment, to: moment, channel, ...note })
      .refine(({ from, to }) => isAfter(to, from), between(["from", "to"], ["to"], "not-after-from")),
    { from: "2026-12-18T09:00:00+08:00", to: "2026-12-20T18:00:00+08:00", channel: "phone" },
  ),
  "arrange-transport": withExample(
    z.strictObject({
      method: z.enum(transportMethods),
      carrier: name,
      freightBorneBy: z.enum(freightBearers),
      ...note,
    }),
    { method: "courier", carrier: "SF Express", freightBorneBy: "company" },
  ),
  "confirm-shipping-data": withExample(z.strictObject({ recipient: name, phone, address, ...note }), {
    recipient: "陈先生",
    phone: "+8613800000000",
    address: exampleAddress,
  }),
  dispatch: withExample(z.strictObject({ carrier: name, trackingNumber: id, expectedArrival: day, ...note }), {
    carrier: "SF Express",
    trackingNumber: "SF1234567890",
    expectedArrival: "2026-12-19",
  }),
  "tell-customer-of-shipment": withExample(z.strictObject({ channel, ...note }), { channel: "wecom" }),
  "report-tracking": withExample(
    z.strictObject({
      trackingNumber: id,
      event: name,
      place: name.optional(),
      expectedArrival: day.optional(),
      ...note,
    }),
    { trackingNumber: "SF1234567890", event: "in transit", place: "广州", expectedArrival: "2026-12-19" },
  ),
  "report-delivery": withExample(
    z.strictObject({
      trackingNumber: id,
      signedBy: name,
      deliveredAt: moment,
      reference: name.optional(),
      ...note,
    }),
    {
      trackingNumber: "SF1234567890",
      signedBy: "陈先生",
      deliveredAt: "2026-12-19T10:30:00+08:00",
      reference: "POD-8841",
    },
  ),
  "report-trace": withExample(
    z
      .strictObject({ trackingNumber: id, result: z.enum(traceResults), expectedArrival: day.optional(), ...note })
      .refine(
        ({ result, expectedArrival }) => result !== "in_transit" || expectedArrival !== undefined,
        between(["result", "expectedArrival"], ["expectedArrival"], "arrival-needed"),
      ),
    { trackingNumber: "SF1234567890", result: "in_transit", expectedArrival: "2026-12-21" },
  ),
  "report-problem": withExample(z.strictObject({ trackingNumber: id, kind: z.enum(problemKinds), detail: free, ...note }), {
    trackingNumber: "SF1234567890",
    kind: "damaged",
    detail: "两箱外包装破损，十盏灯罩开裂",
  }),
  "decide-loss": withExample(z.strictObject({ decision: z.enum(lossDecisions), reason, ...note }), {
    decision: "make_again",
    reason: "破损数量大，重做",
  }),
  "confirm-receipt": withExample(z.strictObject({ satisfaction: satisfaction.optional(), ...note }), { satisfaction: 5 }),
};

/** What its events keep. */
const events = {
  "receiving-time-confirmed": said(bodies["confirm-receiving-time"]),
  "transport-arranged": said(bodies["arrange-transport"]),
  "shipping-data-confirmed": said(bodies["confirm-shipping-data"]),
  dispatched: said(bodies.dispatch),
  "customer-told-of-shipment": z.object({ channel: text }),
  "tracking-reported": said(bodies["report-tracking"], { late: z.literal(true).optional() }),
  delivered: said(bodies["report-delivery"]),
  "trace-reported": said(bodies["report-trace"]),
  "problem-reported": z.object({ kind: text, detail: text, trackingNumber: text }),
  "loss-decided": said(bodies["decide-loss"]),
  "receipt-confirmed": said(bodies["confirm-receipt"]),
};

/** R3.4, R4 and R7.3: from made goods to the signed receipt. */
export const shipping = { bodies, events };
