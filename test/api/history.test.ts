import { strFromU8, unzipSync } from "fflate";
import readXlsxFile from "read-excel-file/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { csvOf, xlsxOf } from "../../src/api/rendering/spreadsheet.ts";
import { historySchema } from "../../src/contracts/answers.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { Role } from "../../src/domain/people.ts";
import { customer, lines } from "../domain/regular.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  for (const [url, body] of [
    ["/orders", { orderNo: "H-1", customer, lines, note: '=HYPERLINK("http://evil", "click")' }],
    [
      "/orders/H-1/record-communication",
      { with: "客户", channel: "phone", summary: '第一行\n第二行, “引号” "q"', note: "+86 138" },
    ],
    ["/orders/H-1/cancel", { reason: "-2+3 @home" }],
  ] as const) {
    const answer = await stage.app.inject({
      method: "POST",
      url,
      headers: { authorization: `Bearer ${await stage.token("li.na", "sales_rep")}`, "content-type": "application/json" },
      payload: JSON.stringify(body),
    });
    expect(answer.statusCode).toBeLessThan(300);
  }
});
afterAll(() => stage.end());

async function get(url: string, headers: Record<string, string> = {}, id = "li.na", role: Role = "sales_rep") {
  return stage.app.inject({ url, headers: { authorization: `Bearer ${await stage.token(id, role)}`, ...headers } });
}

/** Reads CSV as RFC 4180 has it. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end = ""] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gu)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.filter((row) => row.length > 1);
}

const HISTORY = "/orders/H-1/history";
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

test("the trail is JSON unless something else is asked for", async () => {
  for (const accept of ["*/*", "application/json", "text/csv;q=0.1, application/json"]) {
    const answer = await get(HISTORY, { accept });
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(historySchema.parse(answer.json()).length).toBeGreaterThan(2);
  }
  const refused = await get(HISTORY, { accept: "application/pdf" });
  expect(problemSchema.parse(refused.json())).toMatchObject({ status: 406, code: "not-acceptable" });
});

test("as CSV it says the same, line by line, safe to be opened in Excel", async () => {
  const trail = historySchema.parse((await get(HISTORY)).json());
  for (const answer of [await get(HISTORY, { accept: "text/csv" }), await get(`${HISTORY}.csv`)]) {
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8; header=present"]);
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="H-1-history.csv"');
    expect(answer.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const [heads = [], ...rows] = parsed(answer.body.slice(1));
    expect(heads).toEqual(["序号", "业务时间", "登记时间", "操作人", "角色", "操作", "事件", "原因", "备注", "内容"]);
    expect(rows).toHaveLength(trail.length);
    rows.forEach((row, index) => {
      const line = trail[index];
      const guarded = (text = "") => (/^[=+\-@]/u.test(text) ? `'${text}` : text);
      expect([row[0], row[3], row[6], row[7], row[8]]).toEqual([
        String(line?.number),
        line?.actor.id,
        line?.event,
        guarded(line?.reason),
        guarded(line?.note),
      ]);
      expect(row[1]).toMatch(/\+08:00$/u);
      expect(Date.parse(row[1] ?? "")).toBe(Date.parse(line?.at ?? ""));
      expect(JSON.parse(row[9] ?? "")).toEqual(line?.data);
    });
    expect(rows.map(([, , , , , , , why, note]) => [why, note])).toEqual(
      expect.arrayContaining([
        ["", '\'=HYPERLINK("http://evil", "click")'],
        ["", "'+86 138"],
        ["'-2+3 @home", ""],
      ]),
    );
  }
  const english = await get(`${HISTORY}.csv`, { "accept-language": "en" });
  expect(english.body.slice(1)).toMatch(/^No\.,Time,Recorded,/u);
});

test("as XLSX it says the same; times are times, and a formula is text", async () => {
  const trail = historySchema.parse((await get(HISTORY)).json());
  const answer = await get(HISTORY, { accept: XLSX });
  expect(answer.headers["content-type"]).toBe(XLSX);
  expect((await get(`${HISTORY}.xlsx`)).headers["content-disposition"]).toBe('attachment; filename="H-1-history.xlsx"');
  const [sheet] = await readXlsxFile(answer.rawPayload);
  const [heads, ...rows] = sheet?.data ?? [];
  expect(heads?.[0]).toBe("序号");
  expect(rows).toHaveLength(trail.length);
  rows.forEach((row, index) => {
    const line = trail[index];
    // The factory's clock, as the file knows no zones.
    const at = row[1];
    expect(at instanceof Date ? at.getTime() : at).toBe(Date.parse(line?.at ?? "") + 8 * 3_600_000);
    expect([row[0], row[3], row[6], row[7], row[8]]).toEqual([
      line?.number,
      line?.actor.id,
      line?.event,
      line?.reason ?? null,
      line?.note ?? null,
    ]);
    expect(JSON.parse(String(row[9]))).toEqual(line?.data);
  });
});

test("an export shows each reader what is theirs", async () => {
  expect((await get(`${HISTORY}.csv`, {}, "wu.hua")).statusCode).toBe(404);
  expect((await get(`${HISTORY}.xlsx`, {}, "wu.hua")).statusCode).toBe(404);
  expect((await stage.app.inject({ url: `${HISTORY}.csv` })).statusCode).toBe(401);
  const workshop = await get(`${HISTORY}.csv`, {}, "zhou.jie", "production");
  expect(workshop.body).toContain("E27 9W 3000K");
  expect(workshop.body).not.toMatch(/13800000000|陈先生|3500/u);
});

test("every beginning of a formula is guarded, and text longer than a cell goes on beside it", async () => {
  const column = { label: "x", width: 10 };
  for (const begin of ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]) {
    const [, cell] = parsed(csvOf([column, column], [[`${begin}1`, ""]]).slice(1));
    expect(cell?.[0]).toBe(`'${begin}1`);
  }
  const long = "长".repeat(70_000);
  const [sheet] = await readXlsxFile(await xlsxOf([{ sheet: "a/b:c*".repeat(9), columns: [column], rows: [[long]] }]));
  expect(sheet?.data[1]?.join("")).toBe(long);
});

test("texts of a workbook are escaped as ECMA-376 asks, and read back as they were", async () => {
  const columns = [{ label: "_x0041_", width: 10 }];
  const said = [
    "LED_x0041_60",
    "_x005F_x0041_",
    "__x0041_x0042_",
    "_X0041_ _x41_ _xZZZZ_",
    "a\r\nb\nc",
    "\u0007\u001b[31m",
    "\uFFFF",
    "\uD800",
    "<&>\"'",
    "𠮷😀",
    `x${"𠮷".repeat(16_384)}`,
  ];
  const workbook = await xlsxOf([{ sheet: "SO_x0041_", columns, rows: said.map((text) => [text]) }]);
  const xml = Object.values(unzipSync(workbook))
    .map((file) => strFromU8(file))
    .join("\n");
  for (const text of [
    "LED_x005F_x0041_60",
    "_x005F_x005F_x005F_x0041_",
    "__x005F_x0041_x005F_x0042_",
    "_X0041_ _x41_ _xZZZZ_",
    "a_x000D_\nb\nc",
    "_x0007__x001B_[31m",
    "_xFFFF_",
    "_xD800_",
    "SO_x005F_x0041_",
  ])
    expect(xml).toContain(text);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\uFFFD]/u);
  const [sheet] = await readXlsxFile(workbook);
  const read = sheet?.data.slice(1).map((row) => row.join("")) ?? [];
  expect(read).toEqual(said);
});
