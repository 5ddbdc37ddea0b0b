import { iso } from "../domain/time.ts";

/** A value as both sides of a comparison write it: times as RFC 3339, numbers and `bigint` as text, a missing value as `null`. */
function plain(value: unknown): string {
  if (value instanceof Date) return iso(value.getTime());
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** The columns of a stored row whose value is not the expected one. */
export function findDifferences(expected: object, row: object): string[] {
  const stored = new Map(Object.entries(row));
  return Object.entries(expected).flatMap(([column, value]) => (plain(stored.get(column)) === plain(value) ? [] : [column]));
}
