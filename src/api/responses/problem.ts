import type { RefusedCommand } from "../../contracts/workflow.ts";
import type { WrongField } from "../../contracts/bodies.ts";
import { problemSchema, problemStatus, type Problem, type ProblemCode } from "../../contracts/problem.ts";
import { problemDetail, problemTitle, type ProblemDetail } from "../../texts/problems.ts";
import { refusalText } from "../../texts/refusals.ts";
import type { Locale } from "../../texts/locale.ts";

/** What a problem carries besides its code. */
interface Particulars {
  readonly detail?: ProblemDetail | undefined;
  readonly errors?: readonly WrongField[] | undefined;
  readonly refused?: RefusedCommand | undefined;
  /** Seconds, for `Retry-After` (RFC 9110). */
  readonly retryAfter?: number | undefined;
}

/** Thrown where a request is refused or fails; the error handler answers it as `application/problem+json`. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly particulars: Particulars;
  constructor(code: ProblemCode, particulars: Particulars = {}) {
    super(particulars.refused?.refused ?? particulars.detail ?? code);
    this.code = code;
    this.particulars = particulars;
  }
}

/** The body does not fit, in these fields. */
export function invalidBody(...errors: readonly WrongField[]): ProblemError {
  return new ProblemError("invalid-body", { detail: "body-fields", errors });
}

/** The idempotency key was used before, for another request. */
export function keyConflict(): ProblemError {
  return new ProblemError("idempotency-conflict", { detail: "key-used" });
}

const problemResponse = {
  description: "What is wrong, as `application/problem+json`",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** The problem responses of a route's schema, by status. */
export function problemResponses(...statuses: readonly number[]): Readonly<Record<string, typeof problemResponse>> {
  return Object.fromEntries(statuses.map((status) => [status, problemResponse]));
}

/** The field that a refusal names, with the refusal's sentence. */
function wrongField({ refused, details }: RefusedCommand, locale: Locale): WrongField {
  return { path: String(details["field"]), message: refusalText(refused, details, locale) };
}

/** The body of a problem (RFC 9457) in a language. */
export function problemOf({ code, particulars }: ProblemError, locale: Locale, requestId: string): Problem {
  const { detail, errors, refused } = particulars;
  return {
    type: "about:blank",
    title: problemTitle(code, locale),
    status: problemStatus[code],
    code,
    ...(refused && code === "refused" ? { detail: refusalText(refused.refused, refused.details, locale) } : {}),
    ...(detail ? { detail: problemDetail(detail, locale) } : {}),
    instance: requestId,
    ...(errors ? { errors: [...errors] } : {}),
    ...(refused && code === "invalid-body" ? { errors: [wrongField(refused, locale)] } : {}),
    ...(refused && code === "refused" ? { reason: refused.refused, permitted: [...refused.permitted] } : {}),
    // Refusals other than those of orders' commands have their detail's name as the reason.
    ...(code === "refused" && detail ? { reason: detail } : {}),
  };
}

/** The wrong fields of a `body-invalid` refusal, which lists them as `path: message`. */
function wrongFieldsOf({ details }: RefusedCommand): WrongField[] {
  const fields = details["fields"];
  const named: readonly unknown[] = Array.isArray(fields) ? fields : [];
  return named.map((field) => {
    const [path = "", ...message] = String(field).split(": ");
    return { path, message: message.join(": ") };
  });
}

/** Maps a command's refusal to a problem: a missing role is 403, an order that the caller may not see 404. */
export function problemOfRefusal(refused: RefusedCommand): ProblemError {
  if (refused.refused === "wrong-role" || refused.refused === "machine-not-allowed")
    return new ProblemError("forbidden", { detail: "role-missing" });
  if (refused.refused === "not-your-order" || refused.refused === "no-such-order")
    return new ProblemError("not-found", { detail: "no-such-order" });
  if (refused.refused === "idempotency-conflict") return keyConflict();
  if (refused.refused === "body-invalid") return invalidBody(...wrongFieldsOf(refused));
  // A field that is wrong for this order is answered like one that is wrong by itself.
  if ("field" in refused.details) return new ProblemError("invalid-body", { detail: "body-fields", refused });
  return new ProblemError("refused", { refused });
}
