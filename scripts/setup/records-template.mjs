/** An empty records database (PGlite), made once a machine: to make one takes four seconds of CPU, to copy it a tenth of one. */
import { randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone, cacheFolder, say } from "./cache.mjs";

const project = fileURLToPath(new URL("../..", import.meta.url));

const isThere = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The folder of a database that nobody has written to; copy it, and open the copy.
 * @returns `undefined` where none can be kept, as the cache folder cannot be written: whoever wants a database makes one
 */
export async function bringRecordsTemplate() {
  const { version } = JSON.parse(await readFile(join(project, "node_modules/@electric-sql/pglite/package.json"), "utf8"));
  const folder = join(cacheFolder(), `records-pglite-${version}`);
  if (await isThere(folder)) return folder;
  try {
    return await alone(`${folder}.lock`, "making an empty records database", async () => {
      if (await isThere(folder)) return folder;
      const { PGlite } = await import("@electric-sql/pglite");
      const draft = `${folder}.${randomUUID()}`;
      try {
        await mkdir(draft);
        await (await PGlite.create(draft)).close();
        await rename(draft, folder);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      return folder;
    });
  } catch (error) {
    say(`no empty records database is kept: ${error.message}`);
    return undefined;
  }
}
