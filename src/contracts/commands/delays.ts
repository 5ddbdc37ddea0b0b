import { z } from "zod";
import { remedyDecisions } from "../../domain/order/vocabulary/delays.ts";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { between, channel, day, reason, remedy } from "../fields.ts";
import { note, override, withExample } from "./parts.ts";

const bodies = {
  "report-delay": withExample(
    z
      .strictObject({ cause: reason, newFinish: day.optional(), newArrival: day.optional(), ...note })
      .refine(
        (body) => (body.newFinish === undefined) !== (body.newArrival === undefined),
        between(["newFinish", "newArrival"], ["newFinish"], "one-of-newFinish-newArrival"),
      ),
    { cause: "灯珠短缺", newFinish: "2026-12-22" },
  ),
  "tell-customer-of-delay": withExample(z.strictObject({ reason, remedy, newDate: day, channel, ...override, ...note }), {
    reason: "灯珠短缺，晚五天",
    remedy: { kind: "discount", valueFen: 17_500 },
    newDate: "2026-12-25",
    channel: "phone",
  }),
  "agree-remedy": withExample(
    z.strictObject({
      accepted: z.boolean(),
      remedy: remedy.optional(),
      newDate: day.optional(),
      ...override,
      ...note,
    }),
    { accepted: true },
  ),
  "decide-remedy": withExample(z.strictObject({ decision: z.enum(remedyDecisions), reason, ...note }), {
    decision: "offer_anew",
    reason: "提高折扣再谈",
  }),
};

/** What its events keep. */
const events = {
  "delay-reported": said(bodies["report-delay"]),
  "delay-opened": z.object({ delayId: text, cause: text, forecastArrival: day, promisedDate: day }),
  "delay-news": z.object({ delayId: text, cause: text, forecastArrival: day }),
  "delay-withdrawn": z.object({ delayId: text }),
  "customer-told-of-delay": said(bodies["tell-customer-of-delay"], { delayId: text }),
  "remedy-agreed": z.object({ delayId: text, newDate: day, override: text.optional(), remedy }),
  "remedy-refused": z.object({ delayId: text }),
  "remedy-decided": said(bodies["decide-remedy"], { delayId: text }),
};

/** R3.2 and R3.3: delays, and what is offered for them. */
export const delays = { bodies, events };
