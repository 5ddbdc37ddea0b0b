import type { FastifyRequest, FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import type { $ZodType } from "zod/v4/core";
import { inLanguage, wrongFields, type WrongField } from "../../contracts/wrong-fields.ts";
import { localeOf, type Locale } from "../../texts/locale.ts";
import { invalidBody } from "../responses/problem.ts";

/** Path parameters, a query or headers that do not match the route's schema. The messages are made once the caller's language is known. */
export class InvalidParameters extends Error {
  override readonly name = "InvalidParameters";
  readonly fieldsIn: (locale: Locale) => WrongField[];
  constructor(fieldsIn: (locale: Locale) => WrongField[]) {
    super("invalid parameters");
    this.fieldsIn = fieldsIn;
  }
}

/**
 * Fastify's validator: checks path parameters, query and headers against the Zod schema of the route. Bodies are not checked
 * here but in the route ({@link parseBody}), after the caller is known to have the role for it.
 */
export const compileValidator: FastifySchemaCompiler<$ZodType> = ({ schema, httpPart }) => {
  if (httpPart === "body") return (value: unknown) => ({ value });
  return (value: unknown) => {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return { value: parsed.data };
    return {
      error: new InvalidParameters((locale) => {
        const again = z.safeParse(schema, value, { error: inLanguage(locale) });
        return again.success ? [] : wrongFields(again.error);
      }),
    };
  };
};

/**
 * The request's body, checked against a schema.
 * @throws ProblemError `invalid-body` with every wrong field, in the caller's language
 */
export function parseBody<S extends z.ZodType>(request: FastifyRequest, schema: S): z.output<S> {
  const locale = localeOf(request.headers["accept-language"]);
  // A missing object is parsed as an empty one, so that every missing field is named.
  const missing = schema instanceof z.ZodObject ? {} : undefined;
  const parsed = schema.safeParse(request.body ?? missing, { error: inLanguage(locale) });
  if (!parsed.success) throw invalidBody(...wrongFields(parsed.error));
  return parsed.data;
}
