/** The folder outside the project where engines are kept, and how one gets there whole, checked and only once. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, chmod, constants, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pipeline } from "node:stream/promises";

/** `$XDG_CACHE_HOME/gendan`, or the same in the home folder. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gendan");
}

/** Set-up speaks on stderr, so that what is asked for can be alone on stdout. */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/** SHA-256 of a file, in hex. */
export async function sha256(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Makes a folder. Not with Node's `recursive` alone, which never ends where no folder can be made (`/proc`). */
async function makeFolder(folder) {
  const made = () =>
    mkdir(folder).catch(async (error) => {
      if (error.code !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error;
    });
  await made().catch(async (error) => {
    if (error.code !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await made();
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The process that holds a lock; undefined when its owner died, or has had time enough to write its name and has not. */
async function holderOf(folder) {
  const pid = Number(await readFile(join(folder, "pid"), "utf8").catch(() => ""));
  if (pid > 0) return isAlive(pid) ? pid : undefined;
  const age = await stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
  return age < 5_000 ? "another process" : undefined;
}

/**
 * Runs `work` while no other process does, on this machine. A lock whose owner died is broken.
 * @param {string} folder the lock, made and removed here
 */
export async function alone(folder, what, work) {
  await makeFolder(dirname(folder));
  let told = 0;
  for (const began = Date.now(); ;) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw new Error(`the lock ${folder} cannot be made: ${error.message}`, { cause: error });
    }
    const holder = await holderOf(folder);
    if (holder === undefined) {
      // Renamed before it is removed: of several that found it dead, one gets it, and none removes a new one.
      const dead = `${folder}.${randomUUID()}`;
      await rename(folder, dead).then(
        () => rm(dead, { recursive: true, force: true }),
        () => undefined,
      );
      continue;
    }
    const waited = Math.round((Date.now() - began) / 1_000);
    if (told === 0 || waited - told >= 10) {
      say(`waiting for process ${holder}, which is at ${what} (${waited} s)`);
      told = Math.max(1, waited);
    }
    await sleep(250);
  }
  await writeFile(join(folder, "pid"), String(process.pid));
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether a kept file is there and still what was put there. */
async function isWhole(path) {
  const expected = await readFile(`${path}.sha256`, "utf8").catch(() => "");
  return (
    expected !== "" &&
    (await access(path, constants.X_OK).then(
      () => sha256(path),
      () => "",
    )) === expected.trim()
  );
}

/**
 * The path of an executable in the cache; made by `make(folder)`, in a temporary folder, when it is not there or damaged.
 * @param {string} name with its version: another version is another file
 * @param {(folder: string) => Promise<string>} make answers the path of what it made
 */
export async function kept(name, make) {
  const path = join(cacheFolder(), name);
  if (await isWhole(path)) return path;
  return alone(`${path}.lock`, `setting up ${name}`, async () => {
    if (await isWhole(path)) return path;
    const draft = join(cacheFolder(), `.${name}.${randomUUID()}`);
    await makeFolder(draft);
    try {
      const made = await make(draft);
      await chmod(made, 0o755);
      await writeFile(join(draft, "sum"), `${await sha256(made)}\n`);
      await rename(made, path);
      await rename(join(draft, "sum"), `${path}.sha256`);
      return path;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
}
