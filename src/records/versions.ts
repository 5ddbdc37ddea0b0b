import { isDeepStrictEqual } from "node:util";
import { calendarSchema } from "../contracts/calendar.ts";
import { policyFrom, routinePolicyFrom } from "../contracts/policy.ts";
import { staffFrom } from "../contracts/staff.ts";
import { defaultCalendar, type Calendar } from "../domain/clock/calendar.ts";
import type { Policy } from "../domain/policy.ts";
import type { RoutinePolicy } from "../domain/routine/policy.ts";
import type { Staff } from "../domain/staff.ts";
import { iso, SECOND, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";
import type { VersionsTable } from "./schema.ts";

/** One version of the calendar, the staff or the policy. */
export interface Version {
  readonly version: number;
  readonly body: unknown;
  readonly by: string;
  readonly at: Instant;
}

/** The versions of a resource, newest first. */
export async function versionsOf(db: Database, what: VersionsTable["what"], limit = 50): Promise<readonly Version[]> {
  const rows = await db.selectFrom("put").selectAll().where("what", "=", what).orderBy("version", "desc").limit(limit).execute();
  return rows.map((row) => ({ version: row.version, body: row.body, by: row.put_by, at: iso(row.put_at.getTime()) }));
}

/** The newest version; `undefined` when nobody has put one yet. */
export async function newestVersionOf(db: Database, what: VersionsTable["what"]): Promise<Version | undefined> {
  return (await versionsOf(db, what, 1))[0];
}

/** How often a version is tried again when others put one at the same time. */
const TRIES = 5;

/**
 * Stores the next version of a resource, unless the newest is equal. Two callers at the same time both succeed.
 * @returns the version that holds this body
 */
export async function putVersion(db: Database, what: VersionsTable["what"], body: unknown, by: string, at: Ms): Promise<Version> {
  for (let tries = 0; tries <= TRIES; tries++) {
    const newest = await newestVersionOf(db, what);
    if (newest && isDeepStrictEqual(newest.body, body)) return newest;
    const version = (newest?.version ?? 0) + 1;
    const { numInsertedOrUpdatedRows: written } = await db
      .insertInto("put")
      .values({ what, version, body: JSON.stringify(body), put_by: by, put_at: iso(at) })
      .onConflict((conflict) => conflict.columns(["what", "version"]).doNothing())
      .executeTakeFirst();
    if (written !== 0n) return { version, body, by, at: iso(at) };
  }
  throw new Error(`${what}: others put a version each time`);
}

/** How long a value is used before it is read again, ms. */
const CACHED_FOR = 2 * SECOND;

/** Reads a value through a short cache; while the database is away, the last value is used. */
function cachedReader<T>(read: () => Promise<T>, first: T, fresh: Ms = CACHED_FOR): () => Promise<T> {
  let last = first;
  let readAt = -Infinity;
  return async () => {
    if (performance.now() - readAt < fresh) return last;
    try {
      last = await read();
      readAt = performance.now();
    } catch {
      // The database is away: the last value is used, and read again next time.
    }
    return last;
  };
}

/** The calendar of a version. */
export function calendarOf({ version, body }: Version): Calendar {
  return { version, ...calendarSchema.parse(body) };
}

/** The calendar in force; the default until one was put. */
export async function readCalendar(db: Database): Promise<Calendar> {
  const newest = await newestVersionOf(db, "calendar");
  return newest ? calendarOf(newest) : defaultCalendar;
}

/** The calendar in force, at most two seconds old. */
export function calendarReader(db: Database): () => Promise<Calendar> {
  return cachedReader(() => readCalendar(db), defaultCalendar);
}

/** The staff in force; from the settings until one was put. */
export function staffReader(db: Database, settings: Staff | undefined): () => Promise<Staff | undefined> {
  return cachedReader(async () => {
    const newest = await newestVersionOf(db, "staff");
    return newest ? staffFrom(newest.body) : settings;
  }, settings);
}

/** The policy of a version, merged over the default. */
export function policyOf({ body }: Version): Policy {
  return policyFrom(body);
}

/** The policy that new orders start with: the newest version, read each time; from the settings until one was put. */
export function policyReader(db: Database, settings: Policy): () => Promise<Policy> {
  return cachedReader(
    async () => {
      const newest = await newestVersionOf(db, "policy");
      return newest ? policyOf(newest) : settings;
    },
    settings,
    0,
  );
}

/** The routine's part of the policy in force; from the settings until one was put. */
export async function readRoutinePolicy(db: Database, settings: RoutinePolicy): Promise<RoutinePolicy> {
  const newest = await newestVersionOf(db, "policy");
  return newest ? routinePolicyFrom(newest.body) : settings;
}
