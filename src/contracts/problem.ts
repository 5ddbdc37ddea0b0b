import { z } from "zod";
import { commandNames } from "../domain/order/chapters.ts";

/** What can go wrong, as a stable word (`docs/http.md`, Errors), with its HTTP status (RFC 9110). */
export const problemStatus = {
  "invalid-body": 422,
  "invalid-query": 422,
  refused: 409,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  "idempotency-conflict": 422,
  malformed: 400,
  "method-not-allowed": 405,
  "not-acceptable": 406,
  "unsupported-media-type": 415,
  "too-large": 413,
  "too-many-requests": 429,
  unavailable: 503,
  internal: 500,
} as const;
export type ProblemCode = keyof typeof problemStatus;

function isProblemCode(word: string): word is ProblemCode {
  return Object.hasOwn(problemStatus, word);
}
const problemCodes = Object.keys(problemStatus).filter(isProblemCode);

/** `application/problem+json` (RFC 9457), in Chinese or English by `Accept-Language`. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: "`about:blank`: the code says it all" }),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes).meta({ description: "A stable word that programs may act on" }),
    detail: z.string().optional().meta({ description: "A sentence for people" }),
    instance: z.string().optional().meta({ description: "The request's id, to be found in the log" }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "Every wrong field" }),
    reason: z.string().optional().meta({ description: "Why a command was refused: a stable word" }),
    permitted: z.array(z.enum(commandNames)).optional().meta({ description: "The commands that this caller could send now" }),
  })
  .meta({
    id: "ProblemDetails",
    description: "application/problem+json (RFC 9457)",
    example: {
      type: "about:blank",
      title: "The body is invalid",
      status: 422,
      code: "invalid-body",
      detail: "Mend the fields that are listed.",
      errors: [{ path: "lines.0.quantity", message: "is needed" }],
    },
  });
export type Problem = z.infer<typeof problemSchema>;
