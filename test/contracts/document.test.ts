import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { buildApp } from "../../src/api/app.ts";
import { nothingBehind } from "../../src/api/document.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { NotAuthenticated } from "../../src/identity/verify.ts";
import { openDatabase } from "../../src/records/database.ts";
import { commandTexts } from "../../src/texts/chapters.ts";

/** The OpenAPI document in both languages (`docs/http.md`): nothing in it is untyped, and people find their own words there. */

const json = z.record(z.string(), z.unknown());
type Json = z.infer<typeof json>;
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), json)),
  components: z.object({ schemas: z.record(z.string(), json) }),
  tags: z.array(json),
});

const db = openDatabase("postgres://127.0.0.1:1/none");
const app = await buildApp({
  ...nothingBehind(db, async () => {
    throw new NotAuthenticated("no requests are served");
  }),
  rateLimit: 1_000,
});
beforeAll(async () => {
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await db.destroy();
});

const documents = new Map<string, z.infer<typeof document>>();
/** A document, asked for once. */
async function read(url: string): Promise<z.infer<typeof document>> {
  const made = documents.get(url) ?? document.parse((await app.inject(url)).json());
  documents.set(url, made);
  return made;
}

/** Where a schema says nothing of what it is, at any depth. */
function untyped(schema: unknown, where: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((each, index) => untyped(each, `${where}(${index})`));
  const parsed = json.safeParse(schema);
  if (!parsed.success) return [];
  const { properties, items, additionalProperties, anyOf, oneOf, allOf, prefixItems } = parsed.data;
  const said = Object.keys(parsed.data).filter((key) => !["description", "example", "title", "default"].includes(key));
  const bare = parsed.data["type"] === "object" && !properties && (!additionalProperties || additionalProperties === true);
  const list = parsed.data["type"] === "array" && !items && !prefixItems;
  return [
    ...(said.length === 0 || bare || list ? [where] : []),
    ...Object.entries(json.catch({}).parse(properties)).flatMap(([name, each]) => untyped(each, `${where}.${name}`)),
    ...[items, additionalProperties, anyOf, oneOf, allOf, prefixItems].flatMap((each) => untyped(each, `${where}[]`)),
  ];
}

function operationsOf({ paths }: z.infer<typeof document>): Json[] {
  return Object.values(paths).flatMap((each) => Object.values(each));
}

it("has no untyped schema", async () => {
  const { components, paths } = await read("/openapi.json");
  // An event that says all by its name keeps nothing: its data is an empty object.
  const found = Object.entries(components.schemas).flatMap(([name, schema]) => untyped(schema, name));
  const nothing = found.filter((where) => where.endsWith("Event.data"));
  expect(found.filter((where) => !nothing.includes(where))).toEqual([]);
  for (const operation of Object.values(paths).flatMap((each) => Object.values(each))) {
    const responses = z
      .record(z.string(), z.object({ content: z.record(z.string(), json).optional() }))
      .parse(operation["responses"]);
    for (const { content = {} } of Object.values(responses))
      for (const media of Object.values(content)) expect(untyped(media["schema"], String(operation["operationId"]))).toEqual([]);
  }
});

describe.each([
  ["en", "/openapi.json"],
  ["zh", "/openapi.zh.json"],
] as const)("in %s", (locale, url) => {
  it.each(commandNames)("%s has its words, what follows, and examples of its refusals", async (command) => {
    const operation = operationsOf(await read(url)).find((each) => each["operationId"] === command);
    const { title, says } = commandTexts[command];
    expect(String(operation?.["summary"]).toLowerCase()).toBe(title[locale].toLowerCase());
    expect(operation?.["description"]).toContain(says[locale]);
    const example = (reason: unknown) => ({ content: { "application/problem+json": { example: reason } } });
    expect(operation?.["responses"]).toMatchObject({
      "409": example({ status: 409, reason: command === "receive" ? "order-exists" : "not-in-stage" }),
      "422": example({ status: 422, errors: [{}] }),
    });
  });
});

it("has every operation, parameter and answer in Chinese", async () => {
  const { tags, paths } = await read("/openapi.zh.json");
  const english: string[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    const parsed = json.safeParse(value);
    if (!parsed.success) return;
    for (const [name, item] of Object.entries(parsed.data)) {
      if (name === "example" || name === "examples" || name === "schema") continue;
      if ((name === "description" || name === "summary") && typeof item === "string" && !/\p{Script=Han}/u.test(item))
        english.push(item);
      else look(item);
    }
  };
  look([tags, paths]);
  expect([...new Set(english)]).toEqual([]);
});

it("shows both on the reference page", async () => {
  const { body } = await app.inject("/docs/static/swagger-initializer.js");
  expect(body).toContain("/openapi.zh.json");
  expect(body).toContain("/openapi.json");
});
