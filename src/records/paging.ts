import { z } from "zod";

/** The cursor was not issued by this list. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

/** One page of a list. */
export interface PageRequest {
  /** The most rows of a page. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** The next page's cursor; `null` on the last page. */
  readonly next: string | null;
}

/** The types of a cursor's parts: a time as lists write it, a text that the database accepts, an integer from 0. */
const partOf = {
  time: z.iso.datetime({ precision: 3 }).refine((text) => text >= "2000-" && text < "2200-"),
  // eslint-disable-next-line no-control-regex -- NUL is what is looked for
  text: z.string().refine((text) => !/[\0\p{Cs}]/u.test(text)),
  number: z.int().min(0),
};
type Part = keyof typeof partOf;
type Key<P extends readonly Part[]> = { [I in keyof P]: z.output<(typeof partOf)[P[I]]> };

/** The cursor of the page that begins after a row with this key. */
export function cursorOf(...key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

function parseCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Reads the key from a cursor.
 * @throws BadCursor when {@link cursorOf} did not write it, or for other parts
 */
export function readCursor<const P extends readonly Part[]>(cursor: string, ...parts: P): Key<P> {
  const [first, ...rest] = parts.map((part) => partOf[part]);
  const key = first && z.tuple([first, ...rest]).safeParse(parseCursor(cursor));
  if (!key?.success || cursorOf(...key.data) !== cursor) throw new BadCursor("the cursor is not one that this list gave");
  // The tuple was built from these parts.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return key.data as unknown as Key<P>;
}

/** Makes a page of rows, of which one more than `limit` was read to know whether another page follows. */
export function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? key(last) : null };
}
