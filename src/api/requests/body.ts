import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { inLanguage, wrongFields } from "../../contracts/wrong-fields.ts";
import { localeOf } from "../../texts/locale.ts";
import { ProblemError } from "../responses/problem.ts";

/**
 * What a request's body says.
 * @throws ProblemError `invalid-body` with every wrong field, in the caller's language
 */
export function bodyOf<S extends z.ZodType>(request: FastifyRequest, schema: S): z.output<S> {
  const locale = localeOf(request.headers["accept-language"]);
  // Of an object that was not sent each field that is missing is named.
  const nothing = schema instanceof z.ZodObject ? {} : undefined;
  const parsed = schema.safeParse(request.body ?? nothing, { error: inLanguage(locale) });
  if (!parsed.success) throw new ProblemError("invalid-body", { detail: "body-fields", errors: wrongFields(parsed.error) });
  return parsed.data;
}
