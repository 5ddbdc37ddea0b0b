/** Schemathesis, which fuzzes an API by its OpenAPI document: found in the cache, or installed there with pip. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { alone, cacheFolder, say } from "./cache.mjs";
import { orAdvise, run } from "./run.mjs";

const VERSION = "4.32.5";
/** What it makes requests with: another version makes others of the same seed. */
const HYPOTHESIS = "6.170.17";
const MINUTE = 60_000;

/** Of a virtual environment, which cannot be moved: it is made where it stays, and is whole when its program runs. */
async function isWhole(program) {
  return run(program, ["--version"], { limit: MINUTE }).then(
    (said) => said.includes(VERSION),
    () => false,
  );
}

/**
 * The path of the `schemathesis` command; only `npm run fuzz` needs it.
 * @throws Error that tells why it could not be installed and what to do
 */
export async function bringSchemathesis() {
  const folder = join(cacheFolder(), `schemathesis-${VERSION}`);
  const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const program = join(bin, "schemathesis");
  if (await isWhole(program)) return program;
  const make = async () => {
    if (await isWhole(program)) return program;
    say(`schemathesis ${VERSION}: installing it with pip`);
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder], { limit: 2 * MINUTE });
    const wanted = [`schemathesis==${VERSION}`, `hypothesis==${HYPOTHESIS}`];
    await run(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted], {
      limit: 5 * MINUTE,
      telling: "installing schemathesis",
    });
    return program;
  };
  return orAdvise(
    "schemathesis",
    () => alone(`${folder}.lock`, "setting up schemathesis", make),
    "Install Python 3.10 or newer with pip and venv, and try again.",
  );
}
