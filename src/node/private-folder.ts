import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What whoever is not the owner may do with a file, and that of it which is more than to pass through a folder. */
export const [OTHERS, OPEN] = [0o077, 0o066];

/**
 * Takes from others what they may do with a file or folder and with all that is in it. What is another user's is theirs to close, and a
 * link is nothing by itself.
 * @returns whether they could look into anything
 */
export async function closeToOthers(path: string): Promise<boolean> {
  // What runs may be taking its files away just now.
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isSymbolicLink() || found.uid !== (process.getuid?.() ?? found.uid)) return false;
  let wasOpen = (found.mode & OPEN) !== 0;
  if ((found.mode & OTHERS) !== 0) await chmod(path, found.mode & 0o700);
  if (!found.isDirectory()) return wasOpen;
  for (const name of await readdir(path)) wasOpen = (await closeToOthers(join(path, name))) || wasOpen;
  return wasOpen;
}
