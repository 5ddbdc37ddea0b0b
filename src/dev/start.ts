import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { OutsideSystem } from "../domain/order/effects.ts";
import { HomeNotPrivate } from "./home.ts";
import { HomeInUse, takeHome } from "./home-lock.ts";
import { freePort, LOOPBACK, urlOf, whyNot } from "./ports.ts";
import { exit, settingsOrExit } from "../composition/process.ts";
import { supervise, type ProcessName, type ProgramName, type Ready, type Supervised } from "./supervise.ts";
import { startMessage } from "./start-message.ts";

/** `npm start` and `npm run stack`: the engine, the records database, stand-ins, worker and API in one go, each a process, all supervised. */

const settings = settingsOrExit("start");
const home = resolve(settings.GENDAN_HOME);
const {
  HOST: host,
  PORT: port,
  TEMPORAL_PORT: enginePort,
  TEMPORAL_UI_PORT: uiPort,
  CODEC_PORT: codecPort,
  TEMPORAL_ADDRESS: elsewhere,
} = settings;
/** How long each process has to finish what runs, ms; it ends by itself before. */
const STOP_LIMIT = 35_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const note = join(home, "run.json");

const giveBack = await takeHome(home, say).catch((error: unknown) => {
  const isSaid = error instanceof HomeInUse || error instanceof HomeNotPrivate;
  return exit("start", `GENDAN_HOME: ${settings.GENDAN_HOME}: ${isSaid ? error.message : String(error)}`);
});
async function refuse(line: string): Promise<never> {
  await giveBack();
  return exit("start", line);
}

/** Said before anything is started: which setting names a port that cannot be had. */
async function checkPorts(): Promise<void> {
  const wanted = [
    { name: "PORT", on: host, number: port },
    ...(elsewhere === undefined
      ? [
          { name: "TEMPORAL_PORT", on: LOOPBACK, number: enginePort },
          { name: "TEMPORAL_UI_PORT", on: LOOPBACK, number: uiPort },
          { name: "CODEC_PORT", on: LOOPBACK, number: codecPort },
        ]
      : []),
  ];
  for (const [index, { name, on, number }] of wanted.entries()) {
    if (number === 0) await refuse(`${name}: 0 is no port that can be told to others`);
    const other = wanted.slice(0, index).find((one) => one.number === number);
    if (other) await refuse(`${name}: port ${number} is ${other.name}'s already`);
    const why = await whyNot(on, number);
    if (why !== undefined) await refuse(`${name}: ${why}`);
  }
}
await checkPorts();

const running: Supervised[] = [];
let stopping = false;

/** No more requests, then no more work, then what the work needs. */
const STOPPED_IN_ORDER: readonly ProcessName[] = [
  "api",
  "worker",
  "stand-ins",
  "codec-server",
  "engine",
  "engine-database",
  "database",
];

async function stopAll(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await rm(note, { force: true });
  for (const name of STOPPED_IN_ORDER) {
    for (const each of running.filter((one) => one.name === name)) {
      say(`stopping ${name} …`);
      await each.stop(STOP_LIMIT);
    }
  }
  await giveBack();
  process.exit(code);
}

/** ms. Ctrl-C may arrive twice within this time, from the terminal and from npm; treat it as one. */
const ONE_INTERRUPT = 500;
let firstInterruptAt: number | undefined;

async function interrupt(): Promise<void> {
  firstInterruptAt ??= Date.now();
  if (!stopping) return stopAll(0);
  if (Date.now() - firstInterruptAt < ONE_INTERRUPT) return;
  say("stopping at once");
  for (const each of running) each.kill();
  await giveBack();
  process.exit(1);
}
process.on("SIGINT", () => void interrupt());
process.on("SIGTERM", () => void interrupt());

const env: Record<string, string | undefined> = {
  ...process.env,
  GENDAN_HOME: home,
  DATABASE_URL: settings.DATABASE_URL,
  LOG_LEVEL: settings.LOG_LEVEL ?? "warn",
  // Found once, so that its probes are where they were after a crash.
  WORKER_PORT: String(settings.WORKER_PORT ?? (await freePort(LOOPBACK))),
};
let noted = (): void => undefined;

/** Starts a process; answers what it says when it serves. Never answers when all is being stopped. */
async function run(
  name: ProcessName,
  more: Readonly<Record<string, string>> = {},
  program: ProgramName = name === "engine-database" ? "stack-database" : name,
): Promise<Ready> {
  if (stopping) return new Promise(() => undefined);
  const child = supervise(name, {
    program,
    env: { ...env, ...more },
    say,
    onFailure: () => void stopAll(1),
    onReady: () => noted(),
  });
  running.push(child);
  return child.ready;
}

async function apiServes(at: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end && !stopping;) {
    const ready = await fetch(`${at}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await wait(100);
  }
  if (stopping) return;
  process.stderr.write(`gendan start: ${at}/readyz did not say that all is reachable within a minute\n`);
  await stopAll(1);
}

const addresses = {
  production: "PRODUCTION_URL",
  warehouse: "WAREHOUSE_URL",
  logistics: "LOGISTICS_URL",
  messages: "MESSAGES_URL",
} as const satisfies Record<OutsideSystem, string>;
const systems = ["production", "warehouse", "logistics", "messages"] as const;

const url = urlOf(host, port);
const urls: Record<string, string> = { api: url, docs: `${url}/docs` };
say("starting …");
/** `npm run stack`: production's engine on a Postgres of its own, and a Postgres, instead of the embedded ones. */
const isStack = settings.STACK_SERVER !== undefined;
/** Found once, so that one of the stack's databases is where it was after a crash. */
const databasePort = async () => ({ EMBEDDED_DATABASE_PORT: String(await freePort(LOOPBACK)) });

async function startRecords(): Promise<void> {
  if (settings.DATABASE_URL !== undefined) return;
  const { url: records } = isStack ? await run("database", await databasePort(), "stack-database") : await run("database");
  env["DATABASE_URL"] = String(records);
}

async function startEngine(codec: Readonly<Record<string, string>>): Promise<void> {
  const more: Record<string, string> = { ...codec };
  if (isStack) {
    const where = { ...(await databasePort()), STACK_ROLE: "engine-database" };
    const { url: engine } = await run("engine-database", where);
    more["STACK_DATABASE_URL"] = String(engine);
  }
  await run("engine", more, isStack ? "stack-engine" : "engine");
}

async function startStandIns(): Promise<void> {
  const unset = systems.filter((system) => settings[addresses[system]] === undefined);
  if (unset.length === 0) return;
  const ports = [await freePort(LOOPBACK), await freePort(LOOPBACK), await freePort(LOOPBACK), await freePort(LOOPBACK)];
  await run("stand-ins", { EMBEDDED_STAND_IN_PORTS: ports.join(",") });
  for (const system of unset) {
    const address = urlOf(LOOPBACK, ports[systems.indexOf(system)] ?? 0);
    env[addresses[system]] = address;
    urls[system] = address;
  }
}

/** What needs none of the others starts side by side; worker and API need all of it. */
const needed = [startRecords(), startStandIns()];
if (elsewhere === undefined) {
  // The dev server's UI has no sign-in and sends no token: it is told a path that nobody can guess, new at each start.
  const codec = {
    EMBEDDED_CODEC_PATH: randomBytes(32).toString("base64url"),
    CODEC_UI_ORIGIN: [urlOf(LOOPBACK, uiPort), urlOf("localhost", uiPort)].join(","),
  };
  needed.push(
    startEngine(codec),
    run("codec-server", codec).then(() => undefined),
  );
  env["EMBEDDED_ENGINE"] = `${LOOPBACK}:${enginePort}`;
  if (!isStack) urls["temporal"] = urlOf(LOOPBACK, uiPort);
  urls["codec"] = urlOf(LOOPBACK, codecPort);
}
await Promise.all(needed);
const [worker] = await Promise.all([run("worker"), run("api")]);
urls["worker"] = String(worker["url"]);
await apiServes(url);

/** Where everything is, for tests and tools; renamed into place, so that nobody reads half of it. */
async function writeNote(): Promise<void> {
  const pids = Object.fromEntries(running.map((each) => [each.name, each.pid()]));
  const temporalAddress = elsewhere ?? env["EMBEDDED_ENGINE"];
  const content = { pid: process.pid, urls, pids, databaseUrl: env["DATABASE_URL"], temporalAddress };
  if (stopping) return;
  await writeFile(`${note}.draft`, JSON.stringify(content, null, 2), { mode: 0o600 });
  await rename(`${note}.draft`, note);
  if (stopping) await rm(note, { force: true });
}
let writing = Promise.resolve();
noted = () => {
  writing = writing.then(writeNote).catch((error: unknown) => say(`run.json could not be written: ${String(error)}`));
};
if (!stopping) {
  noted();
  await writing;
  say(startMessage(urls, settings.GENDAN_HOME));
}
