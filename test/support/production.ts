import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Role } from "../../src/domain/people.ts";
import { startStandIns } from "../../src/stand-ins/start.ts";
import { bringEngine } from "../../scripts/setup/engine.mjs";
import { bringRecordsTemplate } from "../../scripts/setup/records-template.mjs";
import { freePort } from "./gendan.ts";
import { until } from "./until.ts";

/** One process, started as production starts it. */
export interface Process {
  readonly url: string;
  readonly child: ChildProcess;
  /** Its exit code; `null` when it was killed. */
  readonly ended: Promise<number | null>;
  said(): string;
}

/** What production's processes need around them, each part a process or server of its own, and `npm start` none of them. */
export interface Production {
  readonly engineAddress: string;
  /** Base addresses of the outside systems' stand-ins. */
  readonly urls: Readonly<Record<string, string>>;
  readonly engine: Process;
  readonly database: Process;
  start(name: "api" | "worker", more?: Readonly<Record<string, string>>): Promise<Process>;
  token(id: string, role: Role, machine?: boolean): Promise<string>;
  end(): Promise<void>;
}

const project = fileURLToPath(new URL("../..", import.meta.url));

async function listening(server: Server): Promise<string> {
  const port = await freePort();
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${port}`;
}

/** The status that a process answers a probe with; 0 while it does not answer. */
export function probe({ url }: Process, path: string): Promise<number> {
  return fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => 0,
  );
}

/** Waits until a process says that it is ready. */
export async function ready(one: Process): Promise<Process> {
  const said = async () => {
    if (one.child.exitCode !== null) throw new Error(`ended with ${one.child.exitCode}: ${one.said()}`);
    return probe(one, "/readyz");
  };
  await until(said, (status) => status === 200, 120_000);
  return one;
}

/** An engine, records, an issuer of tokens and stand-ins, and production's own processes in their midst. */
export async function openProduction(settings: Readonly<Record<string, string>> = {}): Promise<Production> {
  const home = await mkdtemp(join(tmpdir(), "gendan-production-"));
  const processes: Process[] = [];
  function run(program: string, args: readonly string[], url: string, env: Readonly<Record<string, string>> = {}): Process {
    const child = spawn(program, args, {
      cwd: project,
      env: { PATH: process.env["PATH"], TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const ended = new Promise<number | null>((resolve) => {
      child.once("close", resolve);
    });
    const one: Process = { url, child, ended, said: () => output };
    processes.push(one);
    return one;
  }
  const ours = (program: string, url: string, env: Readonly<Record<string, string>>): Process =>
    run(process.execPath, ["scripts/run.mjs", program], url, env);

  const [enginePort, databasePort] = [await freePort(), await freePort()];
  const engineAddress = `127.0.0.1:${enginePort}`;
  const engine = run(
    await bringEngine(),
    ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", String(enginePort), "--log-level", "error"],
    engineAddress,
    { HOME: home },
  );
  const database = ours("dev/database", "", {
    GENDAN_HOME: home,
    EMBEDDED_DATABASE_PORT: String(databasePort),
    RECORDS_TEMPLATE: (await bringRecordsTemplate()) ?? "",
  });
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256", use: "sig" }] });
  let issuerUrl = "";
  const issuer = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(request.url === "/jwks" ? jwks : JSON.stringify({ issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` }));
  });
  issuerUrl = await listening(issuer);
  // They report nothing by themselves, and so need neither an API nor a token.
  const { urls, close } = await startStandIns({ mode: "manual", gendanUrl: "http://127.0.0.1:1", token: async () => "" });
  const environment = {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${databasePort}/postgres?sslmode=disable`,
    TEMPORAL_ADDRESS: engineAddress,
    GENDAN_KEYS: JSON.stringify([{ id: "1", key: randomBytes(32).toString("base64") }]),
    OIDC_ISSUER: issuerUrl,
    OIDC_AUDIENCE: "gendan",
    PRODUCTION_URL: urls.production,
    WAREHOUSE_URL: urls.warehouse,
    LOGISTICS_URL: urls.logistics,
    MESSAGES_URL: urls.messages,
    RATE_LIMIT: "1000000",
    ...settings,
  };
  return {
    engineAddress,
    urls,
    engine,
    database,
    async start(name, more = {}) {
      const port = await freePort();
      const own = { [name === "api" ? "PORT" : "WORKER_PORT"]: String(port) };
      return ours(`bin/${name}`, `http://127.0.0.1:${port}`, { ...environment, ...own, ...more });
    },
    token: (id, role, machine = false) =>
      new SignJWT({ roles: [role], kind: machine ? "machine" : "person" })
        .setProtectedHeader({ alg: "ES256", kid: "1" })
        .setSubject(id)
        .setIssuer(issuerUrl)
        .setAudience("gendan")
        .setExpirationTime("1h")
        .sign(privateKey),
    async end() {
      for (const { child } of processes) child.kill("SIGKILL");
      await Promise.all(processes.map(({ ended }) => ended));
      issuer.close();
      await close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
