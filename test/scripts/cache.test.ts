import { execFile } from "node:child_process";
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

/** Set-up, as programs of their own: what must be safe is two of them at once. */

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/setup/${name}`, import.meta.url));

let cache: string;
let log: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "gendan-cache-"));
  log = join(cache, "made.log");
});
afterEach(() => rm(cache, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: "", XDG_CACHE_HOME: cache, LOG: log, ...env } };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** Brings a tool that notes each time it is made. */
const bring = (): Promise<Ended> =>
  node([
    "--input-type=module",
    "--eval",
    `import { kept } from ${JSON.stringify(script("cache.mjs"))};
     import { appendFile, writeFile } from "node:fs/promises";
     console.log(await kept("tool-1.0", async (folder) => {
       await appendFile(process.env.LOG, "made\\n");
       await new Promise((resolve) => setTimeout(resolve, 500));
       await writeFile(folder + "/tool", "#!/bin/sh\\necho tool\\n");
       return folder + "/tool";
     }));`,
  ]);
const made = async (): Promise<number> => (await readFile(log, "utf8").catch(() => "")).split("\n").length - 1;

test("of several that want the same tool at once, one makes it and the others wait and say so", async () => {
  const all = await Promise.all([bring(), bring(), bring()]);
  expect(all.map(({ stdout }) => stdout.trim())).toEqual(Array(3).fill(join(cache, "gendan", "tool-1.0")));
  expect(all.filter(({ stderr }) => /waiting for .*setting up tool-1\.0/u.test(stderr)).length).toBeGreaterThan(0);
  expect(await made()).toBe(1);
  expect((await readdir(join(cache, "gendan"))).toSorted()).toEqual(["tool-1.0", "tool-1.0.sha256"]);
  await bring();
  expect(await made()).toBe(1);
});

test("what was damaged is made again", async () => {
  const path = (await bring()).stdout.trim();
  await appendFile(path, "x");
  await bring();
  expect(await made()).toBe(2);
  await chmod(path, 0o644);
  await bring();
  expect(await made()).toBe(3);
  expect(await readFile(path, "utf8")).toBe("#!/bin/sh\necho tool\n");
});

test("the lock of a process that died is broken", async () => {
  const ended = await node(["--eval", "console.log(process.pid)"]);
  const lock = join(cache, "gendan", "tool-1.0.lock");
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, "pid"), ended.stdout.trim());
  expect(await bring()).toMatchObject({ code: 0, stderr: "" });
});

test.runIf(process.platform === "linux")("a cache folder that cannot be made is said, and not tried for ever", async () => {
  const { code, stderr } = await node([script("engine.mjs")], { XDG_CACHE_HOME: "/proc/gendan" });
  expect(code).toBe(1);
  expect(stderr).toContain("the cache: ENOENT");
});

test.each(["engine.mjs", "test-server.mjs"])(
  "%s: what the environment names is used or refused, never passed over",
  async (name) => {
    const variable = name === "engine.mjs" ? "TEMPORAL_CLI" : "TEMPORAL_TEST_SERVER";
    const { code, stdout, stderr } = await node([script(name)], { [variable]: "/no/such/program" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${variable} cannot be used: [^\\n]+\\n$`, "u"));
  },
);

test("a temporal on the PATH is used; one that is too old or something else is not", async () => {
  const bin = join(cache, "bin");
  await mkdir(bin);
  const temporal = join(bin, "temporal");
  const says = async (version: string): Promise<Ended> => {
    await writeFile(temporal, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
    return node([script("engine.mjs")], { PATH: bin, XDG_CACHE_HOME: process.execPath });
  };
  expect(await says("temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)")).toMatchObject({ code: 0, stdout: "temporal\n" });
  const old = await says("temporal version 1.0.0 (Server 1.20.0, UI 2.0.0)");
  expect(old.code).toBe(1);
  expect(old.stderr).toMatch(/temporal on the PATH: temporal has server 1\.20, older than 1\.28/u);
  expect(old.stderr).toMatch(/^The Temporal engine could not be set up:\n( {2}- .*\n)+Install the Temporal CLI, or Go/u);
  expect((await says("something else")).stderr).toContain("is no Temporal CLI");
});
