import type { FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import type { $ZodType } from "zod/v4/core";
import { inLanguage, wrongFields, type WrongField } from "../../contracts/wrong-fields.ts";
import type { Locale } from "../../texts/locale.ts";

/** Parameters, a query or headers that do not fit. Which fields are wrong is told once the reader's language is known. */
export class WrongParameters extends Error {
  override readonly name = "WrongParameters";
  readonly fieldsIn: (locale: Locale) => WrongField[];
  constructor(fieldsIn: (locale: Locale) => WrongField[]) {
    super("wrong parameters");
    this.fieldsIn = fieldsIn;
  }
}

/**
 * Checks what a request says beside its body with the contract of its route. Bodies pass: they are checked in the route,
 * where the reader's language and the command are known.
 */
export const checkParameters: FastifySchemaCompiler<$ZodType> = ({ schema, httpPart }) => {
  if (httpPart === "body") return (value: unknown) => ({ value });
  return (value: unknown) => {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return { value: parsed.data };
    return {
      error: new WrongParameters((locale) => {
        const again = z.safeParse(schema, value, { error: inLanguage(locale) });
        return again.success ? [] : wrongFields(again.error);
      }),
    };
  };
};
