import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { stages } from "../../src/domain/order/state.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { moves, stateMachine } from "./state-machine.ts";

const all = moves();

test("the committed picture of the state machine is what the domain does", async () => {
  const file = new URL("../../docs/order-state-machine.md", import.meta.url).pathname;
  const config = await resolveConfig(file);
  await expect(await format(stateMachine(all), { ...config, filepath: file })).toMatchFileSnapshot(file);
});

test("every stage is reached, and every command is sent somewhere", () => {
  expect(new Set(all.map(({ to }) => to))).toEqual(new Set([...stages, "cancelling"]));
  const sent = new Set<string>(all.map(({ command }) => command));
  // A discrepancy needs a machine, an overdue duty time; no move depends on them.
  const elsewhere = ["acknowledge", "resolve-discrepancy"];
  expect(commandNames.filter((name) => !sent.has(name) && !elsewhere.includes(name))).toEqual([]);
});
