import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { problemStatus } from "../../contracts/problem.ts";
import { ProblemError, problemOf } from "./problem.ts";

/** Problems by the code of Node's error; other codes are `malformed`. */
const problemsOfNode: Readonly<Record<string, ProblemError>> = {
  // 503, not 408 (RFC 9110): this API's clients take a 4xx as final, and a slow connection may work the next time.
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError("unavailable", { detail: "slow-down", retryAfter: 2 }),
  HPE_HEADER_OVERFLOW: new ProblemError("too-large"),
};

/**
 * Fastify's `clientErrorHandler`: answers what Node's HTTP parser rejects as `application/problem+json`, in English as no header
 * could be read, and ends the connection.
 */
export function answerUnreadableRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  // The client has gone.
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const problem = problemsOfNode[error.code ?? ""] ?? new ProblemError("malformed");
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
