import { execFile, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringEngine } from "../../scripts/setup/engine.mjs";
import { dutiesSchema, orderSchema, ordersSchema, readySchema } from "../../src/contracts/answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { freePort, startGendan, type Gendan } from "../support/gendan.ts";
import { isFromRecords, type Sender } from "../support/people.ts";
import { until } from "../support/until.ts";
import { askedOf, became, body, castOf, checked, done, eventsOf, making, order, reported, settled, type Cast } from "./client.ts";

let gendan: Gendan;
let cast: Cast;
beforeAll(async () => {
  gendan = await startGendan({ STAND_INS: "manual" });
  cast = await castOf(gendan);
});
afterAll(() => gendan.end());

/** What `/readyz` says, with its status. */
async function ready() {
  const answer = await fetch(`${gendan.url}/readyz`);
  return { status: answer.status, ...readySchema.parse(await answer.json()) };
}

/** The numbers of a process's children. */
async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("pgrep", ["-P", String(pid)]);
  return stdout.trim().split("\n").map(Number);
}

/** Whether a process is there; one that has ended and that nobody has asked after yet is not. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

/** Ports that are free now, as settings. */
async function freePorts() {
  return {
    PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
    CODEC_PORT: String(await freePort()),
  };
}

/** Tries to start it with other settings; how it ended, and what it said. */
async function tried(env: Readonly<Record<string, string>>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, TEMPORAL_CLI: await bringEngine(), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  return { code, said: said.trim() };
}

const halfDone = { summary: "half done", source: "workshop" } as const;

async function listed(orderNo: string): Promise<string | undefined> {
  const { items } = ordersSchema.parse((await cast.boss.get("/orders?limit=200")).body);
  return items.find((each) => each.orderNo === orderNo)?.stage;
}

/** The stage that the records say, when no worker answers: the answer says that it is theirs. */
async function fromRecords(orderNo: string): Promise<string> {
  const answer = await cast.rep.get(`/orders/${orderNo}`);
  expect(isFromRecords(answer)).toBe(true);
  return body(orderSchema, answer, 200).stage;
}

/** What is owed for an order, as the work lists and the order itself say. */
async function owed(orderNo: string) {
  const { duties } = await order(cast.rep, orderNo);
  return duties.map(({ dutyId, duty, dueAt, state }) => ({ dutyId, duty, dueAt, state }));
}

/** The duties of an order in the caller's own work list. */
async function workList(who: Sender, orderNo: string) {
  const { items } = dutiesSchema.parse((await who.get("/duties?assignee=me&limit=200")).body);
  return items.filter((item) => item.orderNo === orderNo).map(({ dutyId, dueAt }) => ({ dutyId, dueAt }));
}

test("the worker killed in mid-order is started again, and the order goes on", async () => {
  await making(cast, "X-1");
  const { pids } = await gendan.run();
  const before = await owed("X-1");
  await gendan.crash("worker");
  expect((await gendan.run()).pids["worker"]).not.toBe(pids["worker"]);
  expect(await reported(cast.workshop, "X-1", "report-progress", { stage: "assembly", quantityDone: [50] })).toMatchObject({
    state: "done",
  });
  expect(await owed("X-1")).toEqual(before);
  await gendan.crash("worker");
  expect((await checked(cast, "X-1")).stage).toBe("ready");
  const events = await eventsOf(cast.rep, "X-1");
  expect(events.filter((event) => ["progress-reported", "production-finished", "goods-accepted"].includes(event))).toEqual([
    "progress-reported",
    "production-finished",
    "goods-accepted",
  ]);
  await settled(cast.rep, "X-1");
  const asks = await askedOf(gendan, "production", "X-1");
  expect(asks.map(({ ask }) => ask).toSorted()).toEqual(["place", "quote-lead-time"]);
});

test("a machine's report is taken in while no worker runs, waits, and is done when one runs again", async () => {
  await making(cast, "X-5");
  const { pids } = await gendan.run();
  process.kill(pids["worker"] ?? 0, "SIGSTOP");
  try {
    const said = { stage: "assembly", quantityDone: [50] };
    const answer = await cast.workshop.send("X-5", "report-progress", said, { "idempotency-key": "p" });
    expect([answer.status, answer.body]).toEqual([202, { accepted: true }]);
    // What it took in while a task was under way the engine shows only when the task has run out: 503 until then, no 404.
    const state = await until(
      () => cast.workshop.get("/orders/X-5/commands/p"),
      ({ status }) => status !== 503,
    );
    expect([state.status, state.body]).toEqual([200, { state: "waiting" }]);
    expect(await fromRecords("X-5")).toBe("making");
  } finally {
    await gendan.crash("worker");
  }
  expect((await became(cast.workshop, "X-5", "p")).state).toBe("done");
});

test("while the engine is killed the API says so with 503 and Retry-After, and recovers by itself with every order", async () => {
  await making(cast, "X-2");
  const [before, trail] = [await owed("X-2"), await eventsOf(cast.rep, "X-2")];
  const keeper = (await gendan.run()).pids["engine"] ?? 0;
  // Its keeper is stopped, so that nobody starts the engine again before we have looked.
  process.kill(keeper, "SIGSTOP");
  try {
    for (const pid of await childrenOf(keeper)) process.kill(pid, "SIGKILL");
    expect(await until(ready, ({ engine }) => engine === "away")).toMatchObject({ status: 503, ready: false, records: "up" });
    const answer = await cast.rep.send("X-2", "update-progress", halfDone);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      503,
      expect.stringContaining("application/problem+json"),
    ]);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/u);
    expect(problemSchema.parse(answer.body).code).toBe("unavailable");
    const report = await cast.workshop.send("X-2", "report-progress", { stage: "assembly", quantityDone: [50] });
    expect([report.status, report.headers.get("retry-after")]).toEqual([503, expect.stringMatching(/^[1-9]\d*$/u)]);
    // Reading goes on, from the records; so does being alive.
    expect(await fromRecords("X-2")).toBe("making");
    expect(await listed("X-2")).toBe("making");
    expect((await fetch(`${gendan.url}/livez`)).status).toBe(200);
  } finally {
    await gendan.crash("engine");
  }
  expect(await until(ready, (now) => now.ready)).toMatchObject({ status: 200, engine: "up" });
  expect(await eventsOf(cast.rep, "X-2")).toEqual(expect.arrayContaining(trail));
  const late = async () => (await cast.rep.send("X-2", "update-progress", halfDone, { "idempotency-key": "u" })).status;
  await until(late, (status) => status === 200);
  expect((await eventsOf(cast.rep, "X-2")).filter((event) => event === "progress-updated")).toHaveLength(1);
  const untouched = before.filter(({ duty }) => duty !== "update-progress");
  expect(await owed("X-2")).toEqual(expect.arrayContaining(untouched));
  expect((await checked(cast, "X-2")).stage).toBe("ready");
});

test("while the database is killed commands are answered, no other process ends, and the lists catch up", async () => {
  await making(cast, "X-3");
  const { pids } = await gendan.run();
  // Stopped first: what is written and read now is under way when it is killed, the worst moment.
  process.kill(pids["database"] ?? 0, "SIGSTOP");
  let list: Promise<unknown> = Promise.resolve();
  try {
    expect((await done(cast.rep, "X-3", "update-progress", halfDone)).stage).toBe("making");
    list = cast.boss.get("/orders").catch(() => undefined);
    const finished = await cast.workshop.send("X-3", "finish-production", { quantity: [100] }, { "idempotency-key": "f" });
    expect(finished.status).toBe(202);
    await until(
      async () => (await order(cast.rep, "X-3")).stage,
      (stage) => stage === "made",
    );
  } finally {
    await gendan.crash("database");
  }
  await list;
  const said = { with: "customer", channel: "phone", summary: "on time" } as const;
  expect((await done(cast.rep, "X-3", "record-communication", said)).stage).toBe("made");
  await until(
    () => listed("X-3").catch(() => undefined),
    (stage) => stage === "made",
    60_000,
  );
  expect(await until(ready, (now) => now.ready)).toMatchObject({ status: 200, records: "up" });
  const kept = ["progress-updated", "production-finished", "communication-recorded"];
  const recorded = async () => (await eventsOf(cast.rep, "X-3")).filter((event) => kept.includes(event));
  expect(await recorded()).toEqual(kept);
  const { database: _killed, ...others } = pids;
  expect((await gendan.run()).pids).toMatchObject(others);
});

test("a second start in the same home is refused with one line, and the first goes on", async () => {
  expect(await tried({ ...(await freePorts()), GENDAN_HOME: gendan.home })).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^gendan start: GENDAN_HOME: [^\n]*$/u),
  });
  expect(await ready()).toMatchObject({ ready: true });
});

test("Ctrl-C ends it in order, with 0; started again it has its orders, its duties and its lists", async () => {
  await making(cast, "X-4");
  const [before, work] = [await owed("X-4"), await workList(cast.rep, "X-4")];
  expect(work).not.toEqual([]);
  const trail = await eventsOf(cast.rep, "X-4");
  const { pids } = await gendan.run();
  const last = gendan;
  expect(await last.interrupt()).toBe(0);
  const stopped = [...last.output().matchAll(/^stopping (\S+)/gmu)].map(([, name]) => name);
  // The stack's engine has a database of its own.
  expect(stopped.filter((name) => name !== "engine-database")).toEqual([
    "api",
    "worker",
    "stand-ins",
    "codec-server",
    "engine",
    "database",
  ]);
  for (const pid of Object.values(pids)) expect(await isRunning(pid)).toBe(false);
  gendan = await last.again();
  cast = await castOf(gendan);
  expect(await order(cast.rep, "X-4")).toMatchObject({ status: "in_production", stage: "making" });
  expect(await owed("X-4")).toEqual(before);
  expect(await workList(cast.rep, "X-4")).toEqual(work);
  expect(await listed("X-4")).toBe("making");
  expect((await eventsOf(cast.rep, "X-4")).slice(0, trail.length)).toEqual(trail);
  expect((await checked(cast, "X-4")).stage).toBe("ready");
});

test("killed altogether, as when the power fails, it starts again in the same home with its data", async () => {
  await making(cast, "X-6");
  const [before, trail] = [await owed("X-6"), await eventsOf(cast.rep, "X-6")];
  const last = gendan;
  const { pid, pids } = await last.run();
  for (const each of [pid, ...(await childrenOf(pids["engine"] ?? 0)), ...Object.values(pids)]) process.kill(each, "SIGKILL");
  expect(await last.interrupt()).toBe(null);
  gendan = await last.again();
  cast = await castOf(gendan);
  expect(await order(cast.rep, "X-6")).toMatchObject({ status: "in_production", stage: "making" });
  expect(await owed("X-6")).toEqual(before);
  expect((await eventsOf(cast.rep, "X-6")).slice(0, trail.length)).toEqual(trail);
  await until(
    () => listed("X-6"),
    (stage) => stage === "making",
  );
  expect((await checked(cast, "X-6")).stage).toBe("ready");
});

test("a port in use or a wrong setting ends the start with one line that names it", async () => {
  const home = `${gendan.home}-other`;
  const free = { ...(await freePorts()), GENDAN_HOME: home };
  const port = new URL(gendan.url).port;
  const enginePort = (await gendan.run()).temporalAddress.split(":").at(-1) ?? "";
  try {
    for (const [env, line] of [
      [{ PORT: port }, /^gendan start: PORT: [^\n]*in use[^\n]*$/u],
      [{ TEMPORAL_PORT: enginePort }, /^gendan start: TEMPORAL_PORT: [^\n]*in use[^\n]*$/u],
      [{ PORT: "abc" }, /^gendan start: PORT: [^\n]*$/u],
      [{ STAND_INS: "sometimes" }, /^gendan start: STAND_INS: [^\n]*$/u],
      [
        { GENDAN_POLICY: '{"duties":{"confirm":{"within":"soon"}}}' },
        /^gendan start: GENDAN_POLICY: [^\n]*duties\.confirm\.within[^\n]*$/u,
      ],
      [{ GENDAN_POLICY: '{"duties":' }, /^gendan start: GENDAN_POLICY: [^\n]*$/u],
      [{ DATABASE_URL: "nonsense" }, /^gendan start: DATABASE_URL: [^\n]*$/u],
    ] as const) {
      expect(await tried({ ...free, ...env })).toEqual({ code: 1, said: expect.stringMatching(line) });
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test("a home that cannot be made ends the start with one line that names it", async () => {
  // A file where a folder would have to be.
  const home = `${gendan.home}/run.json/home`;
  expect(await tried({ ...(await freePorts()), GENDAN_HOME: home })).toEqual({
    code: 1,
    said: expect.stringMatching(/^gendan start: GENDAN_HOME: [^\n]*$/u),
  });
});
