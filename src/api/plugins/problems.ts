import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { problemStatus } from "../../contracts/problem.ts";
import { isDatabaseUnreachable } from "../../records/database.ts";
import { BadCursor } from "../../records/paging.ts";
import { localeOf, type Locale } from "../../texts/locale.ts";
import { problemDetail } from "../../texts/problems.ts";
import { InvalidParameters } from "../requests/validation.ts";
import { ProblemError, problemOf } from "../responses/problem.ts";

/** Fastify's errors that are the caller's fault, by code. */
const problemsOfFastify: Readonly<Record<string, ProblemError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: new ProblemError("malformed", { detail: "body-malformed" }),
  FST_ERR_CTP_EMPTY_JSON_BODY: new ProblemError("malformed", { detail: "body-malformed" }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new ProblemError("malformed", { detail: "body-malformed" }),
  FST_ERR_CTP_BODY_TOO_LARGE: new ProblemError("too-large", { detail: "body-too-large" }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new ProblemError("unsupported-media-type", { detail: "json-only" }),
  FST_ERR_BAD_URL: new ProblemError("malformed"),
  FST_ERR_MAX_PARAM_LENGTH: new ProblemError("not-found", { detail: "no-such-route" }),
  FST_UNDER_PRESSURE: new ProblemError("unavailable", { detail: "slow-down", retryAfter: 5 }),
};

/** Maps any error to a problem: `internal` unless it is the caller's fault or a dependency is unreachable. */
export function asProblem(error: FastifyError | Error, locale: Locale = "en"): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof BadCursor) {
    const errors = [{ path: "cursor", message: problemDetail("cursor-invalid", locale) }];
    return new ProblemError("invalid-query", { detail: "cursor-invalid", errors });
  }
  if (error instanceof InvalidParameters) {
    return new ProblemError("invalid-query", { detail: "body-fields", errors: error.fieldsIn(locale) });
  }
  const code = "code" in error ? error.code : "";
  const mapped = problemsOfFastify[code];
  if (mapped) return mapped;
  if ("statusCode" in error && error.statusCode === 429) return new ProblemError("too-many-requests", { detail: "slow-down" });
  if ("statusCode" in error && typeof error.statusCode === "number" && error.statusCode >= 400 && error.statusCode < 500) {
    return new ProblemError("malformed");
  }
  return isDatabaseUnreachable(error)
    ? new ProblemError("unavailable", { detail: "records-away", retryAfter: 5 })
    : new ProblemError("internal", { detail: "our-fault" });
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: ProblemError): FastifyReply {
  const locale = localeOf(request.headers["accept-language"]);
  const { retryAfter, detail } = problem.particulars;
  if (retryAfter !== undefined) void reply.header("retry-after", retryAfter);
  if (problem.code === "unauthenticated") {
    // RFC 6750, 3.1: no error code where no token was sent.
    const invalid = detail === "token-invalid" ? ', error="invalid_token"' : "";
    void reply.header("www-authenticate", `Bearer realm="gendan"${invalid}`);
  }
  return reply
    .code(problemStatus[problem.code])
    .header("content-language", locale)
    .header("vary", "accept-language")
    .type("application/problem+json; charset=utf-8")
    .serializer(JSON.stringify)
    .send(problemOf(problem, locale, request.id));
}

/** Answers an error as `application/problem+json`, and logs it unless it is the caller's fault. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error, localeOf(request.headers["accept-language"]));
  if (problem.code === "internal") request.log.error({ err: error }, "a request failed");
  else if (problem.code === "unavailable") request.log.warn({ reason: problem.message }, "a request could not be served");
  return sendProblem(request, reply, problem);
}

interface RouteAddress {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** A regular expression for the paths that a route's `url` matches. */
function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) => {
    if (part.startsWith(":")) return "[^/]+";
    return part === "*" ? ".*" : part.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("/")}$`, "u");
}

/** Answers every error as `application/problem+json` (RFC 9457), never with a stack, SQL or file path; 405 with `Allow` where only the method is wrong. */
export const problems = fp(
  async (app) => {
    const addresses = new Map<string, RouteAddress>();
    app.addHook("onRoute", ({ url, method }) => {
      const { pattern, methods } = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      for (const each of [method].flat()) methods.add(each);
      addresses.set(url, { pattern, methods });
    });
    app.setErrorHandler<FastifyError>(answerError);
    app.setNotFoundHandler((request, reply) => {
      const [path = ""] = request.url.split("?");
      const allowed = new Set(
        [...addresses.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : [])),
      );
      if (allowed.size === 0 || allowed.has(request.method)) {
        return sendProblem(request, reply, new ProblemError("not-found", { detail: "no-such-route" }));
      }
      void reply.header("allow", [...allowed].toSorted().join(", "));
      return sendProblem(request, reply, new ProblemError("method-not-allowed", { detail: "no-such-method" }));
    });
  },
  { name: "problems" },
);
