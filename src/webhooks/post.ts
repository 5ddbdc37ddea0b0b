import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { ForbiddenAddress, guardedLookup, mayReach, type Networks } from "./addresses.ts";
import type { Ms } from "../domain/time.ts";

/** How a try at a receiver ended. */
export type Answer =
  | { readonly result: "answered"; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly result: "unanswered"; readonly why: string };

interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, ms. */
  readonly within: Ms;
  readonly networks: Networks;
  /** How names are looked up; the system's way unless a test says otherwise. */
  readonly lookup?: RequestOptions["lookup"];
}

/** One line that says nothing of what was sent or answered. */
function whyOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) return "address not allowed";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "connection failed";
}

/**
 * Posts once. Only the status of what is answered is read; a redirect is an answer, and is not followed. An address that may
 * not be reached is not connected to, whatever the name said when it was told to us.
 */
export function post({ url, headers, body, within, networks, lookup = guardedLookup(networks) }: Sending): Promise<Answer> {
  const { protocol, hostname } = new URL(url);
  const literal = hostname.replace(/^\[|\]$/gu, "");
  // A literal address is never looked up.
  if (isIP(literal) !== 0 && !mayReach(literal, networks)) {
    return Promise.resolve({ result: "unanswered", why: "address not allowed" });
  }
  const open = protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const sent = open(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      lookup,
      // A connection of its own: what is kept open was checked for another name.
      agent: false,
      signal: AbortSignal.timeout(within),
    });
    sent.once("response", (answer: IncomingMessage) => {
      resolve({ result: "answered", status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] });
      answer.destroy();
    });
    sent.once("error", (error) => {
      const why = error.name === "AbortError" || error.name === "TimeoutError" ? "no answer in time" : whyOf(error);
      resolve({ result: "unanswered", why });
    });
    sent.end(body);
  });
}
