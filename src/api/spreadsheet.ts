import writeXlsxFile, { type Cell as XlsxCell } from "write-excel-file/node";
import { HOUR } from "../domain/time.ts";
import { factoryInstant } from "../texts/format.ts";

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

function xlsxCell(value: Cell, { time }: Column): XlsxCell {
  if (value === undefined) return null;
  // The file knows no zones: what is shown is the factory's clock.
  if (typeof value === "number" && time) return { value: new Date(value + 8 * HOUR), type: Date, format: "yyyy-mm-dd hh:mm:ss" };
  if (typeof value === "number") return { value, type: Number };
  // Typed as text, so that nothing of it is ever reckoned.
  return { value, type: String, wrap: true, alignVertical: "top" };
}

/** Text that is too long for a cell goes on in further ones, at the end of its row. */
function continued(row: readonly Cell[]): { readonly cells: Cell[]; readonly rest: string[] } {
  const rest: string[] = [];
  const cells = row.map((value) => {
    if (typeof value !== "string" || value.length <= LONGEST_CELL) return value;
    for (let at = LONGEST_CELL; at < value.length; at += LONGEST_CELL) rest.push(value.slice(at, at + LONGEST_CELL));
    return value.slice(0, LONGEST_CELL);
  });
  return { cells, rest };
}

/** An Excel workbook with one sheet. */
export async function xlsxOf(sheet: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<Buffer> {
  const heads = columns.map(({ label }): XlsxCell => ({
    value: label,
    type: String,
    fontWeight: "bold",
    backgroundColor: "#dddddd",
  }));
  const lines = rows.map((row) => {
    const { cells, rest } = continued(row);
    return [...columns, ...rest.map(() => ({ label: "", width: 0 }))].map((column, index) =>
      xlsxCell(index < columns.length ? cells[index] : rest[index - columns.length], column),
    );
  });
  return writeXlsxFile([heads, ...lines], {
    // Excel takes no longer names, and not every character.
    sheet: sheet.replaceAll(/[*/:?[\\\]]/gu, "-").slice(0, 31),
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
  }).toBuffer();
}
