import { z } from "zod";
import { author, command, cut, refusalCode, refusalDetails, sent, text } from "../answers/parts.ts";
import { id, reason } from "../fields.ts";
import { nothing, note, withExample } from "./parts.ts";

const bodies = {
  "resolve-discrepancy": withExample(
    z.strictObject({ discrepancyId: id, decision: z.enum(["apply", "discard"]), reason, ...note }),
    {
      discrepancyId: "x6",
      decision: "discard",
      reason: "发错订单号",
    },
  ),
};

/** What its events keep. */
const events = {
  "discrepancy-opened": z.object({
    discrepancyId: text,
    command,
    body: sent,
    reporter: author,
    key: text,
    hash: text,
    run: z.int(),
    shipment: z.int(),
    refusal: refusalCode,
    details: refusalDetails,
    cut: cut.optional(),
  }),
  "discrepancy-repeated": z.object({ discrepancyId: text, count: z.int() }),
  "reports-not-kept": z.object({ count: z.int() }),
  "discrepancy-closed": z.object({
    discrepancyId: text,
    decision: z.enum(["accepted", "apply", "discard"]),
    reason: text.optional(),
  }),
  "report-known": nothing,
  "command-refused": z.object({ body: sent, refusal: refusalCode, details: refusalDetails, cut: cut.optional() }),
  "message-refused": z.object({
    name: text,
    refusal: refusalCode,
    details: refusalDetails,
    sent: z.object({ excerpt: text, length: z.int() }),
  }),
};

/** Reports that do not fit, and what else was refused. */
export const reports = { bodies, events };
