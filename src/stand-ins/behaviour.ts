import { z } from "zod";

/** How one attempt of a request can go wrong. What `does it` says is done once per key, however often the request is repeated. */
export const troubles = {
  fail: "answers 500, having done nothing",
  busy: "answers 429 with `Retry-After` (`retryAfter`, or else 1 s), having done nothing",
  late: "does it, and answers 200 only when the client has disconnected",
  "hang-up": "does it, and closes the connection without an answer",
  cut: "does it, and closes the connection in the middle of its answer",
  garbage: "does it, and answers 200 with something unreadable",
} as const;
export type Trouble = keyof typeof troubles;
const trouble = z.enum(Object.keys(troubles) as [Trouble, ...Trouble[]]).meta({
  description: Object.entries(troubles)
    .map(([name, does]) => `\`${name}\`: ${does}`)
    .join("; "),
});

/** How a stand-in misbehaves: `POST /control/behaviour`. What is not named is normal, so `{}` ends all misbehaviour. */
export const behaviour = z.strictObject({
  /** The asks that are affected. Default: all. */
  only: z.array(z.string()).optional(),
  /** Delay before anything else, ms. */
  slowMs: z.int().min(0).default(0),
  /** Fails this many requests with `failStatus` and, if given, `Retry-After` in seconds. */
  failTimes: z.int().min(0).default(0),
  failStatus: z.int().min(300).max(599).default(503),
  retryAfter: z.int().min(0).optional(),
  /** Refuses (422): every ask, or one. */
  refuse: z.union([z.boolean(), z.string()]).default(false),
  /** How the first attempts of each request go wrong, one after the other; later attempts are answered normally. */
  troubles: z.array(trouble).max(100).default([]),
  /** Sends each report to Gendan this many times at once. */
  copies: z.int().min(1).max(100).default(1),
  /** Holds the automatic reports of an order until the last is due, and sends them in reverse order. */
  backwards: z.boolean().default(false),
  /** Closes every connection without an answer. */
  away: z.boolean().default(false),
  /** The carrier's record by tracking number, whatever was reported. */
  shipments: z.record(z.string(), z.enum(["in_transit", "delivered", "returned", "lost"])).default({}),
  /** Ids, roles or names that messages do not reach. */
  unreachable: z.array(z.string()).default([]),
});
export type Behaviour = z.infer<typeof behaviour>;

/** No misbehaviour. */
export const wellBehaved: Behaviour = behaviour.parse({});

/** Whether a behaviour affects an ask. */
export function affects({ only }: Behaviour, ask: string): boolean {
  return only === undefined || only.includes(ask);
}

/** A report to be sent to Gendan: `POST /control/report`. `at` in the body is now unless given. */
export const reportRequest = z.strictObject({
  orderNo: z.string().min(1),
  command: z.string().regex(/^[a-z-]+$/),
  body: z.record(z.string(), z.unknown()).default({}),
  key: z.string().min(1).optional(),
  times: z.int().min(1).max(100).default(1),
});
