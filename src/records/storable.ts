import type { Publication } from "../contracts/workflow.ts";
import type { OrderEvent } from "../domain/order/events.ts";

/**
 * What no database of ours keeps in a text: NUL, which Postgres refuses in text and JSON, and halves of a character, which are no Unicode.
 * Today's orders let none of it in; what those of before took on has to be recorded all the same.
 */
// eslint-disable-next-line no-control-regex -- it is what is looked for
const UNSTORABLE = /[\u0000\p{Cs}]/gu;
/** The first moment of the first year: older code took on reports of any time before, which the database does not know. */
const FIRST = "0001-01-01T00:00:00.000Z";
const EARLIEST = Date.parse(FIRST);
const TOO_EARLY = /^-\d{6}-.*Z$/u;
/** All of these in JSON; what is escaped there twice is found in vain, and does no harm. */
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
  // Texts are changed and nothing else: its shape stays what it was.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return IN_JSON.test(JSON.stringify(value)) ? (toStorableValue(value) as T) : value;
}

/** Events as the records can keep them: what they cannot stands as its picture, ␀ and �. Those of today's code are as they were. */
export function toStorableEvents(events: readonly OrderEvent[]): readonly OrderEvent[] {
  return toStorableTexts(events).map((event) =>
    event.at >= EARLIEST && typeof event.actor.id === "string"
      ? event
      : { ...event, at: Math.max(event.at, EARLIEST), actor: { ...event.actor, id: JSON.stringify(event.actor.id) } },
  );
}

/** A publication as the records can keep it. */
export function toStorable({ order, events, duties, follows, ...rest }: Publication): Publication {
  return {
    ...rest,
    order: toStorableTexts(order),
    events: toStorableEvents(events),
    duties: toStorableTexts(duties),
    follows: follows && toStorableEvents([follows])[0],
  };
}
