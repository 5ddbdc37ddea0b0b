import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultPolicy } from "../src/domain/default-policy.ts";
import { readSettings, SettingsError } from "../src/settings.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gendan-settings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const POLICY = '{"duties": {"confirm": {"within": "PT1H"}}, "largeAmountFen": 5000000}';

function wrongness(env: Readonly<Record<string, string>>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "none";
}

test.each(["README.md", "README.zh-CN.md"])("%s has every setting", async (name) => {
  const [own = ""] = (await readFile(new URL("../src/settings.ts", import.meta.url), "utf8")).split("// What `npm start` tells");
  const names = [...own.matchAll(/^ {2}([A-Z][A-Z_]+):/gmu)].map(([, setting]) => setting);
  const text = await readFile(new URL(`../${name}`, import.meta.url), "utf8");
  expect(names.length).toBeGreaterThan(25);
  expect(names.filter((setting) => !text.includes(`\`${setting}\``))).toEqual([]);
});

test("the defaults are those of README.md", () => {
  expect(readSettings({})).toMatchObject({
    PORT: 3000,
    HOST: "127.0.0.1",
    GENDAN_HOME: ".gendan",
    TEMPORAL_PORT: 7233,
    TEMPORAL_UI_PORT: 8233,
    STAND_INS: "auto",
    policy: defaultPolicy,
    staff: undefined,
  });
});

test("an empty setting counts as unset", () => {
  const empty = { PORT: "", TEMPORAL_ADDRESS: " ", DATABASE_URL: "", GENDAN_POLICY: "", STAND_INS: "" };
  expect(readSettings(empty)).toEqual(readSettings({}));
});

test("a policy is JSON itself or a file with it, laid over the default", async () => {
  const file = join(folder, "policy.json");
  await writeFile(file, POLICY);
  const inline = readSettings({ GENDAN_POLICY: POLICY }).policy;
  expect(inline).toMatchObject({ largeAmountFen: 5_000_000, duties: { confirm: { within: "PT1H" } } });
  expect(inline.duties["sign"]).toEqual(defaultPolicy.duties.sign);
  expect(readSettings({ GENDAN_POLICY: file }).policy).toEqual(inline);
});

test.each([
  [{ PORT: "abc" }, "PORT"],
  [{ PORT: "65536" }, "PORT"],
  [{ TEMPORAL_PORT: "1.5" }, "TEMPORAL_PORT"],
  [{ STAND_INS: "sometimes" }, "STAND_INS"],
  [{ DATABASE_URL: "mysql://host/name" }, "DATABASE_URL"],
  [{ DATABASE_URL: "/no/such/file" }, "DATABASE_URL"],
  [{ DATABASE_URL: "/dev/null" }, "DATABASE_URL"],
  [{ MESSAGES_URL: "host:1" }, "MESSAGES_URL"],
  [{ LOG_LEVEL: "loud" }, "LOG_LEVEL"],
  [{ GENDAN_POLICY: "{" }, "GENDAN_POLICY"],
  [{ GENDAN_POLICY: "/no/such/file" }, "GENDAN_POLICY"],
  [{ GENDAN_POLICY: '{"duties": {"confirm": {"within": "soon"}}}' }, "GENDAN_POLICY: duties.confirm.within"],
  [{ GENDAN_STAFF: '{"people": 1}' }, "GENDAN_STAFF"],
])("%j is refused with one line that names it", (env, named) => {
  const line = wrongness(env);
  expect(line.startsWith(`${named}: `)).toBe(true);
  expect(line).not.toContain("\n");
});

test("every wrong setting is named at once", () => {
  expect(wrongness({ PORT: "x", STAND_INS: "y", OIDC_ISSUER: "z" })).toMatch(/^PORT: .*; STAND_INS: .*; OIDC_ISSUER: /u);
});
