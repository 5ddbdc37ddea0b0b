import { z } from "zod";
import type { EventName, Facts } from "../../domain/order/events.ts";
import { eventWords } from "../../texts/chapters.ts";
import { mergeContracts } from "../chapters.ts";
import type { IsAnswered } from "../same.ts";
import { author, command, list, stampedAt, text } from "./parts.ts";
import { readable } from "./readable.ts";

/** The audit trail: one schema an event, told apart by the event's name. */

/** What each event keeps. An event without a schema, or whose schema has other fields than the domain's type, does not compile. */
const kept = mergeContracts("events");
type Held = { readonly [E in EventName]: IsAnswered<(typeof kept)[E], Facts[E]> };
const held = kept satisfies Held;

/** What stands around each event's data: who, when, why (R1.2). */
const around = {
  number: z.int(),
  at: stampedAt,
  receivedAt: stampedAt,
  actor: author,
  command: z.union([command, z.literal("clock")]).meta({ description: "`clock`: what time or an outside answer brought" }),
  reason: text.optional(),
  note: text.optional(),
};

function isEventName(name: string): name is EventName {
  return Object.hasOwn(held, name);
}
/** Every event of an order. */
export const eventNames: readonly EventName[] = Object.keys(held).filter(isEventName);

/** Of an event `change-requested`: `ChangeRequestedEvent`. */
function componentOf(event: EventName): string {
  return `${event.replaceAll(/(?:^|-)[a-z]/gu, (start) => start.replace("-", "").toUpperCase())}Event`;
}

/** A line of the audit trail as it is answered. */
export type EventAnswer<E extends EventName = EventName> = {
  readonly [N in E]: {
    readonly number: number;
    readonly at: string;
    readonly receivedAt: string;
    readonly actor: z.output<typeof author>;
    readonly command: z.output<typeof command> | "clock";
    readonly event: N;
    readonly reason?: string | undefined;
    readonly note?: string | undefined;
    readonly data: Facts[N];
  };
}[E];

function schemaOf(event: EventName) {
  return z
    .object({ ...around, event: z.literal(event), data: readable(event, held[event]) })
    .meta({ id: componentOf(event), description: eventWords[event].en });
}
const [first, ...others] = eventNames.map(schemaOf);

/** A line of the audit trail. */
// One schema an event, made in a loop: the compiler cannot know which data belongs to which name.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const eventSchema = z.discriminatedUnion("event", [first as NonNullable<typeof first>, ...others]).meta({
  id: "Event",
  description: "A line of the audit trail: who, when, why",
  example: {
    number: 2,
    at: "2026-11-23T01:20:00.000Z",
    receivedAt: "2026-11-23T01:20:00.000Z",
    actor: { id: "wang.fang", role: "supervisor" },
    command: "reassign",
    event: "rep-assigned",
    data: { salesRep: "li.na" },
  },
}) as unknown as z.ZodType<EventAnswer, EventAnswer>;

export const historySchema = list(eventSchema).meta({ id: "History", description: "The audit trail, oldest first" });
