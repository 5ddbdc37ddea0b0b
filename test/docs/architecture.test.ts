import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { expectGenerated, table } from "./generated.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Pattern {
  readonly regex: string;
  readonly allowTypeImports?: boolean;
}
interface Lint {
  readonly overrides: readonly {
    readonly files: readonly string[];
    readonly rules: { readonly "no-restricted-imports"?: readonly [string, { readonly patterns: readonly Pattern[] }] };
  }[];
}
const lint = JSON.parse(readFileSync(`${root}.oxlintrc.json`, "utf8")) as Lint;
const document = readFileSync(`${root}docs/architecture.md`, "utf8");

/** Whether a file is one of those that a glob names. */
function isMatch(file: string, glob: string): boolean {
  const parts = glob.split("**").map((part) => part.replaceAll(".", "\\.").replaceAll("*", "[^/]*"));
  return new RegExp(`^${parts.join(".*")}$`, "u").test(file);
}

/** What the linter forbids a file to import: the last override that has the rule holds. */
function fenceOf(file: string): readonly Pattern[] {
  const holding = lint.overrides.filter(
    ({ files, rules }) => rules["no-restricted-imports"] && files.some((glob) => isMatch(file, glob)),
  );
  return holding.at(-1)?.rules["no-restricted-imports"]?.[1].patterns ?? [];
}

/** Each room, with what the document says is in it. */
const described = new Map(
  [...document.matchAll(/^\| `src\/([\w/-]+)\/` +\| (.+?) +\|/gmu)].map(([, room = "", what = ""]) => [room, what]),
);
const rooms = [...described.keys()];
const under = (folder: string) =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
const source = under("src").filter((file) => /\.(?:ts|cjs)$/u.test(file));
const roomOf = (file: string) =>
  rooms.filter((room) => file.startsWith(`src/${room}/`)).toSorted((a, b) => b.length - a.length)[0];
const filesOf = (room: string) => source.filter((file) => roomOf(file) === room);

/** How the files of a room may be imported by another. */
function verdicts(from: string, to: string): { readonly yes: string[]; readonly no: string[]; readonly types: boolean } {
  const fence = fenceOf(`src/${from}/any.ts`);
  const yes: string[] = [];
  const no: string[] = [];
  let types = false;
  for (const file of filesOf(to)) {
    const way = relative(`src/${from}`, file);
    const specifier = way.startsWith(".") ? way : `./${way}`;
    const against = fence.filter(({ regex }) => new RegExp(regex, "u").test(specifier));
    const name = relative(`src/${to}`, file).replace(/\.\w+$/u, "");
    if (against.some(({ allowTypeImports }) => allowTypeImports !== true)) no.push(name);
    else {
      types ||= against.length > 0;
      yes.push(name);
    }
  }
  return { yes, no, types };
}

const code = (names: readonly string[]) =>
  names
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(", ");
/** What a room may import, in words. */
function mayImport(from: string): string {
  const all = rooms.filter((to) => to !== from).map((to) => ({ to, ...verdicts(from, to) }));
  if (all.every(({ no, types }) => no.length === 0 && !types)) return "everything";
  const words = all.flatMap(({ to, yes, no, types }) => {
    if (yes.length === 0) return [];
    if (no.length === 0) return [types ? `${to} (types only)` : to];
    return [no.length <= yes.length ? `${to} without ${code(no)}` : `${to}: ${code(yes)}`];
  });
  // The domain as a whole, where all of it may be imported.
  const parts = rooms.filter((room) => room === "domain" || room.startsWith("domain/"));
  const whole = !from.startsWith("domain") && parts.every((part) => words.includes(part));
  const said = whole ? ["domain", ...words.filter((word) => !parts.includes(word))] : words;
  return said.join("; ") || "nothing";
}

/** The rooms at the top of `src`, and which others each may import. */
function graph(): ReadonlyMap<string, readonly string[]> {
  const top = rooms.filter((room) => !room.includes("/"));
  return new Map(top.map((from) => [from, top.filter((to) => to !== from && verdicts(from, to).yes.length > 0)]));
}

function reaches(edges: ReadonlyMap<string, readonly string[]>, from: string, to: string, seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return (edges.get(from) ?? []).some((next) => next === to || reaches(edges, next, to, seen));
}

function picture(): string {
  const programs = new Set(["bin", "dev", "composition"]);
  const edges = new Map([...graph()].filter(([room]) => !programs.has(room)));
  const lines = [...edges].flatMap(([from, all]) =>
    all
      .filter(
        (to) =>
          !all.some(
            (between) =>
              between !== to && !reaches(edges, between, from) && !reaches(edges, to, between) && reaches(edges, between, to),
          ),
      )
      .map((to) => `  ${from} --> ${to}`),
  );
  return ["```mermaid", "flowchart TD", ...lines, "```"].join("\n");
}

test("the lint fences drawn in docs/architecture.md are those that the linter holds", async () => {
  await expectGenerated("architecture.md", {
    rooms: table(
      ["room", "what is in it", "may import"],
      rooms.map((room) => [`\`src/${room}/\``, described.get(room) ?? "", mayImport(room)]),
    ),
    picture: picture(),
  });
});

test("every folder of src is a room with a fence, and no two rooms import each other but contracts and texts", () => {
  const folders = readdirSync(`${root}src`, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []));
  expect(rooms.filter((room) => !room.includes("/")).toSorted()).toEqual(folders.toSorted());
  const unfenced = rooms.filter((room) => fenceOf(`src/${room}/any.ts`).length === 0);
  expect(unfenced.toSorted()).toEqual(["bin", "dev"]);
  const edges = new Map([...graph()].filter(([room]) => !["bin", "dev", "composition"].includes(room)));
  const both = [...edges].flatMap(([from, all]) =>
    all.filter((to) => from < to && reaches(edges, to, from)).map((to) => `${from} ${to}`),
  );
  expect(both).toEqual(["contracts texts"]);
});

test("the files that the document names are there", () => {
  const named = [...document.matchAll(/`((?:src|test)\/[\w./-]+)`/gu)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(40);
  const there = new Set([...under("src"), ...under("test"), "src"]);
  expect(named.filter((path) => !there.has(path.replace(/\/$/u, "")))).toEqual([]);
});
