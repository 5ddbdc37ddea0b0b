import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { problemStatus } from "../../src/contracts/problem.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { matrix } from "../api/matrix.ts";
import { expectGenerated, table } from "./generated.ts";

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");

/** As much of JSON Schema as the document uses. */
interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly format?: string | undefined;
}
interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
// The document is checked where it is made (`test/api/api.test.ts`).
const { paths, components } = JSON.parse(read("openapi/gendan.json")) as Document;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, each]) => ({ route: `${method.toUpperCase()} ${path}`, path, ...each })),
);
const commandOf = (path: string) => commandNames.find((name) => path === `/orders/{orderNo}/${name}`);

const nameOf = (ref: string) => ref.replace("#/components/schemas/", "").replace(/Input$/u, "");
const component = (name: string) => components.schemas[`${name}Input`] ?? components.schemas[name] ?? {};

/** A type as the document writes it; a text alone has none. `parts` takes the names of what it refers to. */
function typeOf(of: Schema, parts: Set<string>): string {
  if (of.$ref !== undefined) {
    parts.add(nameOf(of.$ref));
    return nameOf(of.$ref);
  }
  if (of.const !== undefined) return JSON.stringify(of.const);
  if (of.enum) return of.enum.map((each) => JSON.stringify(each)).join(" | ");
  const choice = of.anyOf ?? of.oneOf;
  if (choice) {
    const types = [...new Set(choice.map((each) => typeOf(each, parts)))];
    return types.length === 1 ? (types[0] ?? "") : types.map((each) => each || "text").join(" | ");
  }
  if (of.items) return `[${typeOf(of.items, parts) || "text"}…]`;
  if (of.properties) return fieldsOf(of, parts);
  if (Array.isArray(of.type) && of.type.includes("null")) return "null";
  if (of.type === "integer" || of.type === "number") return "n";
  if (of.type === "boolean") return "true | false";
  return of.type === "null" ? "null" : "";
}
function fieldsOf({ properties = {}, required = [] }: Schema, parts: Set<string>, without: readonly string[] = []): string {
  const fields = Object.entries(properties).flatMap(([name, of]) => {
    if (without.includes(name)) return [];
    const type = typeOf(of, parts);
    return [`${name}${required.includes(name) ? "" : "?"}${type === "" ? "" : `: ${type}`}`];
  });
  return `{${fields.join(", ")}}`;
}
/** An object's fields; of one that is told apart by a field, those that all its kinds have. */
function propertiesOf({ properties, oneOf: [first] = [] }: Schema): NonNullable<Schema["properties"]> {
  return properties ?? (first?.$ref === undefined ? {} : propertiesOf(component(nameOf(first.$ref))));
}
const code = (text: string) => `\`${text}\``;

test("error codes and their statuses", () => {
  const rows = [...read("docs/http.md").matchAll(/^\| `([\w-]+)` +\| (\d{3}) +\|/gmu)].map(([, name, status]) => [
    name,
    Number(status),
  ]);
  expect(Object.fromEntries(rows)).toEqual(problemStatus);
});

test("bodies, routes and answers are those of the OpenAPI document, and who may is written down once", async () => {
  const parts = new Set<string>();
  const bodies = operations.flatMap(({ path, requestBody }) => {
    const command = path === "/orders" ? "receive" : commandOf(path);
    const of = requestBody?.content["application/json"]?.schema;
    if (command === undefined || of === undefined) return [];
    return [[code(command), code(fieldsOf(of.$ref === undefined ? of : component(nameOf(of.$ref)), parts, ["note", "at"]))]];
  });
  expect(bodies.length).toBe(commandNames.length);
  // Parts have parts: a set grows while it is walked.
  const made: string[][] = [];
  for (const name of parts) made.push([code(name), code(typeOf(component(name), parts))]);

  const routes = operations
    .filter(({ path, route }) => commandOf(path) === undefined && route !== "POST /orders")
    .map(({ route, parameters = [], summary }) => {
      const row = matrix[route.replaceAll(/\{(\w+)\}/gu, ":$1")];
      const may = row?.may === "authenticated" ? "all" : row?.may === "public" ? "open" : (row?.may ?? []).map(code).join(" ");
      const query = parameters.filter((each) => each.in === "query").map(({ name }) => code(name));
      return [code(route), query.join(" "), `${may}${row?.machine === true ? " •" : ""}`, summary];
    });

  const answers = ["Order", "Duty", "Event", "CommandState", "ListedOrder", "ListedDuty", "OverdueCount"].map((name) => [
    code(name),
    Object.keys(propertiesOf(component(name)))
      .map(code)
      .join(" "),
  ]);
  await expectGenerated("http.md", {
    bodies: table(["command", "body"], bodies),
    parts: table(
      ["name", "is"],
      made.toSorted(([a = ""], [b = ""]) => a.localeCompare(b)),
    ),
    routes: table(["route", "query", "who may", "what"], routes),
    answers: table(["what", "fields"], answers),
  });
});

test("what is decided but not built is not there yet: a line of that list goes when it is", () => {
  const later = read("docs/http.md").split("## Decided, not built yet")[1] ?? "";
  const fields = [
    "differs",
    "unit",
    "customerOrderNo",
    "paymentTerms",
    "deposit",
    "remedyId",
    "parcels",
    "shipmentId",
    "tellCustomer",
  ];
  const bodies = operations.filter(({ path }) => path.startsWith("/orders")).map(({ requestBody }) => requestBody);
  const names = new Set<string>();
  const walk = (of: Schema): void => {
    for (const [name, each] of Object.entries(of.properties ?? {})) {
      names.add(name);
      walk(each);
    }
    for (const each of [...(of.anyOf ?? []), ...(of.oneOf ?? []), ...(of.items ? [of.items] : [])]) walk(each);
    if (of.$ref !== undefined) walk(component(nameOf(of.$ref)));
  };
  for (const body of bodies) for (const each of Object.values(body?.content ?? {})) walk(each.schema);
  expect(names.size).toBeGreaterThan(50);
  for (const field of fields) {
    expect(later).toContain(`\`${field}`);
    expect(names.has(field), field).toBe(false);
  }
  expect(paths["/orders/{orderNo}/ship-part"]).toBeUndefined();
  expect(paths["/customers"]).toBeUndefined();
  const asked = operations.find(({ route }) => route === "GET /orders")?.parameters?.map(({ name }) => name) ?? [];
  for (const name of ["q", "overdue", "promisedFrom", "promisedTo", "sort"]) {
    expect(later).toContain(`\`${name}\``);
    expect(asked).not.toContain(name);
  }
});
