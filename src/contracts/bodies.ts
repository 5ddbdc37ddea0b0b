import { z } from "zod";
import type { Bodies, CommandName } from "../domain/order/bodies.ts";
import type { Locale } from "../texts/locale.ts";
import { mergeContracts } from "./chapters.ts";
import { endMoment, isRecord } from "./fields.ts";
import { faultOf, inLanguage, wrongFields, type WrongField } from "./wrong-fields.ts";

export type { WrongField };

/**
 * The body of each command as it is sent (`docs/http.md`, Commands): routes, tests, OpenAPI and the worker's check of signals share them.
 * What the domain decides (stages, who may, line counts) is not asked here. A command without a schema, or with one of another type than the
 * domain's, does not compile.
 */
export const bodySchemas = mergeContracts("bodies") satisfies { [K in CommandName]: z.ZodType<Bodies[K]> };

/** The same, for those who know a command only by its name. */
const byName: { readonly [K in CommandName]: z.ZodType<Bodies[K]> } = bodySchemas;
const objects: { readonly [K in CommandName]: z.ZodObject } = bodySchemas;

/** An order's number, when the caller chooses it: it is the workflow's id and part of the address. */
export const orderNumber = z
  .string()
  .refine((value) => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/u.test(value), faultOf("not-an-order-number"))
  .meta({
    description: "The order's number: letters, digits, dot, underscore, hyphen; 1 to 64, not beginning with a dot",
    example: "SO-2026-0001",
    minLength: 1,
    maxLength: 64,
    pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$",
  });

/** One body a command, as the sales department would send it: the examples of the schemas. */
// `withExample` has checked each against its schema's type; `meta` forgets that.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const examples = Object.fromEntries(
  Object.entries<z.ZodType>(bodySchemas).map(([command, schema]) => [command, schema.meta()?.["example"]]),
) as { readonly [K in CommandName]: Bodies[K] };

/** What a request may carry beside the command's own body: it is no part of what the command says. */
const atField = endMoment.optional().meta({ example: "2026-12-01T10:00:00+08:00" });
const around = z.object({ at: atField });
const aroundReceive = z.object({ at: atField, orderNo: orderNumber.optional() });

/** The envelope's schema, by command: `at` for every one, and a number of the caller's own for `receive`. */
export function envelopeOf(command: CommandName): z.ZodObject {
  return command === "receive" ? aroundReceive : around;
}

/**
 * A command's request as it is sent: its body, with `at` for a machine's business time and, for `receive`, the number
 * that the caller chooses. Requests are read by {@link checkBody}, which tells the two apart; this is for OpenAPI.
 */
export function commandSchema(command: CommandName): z.ZodObject {
  return objects[command].safeExtend(envelopeOf(command).shape);
}

/** What a request of a command says: the body, and what came with it. */
export interface Said<K extends CommandName = CommandName> {
  readonly body: Bodies[K];
  readonly at?: string | undefined;
  readonly orderNo?: string | undefined;
}

/**
 * Reads a request: all that it says, or every field that is wrong, in the reader's language. Whether this caller may send
 * an `at` is the API's to judge.
 */
export function checkBody<K extends CommandName>(command: K, value: unknown, locale: Locale): Said<K> | { errors: WrongField[] } {
  const error = inLanguage(locale);
  if (!isRecord(value)) return { errors: wrongFields(byName[command].safeParse(value, { error }).error ?? new z.ZodError([])) };
  const { at, orderNo, ...rest } = value;
  const misplaced = orderNo !== undefined && command !== "receive";
  const body = byName[command].safeParse(misplaced ? { ...rest, orderNo } : rest, { error });
  const outer = aroundReceive.safeParse(misplaced ? { at } : { at, orderNo }, { error });
  if (body.success && outer.success) return { body: body.data, ...outer.data };
  return { errors: [outer, body].flatMap((each) => (each.success ? [] : wrongFields(each.error))) };
}
