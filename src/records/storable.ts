import type { Publication } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";

/**
 * Characters that Postgres does not store in text and JSON: NUL, and lone surrogates. Commands with them are refused today; events that
 * older code accepted have to be recorded all the same.
 */
// eslint-disable-next-line no-control-regex -- it is what is looked for
const UNSTORABLE = /[\u0000\p{Cs}]/gu;
/** The earliest time that is stored. Older code accepted reports with times before the year 1. */
const FIRST = "0001-01-01T00:00:00.000Z";
const EARLIEST = Date.parse(FIRST);
const TOO_EARLY = /^-\d{6}-.*Z$/u;
/** All of these as JSON writes them. A match on a doubly escaped text is harmless. */
const IN_JSON = /\\u(?:0000|d[89a-f])|"-\d{6}-/iu;

function toStorableText(text: string): string {
  if (TOO_EARLY.test(text)) return FIRST;
  return text.replaceAll(UNSTORABLE, (each) => (each === "\u0000" ? "\u2400" : "\uFFFD"));
}

function toStorableValue(value: unknown): unknown {
  if (typeof value === "string") return toStorableText(value);
  if (Array.isArray(value)) return value.map(toStorableValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [toStorableText(name), toStorableValue(each)]));
}

function toStorableTexts<T>(value: T): T {
  // Only texts are changed, so the type stays the same.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return IN_JSON.test(JSON.stringify(value)) ? (toStorableValue(value) as T) : value;
}

/** Events as the records can store them: NUL becomes ␀, and a lone surrogate �. Events of today's code are unchanged. */
export function toStorableEvents(events: readonly OrderEvent[]): readonly OrderEvent[] {
  return toStorableTexts(events).map((event) =>
    event.at >= EARLIEST && typeof event.actor.id === "string"
      ? event
      : { ...event, at: Math.max(event.at, EARLIEST), actor: { ...event.actor, id: JSON.stringify(event.actor.id) } },
  );
}

/** A publication as the records can store it. */
export function toStorable({ order, events, duties, follows, ...rest }: Publication): Publication {
  return {
    ...rest,
    order: toStorableTexts(order),
    events: toStorableEvents(events),
    duties: toStorableTexts(duties),
    follows: follows && toStorableEvents([follows])[0],
  };
}
