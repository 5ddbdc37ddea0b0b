import { sql } from "kysely";
import type { Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";

/** What was asked, under whose key. */
export interface KeyedRequest {
  /** Of caller and key. */
  readonly id: string;
  /** Of all that the request says. */
  readonly hash: string;
}

/** Takes a key for a request; whether nobody had it. */
async function claimKey(db: Database, { id, hash }: KeyedRequest): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto("answers")
    .values({ id, hash, body: "{}" })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

function readAnswer(db: Database, { id }: KeyedRequest) {
  return db.selectFrom("answers").select(["hash", "body"]).where("id", "=", id).executeTakeFirstOrThrow();
}

/**
 * Does `work` once a key, in one transaction with the record of its answer; the same again is answered the same, and what comes at the same
 * time waits for it. What `work` throws undoes all of it, so that the same may be asked again.
 * @returns `"conflict"` when the key was used for something else
 */
export async function answerOnce<T extends object>(
  db: Database,
  keyed: KeyedRequest,
  work: (trx: Database) => Promise<T>,
): Promise<{ readonly answer: T } | "conflict"> {
  return db.transaction().execute(async (trx) => {
    if (await claimKey(trx, keyed)) {
      const answer = await work(trx);
      await trx
        .updateTable("answers")
        .set({ body: JSON.stringify(answer) })
        .where("id", "=", keyed.id)
        .execute();
      return { answer };
    }
    const before = await readAnswer(trx, keyed);
    // What was written under this hash is what this work answers.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return before.hash === keyed.hash ? { answer: before.body as T } : "conflict";
  });
}

/**
 * Keeps the answer of `work` under a key, where it cannot be undone: each part of it has to be such that nothing happens by doing it again,
 * as whoever is cut off before there is an answer asks again. The same again is answered the same.
 * @returns `"conflict"` when the key was used for something else
 */
export async function rememberAnswer<T extends object>(
  db: Database,
  keyed: KeyedRequest,
  work: () => Promise<T>,
): Promise<{ readonly answer: T } | "conflict"> {
  await claimKey(db, keyed);
  const before = await readAnswer(db, keyed);
  if (before.hash !== keyed.hash) return "conflict";
  if (Object.keys(before.body).length === 0) {
    const body = JSON.stringify(await work());
    // The first of those that were at it at the same time.
    await db.updateTable("answers").set({ body }).where("id", "=", keyed.id).where("body", "=", {}).execute();
  }
  // What was written under this hash is what this work answers.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { answer: (await readAnswer(db, keyed)).body as T };
}

/** Forgets answers that were given longer than `keep` ms ago. */
export async function forgetAnswers(db: Database, keep: Ms): Promise<void> {
  await sql`delete from answers where answered_at < now() - ${keep} * interval '1 millisecond'`.execute(db);
}
