import { z } from "zod";

/** A cursor that no list has given. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

/** One page of a list. */
export interface PageRequest {
  /** Rows at most. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** The next page's cursor; `null` on the last. */
  readonly next: string | null;
}

/** What a part of a cursor may be: a moment as lists write it, a text as the database takes it, a whole number from 0. */
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
 * The key in a cursor, of the parts that its list puts there.
 * @throws BadCursor when no list gave it: nothing but what {@link cursorOf} writes is read.
 */
export function readCursor<const P extends readonly Part[]>(cursor: string, ...parts: P): Key<P> {
  const [first, ...rest] = parts.map((part) => partOf[part]);
  const key = first && z.tuple([first, ...rest]).safeParse(parseCursor(cursor));
  if (!key?.success || cursorOf(...key.data) !== cursor) throw new BadCursor("the cursor is not one that this list gave");
  // The tuple was made of these very parts.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return key.data as unknown as Key<P>;
}

/** The page that these rows are, one more of which were read than it holds. */
export function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? key(last) : null };
}
