import { commandNames, commands } from "../domain/order/chapters.ts";
import type { CommandName } from "../domain/order/bodies.ts";
import { commandTexts, eventWords, fieldLabels } from "../texts/chapters.ts";
import { listed } from "../texts/format.ts";
import type { Locale, Text } from "../texts/locale.ts";
import { referenceInChinese } from "../texts/reference.ts";
import { refusalText } from "../texts/refusals.ts";
import { problemTitle } from "../texts/problems.ts";
import { fieldTexts } from "../texts/fields.ts";
import { roleWords, stageWords } from "../texts/words.ts";

/** The OpenAPI document in one language: commands and their fields under the words that people use (`src/texts/`). */

/** Part of a JSON document. */
type Json = Record<string, unknown>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a component of the document is called in the texts: a command's body like the command, an input like what it is put as. */
function placeOf(component: string): string {
  return component.replace(/Input$/u, "").replace(/-body$/u, "");
}

function labelOf(places: readonly string[], name: string, locale: Locale): string | undefined {
  const key = [...places.map((place) => `${place}.${name}`), name].find((each) => Object.hasOwn(fieldLabels, each));
  return key === undefined ? undefined : fieldLabels[key]?.[locale];
}

/** A sentence of the document in a language. */
function translated(sentence: string, locale: Locale): string {
  return locale === "zh" && Object.hasOwn(referenceInChinese, sentence) ? (referenceInChinese[sentence] ?? sentence) : sentence;
}

/** Every `description` and `summary`, at any depth, in a language; examples stay as they are. */
function translate(value: unknown, locale: Locale): void {
  if (Array.isArray(value)) for (const each of value) translate(each, locale);
  if (!isJson(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (name === "example" || name === "examples") continue;
    if ((name === "description" || name === "summary") && typeof item === "string") value[name] = translated(item, locale);
    else translate(item, locale);
  }
}

/** Describes every property of a schema, at any depth, by its label; what its type says of itself comes after that. */
function describe(schema: unknown, places: readonly string[], locale: Locale, example: unknown): void {
  if (Array.isArray(schema)) for (const each of schema) describe(each, places, locale, undefined);
  if (!isJson(schema)) return;
  const own = isJson(schema["example"]) ? schema["example"] : isJson(example) ? example : {};
  for (const [name, property] of Object.entries(isJson(schema["properties"]) ? schema["properties"] : {})) {
    if (!isJson(property)) continue;
    const label = labelOf(places, name, locale);
    const said = typeof property["description"] === "string" ? property["description"] : undefined;
    const stop = { zh: "。", en: ". " }[locale];
    if (label !== undefined) property["description"] = said === undefined || said === label ? label : `${label}${stop}${said}`;
    // The example of the whole is that of its parts.
    if (Object.hasOwn(own, name) && property["$ref"] === undefined) property["example"] = own[name];
    describe(property, [name, ...places], locale, own[name]);
  }
  for (const within of ["items", "anyOf", "oneOf", "allOf", "additionalProperties", "prefixItems"])
    describe(schema[within], places, locale, undefined);
}

/** What a command's operation says of it: what its body says, what follows, who may send it and when, by which rule. */
function descriptionOf(command: CommandName, locale: Locale): string {
  const { by, machine, stages, rule } = commands[command];
  const { says, follows } = commandTexts[command];
  const who = listed(
    [...by, ...(by.includes("supervisor") ? ["management" as const] : [])].map(
      (role) => `${roleWords[role][locale]} (\`${role}\`)`,
    ),
    locale,
  );
  const when = listed(stages?.map((stage) => `${stageWords[stage][locale]} (\`${stage}\`)`) ?? [], locale);
  const lines: readonly (Text | undefined)[] = [
    { zh: `内容：${says.zh}。`, en: `It says: ${says.en}.` },
    follows && { zh: `结果：${follows.zh}。`, en: `What follows: ${follows.en}.` },
    { zh: `操作人：${who}${machine ? "；系统也可报告" : ""}。`, en: `By: ${who}${machine ? "; a machine may report it" : ""}.` },
    when === "" ? undefined : { zh: `阶段：${when}。`, en: `In stage: ${when}.` },
    { zh: `依据：${rule}。`, en: `Rule: ${rule}.` },
  ];
  return lines.flatMap((line) => (line ? [line[locale]] : [])).join("\n\n");
}

/** Examples of what a command can be answered instead: the state of the order does not allow it (409), its body is wrong (422). */
function refusalExamples(command: CommandName, locale: Locale): { readonly [status: string]: Json } {
  const { stages } = commands[command];
  const stage = "cancelled";
  const allowed = stages ?? ["open"];
  const refused = {
    type: "about:blank",
    title: problemTitle("refused", locale),
    status: 409,
    code: "refused",
    detail: refusalText("not-in-stage", { stage, allowed }, locale),
    reason: "not-in-stage",
    permitted: ["record-communication"],
  };
  const invalid = {
    type: "about:blank",
    title: problemTitle("invalid-body", locale),
    status: 422,
    code: "invalid-body",
    errors: [{ path: "colour", message: fieldTexts["unknown-field"][locale] }],
  };
  const exists = { ...refused, detail: refusalText("order-exists", {}, locale), reason: "order-exists", permitted: [] };
  return { "409": command === "receive" ? exists : refused, "422": invalid };
}

/** What the successful answers of commands are, which the routes leave to the schema. */
const answered: { readonly [status: string]: string } = {
  "200": "The order as it is after the command, and what followed from it",
  "201": "The order that was received",
  "202": "The report is taken in; `Location` tells what becomes of it",
};

function describeCommand(operation: Json, command: CommandName, locale: Locale): void {
  const title = commandTexts[command].title[locale];
  operation["summary"] = title.charAt(0).toUpperCase() + title.slice(1);
  operation["description"] = descriptionOf(command, locale);
  const examples = refusalExamples(command, locale);
  for (const [status, response] of Object.entries(isJson(operation["responses"]) ? operation["responses"] : {})) {
    if (!isJson(response)) continue;
    if (answered[status] !== undefined) response["description"] = translated(answered[status], locale);
    for (const media of Object.values(isJson(response["content"]) ? response["content"] : {})) {
      if (isJson(media) && examples[status] !== undefined) media["example"] = examples[status];
    }
  }
}

/** Describes a document of the API in a language, in place. It is one as the routes make it. */
export function describeDocument(document: unknown, locale: Locale): void {
  if (!isJson(document)) return;
  translate(document, locale);
  const components = isJson(document["components"]) ? document["components"]["schemas"] : undefined;
  const paths = isJson(document["paths"]) ? document["paths"] : {};
  for (const [name, schema] of Object.entries(isJson(components) ? components : {})) {
    describe(schema, [placeOf(name)], locale, undefined);
    const event = eventOf(schema);
    if (isJson(schema) && event !== undefined) schema["description"] = event[locale];
  }
  for (const operation of Object.values(paths).flatMap((path) => Object.values(isJson(path) ? path : {}))) {
    const command = isJson(operation) ? commandNames.find((each) => each === operation["operationId"]) : undefined;
    if (isJson(operation) && command !== undefined) describeCommand(operation, command, locale);
  }
}

/** The words of an event, where a schema is that of one event. */
function eventOf(schema: unknown): Text | undefined {
  const properties = isJson(schema) && isJson(schema["properties"]) ? schema["properties"] : {};
  const name = isJson(properties["event"]) ? properties["event"]["const"] : undefined;
  return Object.entries(eventWords).find(([event]) => event === name)?.[1];
}
