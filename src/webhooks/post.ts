import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { ForbiddenAddress, createGuardedLookup, mayReach, type Networks } from "./addresses.ts";
import type { Ms } from "../domain/time.ts";

/** How one attempt ended. */
export type PostOutcome =
  | { readonly result: "answered"; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly result: "unanswered"; readonly why: string };

interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, ms. */
  readonly timeout: Ms;
  readonly networks: Networks;
  /** Default: the system's look-up, restricted to allowed addresses. */
  readonly lookup?: RequestOptions["lookup"];
}

/** Why there was no answer, without anything of what was sent or answered. */
function describeError(error: unknown): string {
  if (error instanceof ForbiddenAddress) return "address not allowed";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "connection failed";
}

/**
 * Posts once. Of the answer only the status and `Retry-After` are read; redirects are not followed. An address that is not allowed
 * is never connected to, whatever the name resolved to when the webhook was subscribed.
 */
export function post({
  url,
  headers,
  body,
  timeout,
  networks,
  lookup = createGuardedLookup(networks),
}: PostRequest): Promise<PostOutcome> {
  const { protocol, hostname } = new URL(url);
  const literal = hostname.replace(/^\[|\]$/gu, "");
  // A literal address is not looked up, so it is checked here.
  if (isIP(literal) !== 0 && !mayReach(literal, networks)) {
    return Promise.resolve({ result: "unanswered", why: "address not allowed" });
  }
  const request = protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const sent = request(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      lookup,
      // No pooled connection, whose address may have been checked for another name.
      agent: false,
      signal: AbortSignal.timeout(timeout),
    });
    sent.once("response", (answer: IncomingMessage) => {
      resolve({ result: "answered", status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] });
      answer.destroy();
    });
    sent.once("error", (error) => {
      const why = error.name === "AbortError" || error.name === "TimeoutError" ? "no answer in time" : describeError(error);
      resolve({ result: "unanswered", why });
    });
    sent.end(body);
  });
}
