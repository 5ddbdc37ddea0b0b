import { z } from "zod";
import { inspectionResults, inspectors } from "../../domain/order/vocabulary/inspections.ts";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { between, free, id, reason, rule } from "../fields.ts";
import { note, withExample } from "./parts.ts";

const bodies = {
  "ask-inspection": withExample(z.strictObject({ inspectionId: id, by: z.enum(inspectors), reason, ...note }), {
    inspectionId: "sample-2026-11",
    by: "management",
    reason: "每月抽查",
  }),
  "answer-inspection": withExample(
    z
      .strictObject({
        inspectionId: id,
        result: z.enum(inspectionResults),
        rule: rule.optional(),
        person: id.optional(),
        action: free.optional(),
        ...note,
      })
      .refine(
        ({ result, rule, person, action }) =>
          result === "in_order" || (rule !== undefined && person !== undefined && action !== undefined),
        between(["result", "rule", "person", "action"], ["rule"], "finding-parts"),
      ),
    {
      inspectionId: "sample-2026-11",
      result: "finding",
      rule: "R3.3",
      person: "li.na",
      action: "告知客户延期原因并商定补救方案",
    },
  ),
};

/** What its events keep. */
const events = {
  "inspection-asked": said(bodies["ask-inspection"]),
  "inspection-answered": z.object({ inspectionId: text, result: z.enum(inspectionResults) }),
};

/** R6.1: inspections that a person answers. */
export const inspections = { bodies, events };
