/**
 * `npm run fuzz [-- --seed 7 --examples 20 --raw 2000]`: schemathesis asks a running service whatever its OpenAPI document allows
 * and forbids, as several callers. No 5xx, no answer that the document does not tell of. Before it, requests are sent as bytes
 * (`test/support/raw.ts`): hostile bodies, headers, addresses, cursors and sizes. The same seed asks the same.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { register } from "tsx/esm/api";
import { bringSchemathesis } from "./setup/schemathesis.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "7" },
    /** Made up for each operation, beside those that its schemas' bounds give. */
    examples: { type: "string", default: "10" },
    /** Requests that are sent as bytes. */
    raw: { type: "string", default: "2000" },
  },
});
process.env.TZ = "UTC";
register();
const { startGendan } = await import("../test/support/gendan.ts");
const { castOf, checked, entered, making } = await import("../test/scenarios/client.ts");
const { fuzzRaw } = await import("../test/support/raw.ts");
const { openLocalIssuer } = await import("../src/identity/local-keys.ts");
const { roles } = await import("../src/domain/people.ts");

/** What the service answers is judged, not what it ought to have taken. */
const CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/**
 * The committed document, but for two things that are schemathesis' or the world's: a tuple is told as a list, since it cannot
 * read `prefixItems` in an answer; and a webhook's address is one that nobody has, since we would send to those made up.
 */
async function documentIn(folder) {
  const text = await readFile(new URL("../openapi/gendan.json", import.meta.url), "utf8");
  const document = JSON.parse(text, (_key, value) => {
    if (value?.format === "uri") return { enum: ["https://receiver.invalid/hook"] };
    if (!Array.isArray(value?.prefixItems)) return value;
    const { prefixItems, ...list } = value;
    return { ...list, items: prefixItems[0] };
  });
  const path = join(folder, "openapi.json");
  await writeFile(path, JSON.stringify(document));
  return path;
}

/** Orders that there are, in several stages: a number made up would seldom get further than 404. */
async function ordersOf(gendan) {
  const cast = await castOf(gendan);
  await entered(cast, "F-1");
  await making(cast, "F-2");
  await making(cast, "F-3");
  await checked(cast, "F-3");
  return ["F-1", "F-2", "F-3", "F-none"];
}

/** Ctrl-C, or whoever tells us to stop: what runs is ended, what was made is removed. */
/** @type {NodeJS.Signals | undefined} */
let stopped;
/** @type {import("node:child_process").ChildProcess | undefined} */
let running;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    stopped ??= signal;
    running?.kill(signal);
  });
}

function end(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: "inherit" });
    running = child;
    child.once("error", reject);
    child.once("exit", (code) => {
      running = undefined;
      resolve(code === 0);
    });
  });
}

const schemathesis = await bringSchemathesis();
const folder = await mkdtemp(join(tmpdir(), "gendan-fuzz-"));
let gendan;
const failed = [];
try {
  gendan = await startGendan({ STAND_INS: "manual", RATE_LIMIT: "1000000" });
  const document = await documentIn(folder);
  const config = join(folder, "schemathesis.toml");
  const made = await ordersOf(gendan);
  const orders = JSON.stringify(made);
  await writeFile(
    config,
    `[dictionaries.orders]\nvalues = ${orders}\n[parameters]\n"path.orderNo" = { dictionary = "orders", probability = 0.8 }\n`,
  );
  const issuer = await openLocalIssuer(gendan.home);
  process.stdout.write("\n── bytes\n");
  const { hostname: host, port } = new URL(gendan.url);
  const everybody = [
    { id: "li.na", roles },
    ...roles.map((role) => ({ id: `a.${role}`, roles: [role] })),
    { id: "logistics-system", roles: ["logistics"], machine: true },
  ];
  const tokens = await Promise.all(everybody.map((each) => issuer.token({ machine: false, ttl: "PT2H", ...each })));
  const told = JSON.parse(await readFile(document, "utf8"));
  const asked = { seed: Number(values.seed), requests: Number(values.raw) };
  await fuzzRaw({ host, port: Number(port), document: told, tokens, orders: made }, asked).catch((error) => {
    process.stdout.write(`${inspect(error)}\n`);
    failed.push("bytes");
  });
  // Whoever may do everything goes through all bounds of all operations, everybody else through less of the same.
  const callers = [
    { id: "li.na", roles, phases: "examples,coverage,fuzzing", examples: values.examples },
    ...roles.map((role) => ({ id: `a.${role}`, roles: [role], phases: "fuzzing", examples: "2" })),
    { id: "logistics-system", roles: ["logistics"], machine: true, phases: "fuzzing", examples: "2" },
  ];
  for (const { id, roles: held, machine = false, phases, examples } of callers) {
    if (stopped) break;
    process.stdout.write(`\n── ${id}\n`);
    const token = await issuer.token({ id, roles: held, machine, ttl: "PT2H" });
    const passed = await end(
      schemathesis,
      [
        "--no-color",
        "--config-file",
        config,
        "run",
        document,
        ...["--url", gendan.url, "--header", `Authorization: Bearer ${token}`],
        ...["--phases", phases, "--max-examples", examples, "--seed", values.seed, "--checks", CHECKS],
        ...["--continue-on-failure", "--warnings", "off", "--generation-database", "none", "--suppress-health-check", "all"],
        ...["--generation-with-security-parameters", "false", "--request-timeout", "30"],
      ],
      folder,
    );
    if (!passed && !stopped) failed.push(id);
  }
} catch (error) {
  // On a terminal Ctrl-C reaches what we start, too: that it has gone is no news then.
  if (!stopped) throw error;
} finally {
  await gendan?.end();
  await rm(folder, { recursive: true, force: true });
}
const verdict = failed.length > 0 ? `FAILED as ${failed.join(", ")}` : stopped ? `stopped by ${stopped}` : "passed";
process.stdout.write(`fuzz: ${verdict}\n`);
process.exitCode = failed.length > 0 ? 1 : stopped ? 130 : 0;
