import { readFileSync } from "node:fs";
import { create, type Font } from "fontkit";
import pdfmake from "pdfmake";
import type { Content, TableCell } from "pdfmake/interfaces.js";
import { pageOf } from "../texts/forms.ts";
import { fallbacks, fonts } from "./fonts.ts";
import type { Field, Form, Section, Signature } from "./form.ts";
import { pairFields } from "./page.ts";

/** Renders forms as PDF, A4, with embedded fonts. */

const MAIN = { name: "NotoSansSC", normal: fonts[400].file, bold: fonts[700].file };
const FONTS = [MAIN, ...fallbacks];

pdfmake.setFonts(Object.fromEntries(FONTS.map(({ name, normal, bold }) => [name, { normal, bold }])));
// Nothing in a form is ever fetched: no URLs, and no files but the fonts.
const fontFiles = new Set(FONTS.flatMap(({ normal, bold }) => [normal, bold]));
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => fontFiles.has(path));

const openedFonts = new Map<string, Font>();
/** Whether a font has a glyph for a character. */
function hasGlyph({ normal }: (typeof FONTS)[number], character: string): boolean {
  const font = openedFonts.get(normal) ?? create(readFileSync(normal));
  if (!("hasGlyphForCodePoint" in font)) throw new TypeError("the font file holds several fonts");
  openedFonts.set(normal, font);
  return font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}

/** Characters without a glyph: joiners, variation selectors, direction marks. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const graphemes = new Intl.Segmenter("zh", { granularity: "grapheme" });

/** A part of a text in one font. */
export interface FontRun {
  readonly text: string;
  readonly font: string;
}

/** A grapheme in the first font that has all its visible characters; `undefined` if none has. */
function setGrapheme(grapheme: string): FontRun | undefined {
  const characters = Array.from(grapheme);
  const font = FONTS.find((each) => characters.every((one) => one === "\n" || INVISIBLE.test(one) || hasGlyph(each, one)));
  return font && { text: characters.filter((one) => one === "\n" || hasGlyph(font, one)).join(""), font: font.name };
}

/** One character in a font that has it, else its code point in brackets, so that a missing character is visible on paper. */
function setCharacter(character: string): FontRun {
  const code = character.codePointAt(0) ?? 0;
  return setGrapheme(character) ?? { text: `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`, font: MAIN.name };
}

/** Splits a text into runs of fonts that have its characters. A character that no font has is printed as its code point. */
export function splitByFont(text: string): FontRun[] {
  const runs: FontRun[] = [];
  for (const { segment } of graphemes.segment(text)) {
    const one = setGrapheme(segment);
    for (const run of one ? [one] : Array.from(segment, setCharacter)) {
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

/** The empty cells that pdfmake needs after a cell that spans columns. */
function emptyCells(count: number): TableCell[] {
  return Array.from({ length: count }, () => ({ text: "" }));
}

function fieldRows(fields: readonly Field[]): TableCell[][] {
  return pairFields(fields).map((row) => {
    const cells = row.flatMap<TableCell>(({ label, value }) => [
      { text: splitByFont(label), fillColor: LABEL },
      row.length === 1 ? { text: splitByFont(value), colSpan: 3 } : { text: splitByFont(value) },
    ]);
    return row.length === 1 ? [...cells, ...emptyCells(2)] : cells;
  });
}

function titleRow(title: string, span: number): TableCell[] {
  return [{ text: splitByFont(title), bold: true, fillColor: "#dddddd", colSpan: span }, ...emptyCells(span - 1)];
}

const FIELD_WIDTHS = ["16%", "34%", "16%", "34%"];
/** In characters. A row with a longer cell may be higher than a page, so it may break. */
const LONG_CELL = 300;

function section(part: Section): Content {
  if ("fields" in part) {
    const body = [titleRow(part.title, 4), ...fieldRows(part.fields)];
    return { table: { widths: FIELD_WIDTHS, headerRows: 1, keepWithHeaderRows: 1, body }, layout, margin: [0, 0, 0, 9] };
  }
  const { columns, rows, sums = [] } = part;
  const all = columns.reduce((sum, { weight }) => sum + weight, 0);
  const body: TableCell[][] = [
    titleRow(part.title, columns.length),
    columns.map(({ label, align }): TableCell => ({
      text: splitByFont(label),
      fillColor: "#eeeeee",
      alignment: align ?? "left",
    })),
    ...rows.map((row) =>
      row.map((cell, index): TableCell => ({ text: splitByFont(cell), alignment: columns[index]?.align ?? "left" })),
    ),
    ...sums.map(({ label, value }): TableCell[] => [
      { text: splitByFont(label), colSpan: 3, alignment: "right", fillColor: LABEL },
      ...emptyCells(2),
      { text: splitByFont(value), colSpan: columns.length - 3, alignment: "right", bold: true },
      ...emptyCells(columns.length - 4),
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
    stack: [{ text: splitByFont(label), fontSize: 7.5, color: "#333333" }, ...lines.map((line) => ({ text: splitByFont(line) }))],
    // Room for a stamp or a handwritten signature.
    margin: [0, 0, 0, Math.max(2, 34 - lines.length * 12)],
  };
}

function signatureTable(signatures: readonly Signature[]): Content {
  const cells = signatures.map(signatureCell);
  const body: TableCell[][] = [];
  for (let index = 0; index < cells.length; index += 3) {
    const row = cells.slice(index, index + 3);
    body.push([...row, ...emptyCells(3 - row.length)]);
  }
  return { table: { widths: ["*", "*", "*"], dontBreakRows: true, body }, layout, unbreakable: true };
}

/** Renders a form as PDF. */
export async function renderPdf(form: Form): Promise<Buffer> {
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
        text: page === 1 ? "" : splitByFont(`${title} ${number}`),
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
        ...(company === undefined ? [] : [{ text: splitByFont(company), alignment: "center" as const, fontSize: 10 }]),
        {
          text: title,
          alignment: "center",
          bold: true,
          fontSize: 16,
          characterSpacing: locale === "zh" ? 2 : 0,
          margin: [0, 2, 0, 4],
        },
        ...marks.map((mark) => ({
          text: splitByFont(mark),
          alignment: "center" as const,
          bold: true,
          margin: [0, 0, 0, 4] as [number, number, number, number],
        })),
        { table: { widths: FIELD_WIDTHS, body: fieldRows(head) }, layout, margin: [0, 2, 0, 9] },
        ...sections.map(section),
        signatureTable(signatures),
        { text: splitByFont(foot), fontSize: 7, color: "#444444", margin: [0, 6, 0, 0] },
      ],
    })
    .getBuffer();
}
