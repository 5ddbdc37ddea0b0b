import { createHash } from "node:crypto";

/** SHA-256 in hex of values as JSON. Another hash under the same idempotency key is another request. */
export function sha256(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** A value that has the same JSON whatever the order of its fields was: a client may serialise a repeated request differently. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, item]) => [field, canonical(item)]);
}
