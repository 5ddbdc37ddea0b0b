import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

/** npm passes a signal on to its shell alone: what runs for long takes the shell's place, or nobody would tell it to stop. */
test.each(["start", "stack", "api", "worker", "codec-server"])("npm run %s is told what npm is told", async (name) => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  );
  expect(scripts[name]).toMatch(/^exec /u);
});
