import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { closeToOthers, OPEN, OTHERS } from "../node/private-folder.ts";

/** A folder that cannot be a home of this process' user alone; the message is one line that says why and what to do. */
export class HomeNotPrivate extends Error {
  override readonly name = "HomeNotPrivate";
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** What Gendan keeps in a home, by the beginning of its name: nothing else in it is touched. */
const OURS = /^(?:lock|run\.json|records|temporal|stand-ins|identity-key\.json|encryption-keys\.json|postgres)/u;
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
 * Makes a home when there is none.
 * @throws HomeNotPrivate when it is another user's, or open to others and full of what is not Gendan's (`/tmp`, somebody's own folder):
 *   that is not ours to close
 */
export async function makeHome(home: string): Promise<void> {
  await makeFolder(resolve(home));
  const { uid, mode } = await stat(home);
  const me = process.getuid?.() ?? uid;
  if (uid !== me) throw new HomeNotPrivate(`belongs to another user (${uid}, and this is ${me}); name a folder of your own`);
  if ((mode & OPEN) === 0) return;
  const names = await readdir(home);
  if (names.length > 0 && !names.some((name) => OURS.test(name)))
    throw new HomeNotPrivate(
      "is open to other users and holds what is not Gendan's; name an empty folder, or close it (chmod 700)",
    );
}

/**
 * Makes a home, and what older versions left in it, its owner's alone: folders 0700, files 0600. What is written from now on is made so
 * (`settingsOrExit` sets the umask).
 * @returns whether something was open to others
 * @throws HomeNotPrivate where the file system has no such modes
 */
export async function closeHome(home: string): Promise<boolean> {
  const { mode } = await stat(home);
  if ((mode & OTHERS) !== 0) await chmod(home, 0o700);
  if (((await stat(home)).mode & OTHERS) !== 0)
    throw new HomeNotPrivate("cannot be closed to other users on this file system; name a folder on another");
  let wasOpen = (mode & OPEN) !== 0;
  for (const name of await readdir(home)) if (OURS.test(name)) wasOpen = (await closeToOthers(join(home, name))) || wasOpen;
  return wasOpen;
}
