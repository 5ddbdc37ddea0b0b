import { z } from "zod";
import { calendarKept } from "../answers/kept.ts";
import { duty, list, recipient, ruleOf, rung, stampedAt, text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { free, id, moment, name } from "../fields.ts";
import { note, withExample } from "./parts.ts";

const bodies = {
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
};

/** What its events keep. */
const events = {
  "duty-paused": said(bodies["pause-duty"]),
  "duty-resumed": z.object({ dutyId: text, limit: z.boolean().optional() }),
  "duty-acknowledged": said(bodies.acknowledge),
  "rung-told": z.object({
    dutyId: text,
    duty,
    rule: ruleOf,
    rung,
    rungDueAt: stampedAt,
    dueAt: stampedAt,
    owner: recipient,
    told: list(recipient),
    climbed: z.int(),
  }),
  "rung-unreached": z.object({ dutyId: text, duty, rung, effectId: text }),
  "calendar-set": z.object({ calendar: calendarKept }),
};

/** Duties and their clocks. */
export const watching = { bodies, events };
