import { createHash } from "node:crypto";
import { locales, type Locale } from "../texts/locale.ts";
import { pageOf } from "../texts/forms.ts";
import { fonts } from "./fonts.ts";
import type { Field, Section, Sheet, Signature } from "./form.ts";

/** Renders forms as HTML pages that print on A4. */

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replaceAll(/["&'<>]/gu, (character) => entities[character] ?? character);
}

/** The shipped fonts, 10 MB each: last of the font families, so that they are loaded only where no other is installed. */
const fontFaces = Object.entries(fonts).map(
  ([weight, { path }]) => `@font-face{font-family:"Gendan SC";font-weight:${weight};src:url("${path}") format("truetype")}`,
);

function style(locale: Locale): string {
  const [before, between, after] = pageOf[locale];
  const counter = `"${before}" counter(page) "${between}" counter(pages) "${after}"`;
  return `@page{size:A4;margin:14mm 12mm 16mm;@bottom-center{content:${counter};font:8pt sans-serif;color:#444}}
*{box-sizing:border-box}
body{margin:0 auto;padding:10mm 0;max-width:186mm;color:#000;background:#fff;font:9.5pt/1.45 "Noto Sans SC","Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","Gendan SC",sans-serif}
${fontFaces.join("\n")}
header{text-align:center;margin-bottom:4mm}
header p{margin:0;font-size:11pt}
h1{margin:1mm 0;font-size:17pt;letter-spacing:.15em}
.mark{display:inline-block;margin:1mm;padding:0 2mm;border:.4mm solid #000;font-weight:700}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin-bottom:3.5mm}
th,td{border:.25mm solid #555;padding:.9mm 1.6mm;text-align:left;vertical-align:top;font-weight:400;overflow-wrap:anywhere;white-space:pre-line;unicode-bidi:isolate}
thead{display:table-header-group}
thead th{background:#eee;print-color-adjust:exact;-webkit-print-color-adjust:exact}
th.title{font-weight:700;background:#ddd}
tr{break-inside:avoid}
tbody th{background:#f4f4f4;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.right{text-align:right;font-variant-numeric:tabular-nums}
.center{text-align:center}
.sum{font-weight:700;font-variant-numeric:tabular-nums}
.signatures{display:grid;grid-template-columns:repeat(3,1fr);border:.25mm solid #555;border-width:.25mm 0 0 .25mm;break-inside:avoid}
.signatures div{border:.25mm solid #555;border-width:0 .25mm .25mm 0;padding:1mm 1.6mm;min-height:19mm;overflow-wrap:anywhere}
.signatures b{display:block;font-weight:400;font-size:8.5pt;color:#333}
footer{margin-top:3mm;font-size:8pt;color:#444;overflow-wrap:anywhere}
@media print{body{padding:0;max-width:none}}
`;
}

const styles: { readonly [L in Locale]: string } = { zh: style("zh"), en: style("en") };

/** The page's Content-Security-Policy: only its own style, by hash (CSP level 3), and the shipped fonts. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${locales.map((locale) => `'sha256-${createHash("sha256").update(styles[locale]).digest("base64")}'`).join(" ")}`,
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join(";");

/** Puts fields into rows of two; a wide one has a row of its own. */
export function pairFields(fields: readonly Field[]): readonly (readonly Field[])[] {
  const rows: Field[][] = [];
  for (const field of fields) {
    const last = rows.at(-1);
    if (!field.wide && last?.length === 1 && !last[0]?.wide) last.push(field);
    else rows.push([field]);
  }
  return rows;
}

function fieldRows(fields: readonly Field[]): string {
  return pairFields(fields)
    .map((row) => {
      const span = row.length === 1 ? ' colspan="3"' : "";
      const cells = row.map(
        ({ label, value }) => `<th scope="row">${escapeHtml(label)}</th><td${span}>${escapeHtml(value)}</td>`,
      );
      return `<tr>${cells.join("")}</tr>`;
    })
    .join("\n");
}

const FIELD_COLUMNS = '<colgroup><col width="16%"><col width="34%"><col width="16%"><col width="34%"></colgroup>';

function titleRow(title: string, span: number): string {
  return `<tr><th class="title" colspan="${span}">${escapeHtml(title)}</th></tr>`;
}

function section(part: Section): string {
  if ("fields" in part) {
    return `<table>${FIELD_COLUMNS}<thead>${titleRow(part.title, 4)}</thead><tbody>\n${fieldRows(part.fields)}\n</tbody></table>`;
  }
  const { columns, rows, sums = [] } = part;
  const classOf = (index: number): string => (columns[index]?.align ? ` class="${columns[index].align}"` : "");
  const all = columns.reduce((sum, { weight }) => sum + weight, 0);
  const widths = columns.map(({ weight }) => `<col width="${((weight / all) * 100).toFixed(2)}%">`).join("");
  const heads = columns.map(({ label }, index) => `<th scope="col"${classOf(index)}>${escapeHtml(label)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td${classOf(index)}>${escapeHtml(cell)}</td>`).join("")}</tr>`,
  );
  const summed = sums.map(
    ({ label, value }) =>
      `<tr><th scope="row" class="right" colspan="3">${escapeHtml(label)}</th><td class="right sum" colspan="${columns.length - 3}">${escapeHtml(value)}</td></tr>`,
  );
  return `<table><colgroup>${widths}</colgroup><thead>${titleRow(part.title, columns.length)}<tr>${heads}</tr></thead><tbody>\n${[...body, ...summed].join("\n")}\n</tbody></table>`;
}

function signature({ label, by, at, note }: Signature): string {
  const lines = [by, at, note].filter((line) => line !== undefined).map((line) => `<span>${escapeHtml(line)}</span><br>`);
  return `<div><b>${escapeHtml(label)}</b>${lines.join("")}</div>`;
}

/** Renders a form or sheet as a page. All texts are escaped. */
export function renderPage(form: Sheet): string {
  const { locale, company, title, marks, head, sections, signatures, foot } = form;
  return `<!doctype html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(`${title} ${head[0]?.value ?? ""}`)}</title>
<style>${styles[locale]}</style>
</head>
<body>
<header>${company === undefined ? "" : `<p>${escapeHtml(company)}</p>`}<h1>${escapeHtml(title)}</h1>${marks.map((mark) => `<span class="mark">${escapeHtml(mark)}</span>`).join("")}</header>
<main>
<table>${FIELD_COLUMNS}<tbody>${fieldRows(head)}</tbody></table>
${sections.map(section).join("\n")}
${signatures.length === 0 ? "" : `<section class="signatures">${signatures.map(signature).join("")}</section>`}
</main>
<footer>${escapeHtml(foot)}</footer>
</body>
</html>
`;
}
