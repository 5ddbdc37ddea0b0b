import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { whyNot } from "../../src/dev/ports.ts";
import { startGendan, type Gendan } from "../support/gendan.ts";
import { openTo } from "../support/open-to.ts";
import { until } from "../support/until.ts";

let gendan: Gendan;
beforeAll(async () => {
  // As most users have it: what nobody thinks of may be read by all.
  process.umask(0o022);
  gendan = await startGendan({ STAND_INS: "manual" });
});
afterAll(() => gendan.end());

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Everything that `npm start` runs is gone: its processes, and the server that one of them keeps. */
async function allGone(pids: readonly number[], temporalAddress: string): Promise<void> {
  await until(
    async () => pids.filter(isAlive),
    (alive) => alive.length === 0,
    60_000,
  );
  const port = Number(temporalAddress.split(":")[1]);
  await until(
    () => whyNot("127.0.0.1", port),
    (why) => why === undefined,
    60_000,
  );
}

test("each part is where it is said to be", async () => {
  const { api, docs, temporal, codec, worker, ...standIns } = gendan.urls;
  expect(Object.keys(standIns).toSorted()).toEqual(["logistics", "messages", "production", "warehouse"]);
  for (const url of [api, docs, temporal, codec, ...Object.values(standIns)]) expect(gendan.output()).toContain(url);
  for (const url of [
    `${api}/readyz`,
    docs,
    temporal,
    `${worker}/livez`,
    `${worker}/readyz`,
    `${codec}/livez`,
    ...Object.values(standIns),
  ]) {
    expect(await isUp(String(url))).toBe(true);
  }
});

/** What is told only to whoever owns the home. */
const KEPT = ["encryption-keys.json", "identity-key.json", "lock", "records", "run.json", "stand-ins", "temporal.db"];

test("its home is its owner's alone, whatever is written there", async () => {
  expect(await readdir(gendan.home)).toEqual(expect.arrayContaining(KEPT));
  expect(await openTo(gendan.home)).toEqual([]);
});

test("the records are at a socket in it, and at no port", async () => {
  const { databaseUrl } = await gendan.run();
  expect(decodeURIComponent(new URL(databaseUrl).hostname)).toBe(join(gendan.home, "records"));
});

test.each(["api", "worker", "stand-ins", "codec-server", "engine", "database"])(
  "%s is started again after a crash, where it was",
  async (name) => {
    const before = await gendan.run();
    await gendan.crash(name);
    expect(gendan.output()).toContain(`${name} ended (SIGKILL); starting it again`);
    const after = await gendan.run();
    expect({ ...after, pids: {} }).toEqual({ ...before, pids: {} });
    for (const url of [`${after.urls["api"]}/readyz`, `${after.urls["worker"]}/readyz`, String(after.urls["messages"])]) {
      await until(
        () => isUp(url),
        (up) => up,
        60_000,
      );
    }
  },
);

test("Ctrl-C stops requests first, then work, then what the work needs; with exit code 0", async () => {
  const { pids, temporalAddress } = await gendan.run();
  expect(await gendan.interrupt()).toBe(0);
  const stopped = [...gendan.output().matchAll(/^stopping (\S+) …$/gmu)].map(([, name]) => name);
  expect(stopped).toEqual(["api", "worker", "stand-ins", "codec-server", "engine", "database"]);
  await allGone(Object.values(pids), temporalAddress);
});

test(
  "nothing is left running when the supervisor itself is killed, and its home can be used again",
  { timeout: 150_000 },
  async () => {
    gendan = await gendan.again();
    const { pid, pids, temporalAddress } = await gendan.run();
    process.kill(pid, "SIGKILL");
    await allGone(Object.values(pids), temporalAddress);
    expect(await openTo(gendan.home)).toEqual([]);
    gendan = await gendan.again();
    expect(await isUp(`${gendan.url}/readyz`)).toBe(true);
    expect(await openTo(gendan.home)).toEqual([]);
  },
);

test("who interrupts twice does not wait", async () => {
  const { pid, pids, temporalAddress } = await gendan.run();
  // What stands still would be waited for.
  process.kill(pids["api"] ?? 0, "SIGSTOP");
  const ended = gendan.interrupt();
  process.kill(pid, "SIGINT");
  const output = async (): Promise<string> => gendan.output();
  await until(output, (said) => said.includes("stopping api"));
  // npm hands the same Ctrl-C on once more: that was one wish.
  expect(gendan.output()).not.toContain("stopping at once");
  await until(
    async () => {
      if (isAlive(pid)) process.kill(pid, "SIGINT");
      return output();
    },
    (said) => said.includes("stopping at once"),
  );
  expect(await ended).toBe(1);
  await allGone(Object.values(pids), temporalAddress);
});
