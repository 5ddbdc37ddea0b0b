import { z } from "zod";

/** What one try of a request can meet. What is done before the trouble is done once, however often the request comes. */
export const troubles = {
  fail: "answers 500, having done nothing",
  busy: "answers 429 with `Retry-After` (`retryAfter`, or else 1 s), having done nothing",
  late: "does it, and answers 200 only when whoever asked has gone",
  "hang-up": "does it, and ends the connection without an answer",
  cut: "does it, and ends the connection in the middle of its answer",
  garbage: "does it, and answers 200 with something unreadable",
} as const;
export type Trouble = keyof typeof troubles;
const trouble = z.enum(Object.keys(troubles) as [Trouble, ...Trouble[]]).meta({
  description: Object.entries(troubles)
    .map(([name, does]) => `\`${name}\`: ${does}`)
    .join("; "),
});

/** How a stand-in misbehaves: `POST /control/behaviour`. What is not named is as usual, so `{}` ends all of it. */
export const behaviour = z.strictObject({
  /** Only these asks are affected; absent: all. */
  only: z.array(z.string()).optional(),
  /** Waits this long before anything else. */
  slowMs: z.int().min(0).default(0),
  /** Fails this many times, with `failStatus` and, if given, `Retry-After` in seconds, whoever asks. */
  failTimes: z.int().min(0).default(0),
  failStatus: z.int().min(300).max(599).default(503),
  retryAfter: z.int().min(0).optional(),
  /** Refuses for good: everything, or one ask. */
  refuse: z.union([z.boolean(), z.string()]).default(false),
  /** What each request meets, one try after the other, before it is answered as usual. */
  troubles: z.array(trouble).max(100).default([]),
  /** Sends each report to Gendan so many times, all at once. */
  copies: z.int().min(1).max(100).default(1),
  /** Sends what it reports by itself about an order when the last of it is due, the last first. */
  backwards: z.boolean().default(false),
  /** Ends every connection without a word. */
  away: z.boolean().default(false),
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

/** What a stand-in is told to report to Gendan: `POST /control/report`. `at` in the body is now unless it says otherwise. */
export const reportOrder = z.strictObject({
  orderNo: z.string().min(1),
  command: z.string().regex(/^[a-z-]+$/),
  body: z.record(z.string(), z.unknown()).default({}),
  key: z.string().min(1).optional(),
  times: z.int().min(1).max(100).default(1),
});
