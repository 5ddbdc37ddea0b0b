import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Client, Connection } from "@temporalio/client";
import { historySchema, readySchema } from "../../src/contracts/answers.ts";
import { routineNames } from "../../src/domain/routine/policy.ts";
import { clockNames, type ClockName } from "../../src/watch/clocks.ts";
import { openProduction, probe, ready, type Process, type Production } from "../support/production.ts";
import { until } from "../support/until.ts";

/**
 * Two APIs and two workers as production has them, behind something that balances as a load balancer does: by `/readyz`. Each is told
 * to stop and replaced, one after the other, under load.
 */

/** ms; what was found out longer ago is not relied on. */
const [LOOK_EVERY, GOOD_FOR] = [100, 1_000];
/** Between two rounds of one sender, ms: the machine is to have the time to start processes, too. */
const PACE = 50;

let production: Production;
let rep: string;
/** Those that run now. */
const running: { api: Process[]; worker: Process[] } = { api: [], worker: [] };
beforeAll(async () => {
  production = await openProduction({
    SHUTDOWN_DELAY: "PT5S",
    CLOCK_CHECK_EVERY: "PT1S",
    CLOCK_STOPPED_AFTER: "PT5S",
    GENDAN_POLICY: JSON.stringify({ duties: { confirm: { within: "PT1M" } } }),
  });
  rep = await production.token("li.na", "sales_rep");
  running.worker = await Promise.all([production.start("worker"), production.start("worker")]);
  running.api = await Promise.all([production.start("api"), production.start("api")]);
  await Promise.all(Object.values(running).flat().map(ready));
});
afterAll(() => production.end());

/** Sends each request to the next one of those that said a moment ago that they are ready, and sends none twice. */
function balancer() {
  const members = new Map<Process, { readyAt: number }>();
  let turn = 0;
  let closed = false;
  async function watch(member: Process): Promise<void> {
    while (!closed && members.has(member)) {
      const asked = Date.now();
      const status = await probe(member, "/readyz");
      members.set(member, { readyAt: status === 200 ? asked : -Infinity });
      await wait(LOOK_EVERY);
    }
  }
  async function next(): Promise<Process> {
    const good = () => [...members].filter(([, { readyAt }]) => Date.now() - readyAt < GOOD_FOR).map(([member]) => member);
    await until(
      async () => good().length,
      (count) => count > 0,
    );
    const all = good();
    turn += 1;
    return all[turn % all.length] ?? next();
  }
  return {
    add(member: Process): void {
      members.set(member, { readyAt: -Infinity });
      void watch(member);
    },
    remove: (member: Process): void => void members.delete(member),
    close: (): void => void (closed = true),
    async send(path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
      const { url } = await next();
      return fetch(`${url}${path}`, {
        method: body ? "POST" : "GET",
        headers: { authorization: `Bearer ${rep}`, ...(body ? { "content-type": "application/json" } : {}), ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    },
  };
}

test(
  "each replaced under load, one after the other: not one request fails, and nothing accepted is lost",
  { timeout: 600_000 },
  async () => {
    const inFront = balancer();
    running.api.forEach(inFront.add);

    const failed: string[] = [];
    /** By order: what was accepted, by what it says. */
    const accepted = new Map<string, string[]>();
    let requests = 0;
    let over = false;
    async function asked(
      expected: number,
      path: string,
      body?: object,
      headers?: Readonly<Record<string, string>>,
    ): Promise<boolean> {
      requests += 1;
      try {
        const answer = await inFront.send(path, body, headers);
        const text = await answer.text();
        if (answer.status === expected) return true;
        failed.push(`${path}: ${answer.status} ${text}`);
      } catch (error) {
        failed.push(`${path}: ${String(error instanceof Error ? (error.cause ?? error) : error)}`);
      }
      return false;
    }
    async function loaded(orderNo: string): Promise<void> {
      const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
      await asked(201, "/orders", { orderNo, customer, channel: "phone" });
      const mine: string[] = [];
      accepted.set(orderNo, mine);
      for (let count = 1; !over; count += 1) {
        const summary = `${orderNo} ${count}`;
        const said = { with: "customer", channel: "phone", summary };
        const key = { "idempotency-key": randomUUID() };
        // Every other one is reported, and not waited for.
        const reported = count % 2 === 0;
        const path = `/orders/${orderNo}/record-communication`;
        const taken = await asked(reported ? 202 : 200, path, said, reported ? { ...key, prefer: "respond-async" } : key);
        if (taken) mine.push(summary);
        await asked(200, `/orders/${orderNo}`);
        await asked(200, "/orders?limit=10");
        await wait(PACE);
      }
    }
    const load = Promise.all(["R-1", "R-2", "R-3", "R-4"].map(loaded));
    /** The load goes on through it all: some requests were made since. */
    const busySince = (count: number) =>
      until(
        async () => requests,
        (now) => now > count + 20,
        120_000,
      );

    async function replaced(name: "api" | "worker"): Promise<void> {
      const [old] = running[name].splice(0, 1);
      if (!old) throw new Error(`no ${name} runs`);
      const count = requests;
      old.child.kill("SIGTERM");
      expect(await old.ended).toBe(0);
      inFront.remove(old);
      await busySince(count);
      const fresh = await ready(await production.start(name));
      running[name].push(fresh);
      if (name === "api") inFront.add(fresh);
    }
    // As an orchestrator does with two deployments: one of each at a time.
    for (let round = 0; round < 2; round += 1) await Promise.all([replaced("worker"), replaced("api")]);
    await busySince(requests);
    over = true;
    await load;

    expect(failed).toEqual([]);
    expect(requests).toBeGreaterThan(100);
    for (const [orderNo, summaries] of accepted) {
      const recorded = async () => {
        const history = historySchema.parse(await (await inFront.send(`/orders/${orderNo}/history`)).json());
        const told = history.filter(({ event }) => event === "communication-recorded");
        return told.map(({ data }) => z.object({ summary: z.string() }).parse(data).summary);
      };
      // Reports are carried out after they were accepted.
      const found = await until(recorded, (all) => all.length >= summaries.length);
      expect(found.toSorted()).toEqual(summaries.toSorted());
    }
    inFront.close();
    process.stdout.write(`  ${requests} requests, 0 failed; 2 APIs and 2 workers replaced\n`);
  },
);

test("whatever stops is said by every API: in its readiness, in its metrics, and to people", { timeout: 600_000 }, async () => {
  const metric = (clock: ClockName): string => `gendan_clock_stopped{clock="${clock}"} 1`;
  /** Which clocks all APIs say to have stopped, in both places. */
  async function stopped(): Promise<readonly string[]> {
    const found = await Promise.all(
      running.api.map(async ({ url }) => {
        const [readiness, metrics] = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/metrics`)]);
        const [{ clocks }, text] = [readySchema.parse(await readiness.json()), await metrics.text()];
        return clockNames.filter((clock) => clocks[clock] === "stopped" && text.includes(metric(clock)));
      }),
    );
    return clockNames.filter((clock) => found.every((each) => each.includes(clock)));
  }
  const says = (...clocks: readonly ClockName[]) => until(stopped, (all) => clocks.every((each) => all.includes(each)), 200_000);
  const told = z.object({
    asks: z.array(
      z.object({ key: z.string(), body: z.object({ message: z.string(), params: z.object({ clock: z.string().optional() }) }) }),
    ),
  });
  /** Supervisors and management have been told, once. */
  async function tells(clock: ClockName): Promise<void> {
    const messages = async () => {
      const { asks } = told.parse(await (await fetch(`${production.urls["messages"]}/state`)).json());
      return asks.filter(({ body }) => body.message === "clock-stopped" && body.params.clock === clock);
    };
    // The same key, whoever says it: once in four hours.
    for (const { key } of await until(messages, (all) => all.length > 0, 60_000))
      expect(key).toMatch(new RegExp(`^clock-${clock}-\\d{4}-\\d\\d-\\d\\dT\\d\\d:00:00`, "u"));
  }
  await until(stopped, (all) => all.length === 0, 200_000);

  // A schedule that does not run.
  const connection = await Connection.connect({ address: production.engineAddress });
  const schedule = new Client({ connection }).schedule.getHandle(routineNames[0] ?? "");
  await schedule.pause();
  await says("schedules");
  await tells("schedules");
  await schedule.unpause();
  await until(stopped, (all) => !all.includes("schedules"), 60_000);
  await connection.close();

  // No worker: nobody is there to tell that this order's duty falls due.
  const customer = { name: "客户A", contact: { phone: "+8613800000000" } };
  const [api] = running.api;
  const received = await fetch(`${api?.url}/orders`, {
    method: "POST",
    headers: { authorization: `Bearer ${rep}`, "content-type": "application/json" },
    body: JSON.stringify({ orderNo: "D-1", customer, channel: "phone" }),
  });
  expect(received.status).toBe(201);
  for (const { child } of running.worker.splice(0)) child.kill("SIGKILL");
  await says("worker", "duties");
  await Promise.all([tells("worker"), tells("duties")]);

  production.database.child.kill("SIGSTOP");
  await says("records");
  production.database.child.kill("SIGCONT");
  await until(stopped, (all) => !all.includes("records"), 60_000);
  await tells("records");

  production.engine.child.kill("SIGKILL");
  await says("engine");
  await tells("engine");
});
