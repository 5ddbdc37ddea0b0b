/** What runs is JavaScript: `dist/`, built from `src/`. Each process would spend two seconds on translating TypeScript by itself. */
import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone, say } from "./cache.mjs";
import { run } from "./run.mjs";

const project = fileURLToPath(new URL("../..", import.meta.url));
const [source, built] = [join(project, "src"), join(project, "dist")];
const stamp = join(built, "built-from");

async function sources() {
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What `dist/` is built from, as one text: every file with its size and when it was changed, and the compiler's settings. */
async function state() {
  const files = [...(await sources()), join(project, "tsconfig.json"), join(project, "tsconfig.build.json")].toSorted();
  const lines = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return `${file.slice(project.length)} ${size} ${mtimeMs}`;
    }),
  );
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

const isBuiltFrom = async (wanted) => (await readFile(stamp, "utf8").catch(() => "")) === wanted;

/**
 * Builds `dist/` when it is not what `src/` is. Types are not checked: `npm test` does that.
 * @throws Error with the compiler's last words
 */
export async function build() {
  if (await isBuiltFrom(await state())) return;
  await alone(join(project, ".gendan-build.lock"), "the build", async () => {
    const wanted = await state();
    if (await isBuiltFrom(wanted)) return;
    say("building dist/");
    const draft = `${built}.draft`;
    await rm(draft, { recursive: true, force: true });
    await run(
      process.execPath,
      [join(project, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json", "--outDir", draft],
      {
        limit: 5 * 60_000,
        cwd: project,
      },
    );
    // What the compiler does not take along.
    for (const file of (await sources()).filter((each) => each.endsWith(".cjs")))
      await copyFile(file, join(draft, file.slice(source.length)));
    await rm(built, { recursive: true, force: true });
    await rename(draft, built);
    await run(process.execPath, [join(built, "dev", "bundle-workflows.js")], { limit: 5 * 60_000, cwd: project });
    // Last: without it, what is there counts for nothing.
    await writeFile(stamp, wanted);
  });
}
