import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");

test("the Node of .nvmrc is one that engines allow and the READMEs ask for, of the image's generation", () => {
  const version = read(".nvmrc").trim();
  const [major = "", minor = ""] = version.split(".");
  expect(version).toMatch(/^\d+\.\d+\.\d+$/u);
  const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read("package.json")));
  expect(engines.node).toContain(`>=${major}.${minor}`);
  for (const [, image = ""] of read("Dockerfile").matchAll(/^FROM node:(\d+)/gmu)) expect(image).toBe(major);
  for (const readme of ["README.md", "README.zh-CN.md"]) expect(read(readme)).toContain(`Node.js ${major}.${minor}`);
});

test("editors are told what Prettier does", () => {
  const { printWidth } = z.object({ printWidth: z.int() }).parse(JSON.parse(read(".prettierrc.json")));
  expect(read(".editorconfig")).toContain(`max_line_length = ${printWidth}\n`);
});
