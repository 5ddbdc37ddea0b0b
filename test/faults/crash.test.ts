import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encryptionCodec } from "../../src/temporal/codec/codec.ts";
import { openLocalKeys } from "../../src/temporal/codec/keys.ts";
import { openDatabase } from "../../src/records/database.ts";
import { bundle } from "../support/engines.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { openRecords } from "../records/fixture.ts";
import { until } from "../support/until.ts";
import { ignoredSinks } from "../workflows/order-under-test.ts";
import { killAtRandom } from "./killing.ts";
import { carryOut, each, peopleOf, type Work } from "./people.ts";
import { randomFrom } from "./random.ts";
import {
  commandsLost,
  difference,
  effectsWrong,
  ladderWrong,
  notEnded,
  outside,
  recorded,
  replayed,
  rowsOf,
  saidOfItself,
  type Ended,
} from "./reckoning.ts";
import { plans } from "./plans.ts";

/**
 * Nothing lost: orders are carried through the house while one process after another is killed. How many, and from which
 * seed, is said by `npm run test:faults -- --orders 1000 --kills 60 --seed 7`; the tests of every day run a smaller size.
 */
const setting = (name: string, usual: number): number => Number(process.env[`FAULTS_${name}`] ?? usual);
const [count, kills] = [setting("ORDERS", 8), setting("KILLS", 5)];
const seed = setting("SEED", Date.now() % 1_000_000);
/** The folder for what somebody has to look at when it goes wrong. */
const kept = process.env["FAULTS_HISTORIES"];
/** ms between two kills. */
const between = [setting("PAUSE_FROM", 1_000), setting("PAUSE_TO", 3_000)] as const;
const limit = 180_000 + count * 6_000;

/** Times so short that slow people pass them: then the ladder has to be told, killed or not. */
const ladder = { warnAt: 0.75, escalateAfter: 0.5, escalateAtLeast: "PT2S", remindEvery: "PT10M" };
const policy = {
  ladder,
  duties: { release: { within: "PT4S" }, "confirm-receipt": { within: "PT4S" } },
  effects: { retryAtMost: "PT3S", attempts: 10_000 },
};
const SLOWEST = 12_000;

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
const began = Date.now();
const seconds = (since: number): string => `${((Date.now() - since) / 1_000).toFixed(1)} s`;

let gendan: Gendan;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-rebuilt-"));
  gendan = await startGendan({
    STAND_INS: "auto",
    RATE_LIMIT: "10000000",
    GENDAN_POLICY: JSON.stringify(policy),
    LOG_LEVEL: "error",
  });
});
afterAll(async () => {
  await gendan.end();
  await rm(folder, { recursive: true, force: true });
});

/** What has not ended is for somebody to look at. */
async function keepHistories(client: Client, query: string): Promise<void> {
  if (kept === undefined) return;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    await writeFile(join(kept, `${workflowId}.json`), historyToJSON(history));
  }
}

/** Histories that today's code does not come to again: whatever worker an order came to, it was carried on as one that has all of it would. */
async function unlikeReplayed(client: Client): Promise<string[]> {
  const options = {
    workflowBundle: await bundle(),
    dataConverter: { payloadCodecs: [encryptionCodec(await openLocalKeys(gendan.home))] },
    sinks: ignoredSinks,
  };
  const unlike: string[] = [];
  const histories = client.workflow.list({ query: 'WorkflowType="order"' }).intoHistories();
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    if (error) unlike.push(`${workflowId}: ${error.message}`);
  return unlike;
}

/** `npm run rebuild-records` into a database that is empty: what the engine alone knows. */
async function rebuiltInto(url: string): Promise<string> {
  const child = spawn(process.execPath, ["scripts/run.mjs", "bin/admin/rebuild-records"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, TZ: "UTC", GENDAN_HOME: gendan.home, DATABASE_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`rebuild-records ended with ${code}: ${said.slice(0, 2_000)}`);
  return said.trim();
}

test(`${count} orders, ${kills} kills: nothing is lost, nothing happens twice`, { timeout: limit }, async () => {
  const random = randomFrom(seed);
  say(`seed ${seed}: ${count} orders, ${kills} kills`);
  const all = plans(count, random, SLOWEST);
  const work: Work = { accepted: [], refused: [], requests: 0, unanswered: 0 };
  const people = peopleOf(gendan, work);
  await each(all, async (plan) => {
    const { status } = await people.receive(plan);
    expect(status).toBe(201);
  });
  say(`${count} orders received, ${seconds(began)}`);

  let left = count;
  let shown = Date.now();
  const killing = killAtRandom(gendan, random, kills, between, () => left > 0, say);
  await carryOut(people, work, all, (now, waiting) => {
    left = now;
    if (Date.now() - shown < 15_000) return;
    shown = Date.now();
    say(`${left} orders still with people, ${seconds(began)}`);
    if (left <= 3) waiting.forEach(say);
  });
  const killed = await killing;
  say(`people have done their part, ${seconds(began)}`);

  // Everything that should end ends: the orders, their records, their workflows.
  await until(
    async () => [...(await people.stages()).values()].filter((stage) => stage !== "completed" && stage !== "cancelled").length,
    (open) => open === 0,
    120_000 + count * 200,
  );
  let discrepancies = 0;
  await each(all, async ({ orderNo }) => {
    const decided = await people.resolveDiscrepancies(orderNo);
    discrepancies += decided;
  });
  const { temporalAddress, databaseUrl } = await gendan.run();
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  const open = 'WorkflowType="order" AND ExecutionStatus="Running"';
  const running = async (): Promise<number> => (await client.workflow.count(open)).count;
  await until(running, (left) => left === 0, 30_000 + count * 200).catch(async (error: unknown) => {
    await keepHistories(client, open);
    throw error;
  });
  await keepHistories(client, 'WorkflowType="order"');
  say(`everything has ended, ${seconds(began)}`);
  const unlike = await unlikeReplayed(client);
  await connection.close();

  const db = openDatabase(databaseUrl);
  const rebuilt = await openRecords();
  const around = await outside(gendan);
  // The records follow what the engine has: what was accepted last they may not have heard of yet.
  const events = await until(
    () => recorded(db),
    (all) => commandsLost(work, { ...around, events: all }).length === 0,
    60_000 + count * 200,
  ).catch(() => recorded(db));
  const ended: Ended = { events, ...around };
  const orders = replayed(ended);
  if (kept !== undefined) await writeFile(join(kept, "events.json"), JSON.stringify(Object.fromEntries(ended.events)));
  say(await rebuiltInto(rebuilt.url));
  const [live, fromEngine] = [await rowsOf(db), await rowsOf(rebuilt.db)];
  await Promise.all([db.destroy(), rebuilt.end()]);

  const told = [...ended.events.values()].flat().filter(({ event }) => event === "rung-told").length;
  const times = ended.asks.reduce((sum, one) => sum + one.times, 0);
  say(
    [
      `${work.accepted.length} commands of people accepted (${work.refused.length} refused, ${work.unanswered} of ${work.requests} requests sent again)`,
      `${ended.reports.filter(({ state }) => state === "accepted").length} reports of machines accepted, ${discrepancies} of them too late for the stage and decided by people`,
      `${ended.asks.length} effects taken on once each, asked ${times} times`,
      `${told} rungs told`,
      `${saidOfItself(ended).length} times said that a clock of the service stood`,
      `${live.orders.length} orders, ${live.events.length} events, ${live.duties.length} duties in the records`,
      `killed: ${Object.entries(killed)
        .map(([name, number]) => `${name} ${number}`)
        .join(", ")}`,
      `${seconds(began)} in all`,
    ].join("\n  "),
  );
  expect(
    notEnded(
      orders,
      all.map(({ orderNo }) => orderNo),
    ),
  ).toEqual([]);
  expect(unlike).toEqual([]);
  expect(commandsLost(work, ended)).toEqual([]);
  expect(effectsWrong(orders, ended)).toEqual([]);
  expect(
    ladderWrong(orders, { warnAt: 0.75, escalateAfter: 0.5, escalateAtLeastMs: 2_000, remindEveryMs: 600_000 }, ended),
  ).toEqual([]);
  expect(told).toBeGreaterThan(0);
  for (const table of ["orders", "events", "duties"] as const) expect(difference(live[table], fromEngine[table])).toEqual([]);
  if (left === 0) expect(Object.values(killed).reduce((sum, number) => sum + number, 0)).toBeGreaterThan(0);
});
