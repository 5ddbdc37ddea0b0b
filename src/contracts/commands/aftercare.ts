import { z } from "zod";
import { text } from "../answers/parts.ts";
import { said } from "../answers/readable.ts";
import { channel, free, id, name, rule } from "../fields.ts";
import { note, withExample } from "./parts.ts";

const bodies = {
  "record-communication": withExample(z.strictObject({ with: name, channel, summary: free, ...note }), {
    with: "customer",
    channel: "phone",
    summary: "客户询问进度，已答复按期",
  }),
  "record-complaint": withExample(z.strictObject({ about: free, ...note }), { about: "收到的灯色温不符" }),
  "resolve-complaint": withExample(
    z.strictObject({
      complaintId: id,
      remedy: free,
      entryError: z.boolean().optional(),
      customerLost: z.boolean().optional(),
      wrongRecipient: z.boolean().optional(),
      fault: id.optional(),
      ...note,
    }),
    { complaintId: "k21", remedy: "免费更换", entryError: true, fault: "li.na" },
  ),
  "record-finding": withExample(
    z.strictObject({
      rule,
      person: id,
      action: free,
      about: id.optional(),
      ...note,
    }),
    { rule: "R3.2", person: "li.na", action: "补录生产进度并通知客户" },
  ),
  "remedy-finding": withExample(z.strictObject({ findingId: id, done: free, ...note }), {
    findingId: "n12",
    done: "已补录并通知客户",
  }),
};

/** What its events keep. */
const events = {
  "communication-recorded": said(bodies["record-communication"]),
  "complaint-recorded": said(bodies["record-complaint"], { complaintId: text }),
  "complaint-resolved": said(bodies["resolve-complaint"]),
  "finding-recorded": said(bodies["record-finding"], { findingId: text }),
  "finding-remedied": said(bodies["remedy-finding"]),
};

/** R1.2, R6.3 and R7.3: communications, complaints and findings. */
export const aftercare = { bodies, events };
