import { test } from "vitest";
import { commandNames, commands, dutyNames, dutyRules } from "../../src/domain/order/chapters.ts";
import { asks } from "../../src/domain/order/effects.ts";
import type { CommandName } from "../../src/domain/order/bodies.ts";
import type { Role } from "../../src/domain/people.ts";
import { defaultPolicy } from "../../src/domain/default-policy.ts";
import { commandTexts, dutyTexts } from "../../src/texts/chapters.ts";
import { expectGenerated, table } from "./generated.ts";

/** The tables of `docs/order.md` are the rows of the domain with the words of the texts. */

const letters: { readonly [R in Role]: string } = {
  sales_rep: "R",
  order_admin: "A",
  customer_service: "C",
  supervisor: "S",
  management: "M",
  production: "P",
  design: "D",
  warehouse: "W",
  logistics: "L",
};
const code = (name: string): string => `\`${name}\``;

function rowOf(name: CommandName): string[] {
  const { by, machine, stages, ended, rule } = commands[name];
  const { says, follows } = commandTexts[name];
  const who = by.length >= Object.keys(letters).length - 1 ? "all" : by.map((role) => letters[role]).join(" ");
  const when = stages?.map(code).join(", ") ?? (ended ? "any, ended too" : "any open");
  return [`${code(name)}${machine ? " •" : ""}`, who, name === "receive" ? "–" : when, says.en, follows?.en ?? "–", rule];
}

test("commands, duties and what is asked outside", async () => {
  const duties = dutyNames.map((name) => {
    const { owner, rule, closedBy } = dutyRules[name];
    const { within, special } = defaultPolicy.duties[name];
    const time = dutyTexts[name].due?.en ?? `${within ?? "–"}${special === undefined ? "" : ` (${special})`}`;
    return [code(name), letters[owner], time, dutyTexts[name].opened.en, closedBy.map(code).join(", "), rule];
  });
  const systems = Object.entries(asks).map(([system, all]) => {
    const machine = commandNames.filter((name) => commands[name].machine && commands[name].by.some((role) => role === system));
    return [system, all.map(code).join(" "), machine.map(code).join(" ") || "delivered or not, in the answer itself"];
  });
  await expectGenerated("order.md", {
    commands: table(["command", "who", "in stage", "what it says", "what follows", "rule"], commandNames.map(rowOf)),
    duties: table(["duty", "owner", "time", "opened by", "closed by", "rule"], duties),
    effects: table(["outside system", "can be asked", "its machine reports"], systems),
  });
});
