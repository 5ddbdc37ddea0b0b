import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLocalIssuer } from "../../src/identity/local-keys.ts";
import { createVerifier } from "../../src/identity/verify.ts";

/** The script of `npm run --silent token`. */
const command = fileURLToPath(new URL("../../scripts/run.mjs", import.meta.url));
const run = promisify(execFile);
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gendan-token-"));
});
afterAll(() => rm(home, { recursive: true }));

function runToken(...words: readonly string[]) {
  return run(process.execPath, [command, "bin/admin/token", ...words], { env: { ...process.env, GENDAN_HOME: home } });
}

test("the command prints a token and nothing else", async () => {
  const { stdout, stderr } = await runToken("--id", "wang.fang", "--role", "supervisor", "--role", "management", "--ttl", "PT1H");
  expect([stdout.split("\n").length, stderr]).toEqual([2, ""]);
  const { trust } = await openLocalIssuer(home);
  expect(await createVerifier(trust)(stdout.trim())).toEqual({
    id: "wang.fang",
    roles: ["supervisor", "management"],
    kind: "person",
  });
});

test("--machine issues a machine's token", async () => {
  const { stdout } = await runToken("--id", "production-system", "--role", "production", "--machine");
  const { trust } = await openLocalIssuer(home);
  expect(await createVerifier(trust)(stdout.trim())).toMatchObject({ id: "production-system", kind: "machine" });
});

test.each([
  [[], /--id is needed/u],
  [["--id", "a"], /--role is needed: one of sales_rep/u],
  [["--id", "a", "--role", "emperor"], /no such role: emperor/u],
  [["--id", "a", "--role", "sales_rep", "--ttl", "8h"], /--ttl must be an ISO 8601 duration/u],
  [["--id", "a", "--rolle", "sales_rep"], /--rolle/u],
  [["a"], /Unexpected argument 'a'/u],
])("the arguments %j are refused with one line that says why", async (words, why) => {
  const before = await readdir(home);
  const failure: unknown = await runToken(...words).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 1, stdout: "" });
  const stderr = typeof failure === "object" && failure !== null && "stderr" in failure ? String(failure.stderr) : "";
  expect(stderr).toMatch(why);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  // No key is made for wrong arguments.
  expect(await readdir(home)).toEqual(before);
});
