import { Kysely, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import { SECOND, type Ms } from "../domain/time.ts";
import { migrations } from "./migrations.ts";
import type { Schema } from "./schema.ts";

export type Database = Kysely<Schema>;

interface DatabaseOptions {
  /** The most connections that the pool opens. */
  readonly max?: number;
  /** How long a statement may take, ms; 0: no limit, for migrations and for filling tables. */
  readonly statementTimeout?: Ms;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onError?: (error: Error) => void;
}

/** Opens the records database; connects when first asked. `destroy()` closes it. */
export function openDatabase(
  url: string,
  // Lists and writes take milliseconds: a longer statement waits for a lock that may never be released.
  { max = 10, statementTimeout = 5 * SECOND, onError = () => undefined }: DatabaseOptions = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    statement_timeout: statementTimeout,
    // The driver's own limit, for a database that does not answer at all.
    query_timeout: statementTimeout === 0 ? 0 : statementTimeout + SECOND,
    application_name: "gendan",
  });
  pool.on("error", onError);
  // A connection that breaks in use emits an error too; its query is rejected, but an error event without a listener ends the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Brings the schema up to date; safe when several processes do so at once.
 * @throws the first migration's error.
 */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Whether the database answers. */
export async function isReachable(db: Database): Promise<boolean> {
  return db
    .selectFrom("orders")
    .select("order_no")
    .limit(1)
    .execute()
    .then(
      () => true,
      () => false,
    );
}

/** Whether an error says that the database cannot be reached or does not answer in time, and not that a statement is wrong. */
export function isDatabaseUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  // Node's connection errors, SQLSTATE classes 08 (connection) and 57P (shutdown), and time-outs.
  return /^(ECONN|EPIPE|ETIMEDOUT|08|57P)/u.test(code) || /timeout|terminated|Connection ended/u.test(error.message);
}
