import type { FastifyRequest } from "fastify";

/** A quoted string (RFC 9110, 5.6.4), also one that never ends. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/gsu;

/**
 * Whether a `Prefer` header (RFC 7240) states `respond-async`: as a preference of the list, not as a parameter of another one
 * or inside a quoted string.
 */
export function prefersAsync(prefer: string): boolean {
  const bare = prefer.replaceAll(QUOTED, (text) => (text === '""' ? "" : "text"));
  // An empty value says the same as none (RFC 7240, 2).
  return bare.split(",").some((preference) => /^\s*respond-async\s*(?:=\s*)?(?:;|$)/iu.test(preference));
}

/** Whether whoever sends a request would rather not wait for the command's answer. */
export function respondsAsync(request: FastifyRequest): boolean {
  return prefersAsync([request.headers["prefer"] ?? []].flat().join(","));
}
