import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { ordersSchema } from "../../src/contracts/answers.ts";
import type { Role } from "../../src/domain/people.ts";
import type { Gendan } from "../support/gendan.ts";
import { isFromRecords } from "../support/people.ts";
import { orderSeen, type OrderSeen, type Plan, type Step, type Who } from "./plans.ts";

/** A command that was answered, as whoever sent it knows it: with its key, that every try carried. */
export interface Sent {
  readonly orderNo: string;
  readonly command: string;
  readonly key: string;
  readonly status: number;
  readonly answer: unknown;
}

/** What the people did, and what they had to bear. */
export interface Work {
  readonly accepted: Sent[];
  readonly refused: Sent[];
  /** Requests in all, and those that had to be sent again as no answer came. */
  requests: number;
  unanswered: number;
}

const roles: Readonly<Record<Who, readonly [string, Role]>> = {
  rep: ["li.na", "sales_rep"],
  boss: ["wang.fang", "supervisor"],
  admin: ["zhao.min", "order_admin"],
  service: ["sun.li", "customer_service"],
};

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** People at work at once. */
const AT_ONCE = 24;

/** Does `work` with each, so many at a time. */
export async function each<T>(all: readonly T[], work: (one: T) => Promise<void>, atOnce = AT_ONCE): Promise<void> {
  const waiting = all.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of waiting) await work(one);
    }),
  );
}

/** People who do not give up: each command is sent with its key until it is answered, whatever is killed meanwhile. */
export function peopleOf(gendan: Gendan, work: Work) {
  const tokens = new Map<Who, { token: Promise<string>; until: number }>();
  function tokenOf(who: Who): Promise<string> {
    const known = tokens.get(who);
    if (known && known.until > Date.now()) return known.token;
    const token = gendan.token(...roles[who]);
    tokens.set(who, { token, until: Date.now() + 30 * 60_000 });
    return token;
  }

  async function answered(
    who: Who,
    path: string,
    { headers: more, ...request }: Request = {},
  ): Promise<{ status: number; body: unknown }> {
    for (let pause = 100; ; pause = Math.min(2_000, pause * 2)) {
      work.requests += 1;
      try {
        const headers = { ...more, authorization: `Bearer ${await tokenOf(who)}` };
        const answer = await fetch(`${gendan.url}${path}`, { ...request, headers, signal: AbortSignal.timeout(15_000) });
        const text = await answer.text();
        if (answer.status < 500 && answer.status !== 429 && !isFromRecords(answer))
          return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
      } catch {
        // Whoever was to answer has been killed: the same is asked again.
      }
      work.unanswered += 1;
      await wait(pause);
    }
  }

  async function send(
    who: Who,
    path: string,
    body: object,
    sent: Omit<Sent, "status" | "answer">,
    reported = false,
  ): Promise<Sent> {
    const headers = {
      "content-type": "application/json",
      "idempotency-key": sent.key,
      ...(reported ? { prefer: "respond-async" } : {}),
    };
    const { status, body: answer } = await answered(who, path, { method: "POST", headers, body: JSON.stringify(body) });
    const done = { ...sent, status, answer };
    if (status === 200 || status === 201 || status === 202) work.accepted.push(done);
    else if (status === 409) work.refused.push(done);
    else throw new Error(`${sent.orderNo} ${sent.command} was answered ${status}: ${JSON.stringify(answer)}`);
    return done;
  }

  async function order(orderNo: string): Promise<OrderSeen | undefined> {
    const { status, body } = await answered("boss", `/orders/${orderNo}`);
    return status === 404 ? undefined : orderSeen.parse(body);
  }

  return {
    receive: ({ orderNo, receive }: Plan) =>
      send("rep", "/orders", receive, { orderNo, command: "receive", key: `${orderNo}/receive` }),
    order,
    /** Does a step once it can be done; `false` when it cannot be done yet, as the order is not as far. */
    async do(orderNo: string, index: number, { who, command, body, reads, reported }: Step, tries: number): Promise<boolean> {
      const seen = reads ? await order(orderNo) : undefined;
      const said = reads ? seen && body(seen) : body(nothingSeen);
      if (!said) return false;
      const key = `${orderNo}/${index}/${command}/${tries}`;
      return (await send(who, `/orders/${orderNo}/${command}`, said, { orderNo, command, key }, reported)).status !== 409;
    },
    /** What a crash let come too late for its stage is for people to decide: the administrator does; how many there were. */
    async resolveDiscrepancies(orderNo: string): Promise<number> {
      const open = (await order(orderNo))?.discrepancies.filter(({ state }) => state === "open") ?? [];
      for (const { discrepancyId } of open) {
        const sent = { orderNo, command: "resolve-discrepancy", key: `${orderNo}/${discrepancyId}` };
        const body = { discrepancyId, decision: "discard", reason: "为时已晚" };
        await send("admin", `/orders/${orderNo}/resolve-discrepancy`, body, sent);
      }
      return open.length;
    },
    /** Every order's stage, as the lists have it. */
    async stages(): Promise<Map<string, string>> {
      const stages = new Map<string, string>();
      let next: string | null = "";
      while (next !== null) {
        const { body }: { body: unknown } = await answered("boss", `/orders?limit=200${next === "" ? "" : `&cursor=${next}`}`);
        const page: z.infer<typeof ordersSchema> = ordersSchema.parse(body);
        for (const { orderNo, stage } of page.items) stages.set(orderNo, stage);
        next = page.next;
      }
      return stages;
    },
  };
}

/** Bodies that do not look at the order are not shown it. */
const nothingSeen: OrderSeen = { revision: 0, changes: [], complaints: [], discrepancies: [] };

const order = [
  "received",
  "confirmed",
  "entered",
  "returned",
  "signed",
  "making",
  "rework",
  "made",
  "ready",
  "shipped",
  "delivered",
];

/** Whether an order is past every stage in which a step could be done. */
function tooLate({ in: stages }: Step, stage: string): boolean {
  if (stages.some((each) => each === stage)) return false;
  const last = Math.max(...stages.map((each) => order.indexOf(each)));
  return stage === "completed" || stage === "cancelled" || order.indexOf(stage) > last;
}

/** An order in people's hands: which step is next, how often it was tried, when it can be tried. */
interface InHand {
  readonly plan: Plan;
  index: number;
  tries: number;
  notBefore: number;
  busy: boolean;
}

function next(one: InHand): void {
  one.index += 1;
  one.tries = 0;
  one.notBefore = 0;
}

/** Carries out every plan to its end, so many orders at once. Whoever waits looks at the lists, as people do. */
export async function carryOut(
  people: ReturnType<typeof peopleOf>,
  work: Work,
  all: readonly Plan[],
  tell: (left: number, waiting: readonly string[]) => void,
): Promise<void> {
  const state = new Map(
    all.map((plan): [string, InHand] => [plan.orderNo, { plan, index: 0, tries: 0, notBefore: 0, busy: false }]),
  );
  const failed: unknown[] = [];
  let busy = 0;
  async function go(one: InHand, step: Step): Promise<void> {
    one.busy = true;
    busy += 1;
    try {
      if (await people.do(one.plan.orderNo, one.index, step, one.tries)) next(one);
      else {
        one.tries += 1;
        one.notBefore = Date.now() + 1_000;
      }
    } catch (error) {
      failed.push(error);
    } finally {
      busy -= 1;
      one.busy = false;
    }
  }
  while (state.size > 0) {
    const stages = await people.stages();
    for (const one of state.values()) {
      const stage = stages.get(one.plan.orderNo);
      if (stage === undefined || one.busy) continue;
      let step = one.plan.steps[one.index];
      while (step && ((step.optional && tooLate(step, stage)) || stage === "cancelled")) {
        next(one);
        step = one.plan.steps[one.index];
      }
      if (!step) {
        state.delete(one.plan.orderNo);
        continue;
      }
      if (busy >= AT_ONCE || !step.in.some((each) => each === stage)) continue;
      if (one.notBefore === 0) one.notBefore = Date.now() + (step.after ?? 0);
      if (one.notBefore <= Date.now()) void go(one, step);
    }
    if (failed.length > 0) throw failed[0];
    const lines = [...state.values()].map(({ plan: { orderNo, way, steps }, index, tries }) => {
      const why = work.refused.findLast((sent) => sent.orderNo === orderNo)?.answer;
      return `${orderNo} (${way}), ${stages.get(orderNo)}: ${steps[index]?.command}, ${tries} tries; last refused: ${JSON.stringify(why)}`;
    });
    tell(state.size, lines);
    await wait(300);
  }
}
