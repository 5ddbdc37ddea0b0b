import type { OrderEvent } from "./events.ts";
import { isPersonal } from "./fields.ts";

/** What a removed text stands as: equal texts of one order stand as equal marks, so that the record still adds up. */
const MARK = /\[removed [\w-]{22}\]/gu;

export function isRemoved(text: string): boolean {
  return text.replaceAll(MARK, "") === "" && text !== "";
}

/** A text for people to read: with a word where a text was removed. */
export function readable(text: string, word: string): string {
  return text.replaceAll(MARK, word);
}

/** The mark of a text, by its digest: 22 characters of base64url. */
export function markOf(digest: string): string {
  return `[removed ${digest}]`;
}

type Change = (text: string) => string;

function changed(value: unknown, change: Change, within: boolean): unknown {
  if (typeof value === "string") return within ? change(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => changed(item, change, within));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, changed(item, change, within || isPersonal(name))]),
  );
}

/** An event with each personal text in it changed. Policy and calendar, which a first event carries, have none. */
export function withPersonal(event: OrderEvent, change: Change): OrderEvent {
  const { note, hash, data } = event;
  const texts = {
    ...(note === undefined ? {} : { note: change(note) }),
    ...(hash === undefined ? {} : { hash: change(hash) }),
  };
  const kept = event.event === "received" ? { policy: event.data.policy, calendar: event.data.calendar } : {};
  // Texts are changed and nothing else: an event's shape stays what it was.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...event, ...texts, data: { ...(changed(data, change, false) as object), ...kept } } as OrderEvent;
}
