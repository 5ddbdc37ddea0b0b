import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** One `npm start` a home: two engines on one file would destroy it. */
export class HomeInUse extends Error {
  override readonly name = "HomeInUse";
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** When a process began, as its kernel counts it, where that can be read: a number that is used again is another process. */
async function beganAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

async function owned(text: string): Promise<number | undefined> {
  const [first, began = ""] = text.split(" ");
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return undefined;
  }
  return began === "" || began === (await beganAt(pid)) ? pid : undefined;
}

/** Makes a folder. @throws Error of the file system, unless it is there already, as a folder */
async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error;
  }
}

/** Makes a folder and those above it. Not with Node's `recursive`, which never ends where no folder can be made (`/proc`). */
async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await makeOne(folder);
  }
}

/**
 * Takes a home for this process, made when there is none. A lock whose owner is gone counts for nothing.
 * @returns what gives it back
 * @throws HomeInUse that names the other process
 */
export async function takeHome(home: string): Promise<() => Promise<void>> {
  await makeFolder(resolve(home));
  const lock = join(home, "lock");
  const draft = `${lock}.${randomUUID()}`;
  const mine = `${process.pid} ${await beganAt(process.pid)}`;
  await writeFile(draft, mine);
  try {
    for (;;) {
      try {
        // A link is there at once with all that is in it: nobody reads a lock that is half written.
        await link(draft, lock);
        break;
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
      }
      const found = await readFile(lock, "utf8").catch(() => "");
      const owner = await owned(found);
      if (owner !== undefined) throw new HomeInUse(`another npm start is running in it (process ${owner})`);
      const stale = `${lock}.${randomUUID()}`;
      const taken = await rename(lock, stale).then(
        () => true,
        () => false,
      );
      // Between reading and renaming, another one may have cleared it and taken the home: theirs is put back.
      if (taken && (await readFile(stale, "utf8")) !== found) await link(stale, lock).catch(() => undefined);
      await rm(stale, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(lock, "utf8").catch(() => "")) === mine) await rm(lock, { force: true });
  };
}
