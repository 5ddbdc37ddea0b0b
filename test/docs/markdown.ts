/** What tests read out of a Markdown document. */

/** Without fenced code and code spans, in which a bracket is no link. */
export const withoutCode = (text: string): string => withoutFences(text).replaceAll(/`[^`\n]*`/gu, "");

/** Without fenced code. */
export const withoutFences = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```$/gmu, "");

/** Headings, and the words in bold that a paragraph begins with. */
export const headings = (text: string): readonly string[] =>
  [...withoutFences(text).matchAll(/^(?:#+ (?<heading>.+)|(?:- )?\*\*(?<bold>[^*]+)\*\*)/gmu)].map(({ groups }) =>
    (groups?.["heading"] ?? groups?.["bold"] ?? "").replaceAll("`", "").trim(),
  );

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors(text: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const all = new Set<string>();
  for (const [, heading = ""] of withoutFences(text).matchAll(/^#+ (.+)$/gmu)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const before = found.get(anchor) ?? 0;
    found.set(anchor, before + 1);
    all.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return all;
}
