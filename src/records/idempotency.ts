import { sql } from "kysely";
import type { Ms } from "../domain/time.ts";
import type { Database } from "./database.ts";

/** A request with its idempotency key. */
export interface KeyedRequest {
  /** A hash of caller and key. */
  readonly id: string;
  /** A hash of the whole request. */
  readonly hash: string;
}

/** Reserves a key for a request. False when the key was used before. */
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
 * Runs `work` once for each key, and stores its answer in the same transaction. The same request again gets the stored answer; one that
 * comes at the same time waits for it. If `work` throws, everything is rolled back, and the request can be sent again.
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
    // The stored answer has the type of this work: the hash covers the whole request.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return before.hash === keyed.hash ? { answer: before.body as T } : "conflict";
  });
}

/**
 * Stores the answer of `work` under a key, for work that cannot be rolled back. Each part of `work` has to be idempotent: a caller that
 * is disconnected before the answer sends the request again. The same request again gets the stored answer.
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
    // Of several at the same time the first one's answer stays.
    await db.updateTable("answers").set({ body }).where("id", "=", keyed.id).where("body", "=", {}).execute();
  }
  // The stored answer has the type of this work: the hash covers the whole request.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { answer: (await readAnswer(db, keyed)).body as T };
}

/** Deletes answers that are older than `keep` ms. */
export async function forgetAnswers(db: Database, keep: Ms): Promise<void> {
  await sql`delete from answers where answered_at < now() - ${keep} * interval '1 millisecond'`.execute(db);
}
