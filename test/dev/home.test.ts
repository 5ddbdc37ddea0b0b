import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { closeHome, HomeNotPrivate, makeHome } from "../../src/dev/home.ts";
import { takeHome } from "../../src/dev/home-lock.ts";
import { openTo } from "../support/open-to.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-home-"));
});
afterAll(() => rm(folder, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;

/** A home as older versions left it: everybody may look in. */
async function oldHome(name: string): Promise<string> {
  const home = join(folder, name);
  await mkdir(join(home, "records", "base"), { recursive: true });
  await mkdir(join(home, "stand-ins"));
  for (const file of ["temporal.db", "temporal.db-wal", "records/base/1", "stand-ins/messages.jsonl", "run.json"]) {
    await writeFile(join(home, file), "");
    await chmod(join(home, file), 0o644);
  }
  for (const each of ["", "records", "records/base", "stand-ins"]) await chmod(join(home, each), 0o755);
  return home;
}

test("an older version's home is closed with all that is in it, and that is said once", async () => {
  const home = await oldHome("old");
  expect(await openTo(home)).toHaveLength(9);
  const said: string[] = [];
  const giveBack = await takeHome(home, (line) => said.push(line));
  expect(await openTo(home)).toEqual([]);
  expect(await modeOf(home)).toBe(0o700);
  expect(await modeOf(join(home, "records"))).toBe(0o700);
  expect(await modeOf(join(home, "temporal.db"))).toBe(0o600);
  expect(said).toEqual([`${home} was open to other users of this machine; now it is its owner's alone`]);
  await giveBack();
  await (
    await takeHome(home, (line) => said.push(line))
  )();
  expect(said).toHaveLength(1);
});

test("what is not Gendan's in a home, and what a link leads to, stays as it is", async () => {
  const home = await oldHome("mixed");
  await writeFile(join(folder, "elsewhere"), "");
  await symlink(join(folder, "elsewhere"), join(home, "records", "link"));
  await writeFile(join(home, "policy.json"), "{}");
  for (const path of [join(folder, "elsewhere"), join(home, "policy.json")]) await chmod(path, 0o644);
  expect(await closeHome(home)).toBe(true);
  for (const path of [join(folder, "elsewhere"), join(home, "policy.json")]) expect(await modeOf(path)).toBe(0o644);
});

test("a folder that is open and holds other things is not ours to close", async () => {
  const shared = join(folder, "shared");
  await mkdir(shared);
  await writeFile(join(shared, "somebody's.txt"), "");
  await chmod(shared, 0o1777);
  await expect(takeHome(shared)).rejects.toThrow(HomeNotPrivate);
  expect(await modeOf(shared)).toBe(0o777);
  expect(await readdir(shared)).toEqual(["somebody's.txt"]);
  // Closed by whoever it belongs to, it may be used.
  await chmod(shared, 0o700);
  await (
    await takeHome(shared)
  )();
  // So may an empty one.
  const empty = join(folder, "empty");
  await mkdir(empty, { mode: 0o755 });
  await (
    await takeHome(empty)
  )();
  expect(await modeOf(empty)).toBe(0o700);
});

test("another user's folder is refused before anything is written in it", async () => {
  const home = join(folder, "theirs");
  await mkdir(home, { mode: 0o777 });
  const { getuid } = process;
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(process, "getuid").mockImplementation(() => (getuid?.() ?? 0) + 1);
  await expect(takeHome(home)).rejects.toThrow(/^belongs to another user \(\d+, and this is \d+\)/u);
  await expect(makeHome(home)).rejects.toThrow(HomeNotPrivate);
  expect(await readdir(home)).toEqual([]);
});
