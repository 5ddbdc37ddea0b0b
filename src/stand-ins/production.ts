import { z } from "zod";
import { requests } from "../contracts/outside.ts";
import { addDays, DAY, dayOf, startOfDay } from "../domain/time.ts";
import { handleAsk, type PlannedReport, type StandIn, type AskContext } from "./kernel.ts";

const USUAL_DAYS = 10;
/** Between the end of production and the promised date, for transport. */
const MARGIN_DAYS = 4;

interface Line {
  readonly quantity: number;
}

/** In days: the usual ones, or fewer when the promised date is nearer. */
function quoteLeadTime(now: number, promisedDate: string | undefined): number {
  if (promisedDate === undefined) return USUAL_DAYS;
  const left = Math.round((startOfDay(addDays(promisedDate, -MARGIN_DAYS)) - startOfDay(dayOf(now))) / DAY);
  return Math.max(1, Math.min(USUAL_DAYS, left));
}

function planProduction(lines: readonly Line[], stage: string, { delay }: AskContext): PlannedReport[] {
  return [
    {
      command: "report-progress",
      after: delay("report-progress"),
      body: { stage, quantityDone: lines.map(({ quantity }) => Math.floor(quantity / 2)) },
    },
    {
      command: "finish-production",
      after: delay("finish-production"),
      body: { quantity: lines.map(({ quantity }) => quantity) },
    },
  ];
}

const PRODUCTION_REPORTS = ["report-progress", "finish-production"] as const;
const orderedLines = z.object({ lines: z.array(z.object({ quantity: z.int() })) });
const { production: contract } = requests;

/** Production: quotes the lead time, produces, reworks, amends. */
export const production: StandIn = {
  system: "production",
  title: "生产部门 Production",
  role: "production",
  asks: {
    "quote-lead-time": handleAsk(contract["quote-lead-time"], ({ promisedDate }, { now, delay }) => ({
      drop: ["report-lead-time"],
      send: [{ command: "report-lead-time", after: delay("report-lead-time"), body: { days: quoteLeadTime(now, promisedDate) } }],
    })),
    place: handleAsk(contract.place, ({ lines }, context) => ({
      drop: PRODUCTION_REPORTS,
      send: planProduction(lines, "组装 assembly", context),
    })),
    amend: handleAsk(contract.amend, ({ changeId, lines }, context) => ({
      drop: PRODUCTION_REPORTS,
      send: [
        { command: "answer-amendment", after: context.delay("answer-amendment"), body: { changeId, accepted: true } },
        // A running production continues with the new lines, after the answer.
        ...(context.waiting.includes("finish-production")
          ? planProduction(lines, "组装 assembly", context).map((one) => ({
              ...one,
              after: one.after + context.delay("answer-amendment"),
            }))
          : []),
      ],
    })),
    rework: handleAsk(contract.rework, (_request, context) => {
      const last = orderedLines.safeParse(context.last("place", "amend"));
      return { drop: PRODUCTION_REPORTS, send: last.success ? planProduction(last.data.lines, "返工 rework", context) : [] };
    }),
    "call-off": handleAsk(contract["call-off"], () => ({ drop: "all" })),
  },
};
