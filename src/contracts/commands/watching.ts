import { z } from "zod";
import { free, id, line, moment, name, reason } from "../fields.ts";
import { note, withExample } from "./parts.ts";

/** Duties and their clocks, failed requests, discrepancies. */
export const watching = {
  bodies: {
    "pause-duty": withExample(z.strictObject({ dutyId: id, awaiting: name, evidence: free, ...note }), {
      dutyId: "enter-2",
      awaiting: "customer",
      evidence: "客户周三回国后给地址",
    }),
    "resume-duty": withExample(z.strictObject({ dutyId: id, ...note }), { dutyId: "enter-2" }),
    acknowledge: withExample(z.strictObject({ dutyId: id, promisedAt: moment.optional(), ...note }), {
      dutyId: "confirm-1",
      promisedAt: "2026-12-01T17:00:00+08:00",
    }),
    "take-over": withExample(z.strictObject({ effectId: line(300), outcome: z.enum(["done", "abandoned"]), ...note }), {
      effectId: "SO-2026-0001-5-production-place",
      outcome: "done",
    }),
    "resolve-discrepancy": withExample(
      z.strictObject({ discrepancyId: id, decision: z.enum(["apply", "discard"]), reason, ...note }),
      {
        discrepancyId: "x6",
        decision: "discard",
        reason: "发错订单号",
      },
    ),
  },
};
