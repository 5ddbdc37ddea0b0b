import { z } from "zod";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { free, id, name, reason } from "../fields.ts";
import { nothing, note, withExample } from "./parts.ts";

const bodies = {
  "request-cancellation": withExample(z.strictObject({ askedBy: name, reason, ...note }), {
    askedBy: "陈先生",
    reason: "项目取消",
  }),
  cancel: withExample(z.strictObject({ reason, settlement: free.optional(), ...note }), {
    reason: "项目取消",
    settlement: "退还定金的 80%",
  }),
  "refuse-cancellation": withExample(z.strictObject({ reason, changeId: id.optional(), ...note }), { reason: "货已完工" }),
};

/** What its events keep. */
const events = {
  "cancellation-requested": said(bodies["request-cancellation"]),
  "cancellation-refused": z.object({ reason: text }),
  "cancellation-decided": said(bodies.cancel),
  cancelled: nothing,
};

/** Calling an order off (H). */
export const cancellation = { bodies, events };
