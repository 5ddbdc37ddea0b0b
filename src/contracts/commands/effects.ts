import { z } from "zod";
import { outcome, text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { line } from "../fields.ts";
import { note, withExample } from "./parts.ts";

const bodies = {
  "take-over": withExample(z.strictObject({ effectId: line(300), outcome: z.enum(["done", "abandoned"]), ...note }), {
    effectId: "SO-2026-0001-5-production-place",
    outcome: "done",
  }),
};

/** What its events keep. */
const events = {
  "effect-done": z.object({ effectId: text, outcome }),
  "effect-failed": z.object({ effectId: text, outcome }),
  "effect-taken-over": said(bodies["take-over"]),
};

/** What is asked of outside systems, and what a person takes over. */
export const effects = { bodies, events };
