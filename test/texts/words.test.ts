import { expect, it } from "vitest";
import { fieldTexts } from "../../src/texts/fields.ts";
import * as words from "../../src/texts/words.ts";
import { wordOf } from "../../src/texts/words.ts";

const { wordOf: _, ...named } = words;
const tables = { ...named, fieldTexts };

it.each(Object.entries(tables))("%s are written in both languages", (_name, table) => {
  for (const [name, { zh, en }] of Object.entries(table)) {
    expect(zh, name).toMatch(/\p{Script=Han}/u);
    expect(zh, name).not.toMatch(/\p{Script=Han}[,:;!?()]/u);
    expect(en, name).toMatch(/^[\x20-\x7E]+$/u);
  }
});

it("says what has no word as it is", () => {
  expect(wordOf(words.dutyWords, "confirm", "zh")).toBe("与客户确认订单");
  expect(wordOf(words.roleWords, "li.na", "zh")).toBe("li.na");
  expect(wordOf(words.roleWords, "toString", "en")).toBe("toString");
});
