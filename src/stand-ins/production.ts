import { z } from "zod";
import { requests } from "../contracts/outside.ts";
import { addDays, DAY, dayOf, startOfDay } from "../domain/time.ts";
import { asking, type Planned, type StandIn, type Surroundings } from "./kernel.ts";

const USUAL_DAYS = 10;
/** Leaves the goods time to travel before the promise. */
const MARGIN_DAYS = 4;

interface Piece {
  readonly quantity: number;
}

/** As long as it usually takes, or less when the promise is nearer. */
function leadTime(now: number, promisedDate: string | undefined): number {
  if (promisedDate === undefined) return USUAL_DAYS;
  const left = Math.round((startOfDay(addDays(promisedDate, -MARGIN_DAYS)) - startOfDay(dayOf(now))) / DAY);
  return Math.max(1, Math.min(USUAL_DAYS, left));
}

function made(lines: readonly Piece[], stage: string, { delay }: Surroundings): Planned[] {
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

const MAKING = ["report-progress", "finish-production"] as const;
const pieces = z.object({ lines: z.array(z.object({ quantity: z.int() })) });
const { production: contract } = requests;

/** Production: says how long, makes, makes again, amends. */
export const production: StandIn = {
  system: "production",
  title: "生产部门 Production",
  role: "production",
  asks: {
    "quote-lead-time": asking(contract["quote-lead-time"], ({ promisedDate }, { now, delay }) => ({
      drop: ["report-lead-time"],
      send: [{ command: "report-lead-time", after: delay("report-lead-time"), body: { days: leadTime(now, promisedDate) } }],
    })),
    place: asking(contract.place, ({ lines }, around) => ({ drop: MAKING, send: made(lines, "组装 assembly", around) })),
    amend: asking(contract.amend, ({ changeId, lines }, around) => ({
      drop: MAKING,
      send: [
        { command: "answer-amendment", after: around.delay("answer-amendment"), body: { changeId, accepted: true } },
        // What is in the making goes on with the new lines, after the answer.
        ...(around.waiting.includes("finish-production")
          ? made(lines, "组装 assembly", around).map((one) => ({ ...one, after: one.after + around.delay("answer-amendment") }))
          : []),
      ],
    })),
    rework: asking(contract.rework, (_request, around) => {
      const last = pieces.safeParse(around.last("place", "amend"));
      return { drop: MAKING, send: last.success ? made(last.data.lines, "返工 rework", around) : [] };
    }),
    "call-off": asking(contract["call-off"], () => ({ drop: "all" })),
  },
};
