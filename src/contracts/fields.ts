import { z } from "zod";
import { channels, remedyKinds } from "../domain/order/shapes.ts";
import { dayOf, endingOf, instant, iso } from "../domain/time.ts";
import { regulationRules } from "../domain/regulation.ts";
import type { FieldFault } from "../texts/fields.ts";
import { faultOf } from "./wrong-fields.ts";

/** What the bodies are made of. Unknown fields are wrong, so that a misspelt one is not silently lost. */

// Lone surrogates are kept out too: they are no Unicode text, and Postgres refuses them in JSON.
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const NO_TEXT = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\p{Cs}]/u;
const LINE_ENDS = /[\t\n\u2028\u2029]/u;
function isOneLine(value: string): boolean {
  return !NO_TEXT.test(value) && !LINE_ENDS.test(value);
}

/**
 * A text as it is kept: trimmed, and composed (NFC), so that what looks the same is the same. Every text that comes in begins
 * with it.
 */
const written = z.string().normalize("NFC").trim();

/**
 * A text that is dialled or sent to, as a machine can read it: full-width digits, letters and brackets become narrow ones
 * (NFKC), and every dash is a hyphen.
 */
const narrow = z
  .string()
  .normalize("NFKC")
  .overwrite((value) => value.replaceAll(/[\p{Pd}\u2212]/gu, "-"))
  .trim();

/** Text of one line, not empty. */
export const line = (most: number) => written.min(1).max(most).refine(isOneLine, faultOf("not-one-line"));

/** Text of one line, or nothing. */
export const remark = (most: number) => written.max(most).refine(isOneLine, faultOf("not-one-line"));

/** Text that may have several lines, not empty. Forms in a browser send CRLF. */
const text = (most: number) =>
  written
    .overwrite((value) => value.replaceAll("\r\n", "\n"))
    .min(1)
    .max(most)
    .refine((value) => !NO_TEXT.test(value), faultOf("control-characters"));

export const name = line(200);
export const free = text(2_000);
export const id = line(100);
/** A rule of the regulation. */
export const rule = id
  .refine((value) => regulationRules.some((known) => known === value), faultOf("not-a-rule"))
  .meta({ description: "A rule of the regulation, R1.1 to R7.4; H for a house rule", example: "R3.2" });
export const reason = text(2_000).meta({ description: "Why, in a sentence" });

/** The years that the service reckons with: beyond them, dates of this form end or the database's begin to differ. */
function isNear(value: string): boolean {
  return value >= "2000-01-01" && value < "2200-01-01";
}
const dateForm = z.iso.date();
const instantForm = z.iso.datetime({ offset: true }).max(50);
const isDate = (value: string): boolean => dateForm.safeParse(value).success;
const isInstant = (value: string): boolean => instantForm.safeParse(value).success;
/** For OpenAPI: where either is asked for, the other will do. */
const eitherForm = { anyOf: [{ format: "date" }, { format: "date-time" }], minLength: 10, maxLength: 50 };

/** A day; a moment is taken for the day that it falls on. */
export const day = z
  .string()
  .refine((value) => isDate(value) || isInstant(value), faultOf("not-a-day"))
  .overwrite((value) => (isInstant(value) ? dayOf(instant(value)) : value))
  .refine(isNear, faultOf("too-far"))
  .meta({
    description: "A day in Asia/Shanghai, YYYY-MM-DD; or a moment of it, RFC 3339 with offset",
    example: "2026-12-20",
    ...eitherForm,
  });
/** A moment, or a day alone: what that means, its beginning or its end, depends on the field. */
export const moment = z
  .string()
  .refine((value) => isDate(value) || isInstant(value), faultOf("not-an-instant"))
  .refine(isNear, faultOf("too-far"))
  .meta({
    description: "RFC 3339 with offset; or a day, which begins at 00:00 and ends at 24:00 in Asia/Shanghai",
    example: "2026-12-18T09:00:00+08:00",
    ...eitherForm,
  });
/** The moment by which something has happened: of a day alone its end. */
export const endMoment = moment.overwrite((value) => (isDate(value) ? iso(endingOf(value)) : value));

/** A whole number. JSON has a minus zero; nothing here means one. */
const whole = (least: number, most: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .overwrite((value) => value + 0);
export const fen = whole(0, 100_000_000_000).meta({ description: "Integer fen (0.01 CNY)" });
export const pieces = whole(0, 1_000_000);
export const days = whole(0, 1_000);
export const revision = whole(1, 1_000_000);
export const satisfaction = whole(1, 5);
const quantity = whole(1, 1_000_000);

export const channel = z.enum(channels).meta({ id: "Channel", description: "How the customer was spoken to" });

/** E.164, read leniently: with spaces, hyphens, brackets and an extension, as people write numbers. */
export const phone = narrow
  .max(40)
  .refine(
    (value) =>
      /^\+?[0-9()][0-9 ()-]*(?:(?:x|ext\.?|转) ?[0-9]{1,6})?$/u.test(value) && /^(?:[^0-9]*[0-9]){5,21}[^0-9]*$/u.test(value),
    faultOf("not-a-phone"),
  )
  .meta({ description: "E.164, or as it is dialled in China", example: "+8613800000000" });
/** A number that is dialled within the house, too: an extension. */
export const extension = narrow.min(3).max(40).refine(isOneLine, faultOf("not-one-line"));
export const email = narrow.max(254).check(z.email()).meta({ example: "a@example.com" });

/** A record: what a rule between fields is asked of. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * How a rule between fields names what is wrong, and when it is asked: as soon as those fields are right in themselves,
 * so that one answer names all that is wrong.
 */
export function between(fields: readonly string[], path: readonly string[], fault: FieldFault) {
  return {
    path: [...path],
    ...faultOf(fault),
    when: ({ value, issues }: z.core.ParsePayload): boolean =>
      isRecord(value) && !issues.some((issue) => fields.includes(String(issue.path?.[0]))),
  };
}

const contact = z
  .strictObject({ person: name.optional(), phone: phone.optional(), email: email.optional() })
  .refine((value) => value.phone !== undefined || value.email !== undefined, between(["phone", "email"], [], "unreachable"))
  .meta({ id: "Contact", description: "At least one way to reach the customer: phone or email" });
export const customer = z.strictObject({ name, contact }).meta({ id: "Customer" });

/** Lines whose sum stays an exact integer, also in the database and with all that a change can add. */
function isPayable(lines: readonly { quantity?: number | undefined; unitPriceFen?: number | undefined }[]): boolean {
  return lines.reduce((sum, each) => sum + (each.quantity ?? 0) * (each.unitPriceFen ?? 0), 0) <= 1_000_000_000_000;
}
const ordered = z
  .strictObject({ model: name, specification: free, quantity, unitPriceFen: fen })
  .meta({ id: "OrderedLine", description: "A line of the order; other bodies name it by its index from 0" });
export const lines = z.array(ordered).min(1).max(200).refine(isPayable, faultOf("amount-too-large"));
const soFar = z
  .strictObject({ model: name, specification: free.optional(), quantity: quantity.optional(), unitPriceFen: fen.optional() })
  .meta({ id: "LineSoFar", description: "A line as far as it is known" });
export const linesSoFar = z.array(soFar).max(200).refine(isPayable, faultOf("amount-too-large"));

export const custom = z
  .strictObject({ brief: free })
  .nullable()
  .meta({ description: "What the customer wants made for them; null for products of the catalogue" });

const postcode = line(20);
const street = line(500);
export const address = z
  .strictObject({ province: name, city: name, street, postcode: postcode.optional() })
  .meta({ id: "PostalAddress" });
export const addressSoFar = z
  .strictObject({ province: name.optional(), city: name.optional(), street: street.optional(), postcode: postcode.optional() })
  .meta({ id: "AddressSoFar", description: "An address as far as it is known" });

export const remedy = z.strictObject({ kind: z.enum(remedyKinds), valueFen: fen.optional() }).meta({ id: "Remedy" });

/** A merge patch of the terms (RFC 7396): `null` removes. */
export const termsPatch = z
  .strictObject({
    lines: lines.nullable().optional(),
    custom: z.strictObject({ brief: free.nullable().optional() }).nullable().optional(),
    deliveryAddress: z
      .strictObject({
        province: name.nullable().optional(),
        city: name.nullable().optional(),
        street: street.nullable().optional(),
        postcode: postcode.nullable().optional(),
      })
      .nullable()
      .optional(),
    promisedDate: day.nullable().optional(),
  })
  .meta({ id: "TermsPatch", description: "RFC 7396 on { lines, custom, deliveryAddress, promisedDate }" });
