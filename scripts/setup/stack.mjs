/** What the stack of production is made of, without containers: the Temporal server with its schema tool, and Postgres. */
import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cacheFolder, kept } from "./cache.mjs";
import { goInstall } from "./go.mjs";
import { firstOf, orAdvise, run } from "./run.mjs";

const SERVER_VERSION = "1.31.2";
const MODULE = "go.temporal.io/server";
const platform = `${process.platform}-${process.arch}`;

function built(name, what, program) {
  return kept(`${name}-${SERVER_VERSION}-${platform}`, (folder) =>
    goInstall(folder, what, `${MODULE}/${program}@v${SERVER_VERSION}`),
  );
}

/** Where the module's own files are, as Go keeps them: the schemas are in it. */
async function moduleFolder() {
  const answer = await run("go", ["mod", "download", "-json", `${MODULE}@v${SERVER_VERSION}`], {
    limit: 5 * 60_000,
    // Outside any Go project, so that none is taken for ours.
    cwd: cacheFolder(),
  });
  return JSON.parse(answer).Dir;
}

/**
 * The Temporal server of production, the tool that sets its databases up, and their schemas.
 * @returns {Promise<{ server: string, sqlTool: string, schemas: string }>} paths
 * @throws Error that tells what to install
 */
export async function bringServer() {
  return orAdvise(
    "The Temporal server",
    async () => {
      const server = await built("temporal-server", `the Temporal server ${SERVER_VERSION}`, "cmd/server");
      const sqlTool = await built("temporal-sql-tool", "the Temporal schema tool", "cmd/tools/sql");
      return { server, sqlTool, schemas: join(await moduleFolder(), "schema", "postgresql", "v12") };
    },
    "Install Go 1.25 or newer and try again.",
  );
}

async function hasPostgres(folder) {
  for (const program of ["postgres", "initdb", "pg_ctl"]) await access(join(folder, program), constants.X_OK);
  return folder;
}

async function onPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = folder === "" ? undefined : await hasPostgres(folder).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error("not there");
}

/** Debian keeps each version's programs in a folder of its own, none of them on the PATH. */
async function debian() {
  const root = "/usr/lib/postgresql";
  const versions = (await readdir(root)).map(Number).filter((version) => version >= 13);
  if (versions.length === 0) throw new Error(`none in ${root}`);
  return hasPostgres(join(root, String(Math.max(...versions)), "bin"));
}

/**
 * The folder with Postgres' programs: what `POSTGRES_BIN` names, on the PATH, where Debian has them.
 * @throws Error that tells why each way failed and what to install
 */
export async function bringPostgres() {
  return orAdvise(
    "Postgres",
    () =>
      firstOf([
        {
          name: "POSTGRES_BIN",
          go: async () => (process.env.POSTGRES_BIN ? hasPostgres(process.env.POSTGRES_BIN) : undefined),
        },
        { name: "postgres on the PATH", go: onPath },
        { name: "Debian's", go: debian },
      ]),
    "Install PostgreSQL 13 or newer, or set POSTGRES_BIN to the folder with postgres, initdb and pg_ctl.",
  );
}
