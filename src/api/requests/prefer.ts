import type { FastifyRequest } from "fastify";

/** A quoted string (RFC 9110, 5.6.4), terminated or not. */
const QUOTED_STRING = /"(?:[^"\\]|\\.)*(?:"|\\?$)/gsu;

/**
 * Whether a `Prefer` header (RFC 7240) lists `respond-async` as a preference. Parameters of other preferences and quoted strings
 * do not count.
 */
export function prefersAsync(prefer: string): boolean {
  const unquoted = prefer.replaceAll(QUOTED_STRING, (text) => (text === '""' ? "" : "text"));
  // An empty value is the same as none (RFC 7240, 2).
  return unquoted.split(",").some((preference) => /^\s*respond-async\s*(?:=\s*)?(?:;|$)/iu.test(preference));
}

/** Whether a request asks for `Prefer: respond-async`. */
export function respondsAsync(request: FastifyRequest): boolean {
  return prefersAsync([request.headers["prefer"] ?? []].flat().join(","));
}
