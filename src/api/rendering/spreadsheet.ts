import writeXlsxFile, { type Cell as XlsxCell } from "write-excel-file/node";
import { HOUR } from "../../domain/time.ts";
import { factoryInstant } from "../../texts/format.ts";

/** A column of a spreadsheet; `time` columns hold instants, ms. */
export interface Column {
  readonly label: string;
  /** In characters. */
  readonly width: number;
  readonly time?: true;
}
export type Cell = string | number | undefined;

/** The characters that begin a formula in a spreadsheet program (OWASP, CSV injection), full-width forms included. */
const FORMULA_START = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;

function csvCell(value: Cell, { time }: Column): string {
  if (value === undefined) return "";
  if (typeof value === "number") return time ? factoryInstant(value) : String(value);
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CSV (RFC 4180) with the byte order mark by which Excel recognises UTF-8; a `'` before what looks like a formula makes it text. */
export function csvOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const heads = columns.map(({ label }) => csvCell(label, { label, width: 0 }));
  const lines = rows.map((row) => columns.map((column, index) => csvCell(row[index], column)));
  return `\uFEFF${[heads, ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** Excel's limit for the text of a cell, in UTF-16 code units. */
const LONGEST_CELL = 32_767;

/**
 * Escapes a text as ECMA-376 (ST_Xstring) does: characters that XML does not allow become `_xHHHH_`, and the `_` of text that looks
 * like such an escape becomes `_x005F_`.
 */
function escapeText(text: string): string {
  return (
    text
      .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/gu, "_x005F_")
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replaceAll(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF\p{Cs}]/gu, (character) => {
        return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
      })
  );
}

function xlsxCell(value: Cell, { time }: Column): XlsxCell {
  if (value === undefined) return null;
  // A workbook has no time zones: times are the factory's (UTC+8).
  if (typeof value === "number" && time) return { value: new Date(value + 8 * HOUR), type: Date, format: "yyyy-mm-dd hh:mm:ss" };
  if (typeof value === "number") return { value, type: Number };
  // Typed as text, so that it is never evaluated as a formula.
  return { value: escapeText(value), type: String, wrap: true, alignVertical: "top" };
}

/** Splits a text into parts that fit into a cell, never within a surrogate pair. */
function splitText(text: string): string[] {
  const all: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + LONGEST_CELL;
    const cut = text.codePointAt(end - 1) ?? 0;
    const next = cut > 0xffff && end < text.length ? end - 1 : end;
    all.push(text.slice(at, next));
    at = next;
  }
  return all;
}

/** Cuts texts that are too long for a cell; their `rest` goes into further cells at the end of the row. */
function splitLongCells(row: readonly Cell[]): { readonly cells: Cell[]; readonly rest: string[] } {
  const rest: string[] = [];
  const cells = row.map((value) => {
    if (typeof value !== "string" || value.length <= LONGEST_CELL) return value;
    const [first, ...others] = splitText(value);
    rest.push(...others);
    return first;
  });
  return { cells, rest };
}

/** A table, on a sheet of its own in the workbook. */
export interface Table {
  readonly sheet: string;
  /** A line above the column labels. */
  readonly head?: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

function sheetOf({ sheet, head, columns, rows }: Table) {
  const plain = { label: "", width: 0 };
  const heads = columns.map(({ label }): XlsxCell => ({
    value: escapeText(label),
    type: String,
    fontWeight: "bold",
    backgroundColor: "#dddddd",
  }));
  const lines = rows.map((row) => {
    const { cells, rest } = splitLongCells(row);
    return [...columns, ...rest.map(() => plain)].map((column, index) =>
      xlsxCell(index < columns.length ? cells[index] : rest[index - columns.length], column),
    );
  });
  const above = head === undefined ? [] : [head.map((text) => xlsxCell(text, plain))];
  return {
    data: [...above, heads, ...lines],
    // Excel's limits for the names of sheets.
    sheet: escapeText(sheet.replaceAll(/[*/:?[\\\]]/gu, "-").slice(0, 31)),
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: above.length + 1,
  };
}

/** An Excel workbook with a sheet for each table. */
export async function xlsxOf(tables: readonly Table[]): Promise<Buffer> {
  return writeXlsxFile(tables.map(sheetOf)).toBuffer();
}
