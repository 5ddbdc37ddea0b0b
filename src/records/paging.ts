/** A cursor that no list has given. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

/** One page of a list. */
export interface Page {
  /** Rows at most. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}
export interface Items<T> {
  readonly items: readonly T[];
  /** The next page's cursor; `null` on the last. */
  readonly next: string | null;
}

/** The cursor of the page that begins after a row with this key. */
export function cursorOf(...key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The key in a cursor: so many texts, the first of them a time unless said otherwise.
 * @throws BadCursor when no list gave it.
 */
export function keyOf(cursor: string, length: number, timed = true): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const parts: unknown[] = Array.isArray(key) ? key : [];
    const texts = parts.filter((part) => typeof part === "string");
    const dated = !timed || !Number.isNaN(Date.parse(texts[0] ?? ""));
    if (texts.length === length && parts.length === length && dated) return texts;
  } catch {
    // Not what a list gave: said below.
  }
  throw new BadCursor("the cursor is not one that this list gave");
}

/** The page that these rows are, one more of which were read than it holds. */
export function paged<T>(rows: readonly T[], limit: number, key: (row: T) => string): Items<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? key(last) : null };
}
