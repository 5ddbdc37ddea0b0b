import writeXlsxFile, { type Cell as XlsxCell } from "write-excel-file/node";
import { HOUR } from "../../domain/time.ts";
import { factoryInstant } from "../../texts/format.ts";

/** A column of a table that is opened with a spreadsheet program; `time` columns hold instants, ms. */
export interface Column {
  readonly label: string;
  /** Of the column, in characters. */
  readonly width: number;
  readonly time?: true;
}
export type Cell = string | number | undefined;

/** What a spreadsheet program takes for the beginning of a formula (OWASP, CSV injection), full-width forms too. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;

function csvCell(value: Cell, { time }: Column): string {
  if (value === undefined) return "";
  if (typeof value === "number") return time ? factoryInstant(value) : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CSV (RFC 4180) with the byte order mark by which Excel knows UTF-8; what looks like a formula is made text with `'`. */
export function csvOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const heads = columns.map(({ label }) => csvCell(label, { label, width: 0 }));
  const lines = rows.map((row) => columns.map((column, index) => csvCell(row[index], column)));
  return `\uFEFF${[heads, ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** What a cell holds at most, in UTF-16 units; an Excel limit. */
const LONGEST_CELL = 32_767;

/**
 * A text as ECMA-376 (ST_Xstring) writes it: what XML has no place for stands as `_xHHHH_`, and what looks like that already is
 * told apart by writing its first character so.
 */
function escaped(text: string): string {
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
  // The file knows no zones: what is shown is the factory's clock.
  if (typeof value === "number" && time) return { value: new Date(value + 8 * HOUR), type: Date, format: "yyyy-mm-dd hh:mm:ss" };
  if (typeof value === "number") return { value, type: Number };
  // Typed as text, so that nothing of it is ever reckoned.
  return { value: escaped(value), type: String, wrap: true, alignVertical: "top" };
}

/** A text in parts that a cell holds each, no character cut in two. */
function parts(text: string): string[] {
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

/** Text that is too long for a cell goes on in further ones, at the end of its row. */
function continued(row: readonly Cell[]): { readonly cells: Cell[]; readonly rest: string[] } {
  const rest: string[] = [];
  const cells = row.map((value) => {
    if (typeof value !== "string" || value.length <= LONGEST_CELL) return value;
    const [first, ...others] = parts(value);
    rest.push(...others);
    return first;
  });
  return { cells, rest };
}

/** A table of a workbook, on a sheet of its own. */
export interface Table {
  readonly sheet: string;
  /** A line above the columns. */
  readonly head?: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

function sheetOf({ sheet, head, columns, rows }: Table) {
  const plain = { label: "", width: 0 };
  const heads = columns.map(({ label }): XlsxCell => ({
    value: escaped(label),
    type: String,
    fontWeight: "bold",
    backgroundColor: "#dddddd",
  }));
  const lines = rows.map((row) => {
    const { cells, rest } = continued(row);
    return [...columns, ...rest.map(() => plain)].map((column, index) =>
      xlsxCell(index < columns.length ? cells[index] : rest[index - columns.length], column),
    );
  });
  const above = head === undefined ? [] : [head.map((text) => xlsxCell(text, plain))];
  return {
    data: [...above, heads, ...lines],
    // Excel takes no longer names, and not every character.
    sheet: escaped(sheet.replaceAll(/[*/:?[\\\]]/gu, "-").slice(0, 31)),
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: above.length + 1,
  };
}

/** An Excel workbook, a sheet a table. */
export async function xlsxOf(tables: readonly Table[]): Promise<Buffer> {
  return writeXlsxFile(tables.map(sheetOf)).toBuffer();
}
