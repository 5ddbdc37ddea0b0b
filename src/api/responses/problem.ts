import type { RefusedCommand } from "../../contracts/workflow.ts";
import type { WrongField } from "../../contracts/bodies.ts";
import { problemSchema, problemStatus, type Problem, type ProblemCode } from "../../contracts/problem.ts";
import { problemDetail, problemTitle, type ProblemDetail } from "../../texts/problems.ts";
import { refusalText } from "../../texts/refusals.ts";
import type { Locale } from "../../texts/locale.ts";

/** What a problem says beside its code. */
interface Particulars {
  readonly detail?: ProblemDetail | undefined;
  readonly errors?: readonly WrongField[] | undefined;
  readonly refused?: RefusedCommand | undefined;
  /** Seconds, for `Retry-After` (RFC 9110). */
  readonly retryAfter?: number | undefined;
}

/** A request that cannot be answered as asked; the error handler makes `application/problem+json` of it. */
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

const answer = {
  description: "What is wrong, as `application/problem+json`",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** Of a route's schema: what it answers with these statuses. */
export function problemResponses(...statuses: readonly number[]): Readonly<Record<string, typeof answer>> {
  return Object.fromEntries(statuses.map((status) => [status, answer]));
}

/** The field that a refusal names, with its sentence. */
function wrongField({ refused, details }: RefusedCommand, locale: Locale): WrongField {
  return { path: String(details["field"]), message: refusalText(refused, details, locale) };
}

/** The body of a problem in one language (RFC 9457). */
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
    // What is refused beside the commands of an order has its stable word in its sentence's name.
    ...(code === "refused" && detail ? { reason: detail } : {}),
  };
}

function fieldsOf({ details }: RefusedCommand): WrongField[] {
  const fields = details["fields"];
  const named: readonly unknown[] = Array.isArray(fields) ? fields : [];
  return named.map((field) => {
    const [path = "", ...message] = String(field).split(": ");
    return { path, message: message.join(": ") };
  });
}

/** The problem that a refusal amounts to: who may not is forbidden, whose order it is not does not see it. */
export function problemOfRefusal(refused: RefusedCommand): ProblemError {
  if (refused.refused === "wrong-role" || refused.refused === "machine-not-allowed")
    return new ProblemError("forbidden", { detail: "role-missing" });
  if (refused.refused === "not-your-order" || refused.refused === "no-such-order")
    return new ProblemError("not-found", { detail: "no-such-order" });
  if (refused.refused === "idempotency-conflict") return new ProblemError("idempotency-conflict", { detail: "key-used" });
  if (refused.refused === "body-invalid")
    return new ProblemError("invalid-body", { detail: "body-fields", errors: fieldsOf(refused) });
  // What this order makes of a field is as wrong as what the field says by itself.
  if ("field" in refused.details) return new ProblemError("invalid-body", { detail: "body-fields", refused });
  return new ProblemError("refused", { refused });
}
