import { z } from "zod";
import { mayRead } from "../../domain/order/fields.ts";
import { roles } from "../../domain/people.ts";

/** Schemas of events: made of those of bodies, as they stand when they are read. */

/** The shape of a body without its remark, which stands beside an event's data. */
type WithoutNote<S extends z.ZodObject> = Omit<S["shape"], "note">;

/** The data of an event that keeps what a body says, and perhaps more. */
export function said<S extends z.ZodObject, M extends z.core.$ZodLooseShape = Record<never, never>>(
  body: S,
  more?: M,
): z.ZodObject<WithoutNote<S> & M> {
  const { note: _, ...shape } = body.shape;
  // The compiler does not know what is left of a shape that it knows as a type parameter only.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return z.object({ ...shape, ...more }) as unknown as z.ZodObject<WithoutNote<S> & M>;
}

/** Values that are read whole or not at all. */
const whole: ReadonlySet<string> = new Set(["policy", "calendar", "details", "body"]);

/** How many roles read a field in a place. */
function readersOf(name: string, place: string): number {
  return roles.filter((role) => mayRead([role], name, place)).length;
}

function object(schema: z.ZodObject, place: string): z.ZodType {
  const shape = Object.entries(schema.shape).flatMap(([name, field]: [string, z.ZodType]): [string, z.ZodType][] => {
    const readers = readersOf(name, place);
    if (readers === 0) return [];
    const each = whole.has(name) ? field : readable(name, field);
    return [[name, readers < roles.length && !each.isOptional() ? each.optional() : each]];
  });
  return z.object(Object.fromEntries(shape));
}

/** What a schema without limits and names says of itself. */
function described(schema: z.ZodType, plain: z.ZodType): z.ZodType {
  const { description, example } = schema.meta() ?? {};
  const meta = { ...(description === undefined ? {} : { description }), ...(example === undefined ? {} : { example }) };
  return Object.keys(meta).length === 0 ? plain : plain.meta(meta);
}

/**
 * A schema as readers meet what it describes: without the limits that are asked of what comes in, since older events had others and removed
 * texts stand as marks; and with all fields optional that not every role may read.
 * @param place the event, or the field that it stands in (`src/domain/order/fields.ts`)
 */
export function readable(place: string, schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return readable(place, schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodNullable) return readable(place, schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodArray) return described(schema, z.array(readable(place, schema.element as z.ZodType)));
  if (schema instanceof z.ZodObject) return described(schema, object(schema, place));
  if (schema instanceof z.ZodString) return schema.meta()?.id === undefined ? described(schema, z.string()) : schema;
  if (schema instanceof z.ZodNumber) return described(schema, z.int());
  return schema;
}
