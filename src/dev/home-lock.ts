import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { closeHome, makeHome } from "./home.ts";

/** One `npm start` a home: two engines on one file would destroy it. */
export class HomeInUse extends Error {
  override readonly name = "HomeInUse";
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** When a process began, in the kernel's ticks, where that can be read (Linux): a pid may be used again by another process. */
async function beganAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

/** The process that wrote a lock, while it runs. */
async function processOf(text: string): Promise<number | undefined> {
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

/**
 * Removes the lock of a process that is gone. Of several that found it, one does so, and only while the lock is still that one: otherwise
 * the second would remove the lock of the first.
 * @param draft a file with this process's own text
 */
async function removeStale(lock: string, found: string, draft: string): Promise<void> {
  const removing = `${lock}.removing`;
  try {
    await link(draft, removing);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Another process is at it; one that died meanwhile is at nothing.
    if ((await processOf(await readFile(removing, "utf8").catch(() => `${process.pid}`))) === undefined)
      await rm(removing, { force: true });
    await wait(10);
    return;
  }
  try {
    if ((await readFile(lock, "utf8").catch(() => undefined)) === found) await rm(lock);
  } finally {
    await rm(removing, { force: true });
  }
}

/**
 * Takes a home for this process and its user alone, made when there is none. A lock whose owner is gone counts for nothing.
 * @param say told when it was open to other users until now
 * @returns what gives it back
 * @throws HomeInUse that names the other process; HomeNotPrivate
 */
export async function takeHome(home: string, say: (line: string) => void = () => undefined): Promise<() => Promise<void>> {
  await makeHome(home);
  const lock = join(home, "lock");
  const draft = `${lock}.${randomUUID()}`;
  const mine = `${process.pid} ${await beganAt(process.pid)}`;
  await writeFile(draft, mine, { mode: 0o600 });
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
      const owner = await processOf(found);
      if (owner !== undefined) throw new HomeInUse(`another npm start is running in it (process ${owner})`);
      await removeStale(lock, found, draft);
    }
  } finally {
    await rm(draft, { force: true });
  }
  const giveBack = async (): Promise<void> => {
    if ((await readFile(lock, "utf8").catch(() => "")) === mine) await rm(lock, { force: true });
  };
  try {
    // Not before it is taken: the database of a stack that runs in it needs to pass through.
    if (await closeHome(home)) say(`${home} was open to other users of this machine; now it is its owner's alone`);
  } catch (error) {
    await giveBack();
    throw error;
  }
  return giveBack;
}
