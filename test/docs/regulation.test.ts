import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commands, dutyRules } from "../../src/domain/order/chapters.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { regulationRules } from "../../src/domain/regulation.ts";
import { defaultRoutinePolicy } from "../../src/domain/routine/policy.ts";
import { expectGenerated, table } from "./generated.ts";

const text = readFileSync(fileURLToPath(new URL("../../docs/regulation.md", import.meta.url)), "utf8");

test("every rule stands in the regulation, each once, below the words that it came from", () => {
  const stated = [...text.matchAll(/^- \*\*(R\d\.\d)\*\*/gmu)].map(([, rule = ""]) => rule);
  expect(new Set(stated).size).toBe(stated.length);
  expect(new Set([...stated, "H"])).toEqual(new Set(regulationRules));
  let quoted = "";
  for (const line of text.split("\n")) {
    const heading = /^##+ (?:第(.)章|(\d)\.)/u.exec(line);
    if (heading) quoted = heading[1] === undefined ? (heading[2] ?? "") : String("一二三四五六七".indexOf(heading[1]) + 1);
    const rule = /^- \*\*R(\d)\./u.exec(line);
    if (rule) expect(rule[1], line).toBe(quoted);
  }
});

test("the regulation's own numbers are the default policy's", () => {
  const { duties, largeAmountFen } = defaultPolicy;
  const { excellent, promotion, penalties } = defaultRoutinePolicy.rewards;
  expect(duties.confirm.within).toBe("PT2H");
  expect(duties["update-progress"].within).toBe("P7D");
  expect(duties["tell-customer-of-delay"].within).toBe("PT24H");
  expect(largeAmountFen).toBe(10_000 * 100);
  expect([excellent.bonusFen, promotion.months, penalties.entryErrorFen]).toEqual([500 * 100, 3, 100 * 100]);
});

test("each example of the regulation has its scenario", () => {
  const scenarios = readdirSync(fileURLToPath(new URL("../scenarios", import.meta.url)));
  const letters = scenarios.flatMap((name) => /^([a-n])-.*\.test\.ts$/u.exec(name)?.[1]?.toUpperCase() ?? []);
  expect(letters.toSorted().join("")).toBe("ABCDEFGHIJKLMN");
  for (const letter of letters)
    expect(text).toMatch(new RegExp(`^\\| ${letter} +\\|.*\\(\\.\\./test/scenarios/${letter.toLowerCase()}-`, "mu"));
});

/** The names of those that serve a rule. */
function serving(rule: string, rows: Readonly<Record<string, { readonly rule: string }>>): string {
  return Object.entries(rows)
    .flatMap(([name, row]) => (row.rule === rule ? [`\`${name}\``] : []))
    .join(", ");
}

test("the table of rules has the commands and the duties of each", async () => {
  const rows = regulationRules.map((rule) => [rule, serving(rule, commands), serving(rule, dutyRules)]);
  await expectGenerated("regulation.md", { rules: table(["rule", "commands", "duties"], rows) });
});
