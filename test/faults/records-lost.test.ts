import { spawn } from "node:child_process";
import { chmod, writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "@temporalio/worker";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followOrders } from "../../src/activities/records.ts";
import { migrate, openDatabase, type Database } from "../../src/records/database.ts";
import type { Projector } from "../../src/records/projection.ts";
import { newestVersionOf, putVersion } from "../../src/records/versions.ts";
import { by } from "../domain/order-fixture.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { bundle, devServer, testKeys } from "../support/engines.ts";
import { startPostgres, type PrivatePostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";
import { noRequests, getOrder, makeActivities, type OrderUnderTest } from "../workflows/order-under-test.ts";
import { difference, rowsOf } from "./reckoning.ts";

/** The records are lost, on a Postgres as production has it: from the engine, and from a backup, they are as they were. */

const QUEUE = "records-lost";
let env: TestWorkflowEnvironment;
let postgres: PrivatePostgres;
let folder: string;
/** Where the worker writes now. */
let db: Database;
let follower: Projector;
const follow = (): Projector => followOrders({ db, client: env.client, onError: () => undefined }).projector;
let stopWorker = async (): Promise<void> => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-lost-"));
  // Postgres may run as another user, who has to pass through.
  await chmod(folder, 0o711);
  const [started, code] = await Promise.all([devServer(), bundle()]);
  env = started;
  postgres = await startPostgres(folder);
  await postgres.program("createdb", "--maintenance-db", postgres.url("postgres"), "gendan");
  db = openDatabase(postgres.url("gendan"));
  await migrate(db);
  follower = follow();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: code,
    activities: { ...makeActivities(noRequests()) },
    sinks: {
      records: {
        changed: {
          fn: ({ workflowId }, when: "at-once" | "soon") => follower.changed(workflowId, when),
          callDuringReplay: false,
        },
      },
    },
    shutdownGraceTime: 500,
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
  };
});
afterAll(async () => {
  await stopWorker();
  await db.destroy();
  await postgres.stop();
  await env.teardown();
  await rm(folder, { recursive: true, force: true });
});

const rep = by("sales_rep");
/** The rows when they no longer change: answers from outside are recorded up to a second after they came. */
async function rows(): Promise<Awaited<ReturnType<typeof rowsOf>>> {
  let last = "";
  const settled = async () => {
    const now = await rowsOf(db);
    const text = JSON.stringify(now);
    const same = text === last;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { now, same };
  };
  return (await until(settled, ({ same }) => same)).now;
}

async function rebuilt(url: string): Promise<string> {
  const keys = join(folder, "keys");
  await writeFile(keys, testKeys, { mode: 0o600 });
  const child = spawn(process.execPath, ["scripts/run.mjs", "bin/admin/rebuild-records"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, TZ: "UTC", GENDAN_HOME: folder, DATABASE_URL: url, TEMPORAL_ADDRESS: env.address, GENDAN_KEYS: keys },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  await new Promise((resolve) => {
    child.once("close", resolve);
  });
  return said.trim();
}

async function entered(orderNo: string): Promise<OrderUnderTest> {
  const order = getOrder(env, QUEUE, orderNo);
  await order.receive(rep, { customer, salesRep: rep.id, lines, requestedDate: "2026-12-20", channel: "phone" });
  await order.ask("confirm", rep, { lines, deliveryDate: "2027-12-20", channel: "phone" });
  await order.ask("enter", rep, { ...entry, requestedDate: "2027-12-20" });
  return order;
}

test(
  "empty, and from an older backup, the records are rebuilt to what they were; what people put needs the backup",
  { timeout: 240_000 },
  async () => {
    const orders = [await entered("L-1"), await entered("L-2"), await entered("L-3")];
    await putVersion(db, "calendar", { shifts: [] }, "chen.gang", Date.now());
    await rows();
    const backup = join(folder, "backup.dump");
    await postgres.program("pg_dump", "--format=custom", "--file", backup, postgres.url("gendan"));

    // The orders go on after the backup, one of them to its end.
    for (const order of orders) await order.ask("sign", by("supervisor"), {});
    await orders[0]?.ask("release", by("order_admin"), {});
    await orders[1]?.ask("record-communication", rep, { with: "customer", channel: "phone", summary: "按期" });
    const before = await rows();
    expect([before.orders.length, before.events.length > 15]).toEqual([3, true]);

    // Every table is dropped.
    await sql`drop schema public cascade`.execute(db);
    await sql`create schema public`.execute(db);
    expect(await rebuilt(postgres.url("gendan"))).toMatch(/^rebuilt 3 orders with \d+ events$/u);
    const anew = await rowsOf(db);
    for (const table of ["orders", "events", "duties"] as const) expect(difference(before[table], anew[table])).toEqual([]);
    expect(await newestVersionOf(db, "calendar")).toBeUndefined();

    // Another database, from the backup: older than the engine. The orders go on meanwhile.
    await postgres.program("createdb", "--maintenance-db", postgres.url("postgres"), "restored");
    await postgres.program("pg_restore", "--no-owner", "--dbname", postgres.url("restored"), backup);
    const old = db;
    await follower.stop();
    db = openDatabase(postgres.url("restored"));
    follower = follow();
    await old.destroy();
    await migrate(db);
    expect((await rowsOf(db)).events.length).toBeLessThan(before.events.length);
    await orders[2]?.ask("release", by("order_admin"), {});
    expect(await rebuilt(postgres.url("restored"))).toMatch(/^rebuilt 3 orders with \d+ events$/u);
    const after = await rows();
    const untouched = (row: string): boolean => !row.includes('"L-3"');
    for (const table of ["orders", "events", "duties"] as const)
      expect(difference(before[table].filter(untouched), after[table].filter(untouched))).toEqual([]);
    const released = after.orders.find((row) => row.includes('"L-3"'));
    expect(released).toContain('"stage":"making"');
    expect(await newestVersionOf(db, "calendar")).toMatchObject({ version: 1, by: "chen.gang" });

    // What could not be written over the gap has been written since, by itself.
    const history = await orders[2]?.history();
    await until(
      async () => (await rowsOf(db)).events.filter((row) => row.includes('"L-3"')).length,
      (count) => count === history?.length,
      60_000,
    );
  },
);
