import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { withoutFences } from "./markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const twins = ["", "docs/"].flatMap((folder) =>
  readdirSync(root + folder)
    .filter((name) => name.endsWith(".zh-CN.md"))
    .map((name) => [`${folder}${name.replace(".zh-CN", "")}`, `${folder}${name}`] as const),
);
const read = (file: string) => readFileSync(root + file, "utf8");

/** Code without what is said beside it, and without example texts in either language. */
function codeOf(text: string): string[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gmu)].map(([, , language = "", code = ""]) => {
    const lines = code.split("\n").map((line) => line.replace(/(?:^|\s)#.*$/u, "").trimEnd());
    return [language, ...lines].join("\n");
  });
}
const depths = (text: string) => [...withoutFences(text).matchAll(/^(#+) /gmu)].map(([, marks = ""]) => marks.length);
/** Each table by the number of its rows, and what its first column has in code. */
function tables(text: string): string[][] {
  return [...withoutFences(text).matchAll(/(?:^\|.*\n)+/gmu)].map(([lines]) =>
    lines
      .trimEnd()
      .split("\n")
      .map((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`[^`]+`/gu)].map(([name]) => name).join()),
  );
}
const items = (text: string) => withoutFences(text).match(/^- /gmu)?.length ?? 0;
/** What both languages write alike: names of commands, settings, fields, files. */
const names = (text: string) => new Set([...withoutFences(text).matchAll(/`([^`\n]+)`/gu)].map(([, name = ""]) => name));

test("the department's documents are there in Chinese", () => {
  const chinese = ["README.zh-CN.md", "docs/administration.zh-CN.md", "docs/operations.zh-CN.md", "docs/routine.zh-CN.md"];
  expect(twins.map(([, zh]) => zh)).toEqual(expect.arrayContaining(chinese));
});

test.each(twins)("%s and its Chinese twin have the same headings, tables, lists and code", (en, zh) => {
  const [one, other] = [read(en), read(zh)];
  expect(depths(other)).toEqual(depths(one));
  expect(tables(other)).toEqual(tables(one));
  expect(items(other)).toBe(items(one));
  if (en.startsWith("docs/")) expect(codeOf(other)).toEqual(codeOf(one));
  else expect(codeOf(other).length).toBe(codeOf(one).length);
});

test.each(twins.filter(([en]) => en.startsWith("docs/")))("%s and its twin name the same things", (en, zh) => {
  expect([...names(read(zh))].toSorted()).toEqual([...names(read(en))].toSorted());
});
