import { expect, it } from "vitest";
import { problemSchema, problemStatus } from "../../src/contracts/problem.ts";
import { localeOf, locales } from "../../src/texts/locale.ts";
import { problemTitle } from "../../src/texts/problems.ts";

it.each([
  [undefined, "en"],
  ["", "en"],
  ["zh", "zh"],
  ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
  ["en-US,en;q=0.9,zh-CN;q=0.8", "en"],
  ["ZH-Hant-TW", "zh"],
  ["en;q=0.3, zh;q=0.7", "zh"],
  ["zh;q=0.001, fr", "zh"],
  ["fr, de;q=0.5", "en"],
  ["*", "en"],
  ["zh;q=0", "en"],
  ["en;q=0, *", "zh"],
  ["zh;q=0, *", "en"],
  ["*;q=0.1, zh", "zh"],
  ["zh, en", "zh"],
  ["en, zh", "en"],
  ["zh ; q=0.5 , en ; q=0.4", "zh"],
  ["zh;q=x", "en"],
  [",,;q=1,", "en"],
  [`zh${" ".repeat(15_500)}x`, "en"],
  [`${",".repeat(15_000)}zh`, "zh"],
  [`en;q="${"a,zh;".repeat(3_000)}`, "en"],
])("reads %j as %s", (header, locale) => {
  expect(localeOf(header)).toBe(locale);
});

it("has a title for every problem, and none that is not one", () => {
  for (const code of problemSchema.shape.code.options) {
    expect(Object.keys(problemStatus)).toContain(code);
    for (const locale of locales)
      expect(problemTitle(code, locale)).toMatch(locale === "zh" ? /^\p{Script=Han}+$/u : /^[A-Z][A-Za-z ]+$/u);
  }
  expect(problemSchema.shape.code.options.length).toBe(Object.keys(problemStatus).length);
});
