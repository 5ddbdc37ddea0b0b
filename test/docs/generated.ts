import { readFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { expect } from "vitest";

/** A table in Markdown; a `|` in a cell would end it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * Compares the parts of a document that are derived from the code: what stands between `<!-- generated: NAME -->` and
 * `<!-- end -->`. `npm run generate` writes them anew.
 * @throws Error if the document has no such part
 */
export async function expectGenerated(document: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const file = new URL(`../../docs/${document}`, import.meta.url).pathname;
  let text = await readFile(file, "utf8");
  for (const [name, part] of Object.entries(parts)) {
    const begin = `<!-- generated: ${name} -->`;
    const at = text.indexOf(begin);
    const end = text.indexOf("<!-- end -->", at);
    if (at === -1 || end === -1) throw new Error(`${document} has no part "${name}"`);
    text = `${text.slice(0, at + begin.length)}\n\n${part}\n\n${text.slice(end)}`;
  }
  const config = await resolveConfig(file);
  await expect(await format(text, { ...config, filepath: file })).toMatchFileSnapshot(file);
}
