import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSettings } from "../../src/settings.ts";

/** The rows of a README's table of settings: the names of each, and its defaults. */
function rowsOf(file: string): { readonly names: readonly string[]; readonly defaults: string }[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
  const rows = [...text.matchAll(/^\| (`[A-Z_]+`[^|]*)\| ([^|]*)\|/gmu)];
  return rows.map(([, cell = "", defaults = ""]) => ({
    names: [...cell.matchAll(/`([A-Z_]+)`/gu)].map(([, name = ""]) => name),
    defaults: defaults.trim(),
  }));
}

test("both READMEs list the same settings with the same defaults", () => {
  const english = rowsOf("README.md");
  expect(english.length).toBeGreaterThan(20);
  expect(rowsOf("README.zh-CN.md")).toEqual(english);
});

test("the defaults in the README are those of the code", () => {
  const settings: Readonly<Record<string, unknown>> = readSettings({});
  for (const { names, defaults } of rowsOf("README.md")) {
    const said = defaults === "" ? [] : defaults.split(", ").map((each) => each.replaceAll("`", ""));
    said.forEach((text, index) => {
      const name = names[index] ?? "";
      const value = settings[name];
      // Processes have these where nothing is set.
      if (value === undefined)
        expect([name, text]).toBeOneOf([
          ["WORKER_PORT", "3001"],
          ["LOG_LEVEL", "info"],
        ]);
      else expect([name, typeof value === "number" ? Number(text) : text]).toEqual([name, value]);
    });
  }
});
