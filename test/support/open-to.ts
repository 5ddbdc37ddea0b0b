import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What in a folder, itself included, others than its owner may do anything with; links count as nothing. */
export async function openTo(folder: string): Promise<string[]> {
  const paths = [folder, ...(await readdir(folder, { recursive: true })).map((name) => join(folder, name))];
  const open: string[] = [];
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    if (found && !found.isSymbolicLink() && (found.mode & 0o077) !== 0) open.push(`${path} ${(found.mode & 0o777).toString(8)}`);
  }
  return open;
}
