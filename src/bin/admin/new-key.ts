import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { withNewKey } from "../../temporal/codec/keys.ts";
import { exit } from "../../composition/process.ts";

/** `npm run new-key -- FILE [--id 2026-11]`: adds a key to a file of keys, for `GENDAN_KEYS`; makes the file when there is none. */

function fail(error: unknown): never {
  return exit("new-key", error instanceof Error ? error.message : String(error));
}

function argumentsGiven() {
  try {
    return parseArgs({ allowPositionals: true, options: { id: { type: "string" } } });
  } catch (error) {
    return fail(error);
  }
}

const {
  positionals: [file, ...more],
  values: { id = new Date().toISOString().slice(0, 10) },
} = argumentsGiven();
if (file === undefined || more.length > 0) fail("one FILE is needed: where the keys are, or shall be");
const before = await readFile(file, "utf8").catch((error: unknown) => {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  return fail(error);
});
let text: string;
try {
  text = withNewKey(before, id);
} catch (error) {
  fail(new Error(`${file} ${error instanceof Error ? error.message : ""}`));
}
const draft = `${file}.${randomUUID()}`;
await writeFile(draft, text, { mode: 0o600 }).catch(fail);
await rename(draft, file);
process.stdout.write(`${file}: ${id} encrypts from the next start on\n`);
