/** The Temporal CLI with its dev server: found, or brought. `node scripts/setup/engine.mjs` prints where it is. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kept, say } from "./cache.mjs";
import { goInstall } from "./go.mjs";
import { firstOf, orAdvise, print, run } from "./run.mjs";

const CLI_VERSION = "1.5.1";
/** Of the server in it: what the tests ran on, and the oldest that has all that is used. */
const SERVER = "1.29.1";
const OLDEST_SERVER = [1, 28];

const MINUTE = 60_000;

/** Runs it, and reads which server it has. @throws Error when it does not run, is something else or too old */
async function checked(path) {
  const said = (await run(path, ["--version"], { limit: 20_000 })).trim();
  const server = /^temporal version .*\(Server (\d+)\.(\d+)\./u.exec(said);
  if (!server) throw new Error(`${path} --version answers "${said.slice(0, 100)}", which is no Temporal CLI with a server`);
  const [major, minor] = [Number(server[1]), Number(server[2])];
  if (major < OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1])) {
    throw new Error(`${path} has server ${major}.${minor}, older than ${OLDEST_SERVER.join(".")}`);
  }
  return path;
}

/** What was brought has to be exactly what was asked for. */
async function exactly(path) {
  const said = await run(path, ["--version"], { limit: 20_000 });
  if (!said.includes(`(Server ${SERVER},`)) throw new Error(`what was brought is "${said.trim()}", not server ${SERVER}`);
  return path;
}

async function sdkDownload(folder) {
  say(`Temporal CLI ${CLI_VERSION}: trying the SDK's download`);
  const script = fileURLToPath(new URL("sdk-download.mjs", import.meta.url));
  await run(process.execPath, [script, "dev-server", `v${CLI_VERSION}`, folder], {
    limit: 3 * MINUTE,
    telling: "downloading the Temporal CLI",
  });
  const file = (await readdir(folder)).find((name) => name.startsWith("temporal"));
  if (!file) throw new Error("it left no file");
  return exactly(join(folder, file));
}

const program = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;

const name = `temporal-${CLI_VERSION}-${process.platform}-${process.arch}`;

/** Whichever way it was brought, it is in the cache the next time. */
function fromCache() {
  return kept(name, (folder) =>
    firstOf([
      { name: "the SDK's download", go: () => sdkDownload(folder) },
      { name: "go install", go: async () => exactly(await goInstall(folder, `Temporal CLI ${CLI_VERSION}`, program)) },
    ]),
  );
}

/**
 * The path of the Temporal CLI: what the environment names, the one on the PATH, the SDK's download, `go install`.
 * @throws Error that tells why each way failed and what to install
 */
export async function bringEngine() {
  const named = process.env.TEMPORAL_CLI;
  if (named) {
    return checked(named).catch((error) => {
      throw new Error(`TEMPORAL_CLI cannot be used: ${error.message}`, { cause: error });
    });
  }
  return orAdvise(
    "The Temporal engine",
    () =>
      firstOf([
        { name: "TEMPORAL_CLI", go: async () => undefined },
        { name: "temporal on the PATH", go: () => checked("temporal") },
        { name: "the cache", go: fromCache },
      ]),
    "Install the Temporal CLI, or Go 1.25 or newer, and try again; or set TEMPORAL_CLI to the path of a CLI, or TEMPORAL_ADDRESS to a server.",
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await print(bringEngine);
