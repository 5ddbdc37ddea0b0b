import type { FastifyReply, FastifyRequest } from "fastify";
import Negotiator from "negotiator";
import { ProblemError } from "../responses/problem.ts";

/** The media types of answers. */
export const mediaTypes = {
  json: "application/json; charset=utf-8",
  html: "text/html; charset=utf-8",
  pdf: "application/pdf",
  csv: "text/csv; charset=utf-8; header=present",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
export type Format = keyof typeof mediaTypes;

function withoutParameters(format: Format): string {
  return mediaTypes[format].split(";")[0] ?? "";
}

/**
 * Negotiates the format of an answer by `Accept` (RFC 9110, 12.5.1), and sets `Vary`. Without a preference it is the first offered.
 * @throws ProblemError `not-acceptable` when the request accepts none of them
 */
export function negotiateFormat<F extends Format>(request: FastifyRequest, reply: FastifyReply, offered: readonly F[]): F {
  void reply.header("vary", "accept, accept-language");
  const best = new Negotiator(request.raw).mediaType(offered.map(withoutParameters));
  const format = offered.find((each) => withoutParameters(each) === best);
  if (format === undefined) throw new ProblemError("not-acceptable", { detail: "no-such-format" });
  return format;
}
