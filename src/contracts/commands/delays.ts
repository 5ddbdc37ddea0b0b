import { z } from "zod";
import { remedyDecisions } from "../../domain/order/bodies.ts";
import { between, channel, day, free, id, moment, reason, remedy } from "../fields.ts";
import { isAfter, note, override, withExample } from "./parts.ts";

/** R3.2, R3.3 and R7.4: delays, and force majeure. */
export const delays = {
  bodies: {
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
    "declare-force-majeure": withExample(
      z
        .strictObject({ what: free, from: moment, until: moment.optional(), evidence: free, ...note })
        .refine(({ from, until }) => isAfter(until, from), between(["from", "until"], ["until"], "not-after-from")),
      {
        what: "台风停产",
        from: "2026-12-01T00:00:00+08:00",
        until: "2026-12-04T00:00:00+08:00",
        evidence: "市政府停工通知",
      },
    ),
    "verify-force-majeure": withExample(z.strictObject({ forceMajeureId: id, verified: z.boolean(), ...note }), {
      forceMajeureId: "f7",
      verified: true,
    }),
  },
};
