import { z } from "zod";
import { fieldTexts, isFieldFault, type FieldFault } from "../texts/fields.ts";
import type { Locale } from "../texts/locale.ts";

/** One wrong field: where, as a dotted path (empty: the whole), and what is wrong with it. */
export interface WrongField {
  readonly path: string;
  readonly message: string;
}

/** More than any form has: what names more wrong fields than this was not written by hand, and is not echoed whole. */
const MOST_NAMED = 1_000;

/** How a schema says which of our own sentences belongs to a refinement of it. */
export function faultOf(fault: FieldFault): { params: { fault: FieldFault } } {
  return { params: { fault } };
}

type Issue = z.core.$ZodRawIssue;

const formatFaults: Readonly<Record<string, FieldFault>> = {
  date: "not-a-day",
  datetime: "not-an-instant",
  email: "not-an-email",
};

/** The sentence of ours that an issue of the library is told by, where it has one. */
function ownFault(issue: Issue): FieldFault | undefined {
  if (issue.code === "invalid_type" || issue.code === "invalid_value") return issue.input === undefined ? "missing" : undefined;
  if (issue.code === "unrecognized_keys") return "unknown-field";
  if (issue.code === "too_small") return issue.origin === "string" && issue.minimum === 1 ? "empty" : undefined;
  if (issue.code === "invalid_format") return formatFaults[issue.format];
  if (issue.code !== "custom") return undefined;
  const fault: unknown = issue.params?.["fault"];
  return isFieldFault(fault) ? fault : undefined;
}

const library = { zh: z.locales.zhCN().localeError, en: z.locales.en().localeError };

/**
 * The error map of one parse: our own sentence, else the library's, in the reader's language. Given to each parse and not
 * set globally, so that two requests in different languages never mix.
 */
export function inLanguage(locale: Locale): z.core.$ZodErrorMap {
  return (issue) => {
    const fault = ownFault(issue);
    return fault === undefined ? library[locale](issue) : fieldTexts[fault][locale];
  };
}

/** Every field that a failed parse found wrong, once each, by the first thing that is wrong with it. Unknown fields by their own names. */
export function wrongFields(error: z.ZodError): WrongField[] {
  const named = new Map<string, string>();
  for (const issue of error.issues) {
    const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths.map((each) => each.map(String).join("."))) {
      if (named.size < MOST_NAMED && !named.has(path)) named.set(path, issue.message);
    }
  }
  return [...named].map(([path, message]) => ({ path, message }));
}
