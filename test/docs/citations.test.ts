import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { anchors, headings, withoutCode } from "./markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const documents = files.filter((file) => file.endsWith(".md"));
const read = (file: string) => readFileSync(join(root, file), "utf8");
/** What a citation may stand in: everything that people write here, but no recorded data. */
const written = files.filter(
  (file) =>
    /\.(?:md|m?[jt]s|cjs|ya?ml|sh|json)$|Dockerfile|^\.ci\//u.test(file) && !/histories\/.*\.json|package-lock/u.test(file),
);

test("a link in a document leads to a file, and to a heading that it has", () => {
  const broken = documents.flatMap((file) =>
    [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/gu)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/u.test(link)) return [];
      const [path = "", heading] = link.split("#");
      const target = path === "" ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(root, target))) return [`${file}: ${link}`];
      return heading === undefined || anchors(read(target)).has(heading) ? [] : [`${file}: ${link} (no such heading)`];
    }),
  );
  expect(broken).toEqual([]);
});

test("a document that is named anywhere exists, and so does the heading that is named with it", () => {
  const missing = written.flatMap((file) =>
    [
      ...read(file).matchAll(
        /(?<![\w/.-])((?:docs|deploy)\/[\w./-]+\.md|[A-Z]{4,}(?:\.zh-CN)?\.md)`?(?:, (?<heading>[A-Z]\w+))?/gu,
      ),
    ].flatMap(({ 1: path = "", groups }) => {
      if (!existsSync(join(root, path))) return [`${file}: ${path}`];
      const heading = groups?.["heading"];
      if (heading === undefined || headings(read(path)).some((text) => text.startsWith(heading))) return [];
      return [`${file}: ${path}, ${heading} (no such heading)`];
    }),
  );
  expect(missing).toEqual([]);
});

test("every document is in the index of docs/, and in one line of it", () => {
  const index = read("docs/README.md");
  const missing = documents
    .filter((file) => /^docs\/(?!README|decisions\/\d)/u.test(file))
    .filter((file) => !index.includes(`](${file.replace("docs/", "")}`));
  expect(missing).toEqual([]);
});
