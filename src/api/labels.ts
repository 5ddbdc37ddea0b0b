import { fieldLabels } from "../texts/chapters.ts";
import type { Locale } from "../texts/locale.ts";

/** Fields of the OpenAPI documents under the names that people call them by (`src/texts/commands/`). */

/** Part of a JSON document. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a component of the document is called in the texts: a command's body like the command, an input like what it is put as. */
function placeOf(component: string): string {
  return component.replace(/Input$/u, "").replace(/-body$/u, "");
}

function labelOf(place: string, name: string, locale: Locale): string | undefined {
  const key = `${place}.${name}`;
  const label = Object.hasOwn(fieldLabels, key)
    ? fieldLabels[key]
    : Object.hasOwn(fieldLabels, name)
      ? fieldLabels[name]
      : undefined;
  return label?.[locale];
}

/** Describes every property of a schema, at any depth, by its label; what its type says of itself comes after that. */
function describe(schema: unknown, place: string, locale: Locale): void {
  if (Array.isArray(schema)) for (const each of schema) describe(each, place, locale);
  if (!isJson(schema)) return;
  for (const [name, property] of Object.entries(isJson(schema["properties"]) ? schema["properties"] : {})) {
    if (!isJson(property)) continue;
    const label = labelOf(place, name, locale);
    const own = typeof property["description"] === "string" ? property["description"] : undefined;
    const stop = { zh: "。", en: ". " }[locale];
    if (label !== undefined) property["description"] = own === undefined || own === label ? label : `${label}${stop}${own}`;
    describe(property, place, locale);
  }
  for (const within of ["items", "anyOf", "oneOf", "allOf", "additionalProperties", "prefixItems"])
    describe(schema[within], place, locale);
}

/** Gives every field of the document's schemas its description. */
export function labelFields(document: unknown, locale: Locale): void {
  if (!isJson(document) || !isJson(document["components"]) || !isJson(document["components"]["schemas"])) return;
  for (const [name, schema] of Object.entries(document["components"]["schemas"])) describe(schema, placeOf(name), locale);
}
