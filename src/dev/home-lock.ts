import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { closeHome, makeHome } from "./home.ts";

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
  const giveBack = async (): Promise<void> => {
    if ((await readFile(lock, "utf8").catch(() => "")) === mine) await rm(lock, { force: true });
  };
  try {
    // Only whoever has it: the stack's database, where another one runs, needs to pass through.
    if (await closeHome(home)) say(`${home} was open to other users of this machine; now it is its owner's alone`);
  } catch (error) {
    await giveBack();
    throw error;
  }
  return giveBack;
}
