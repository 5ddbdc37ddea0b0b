import { readFileSync } from "node:fs";
import { z } from "zod";
import { keyRingFrom, type KeyRing } from "./temporal/codec/keys.ts";
import { policyFrom, routinePolicyFrom } from "./contracts/policy.ts";
import { staffFrom } from "./contracts/staff.ts";
import { type Policy } from "./domain/policy.ts";
import { defaultPolicy } from "./domain/default-policy.ts";
import { defaultRoutinePolicy, type RoutinePolicy } from "./domain/routine/policy.ts";
import { isDuration } from "./domain/time.ts";
import type { Staff } from "./domain/staff.ts";
import { parseNetworks } from "./webhooks/addresses.ts";

/** A setting that cannot be used; the message is one line that names it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const NO_PORT = "is no port number, 0 to 65535";
const port = z.coerce.number({ error: NO_PORT }).int(NO_PORT).min(0, NO_PORT).max(65_535, NO_PORT);
const address = z.url({ protocol: /^https?$/u, hostname: /./u, error: "is no address such as http://127.0.0.1:8080" });

const duration = z.string().refine(isDuration, "is no ISO 8601 duration such as PT5M");

/** Networks in CIDR, a comma between two. */
const networks = z
  .string()
  .default("")
  .transform((text, context) => {
    try {
      return parseNetworks(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "" });
      return z.NEVER;
    }
  });

/** What may be secret, or where a file with it is: an environment is shown to more than may read the file. */
function textOrFile(value: string, context: z.RefinementCtx): string {
  if (!value.startsWith("/")) return value;
  try {
    return readFileSync(value, "utf8").trim();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    context.addIssue({ code: "custom", message: `is a file that cannot be read (${code})` });
    return z.NEVER;
  }
}

const schema = z.object({
  /** Where the API listens. */
  PORT: port.default(3000),
  HOST: z.string().default("127.0.0.1"),
  /** Data of the embedded parts. */
  GENDAN_HOME: z.string().default(".gendan"),
  /** JSON, or the path of a file that holds it, laid over the default policy. */
  GENDAN_POLICY: z.string().optional(),
  /** JSON, or the path of a file that holds it: who is who. */
  GENDAN_STAFF: z.string().optional(),
  /** The factory's name, at the head of forms. */
  GENDAN_COMPANY: z.string().trim().max(100).optional(),
  /** JSON, or the path of a file that holds it: the keys of what the engine holds, `[{"id", "key"}]`, the newest last. */
  GENDAN_KEYS: z.string().optional(),
  /** Set: no embedded engine (`@temporalio/envconfig` reads this one and its kin). */
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  /** The `temporal` command for the embedded engine; set-up finds or brings one. */
  TEMPORAL_CLI: z.string().default("temporal"),
  TASK_QUEUE: z.string().default("gendan"),
  /** An address, or the path of a file that holds it. */
  DATABASE_URL: z
    .string()
    .transform(textOrFile)
    .pipe(
      z.url({ protocol: /^postgres(ql)?$/u, error: "is no address such as postgres://user@host:5432/name, nor a file with one" }),
    )
    .optional(),
  PRODUCTION_URL: address.optional(),
  WAREHOUSE_URL: address.optional(),
  LOGISTICS_URL: address.optional(),
  MESSAGES_URL: address.optional(),
  /** Whether stand-ins carry orders on by themselves. */
  STAND_INS: z.enum(["auto", "manual"]).default("auto"),
  /** How much longer or shorter than usual stand-ins take, in `auto`. */
  STAND_INS_PACE: z.coerce.number().min(0.01).max(1_000).default(1),
  /** Where the codec server listens. */
  CODEC_PORT: port.default(8234),
  /** Origins of the Temporal UI, whose pages may ask the codec server; a comma between two. */
  CODEC_UI_ORIGIN: z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim().replace(/\/$/u, "")))
    .pipe(z.array(z.string().regex(/^https?:\/\/[^\s/?#@]+$/u, "is no origin such as http://127.0.0.1:8233")))
    .default([]),
  OIDC_ISSUER: address.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  /** Where a worker answers its probes and tells its metrics: 3001, with `npm start` any free port. */
  WORKER_PORT: port.optional(),
  /** Where the SDK's own Prometheus metrics are; unset: nowhere. */
  WORKER_METRICS_PORT: port.optional(),
  /** Where traces go (OTLP/HTTP); unset: there are none. Its kin are read by the exporter itself. */
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  /** Orders that a worker keeps in memory. */
  WORKER_CACHE: z.coerce.number().int().min(1).max(100_000).default(1_000),
  /** Networks that webhooks may go to beside the public internet, in CIDR; a comma between two. */
  WEBHOOK_NETWORKS: networks,
  /** Proxies in front of the API, in CIDR, a comma between two; unset, `X-Forwarded-For` is nobody's word. */
  TRUSTED_PROXIES: networks.transform((all) => all.map(([network, bits]) => `${network.toString()}/${bits}`)),
  /** Requests a minute for one caller. */
  RATE_LIMIT: z.coerce.number().int().min(1).default(3_000),
  /** Requests that one API works on at once; more are asked to come again. */
  REQUESTS_AT_ONCE: z.coerce.number().int().min(1).default(500),
  /** How often the API looks whether the service's own clocks run, and how long one may stand before it is said. */
  CLOCK_CHECK_EVERY: duration.default("PT15S"),
  CLOCK_STOPPED_AFTER: duration.default("PT5M"),
  /** How long an API that is told to stop says that it is not ready and still serves, until whoever balances has seen it. */
  SHUTDOWN_DELAY: duration.default("PT5S"),
  /** What processes write on standard output; with `npm start` from `warn` on unless said otherwise. */
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).optional(),
  // What `npm start` tells the processes that it starts; nobody else sets them.
  /** The stack's programs (`scripts/stack.mjs`): set, production's own engine and database run instead of the embedded ones. */
  STACK_SERVER: z.string().optional(),
  STACK_SQL_TOOL: z.string().optional(),
  STACK_SCHEMAS: z.string().optional(),
  STACK_POSTGRES: z.string().optional(),
  /** Which of the stack's two Postgres clusters a process keeps. */
  STACK_ROLE: z.enum(["database", "engine-database"]).default("database"),
  /** The engine's Postgres. */
  STACK_DATABASE_URL: z.string().optional(),
  /** Host and port of the embedded engine. */
  EMBEDDED_ENGINE: z.string().optional(),
  /** The path below which the codec server needs no token. */
  EMBEDDED_CODEC_PATH: z
    .string()
    .regex(/^[\w-]{32,}$/u)
    .optional(),
  /** Where a database listens on the loopback; the stack's wants a password, and PGlite has a socket where this is not said. */
  EMBEDDED_DATABASE_PORT: port.optional(),
  /** The folder of an empty database, which a new home gets a copy of; set-up makes it. */
  RECORDS_TEMPLATE: z.string().optional(),
  /** Ports of the stand-ins, so that each is where it was after a crash. */
  EMBEDDED_STAND_IN_PORTS: z
    .string()
    .regex(/^\d+(,\d+){3}$/u)
    .default("0,0,0,0"),
});

/** Every setting of every process (`README.md`, Settings), read once. */
export type Settings = Omit<z.infer<typeof schema>, "GENDAN_POLICY" | "GENDAN_STAFF" | "GENDAN_KEYS"> & {
  readonly keys: KeyRing | undefined;
  readonly policy: Policy;
  readonly routine: RoutinePolicy;
  readonly staff: Staff | undefined;
};

/** A setting that is JSON itself, or names a file with it. */
function json<T>(name: string, value: string, read: (json: unknown) => T): T {
  try {
    return read(JSON.parse(/^\s*[{[]/u.test(value) ? value : readFileSync(value, "utf8")));
  } catch (error) {
    throw new SettingsError(`${name}: ${error instanceof Error ? error.message.replaceAll(/\s*\n\s*/gu, " ") : String(error)}`);
  }
}

/** The keys. What is wrong with them is said without a word of what they are. */
function keyRing(value: string): KeyRing {
  let text: string;
  try {
    text = /^\s*[[{]/u.test(value) ? value : readFileSync(value, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new SettingsError(`GENDAN_KEYS: is neither JSON nor a file that can be read (${code})`);
  }
  try {
    return keyRingFrom(text);
  } catch (error) {
    throw new SettingsError(`GENDAN_KEYS: ${error instanceof Error ? error.message : ""}`);
  }
}

/**
 * Reads the settings from an environment. Empty ones count as unset.
 * @throws SettingsError that names every wrong setting in one line.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  }
  const { GENDAN_POLICY: policy, GENDAN_STAFF: staff, GENDAN_KEYS: keys, ...rest } = parsed.data;
  return {
    ...rest,
    keys: keys === undefined ? undefined : keyRing(keys),
    policy: policy === undefined ? defaultPolicy : json("GENDAN_POLICY", policy, policyFrom),
    routine: policy === undefined ? defaultRoutinePolicy : json("GENDAN_POLICY", policy, routinePolicyFrom),
    staff: staff === undefined ? undefined : json("GENDAN_STAFF", staff, staffFrom),
  };
}
