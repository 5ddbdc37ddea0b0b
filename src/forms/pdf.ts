import { readFileSync } from "node:fs";
import { create, type Font } from "fontkit";
import pdfmake from "pdfmake";
import type { Content, TableCell } from "pdfmake/interfaces.js";
import { pageOf } from "../texts/forms.ts";
import { fallbacks, fonts } from "./fonts.ts";
import type { Field, Form, Section, Signature } from "./form.ts";
import { inRows } from "./page.ts";

/** A form as PDF, A4, with the fonts in it. */

const MAIN = { name: "NotoSansSC", normal: fonts[400].file, bold: fonts[700].file };
const FONTS = [MAIN, ...fallbacks];

pdfmake.setFonts(Object.fromEntries(FONTS.map(({ name, normal, bold }) => [name, { normal, bold }])));
// A form is text: nothing that stands in it is ever looked up, on the net or on this machine.
const files = new Set(FONTS.flatMap(({ normal, bold }) => [normal, bold]));
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => files.has(path));

const opened = new Map<string, Font>();
/** Whether a font has a glyph for a character. */
function has({ normal }: (typeof FONTS)[number], character: string): boolean {
  const font = opened.get(normal) ?? create(readFileSync(normal));
  if (!("hasGlyphForCodePoint" in font)) throw new TypeError("the font file holds several fonts");
  opened.set(normal, font);
  return font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}

/** Marks that are never seen themselves: joiners, variation selectors, directions. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const graphemes = new Intl.Segmenter("zh", { granularity: "grapheme" });

/** A part of a text in one font. */
export interface Run {
  readonly text: string;
  readonly font: string;
}

/** What a reader takes for one character, in the first font that has all of it; without what that font only joins it by. */
function whole(grapheme: string): Run | undefined {
  const characters = Array.from(grapheme);
  const font = FONTS.find((each) => characters.every((one) => one === "\n" || INVISIBLE.test(one) || has(each, one)));
  return font && { text: characters.filter((one) => one === "\n" || has(font, one)).join(""), font: font.name };
}

/** One code point: in a font that has it, or named, so that nobody takes the paper for complete where it is not. */
function single(character: string): Run {
  const code = character.codePointAt(0) ?? 0;
  return whole(character) ?? { text: `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`, font: MAIN.name };
}

/** A text as it is printed: in runs of the fonts that have it; what none has (scripts of elsewhere) stands as its code point. */
export function printed(text: string): Run[] {
  const runs: Run[] = [];
  for (const { segment } of graphemes.segment(text)) {
    const one = whole(segment);
    for (const run of one ? [one] : Array.from(segment, single)) {
      const last = runs.at(-1);
      if (last?.font === run.font) runs[runs.length - 1] = { ...last, text: last.text + run.text };
      else runs.push(run);
    }
  }
  return runs;
}

const LABEL = "#f4f4f4";
const layout = {
  hLineWidth: () => 0.6,
  vLineWidth: () => 0.6,
  hLineColor: () => "#555555",
  vLineColor: () => "#555555",
  paddingLeft: () => 4,
  paddingRight: () => 4,
  paddingTop: () => 2,
  paddingBottom: () => 2.5,
};

/** Cells under a cell that spans columns are there, and empty. */
function spanned(count: number): TableCell[] {
  return Array.from({ length: count }, () => ({ text: "" }));
}

function fieldRows(fields: readonly Field[]): TableCell[][] {
  return inRows(fields).map((row) => {
    const cells = row.flatMap<TableCell>(({ label, value }) => [
      { text: printed(label), fillColor: LABEL },
      row.length === 1 ? { text: printed(value), colSpan: 3 } : { text: printed(value) },
    ]);
    return row.length === 1 ? [...cells, ...spanned(2)] : cells;
  });
}

function titled(title: string, span: number): TableCell[] {
  return [{ text: printed(title), bold: true, fillColor: "#dddddd", colSpan: span }, ...spanned(span - 1)];
}

const FIELD_WIDTHS = ["16%", "34%", "16%", "34%"];
/** A row with a cell that is longer than this may be higher than a page: it must be let break. */
const LONG_CELL = 300;

function section(part: Section): Content {
  if ("fields" in part) {
    const body = [titled(part.title, 4), ...fieldRows(part.fields)];
    return { table: { widths: FIELD_WIDTHS, headerRows: 1, keepWithHeaderRows: 1, body }, layout, margin: [0, 0, 0, 9] };
  }
  const { columns, rows, sums = [] } = part;
  const all = columns.reduce((sum, { weight }) => sum + weight, 0);
  const body: TableCell[][] = [
    titled(part.title, columns.length),
    columns.map(({ label, align }): TableCell => ({ text: printed(label), fillColor: "#eeeeee", alignment: align ?? "left" })),
    ...rows.map((row) =>
      row.map((cell, index): TableCell => ({ text: printed(cell), alignment: columns[index]?.align ?? "left" })),
    ),
    ...sums.map(({ label, value }): TableCell[] => [
      { text: printed(label), colSpan: 3, alignment: "right", fillColor: LABEL },
      ...spanned(2),
      { text: printed(value), colSpan: columns.length - 3, alignment: "right", bold: true },
      ...spanned(columns.length - 4),
    ]),
  ];
  return {
    table: {
      widths: columns.map(({ weight }) => `${((weight / all) * 100).toFixed(3)}%`),
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: rows.every((row) => row.every((cell) => cell.length <= LONG_CELL)),
      body,
    },
    layout,
    margin: [0, 0, 0, 9],
  };
}

function signatureCell({ label, by, at, note }: Signature): TableCell {
  const lines = [by, at, note].filter((line) => line !== undefined);
  return {
    stack: [{ text: printed(label), fontSize: 7.5, color: "#333333" }, ...lines.map((line) => ({ text: printed(line) }))],
    // Room for a stamp or a hand.
    margin: [0, 0, 0, Math.max(2, 34 - lines.length * 12)],
  };
}

function signatureTable(signatures: readonly Signature[]): Content {
  const cells = signatures.map(signatureCell);
  const body: TableCell[][] = [];
  for (let index = 0; index < cells.length; index += 3) {
    const row = cells.slice(index, index + 3);
    body.push([...row, ...spanned(3 - row.length)]);
  }
  return { table: { widths: ["*", "*", "*"], dontBreakRows: true, body }, layout, unbreakable: true };
}

/** The PDF's bytes. */
export async function pdfFor(form: Form): Promise<Buffer> {
  const { locale, company, title, marks, head, sections, signatures, foot } = form;
  const number = head[0]?.value ?? "";
  const [before, between, after] = pageOf[locale];
  return pdfmake
    .createPdf({
      pageSize: "A4",
      pageMargins: [34, 42, 34, 46],
      language: locale === "zh" ? "zh-CN" : "en",
      info: { title: `${title} ${number}`, creator: "Gendan", producer: "Gendan" },
      defaultStyle: { font: MAIN.name, fontSize: 8.5, lineHeight: 1.15 },
      header: (page) => ({
        text: page === 1 ? "" : printed(`${title} ${number}`),
        alignment: "right",
        fontSize: 7.5,
        color: "#444444",
        margin: [34, 22, 34, 0],
      }),
      footer: (page, pages) => ({
        text: `${before}${page}${between}${pages}${after}`,
        alignment: "center",
        fontSize: 7.5,
        color: "#444444",
        margin: [34, 14, 34, 0],
      }),
      content: [
        ...(company === undefined ? [] : [{ text: printed(company), alignment: "center" as const, fontSize: 10 }]),
        {
          text: title,
          alignment: "center",
          bold: true,
          fontSize: 16,
          characterSpacing: locale === "zh" ? 2 : 0,
          margin: [0, 2, 0, 4],
        },
        ...marks.map((mark) => ({
          text: printed(mark),
          alignment: "center" as const,
          bold: true,
          margin: [0, 0, 0, 4] as [number, number, number, number],
        })),
        { table: { widths: FIELD_WIDTHS, body: fieldRows(head) }, layout, margin: [0, 2, 0, 9] },
        ...sections.map(section),
        signatureTable(signatures),
        { text: printed(foot), fontSize: 7, color: "#444444", margin: [0, 6, 0, 0] },
      ],
    })
    .getBuffer();
}
