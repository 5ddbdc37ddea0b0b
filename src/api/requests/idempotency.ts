import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { localeOf } from "../../texts/locale.ts";
import { problemDetail } from "../../texts/problems.ts";
import { ProblemError } from "../responses/problem.ts";

/** A key is a segment of an address, where clients remove `.` and `..` (RFC 3986, 5.2.4). */
const KEY = /^(?!\.{1,2}$)[\u0021-\u007E]{1,200}$/u;

/** The header in the OpenAPI document; {@link keyOf} checks it. */
export const keyHeaders = z.object({ "idempotency-key": z.string().max(200).optional() });

/** The problem where a key is needed and missing. */
export function keyMissing(): ProblemError {
  return new ProblemError("malformed", { detail: "key-missing", errors: [{ path: "Idempotency-Key", message: "missing" }] });
}

/**
 * The caller's `Idempotency-Key`, if there is one.
 * @throws ProblemError when it is empty or cannot be a key
 */
export function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  // An empty key is a forgotten one. Taken for no key, a repeated request would be carried out twice.
  if (key === "") throw keyMissing();
  if (typeof key === "string" && KEY.test(key)) return key;
  const message = problemDetail("key-invalid", localeOf(request.headers["accept-language"]));
  throw new ProblemError("invalid-query", { detail: "body-fields", errors: [{ path: "idempotency-key", message }] });
}
