import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { localeOf } from "../texts/locale.ts";
import { problemDetail } from "../texts/problems.ts";
import { ProblemError } from "./responses/problem.ts";

/** A key is a segment of an address; `.` and `..` are segments that clients take away. */
const KEY = /^(?!\.{1,2}$)[\u0021-\u007E]{1,200}$/u;

/** The header of a request that may carry a key, for its document; what a key may be is said by {@link keyOf}. */
export const keyHeaders = z.object({ "idempotency-key": z.string().max(200).optional() });

/** What is said where a key is needed. */
export function keyMissing(): ProblemError {
  return new ProblemError("malformed", { detail: "key-missing", errors: [{ path: "Idempotency-Key", message: "missing" }] });
}

/** The caller's `Idempotency-Key`; without one, nothing. */
export function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  // Whoever sends an empty one has forgotten it: taken for none, what they repeat would happen twice.
  if (key === "") throw keyMissing();
  if (typeof key === "string" && KEY.test(key)) return key;
  const message = problemDetail("key-invalid", localeOf(request.headers["accept-language"]));
  throw new ProblemError("invalid-query", { detail: "body-fields", errors: [{ path: "idempotency-key", message }] });
}

/** What a request says, as one text: another text under the same key is another request. */
export function sha256(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The same for any order of the fields: a client that serialises anew repeats itself. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, item]) => [field, canonical(item)]);
}
