import type { Ms } from "../domain/time.ts";

/**
 * How every HTTP server here treats whoever sends slowly, or does not take their answer: cut off after `patience` ms, head and body within
 * the one time, looked at often.
 */
export function serverTimeOuts(patience: Ms) {
  return {
    requestTimeout: patience,
    connectionTimeout: 2 * patience,
    http: { headersTimeout: patience, requestTimeout: patience, connectionsCheckingInterval: Math.ceil(patience / 6) },
  };
}
