import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Text } from "../../src/texts/locale.ts";
import { commandWords } from "../../src/texts/chapters.ts";
import { dutyWords, roleWords, stageWords, statusWords } from "../../src/texts/words.ts";
import { expectGenerated, table } from "./generated.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function words(of: Readonly<Record<string, Text>>): string {
  return table(
    ["中文", "English", "in code"],
    Object.entries(of).map(([name, { zh, en }]) => [zh, en, `\`${name}\``]),
  );
}

test("statuses, stages, roles, commands and duties are called what the texts call them", async () => {
  await expectGenerated("glossary.md", {
    statuses: words(statusWords),
    stages: words(stageWords),
    roles: words(roleWords),
    commands: words(commandWords),
    duties: words(dutyWords),
  });
});

test("what the glossary says is in the code is in the code", () => {
  const text = readFileSync(`${root}docs/glossary.md`, "utf8");
  const code = execFileSync("git", ["grep", "-hI", "-e", "", "--", "src", "openapi/gendan.json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const cells = text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(" | ")[2] ?? "");
  const named = new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/gu)].map(([, name = ""]) => name)));
  expect(named.size).toBeGreaterThan(100);
  expect([...named].filter((name) => !code.includes(name))).toEqual([]);
});
