import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { orderSchema } from "../../src/contracts/answers.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { openDatabase, type Database } from "../../src/records/database.ts";
import { eventsOf } from "../../src/records/read.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";
import { carryOut, each, peopleOf, type Work } from "./people.ts";
import { randomFrom } from "./random.ts";
import { commandsLost, effectsWrong, notEnded, outside, recorded, replayed, type Ended } from "./reckoning.ts";
import { silence, silenceAtRandom } from "./silencing.ts";
import { plans } from "./plans.ts";

/**
 * Nothing silences an order: while orders are carried through the house, their runs are cancelled, terminated and reset at random, and
 * those of quiet orders deleted. Each is carried on within a minute, with its whole record; nothing is lost, nothing happens twice. How
 * many, and from which seed, is said by `FAULTS_ORDERS`, `FAULTS_ACTS` and `FAULTS_SEED`, and by `npm run test:faults`.
 */
const setting = (name: string, usual: number): number => Number(process.env[`FAULTS_${name}`] ?? usual);
const [count, times] = [setting("ORDERS", 8), setting("ACTS", 10)];
const seed = setting("SEED", Date.now() % 1_000_000);
const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
/** How long an order may be silent, ms. */
const A_MINUTE = 60_000;

let gendan: Gendan;
let client: Client;
let connection: Connection;
let db: Database;
beforeAll(async () => {
  gendan = await startGendan({
    STAND_INS: "auto",
    RATE_LIMIT: "10000000",
    LOG_LEVEL: "silent",
    CLOCK_CHECK_EVERY: "PT3S",
    GENDAN_POLICY: JSON.stringify({ effects: { retryAtMost: "PT3S", attempts: 10_000 } }),
  });
  const { temporalAddress, databaseUrl } = await gendan.run();
  connection = await Connection.connect({ address: temporalAddress });
  client = new Client({ connection });
  db = openDatabase(databaseUrl);
});
afterAll(async () => {
  await connection.close();
  await db.destroy();
  await gendan.end();
});

async function runningRuns(orderNo: string): Promise<number> {
  return (await client.workflow.count(`WorkflowId="${orderNo}" AND ExecutionStatus="Running"`)).count;
}

/** The order's last event as its run has it, and how many runs it has. */
async function answers(orderNo: string): Promise<{ runs: number; fromRun: boolean; status: number }> {
  const token = await gendan.token("wang.fang", "supervisor");
  const answer = await fetch(`${gendan.url}/orders/${orderNo}`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status === 200) orderSchema.parse(await answer.json());
  return {
    status: answer.status,
    fromRun: answer.headers.get("gendan-answered-from") === null,
    runs: await runningRuns(orderNo),
  };
}

test(
  `${count} orders, ${times} times something is done to their runs: none stays silent, none is doubled`,
  { timeout: 240_000 + count * 6_000 },
  async () => {
    const random = randomFrom(seed);
    say(`seed ${seed}: ${count} orders, ${times} acts`);
    const all = plans(count, random, 3_000);
    const work: Work = { accepted: [], refused: [], requests: 0, unanswered: 0 };
    const people = peopleOf(gendan, work);
    await each(all, async (plan) => {
      expect((await people.receive(plan)).status).toBe(201);
    });

    // Quiet ones, of which the records have everything: what is deleted with a run is in nothing else.
    const quiet = plans(3, random, 1).map((plan, index) => {
      const orderNo = `QUIET-${index + 1}`;
      return { ...plan, orderNo, receive: { ...plan.receive, orderNo } };
    });
    for (const plan of quiet) {
      await people.receive(plan);
      await silence(client, "delete", plan.orderNo);
    }

    let left = count;
    const acting = silenceAtRandom(client, random, {
      orderNos: all.map(({ orderNo }) => orderNo),
      times,
      pause: [500, 2_000],
      going: () => left > 0,
      /** As far as the order is by its record: one that is over has nothing to be silent about. */
      async isBack(orderNo) {
        const over = async () => {
          const events = await eventsOf(db, orderNo);
          const stage = events.length === 0 ? undefined : replay(events).stage;
          return stage === "completed" || stage === "cancelled";
        };
        await until(
          async () => ({ ...(await answers(orderNo)), over: await over() }),
          ({ status, fromRun, runs, over }) => over || (status === 200 && fromRun && runs === 1),
          A_MINUTE,
        );
      },
      tell: say,
    });
    await carryOut(people, work, all, (now) => {
      left = now;
    });
    const acted = await acting;
    say(`people have done their part; ${JSON.stringify(acted)}`);

    for (const { orderNo } of quiet) {
      const seen = await until(
        () => answers(orderNo),
        ({ runs, fromRun, status }) => runs === 1 && fromRun && status === 200,
        A_MINUTE,
      );
      expect(seen.runs).toBe(1);
      expect((await eventsOf(db, orderNo)).map(({ event }) => event)).toContain("order-restored");
    }

    // Everything that should end ends, and nothing else runs.
    await until(
      async () =>
        [...(await people.stages()).entries()].filter(
          ([no, stage]) => no.startsWith("F-") && stage !== "completed" && stage !== "cancelled",
        ).length,
      (open) => open === 0,
      120_000 + count * 200,
    );
    /** Orders that still run, with what is owed in them: a report that a run which was put back had taken in may be too late by now. */
    async function stillRunning(): Promise<string[]> {
      await each(all, async ({ orderNo }) => void (await people.resolveDiscrepancies(orderNo)));
      const running: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType="order" AND ExecutionStatus="Running"' }))
        running.push(workflowId);
      const owed = await db.selectFrom("duties").where("state", "=", "open").select(["order_no", "duty_id"]).execute();
      return running
        .filter((orderNo) => orderNo.startsWith("F-"))
        .map((orderNo) => `${orderNo}: ${owed.flatMap((duty) => (duty.order_no === orderNo ? duty.duty_id : [])).join(", ")}`);
    }
    await until(stillRunning, (running) => running.length === 0, 90_000 + count * 200);
    const around = await outside(gendan);
    const events = await until(
      () => recorded(db),
      (found) => commandsLost(work, { ...around, events: found }).length === 0,
      60_000,
    ).catch(() => recorded(db));
    const ended: Ended = { events, ...around };
    const orders = replayed(ended);
    const carried = new Map([...orders].filter(([orderNo]) => orderNo.startsWith("F-")));
    expect(
      notEnded(
        carried,
        all.map(({ orderNo }) => orderNo),
      ),
    ).toEqual([]);
    expect(commandsLost(work, ended)).toEqual([]);
    expect(effectsWrong(orders, ended)).toEqual([]);
    const restored = [...events.values()].flat().filter(({ event }) => event === "order-restored").length;
    say(`${restored} times an order was opened again`);
    expect(restored).toBeGreaterThan(0);
  },
);
