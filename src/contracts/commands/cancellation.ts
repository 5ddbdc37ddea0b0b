import { z } from "zod";
import { free, id, name, reason } from "../fields.ts";
import { note, withExample } from "./parts.ts";

/** Calling an order off (H). */
export const cancellation = {
  bodies: {
    "request-cancellation": withExample(z.strictObject({ askedBy: name, reason, ...note }), {
      askedBy: "陈先生",
      reason: "项目取消",
    }),
    cancel: withExample(z.strictObject({ reason, settlement: free.optional(), ...note }), {
      reason: "项目取消",
      settlement: "退还定金的 80%",
    }),
    "refuse-cancellation": withExample(z.strictObject({ reason, changeId: id.optional(), ...note }), { reason: "货已完工" }),
  },
};
