import { z } from "zod";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { between, free, id, moment } from "../fields.ts";
import { isAfter, note, withExample } from "./parts.ts";

const bodies = {
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
};

/** What its events keep. */
const events = {
  "force-majeure-declared": said(bodies["declare-force-majeure"], { forceMajeureId: text }),
  "force-majeure-verified": said(bodies["verify-force-majeure"]),
};

/** R7.4: force majeure. */
export const forceMajeure = { bodies, events };
