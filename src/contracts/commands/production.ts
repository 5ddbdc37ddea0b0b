import { z } from "zod";
import { said } from "../answers/readable.ts";
import { day, free, name, pieces } from "../fields.ts";
import { note, perLine, withExample } from "./parts.ts";

const bodies = {
  "report-progress": withExample(
    z.strictObject({
      stage: name,
      quantityDone: perLine,
      expectedFinish: day.optional(),
      ...note,
    }),
    { stage: "assembly", quantityDone: [60], expectedFinish: "2026-12-14" },
  ),
  "update-progress": withExample(z.strictObject({ summary: free, source: name, ...note }), {
    summary: "组装过半，无异常",
    source: "生产部周杰",
  }),
  "finish-production": withExample(z.strictObject({ quantity: perLine, ...note }), { quantity: [100] }),
  "check-goods": withExample(
    z.strictObject({
      lines: z
        .array(z.strictObject({ counted: pieces, specificationOk: z.boolean(), finding: free.optional() }))
        .min(1)
        .max(200),
      ...note,
    }),
    { lines: [{ counted: 100, specificationOk: true }] },
  ),
};

/** What its events keep. */
const events = {
  "progress-reported": said(bodies["report-progress"]),
  "progress-updated": said(bodies["update-progress"]),
  "production-finished": said(bodies["finish-production"]),
  "goods-accepted": said(bodies["check-goods"]),
  "goods-refused": said(bodies["check-goods"]),
};

/** R3.1, R3.2 and R4.1: making the goods, and checking them. */
export const production = { bodies, events };
