import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const copies: string[] = [];
afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true })));

/** The rules that the linter finds broken in a tree of these files, by its own configuration. */
function brokenRules(files: Readonly<Record<string, string>>): string[] {
  const copy = mkdtempSync(join(tmpdir(), "gendan-fences-"));
  copies.push(copy);
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, ".oxlintrc.json"), readFileSync(join(root, ".oxlintrc.json")));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  }
  const found: { diagnostics: { code: string; filename: string }[] } = JSON.parse(lint(copy)) as never;
  return found.diagnostics.map(({ code, filename }) => `${filename}: ${code}`).toSorted();
}

function lint(copy: string): string {
  try {
    return execFileSync(join(root, "node_modules/.bin/oxlint"), ["--format=json"], { cwd: copy, encoding: "utf8" });
  } catch (error) {
    // It exits with 1 when it finds something.
    return (error as { stdout: string }).stdout;
  }
}

test("a circle of types alone is a circle", () => {
  const broken = brokenRules({
    "src/domain/order/left.ts": 'import type { Right } from "./right.ts";\nexport type Left = { right?: Right };\n',
    "src/domain/order/right.ts": 'import type { Left } from "./left.ts";\nexport type Right = { left?: Left };\n',
  });
  expect(broken).toEqual(["src/domain/order/left.ts: import(no-cycle)", "src/domain/order/right.ts: import(no-cycle)"]);
});

test("the clock imports nothing of the order, the order nothing of the routine, a chapter nothing of what is above it: not even types", () => {
  const broken = brokenRules({
    "src/domain/clock/a.ts": 'import type { Order } from "../order/state.ts";\nexport type A = Order;\n',
    "src/domain/policy.ts": 'import type { Order } from "./order/state.ts";\nexport type P = Order;\n',
    "src/domain/order/b.ts": 'import type { R } from "../routine/r.ts";\nexport type B = R;\n',
    "src/domain/order/chapters/c.ts": 'import type { Outcome } from "../append.ts";\nexport type C = Outcome;\n',
    "src/domain/order/chapters/d.ts": 'import type { Order } from "../state.ts";\nexport type D = Order;\n',
    "src/domain/order/e.ts": 'import type { X } from "../../records/x.ts";\nexport type E = X;\n',
  });
  expect(broken).toEqual(
    ["clock/a.ts", "order/b.ts", "order/chapters/c.ts", "order/e.ts", "policy.ts"].map(
      (file) => `src/domain/${file}: eslint(no-restricted-imports)`,
    ),
  );
});
