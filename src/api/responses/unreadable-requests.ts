import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { problemStatus } from "../../contracts/problem.ts";
import { ProblemError, problemOf } from "./problem.ts";

/** What Node says of a request that it could not even read; whatever else is wrong with one is malformed. */
const read: Readonly<Record<string, ProblemError>> = {
  // Not the 408 of RFC 9110: clients of ours take a 4xx as final, and a slow line is none.
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError("unavailable", { detail: "slow-down", retryAfter: 2 }),
  HPE_HEADER_OVERFLOW: new ProblemError("too-large"),
};

/**
 * Answers a request that is no HTTP (no request reaches the routes then) as `application/problem+json`, in English as no
 * header could be read, and ends the connection.
 */
export function answerUnreadableRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  // Nobody is there to be answered.
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const problem = read[error.code ?? ""] ?? new ProblemError("malformed");
  const status = problemStatus[problem.code];
  const { retryAfter } = problem.particulars;
  const body = JSON.stringify(problemOf(problem, "en", randomUUID()));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json; charset=utf-8",
    "content-language: en",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
    "connection: close",
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}
