import { z } from "zod";
import { changeKinds } from "../../domain/order/vocabulary/changes.ts";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { between, channel, day, fen, id, reason, revision, termsPatch } from "../fields.ts";
import { note, override, terms, withExample } from "./parts.ts";

const bodies = {
  "request-change": withExample(
    z.strictObject({ kind: z.enum(changeKinds), patch: termsPatch, revision, why: reason, ...override, ...note }),
    {
      kind: "specification",
      patch: { lines: [{ model: "LED-A60", specification: "E27 9W 4000K", quantity: 100, unitPriceFen: 3500 }] },
      revision: 1,
      why: "客户要换色温",
    },
  ),
  "assess-change": withExample(
    z
      .strictObject({
        changeId: id,
        feasible: z.boolean(),
        reason: reason.optional(),
        extraCostFen: fen.optional(),
        newDate: day.optional(),
        ...override,
        ...note,
      })
      .refine(
        ({ feasible, reason: why }) => feasible || why !== undefined,
        between(["feasible", "reason"], ["reason"], "why-not"),
      ),
    { changeId: "c9", feasible: true, extraCostFen: 20_000, newDate: "2026-12-23" },
  ),
  "accept-change": withExample(z.strictObject({ changeId: id, channel, ...note }), { changeId: "c9", channel: "phone" }),
  "withdraw-change": withExample(z.strictObject({ changeId: id, channel, ...note }), { changeId: "c9", channel: "phone" }),
  "answer-amendment": withExample(
    z
      .strictObject({ changeId: id, accepted: z.boolean(), reason: reason.optional(), ...note })
      .refine(
        ({ accepted, reason: why }) => accepted || why !== undefined,
        between(["accepted", "reason"], ["reason"], "why-not"),
      ),
    { changeId: "c9", accepted: true },
  ),
  "tell-change-outcome": withExample(z.strictObject({ changeId: id, channel, ...note }), { changeId: "c9", channel: "phone" }),
};

/** What its events keep. */
const events = {
  "change-requested": said(bodies["request-change"], { changeId: text }),
  "change-assessed": said(bodies["assess-change"]),
  "change-accepted": z.object({ changeId: text, needsSignature: z.boolean() }),
  "change-withdrawn": z.object({ changeId: text }),
  "change-signed": z.object({ changeId: text }),
  "change-signature-refused": z.object({ changeId: text, reason: text }),
  "amendment-answered": said(bodies["answer-amendment"], { terms: terms.optional() }),
  "change-outcome-told": z.object({ changeId: text, channel: text }),
};

/** R1.3: changes of an order. */
export const changes = { bodies, events };
