import { z } from "zod";

const times = z.int().min(0).default(0);

/** How a stand-in misbehaves: `POST /control/behaviour`. What is not named is as usual, so `{}` ends all of it. */
export const behaviour = z.strictObject({
  /** Only these asks are affected; absent: all. */
  only: z.array(z.string()).optional(),
  /** Waits this long before anything else. */
  slowMs: z.int().min(0).default(0),
  /** Fails this many times, with `failStatus` and, if given, `Retry-After` in seconds. */
  failTimes: times,
  failStatus: z.int().min(300).max(599).default(503),
  retryAfter: z.int().min(0).optional(),
  /** Refuses for good: everything, or one ask. */
  refuse: z.union([z.boolean(), z.string()]).default(false),
  /** Sends each report to Gendan twice. */
  answerTwice: z.boolean().default(false),
  /** Ends every connection without a word. */
  away: z.boolean().default(false),
  /** Does the work and ends the connection without an answer, this many times. */
  dropAnswerTimes: times,
  /** Does the work and answers 200 with something unreadable, this many times. */
  garbageTimes: times,
  /** What the carrier has of a tracking number, whatever was reported. */
  shipments: z.record(z.string(), z.enum(["in_transit", "delivered", "returned", "lost"])).default({}),
  /** Ids, roles or names whom messages don't reach. */
  unreachable: z.array(z.string()).default([]),
});
export type Behaviour = z.infer<typeof behaviour>;

/** No misbehaviour. */
export const wellBehaved: Behaviour = behaviour.parse({});

/** Whether a behaviour affects an ask. */
export function affects({ only }: Behaviour, ask: string): boolean {
  return only === undefined || only.includes(ask);
}
