import type { Form } from "../../forms/form.ts";
import { renderPdf } from "../../forms/pdf.ts";
import { xlsxOf, type Table } from "./spreadsheet.ts";

/** The tasks of the renderer's threads, by name. */

export async function pdf(form: Form): Promise<Uint8Array> {
  return renderPdf(form);
}

export async function xlsx(tables: readonly Table[]): Promise<Uint8Array> {
  return xlsxOf(tables);
}
