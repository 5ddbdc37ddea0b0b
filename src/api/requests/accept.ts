import type { FastifyReply, FastifyRequest } from "fastify";
import Negotiator from "negotiator";
import { ProblemError } from "../responses/problem.ts";

/** What an answer can be, first what is answered to those who have no wish. */
export const mediaTypes = {
  json: "application/json; charset=utf-8",
  html: "text/html; charset=utf-8",
  pdf: "application/pdf",
  csv: "text/csv; charset=utf-8; header=present",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
export type Format = keyof typeof mediaTypes;

function bare(format: Format): string {
  return mediaTypes[format].split(";")[0] ?? "";
}

/**
 * The format that a request accepts best, of those on offer (RFC 9110, 12.5.1); the answer varies by it.
 * @throws ProblemError `not-acceptable` when it accepts none of them.
 */
export function negotiateFormat<F extends Format>(request: FastifyRequest, reply: FastifyReply, offered: readonly F[]): F {
  void reply.header("vary", "accept, accept-language");
  const best = new Negotiator(request.raw).mediaType(offered.map(bare));
  const format = offered.find((each) => bare(each) === best);
  if (format === undefined) throw new ProblemError("not-acceptable", { detail: "no-such-format" });
  return format;
}
