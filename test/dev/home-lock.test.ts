import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HomeInUse, takeHome } from "../../src/dev/home-lock.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-lock-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

test("a home is taken once, and again when it was given back", async () => {
  const home = join(folder, "a", "deep", "home");
  const giveBack = await takeHome(home);
  await expect(takeHome(home)).rejects.toThrow(HomeInUse);
  await expect(takeHome(home)).rejects.toThrow(`process ${process.pid}`);
  await giveBack();
  expect(await readdir(home)).toEqual([]);
  await (
    await takeHome(home)
  )();
});

test("of several that want a home at the same moment, one gets it, also when a dead one's lock lies there", async () => {
  const dead = `${await deadPid()} 1`;
  for (let round = 0; round < 50; round += 1) {
    const home = join(folder, `several-${round}`);
    await (
      await takeHome(home)
    )();
    await writeFile(join(home, "lock"), dead);
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeHome(home)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(home)).toEqual(["lock"]);
  }
});

test("the lock of a process that is gone counts for nothing, also when its number is another process's now", async () => {
  for (const [name, lock] of [
    ["dead", `${await deadPid()} 1`],
    ["reused", `${process.pid} 1`],
    ["broken", "nonsense"],
    ["empty", ""],
  ] as const) {
    const home = join(folder, name);
    await (
      await takeHome(home)
    )();
    await writeFile(join(home, "lock"), lock);
    await takeHome(home);
    expect(await readFile(join(home, "lock"), "utf8")).toMatch(new RegExp(`^${process.pid} \\d*$`, "u"));
  }
});

// Node's own recursive mkdir never ends here.
test.runIf(process.platform === "linux")("where no folder can be made, that is said", { timeout: 10_000 }, async () => {
  await expect(takeHome("/proc/gendan/home")).rejects.toThrow("ENOENT");
  await expect(takeHome(`${process.execPath}/home`)).rejects.toThrow("ENOTDIR");
});
