import { MOST_ORDER_BYTES, type Policy } from "../policy.ts";
import type { OrderEvent, Cut } from "./events.ts";

/**
 * How much an order's record may weigh (`docs/http.md`, Size). The engine takes no payload of more than 2 MiB, and the whole record travels in
 * one, compressed, whenever an order continues as new. Weights are bytes: an upper bound of what an event adds to the compressed record, so
 * that nothing has to be compressed to know it. What is reckoned with, of 2,048 KiB:
 *
 * - 1,280 KiB, `policy.orderBytes`: what is said of an order, and what comes of that
 * - 640 KiB: what the clock tells, which is never refused; reminders come less often when most of it is used ({@link slowedBy})
 * - 128 KiB: the policy and the calendar beside the record, and what the engine adds
 */

/** Beside a value's own bytes: its field's name, quotes and separators, which repeat and so compress. */
const [FIELD, NUMBER] = [3, 8];
/** An event's number, times, author's role, names of command and event, format: the same words in every event. */
const EVENT = 32;
/** A SHA-256 in hex carries 32 bytes. */
const HASH = 44;

/** Bytes of a text in JSON and UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    // Control characters, and half of a surrogate pair, are written as \uXXXX.
    if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) bytes += 6;
    else if (character === '"' || character === "\\") bytes += 2;
    else bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * What a value of JSON adds to a compressed record at most, bytes.
 * @param names whether its fields' names count: they may be a stranger's, and then need not repeat
 */
export function weightOfValue(value: unknown, names = false): number {
  if (typeof value === "string") return FIELD + bytesOf(value);
  if (typeof value === "number") return FIELD + NUMBER;
  if (typeof value !== "object" || value === null) return value === undefined ? 0 : FIELD + 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + weightOfValue(item, names), FIELD);
  return Object.entries(value).reduce(
    (sum, [field, item]) => sum + (names ? bytesOf(field) : 0) + weightOfValue(item, names),
    FIELD,
  );
}

/** What an event adds to the compressed record at most, bytes. */
export function weightOf({ data, actor, key, hash, note, reason }: OrderEvent): number {
  const { role: _, ...author } = actor;
  const proof = hash === undefined || !/^[0-9a-f]{64}$/u.test(hash) ? weightOfValue(hash) : HASH;
  // Only what was refused may be of any shape.
  return EVENT + weightOfValue(data, "refusal" in data) + weightOfValue(author) + weightOfValue([key, note, reason]) + proof;
}

/** How much is said of an order at most, bytes. An order that began before there was a budget has the default one. */
export function orderBytesOf({ orderBytes }: Policy): number {
  return orderBytes ?? MOST_ORDER_BYTES;
}

/** Which part of the budget may be used up by what. Reports cannot use up what people's commands need. */
export const shares = {
  /** What nobody can be proved to have sent, with all its text. */
  stranger: 0.2,
  /** A report, or a refused signal, with all its text. */
  report: 0.6,
  /** A report without its text; and a person's large command. */
  large: 0.8,
  /** A person's small command. */
  small: 0.85,
  /** A report that carries the order on or fulfils a duty, without its text. */
  needed: 0.95,
  /** A person's small command that does so: an order can still be finished, called off, handed over, whatever was remarked before. */
  last: 1,
} as const;

/** What counts as small, bytes. */
export const SMALL = 8_192;

/** How much of a record goes into one answer to whoever keeps the records, bytes and events: each is written in one short transaction. */
const [PAGE_BYTES, PAGE_EVENTS] = [256 * 1_024, 1_000];

/** As many of these events as go into one answer, and one at least. */
export function firstPage(events: readonly OrderEvent[]): readonly OrderEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += weightOf(event);
    return index > 0 && (bytes > PAGE_BYTES || index >= PAGE_EVENTS);
  });
  return end === -1 ? events : events.slice(0, end);
}

// --- texts that are cut ---------------------------------------------------------------------------------------------

/** Remarks of a report: nothing is decided by them. */
const remarks = new Set([
  "note",
  "cause",
  "finding",
  "event",
  "place",
  "detail",
  "why",
  "reason",
  "summary",
  "about",
  "action",
  "stage",
]);
/** Shorter ones would not get shorter. */
const CUT_FROM = 40;
/** A body that weighs more without its remarks is not kept. */
const BODY_AT_MOST = 2_048;

/** FNV-1a, 32 bits, hex: tells two texts apart; whether a text is the one that was sent, the event's own hash shows. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function cut(text: string): string {
  return `[${text.length} 字 characters · fnv1a ${digestOf(text)}]`;
}

function shortenedValue(value: unknown, field: string): unknown {
  if (typeof value === "string") return remarks.has(field) && value.length > CUT_FROM ? cut(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => shortenedValue(item, field));
  return typeof value === "object" && value !== null ? shortened(value) : value;
}

/** A report's body with its remarks cut to their length and digest. What it says beside them stays. */
export function shortened<T extends object>(body: T): T;
export function shortened(body: object): object {
  return Object.fromEntries(Object.entries(body).map(([field, value]) => [field, shortenedValue(value, field)]));
}

/** As much of a refused report's body as can be kept when there is little room: `cut` when that is nothing, and it cannot be applied. */
export function keepable(body: object): { body: object; cut?: Cut } {
  const short = shortened(body);
  if (weightOfValue(short) <= BODY_AT_MOST) return { body: short };
  const text = JSON.stringify(body);
  return { body: {}, cut: { length: text.length, digest: digestOf(text) } };
}

/** Whether two values of JSON say the same, whatever the order of their fields. */
export function saysTheSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a, b].map((each) => Object.entries(each).filter(([, value]) => value !== undefined));
  const others = new Map(right);
  return (
    left !== undefined && left.length === others.size && left.every(([field, value]) => saysTheSame(value, others.get(field)))
  );
}
