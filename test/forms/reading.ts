import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Form, Section } from "../../src/forms/form.ts";

/** A text without white space, as renderers break lines where they like. */
export function withoutSpaces(text: string): string {
  return text.replaceAll(/[\s\u200B]+/gu, "").normalize("NFKC");
}

/** The text of each page of a PDF. */
export async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const cMapUrl = join(dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json")), "cmaps/");
  const document = await getDocument({ data: new Uint8Array(pdf), cMapUrl, cMapPacked: true, verbosity: 0 }).promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ("str" in item ? item.str : "")).join("\n"));
  }
  await document.destroy();
  return pages;
}

/** The text of an HTML page, as a reader sees it. */
export function visibleText(html: string): string {
  const body = html.slice(html.indexOf("<body>"));
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return body.replaceAll(/<[^>]*>/gu, "\n").replaceAll(/&(#?\w+);/gu, (_, name: string) => entities[name] ?? "?");
}

/** All texts of a form. */
export function textsOf(form: Form): string[] {
  const field = ({ label, value }: { label: string; value: string }) => [label, value];
  const section = (part: Section) =>
    "fields" in part
      ? [part.title, ...part.fields.flatMap(field)]
      : [part.title, ...part.columns.map(({ label }) => label), ...part.rows.flat(), ...(part.sums ?? []).flatMap(field)];
  return [
    ...(form.company === undefined ? [] : [form.company]),
    form.title,
    ...form.marks,
    ...form.head.flatMap(field),
    ...form.sections.flatMap(section),
    ...form.signatures.flatMap(({ label, by, at, note }) => [label, ...[by, at, note].filter((each) => each !== undefined)]),
    form.foot,
  ];
}

/** The value next to a label, in any part of the form. */
export function valueOf(form: Form, label: string): string | undefined {
  const fields = [...form.head, ...form.sections.flatMap((part) => ("fields" in part ? part.fields : (part.sums ?? [])))];
  return fields.find((field) => field.label === label)?.value;
}

/** The rows of the table with a title. */
export function rowsOf(form: Form, title: string): readonly (readonly string[])[] {
  const part = form.sections.find((each) => each.title === title);
  return part && "rows" in part ? part.rows : [];
}
