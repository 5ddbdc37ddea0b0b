import type { Excerpt } from "../../../domain/order/events.ts";
import type { Instant } from "../../../domain/time.ts";

/**
 * The gate: everything that comes into an order's workflow is read in this folder, as `unknown`, a file for each kind. Afterwards it is
 * well-formed, or it is known what is wrong with it. No message can make the code behind the gate fail, and what is kept of a message can
 * be kept in any database. This file reads single values.
 */

/** Characters of an id. */
export const LONGEST_ID = 100;
/** Characters that are kept of what is wrong. */
export const LONGEST_EXCERPT = 500;

type Fields = Readonly<Record<string, unknown>>;

/** Whether it is an object, and no list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own field: never one of the prototype. */
export function ownField(value: Fields, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

// What a line of text cannot hold: control characters, line ends, halves of a character (U+D800 to U+DFFF by themselves).
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const NO_LINE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\p{Cs}]/u;

/** A text of one line that any database can keep; `undefined` for anything else. */
export function readLine(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value.length <= most && value.trim() === value && value !== "" && !NO_LINE.test(value)
    ? value
    : undefined;
}

/** Makes any text fit to be kept: cut after so many characters, and what a line cannot hold escaped as in JSON. */
export function fitText(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, "")}…` : text;
  return cut.replaceAll(new RegExp(NO_LINE, "gu"), (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    // Nested too deep to be written.
    return "[…]";
  }
}

/** The beginning of what was sent, fit to be kept. */
export function excerptOf(value: unknown): Excerpt {
  const text = writeJson(value);
  return { excerpt: fitText(text, LONGEST_EXCERPT), length: text.length };
}

/** Ids, all of them well-formed; `undefined` for anything else. */
export function readIds(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > LONGEST_ID) return undefined;
  const read = value.flatMap((each) => readLine(each, LONGEST_ID) ?? []);
  return read.length === value.length ? read : undefined;
}

/** The first and the last time that the service calculates with, ms. */
const [FIRST, END] = [Date.parse("2000-01-01T00:00:00Z"), Date.parse("2200-01-01T00:00:00Z")];

/** A time in these years, as it was written; `undefined` for anything else. */
export function readTime(value: unknown): Instant | undefined {
  const text = readLine(value, 50);
  return text !== undefined && Date.parse(text) >= FIRST && Date.parse(text) < END ? text : undefined;
}
