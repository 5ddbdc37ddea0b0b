import { SECOND, type Ms } from "../domain/time.ts";

/**
 * `Retry-After` (RFC 9110, 10.2.3: seconds or a date) in ms from `now`; `undefined` when absent or unreadable. Whoever asks for more
 * patience than `atMost` ms is asked again anyway.
 */
export function retryAfter(header: string | null | undefined, now: Ms, atMost: Ms): Ms | undefined {
  if (header === null || header === undefined) return undefined;
  const wait = /^\s*\d+\s*$/u.test(header) ? Number(header) * SECOND : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), atMost);
}
