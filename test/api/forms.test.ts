import { create } from "fontkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { CommandName } from "../../src/domain/order/bodies.ts";
import type { Role } from "../../src/domain/people.ts";
import { formNames } from "../../src/forms/form.ts";
import { customer, entry, lines } from "../domain/regular.ts";
import { pagesOf, withoutSpaces, visibleText } from "../forms/reading.ts";
import { openStage, type Stage } from "./api-under-test.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await send("li.na", "sales_rep", "receive", { orderNo: "F-1", customer, lines, note: "附说明书" });
  await send("li.na", "sales_rep", "confirm", { lines, deliveryDate: "2026-12-20", channel: "phone" });
  await send("li.na", "sales_rep", "enter", entry);
  await send("li.na", "sales_rep", "correct-entry", { ...entry, customer: { ...customer, name: "客户B" } });
  await send("wang.fang", "supervisor", "sign", {});
  await send("zhao.min", "order_admin", "release", {});
});
afterAll(() => stage.end());

async function send(id: string, role: Role, command: CommandName, body: object): Promise<void> {
  const answer = await stage.app.inject({
    method: "POST",
    url: command === "receive" ? "/orders" : `/orders/F-1/${command}`,
    headers: { authorization: `Bearer ${await stage.token(id, role)}`, "content-type": "application/json" },
    payload: JSON.stringify(body),
  });
  expect([command, answer.statusCode]).toEqual([command, command === "receive" ? 201 : 200]);
}

async function get(url: string, { id = "li.na", role = "sales_rep", ...headers }: Record<string, string> = {}) {
  const authorization = `Bearer ${await stage.token(id, role as Role)}`;
  return stage.app.inject({ url, headers: { authorization, ...headers } });
}

const CONFIRMATION = "/orders/F-1/forms/order-confirmation";

describe("a form", () => {
  test.each(formNames)("%s comes as a page, or as PDF by Accept or by its name", async (name) => {
    const url = `/orders/F-1/forms/${name}`;
    const page = await get(url);
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers).toMatchObject({
      "content-language": "zh",
      "cache-control": "no-store",
      vary: "accept, accept-language",
    });
    for (const [address, headers] of [
      [url, { accept: "text/html;q=0.5, application/pdf" }],
      [`${url}.pdf`, { accept: "text/html" }],
    ] as const) {
      const answer = await get(address, headers);
      expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/pdf"]);
      expect(answer.rawPayload.subarray(0, 5).toString()).toBe("%PDF-");
      expect(answer.headers["content-disposition"]).toMatch(/^inline; filename="F-1-(?:OC|PP|SN)\.pdf"$/u);
    }
    const [text = ""] = await pagesOf((await get(`${url}.pdf`)).rawPayload);
    for (const said of ["F-1", "客户B", "E27 9W 3000K", "第1页/共1页"]) {
      expect(withoutSpaces(text)).toContain(withoutSpaces(said));
      if (!said.startsWith("第")) expect(visibleText(page.body)).toContain(said);
    }
  });

  test("speaks English to whoever asks for it", async () => {
    const page = await get(CONFIRMATION, { "accept-language": "en-GB,zh;q=0.5" });
    expect(page.headers["content-language"]).toBe("en");
    expect(page.body).toContain("Order confirmation");
    expect(page.body).not.toContain("订单确认单");
  });

  test("in another format is not acceptable; browsers get the page", async () => {
    const refused = await get(CONFIRMATION, { accept: "image/png" });
    expect(problemSchema.parse(refused.json())).toMatchObject({ status: 406, code: "not-acceptable" });
    expect(refused.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    const browser = await get(CONFIRMATION, { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" });
    expect(browser.headers["content-type"]).toBe("text/html; charset=utf-8");
  });

  test("has a Chinese font of ours, for a machine that has none", async () => {
    const page = await get(CONFIRMATION);
    const urls = [...page.body.matchAll(/url\("([^"]+)"\)/gu)].map(([, url = ""]) => url);
    expect(urls).toHaveLength(2);
    expect(String(page.headers["content-security-policy"])).toContain("font-src 'self'");
    for (const url of urls) {
      const served = await stage.app.inject(url);
      expect([served.statusCode, served.headers["content-type"]]).toEqual([200, "font/ttf"]);
      expect(served.rawPayload).toHaveLength(Number(served.headers["content-length"]));
      const font = create(served.rawPayload);
      expect(
        "hasGlyphForCodePoint" in font &&
          ["订", "单", "确", "认"].every((one) => font.hasGlyphForCodePoint(one.codePointAt(0) ?? 0)),
      ).toBe(true);
    }
  });

  test("loads nothing else, and its style is the one that its policy names", async () => {
    const page = await get(CONFIRMATION);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none';style-src 'sha256-/u);
    expect(page.body).not.toMatch(/<script|<link|<img| style=|href=|src=/u);
    const style = /<style>([^]*)<\/style>/u.exec(page.body)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(policy).toContain(`'sha256-${Buffer.from(digest).toString("base64")}'`);
  });

  test("an earlier revision is as it was then; one that never was is not found", async () => {
    const first = visibleText((await get(`${CONFIRMATION}?revision=1`)).body);
    expect(first).toContain(customer.name);
    expect(first).not.toContain("客户B");
    expect(first).toContain("已由第 2 版取代");
    expect(first).toContain("未经主管签字");
    const second = visibleText((await get(`${CONFIRMATION}?revision=2`)).body);
    expect(second).toContain("客户B");
    expect(second).toContain("wang.fang");
    expect(second).not.toContain("取代");
    for (const address of [`${CONFIRMATION}?revision=3`, `${CONFIRMATION}.pdf?revision=3`]) {
      expect(problemSchema.parse((await get(address)).json())).toMatchObject({ status: 404, code: "not-found" });
    }
    for (const address of [
      `${CONFIRMATION}?revision=0`,
      `${CONFIRMATION}?revision=x`,
      "/orders/F-1/forms/shipping-notice?revision=1",
    ])
      expect((await get(address)).statusCode).toBe(422);
  });

  test("is there for those who see the order, without what is not theirs", async () => {
    expect((await get(CONFIRMATION, { id: "wu.hua" })).statusCode).toBe(404);
    expect((await stage.app.inject({ url: CONFIRMATION })).statusCode).toBe(401);
    expect((await get("/orders/F-none/forms/order-confirmation")).statusCode).toBe(404);
    expect((await get("/orders/F-1/forms/receipt")).statusCode).toBe(404);
    const workshop = (await get(CONFIRMATION, { id: "zhou.jie", role: "production" })).body;
    expect(workshop).not.toMatch(/陈先生|13800000000|古镇路|35\.00|3,500|单价/u);
    expect(workshop).toContain("E27 9W 3000K");
    const [pdf = ""] = await pagesOf((await get(`${CONFIRMATION}.pdf`, { id: "zhou.jie", role: "production" })).rawPayload);
    expect(pdf).not.toMatch(/陈先生|13800000000|古镇路|35\.00|3,500/u);
    const carrier = (await get(CONFIRMATION, { id: "he.ping", role: "logistics" })).body;
    expect(carrier).toContain("古镇路");
    expect(carrier).not.toMatch(/13800000000|3,500/u);
  });

  test("carries the hash of the event that it is printed from", async () => {
    const last = await stage.db.selectFrom("events").selectAll().orderBy("number", "desc").limit(1).executeTakeFirstOrThrow();
    expect((await get(CONFIRMATION)).body).toContain(`第 ${last.number} 条 校验 ${last.hash.slice(0, 16)}`);
  });

  test("names people as the staff list does", async () => {
    const people = [
      { id: "li.na", name: "李娜", roles: ["sales_rep"], deputies: [], absences: [], reach: { email: "a@example.com" } },
    ];
    await stage.app.inject({
      method: "PUT",
      url: "/staff",
      headers: { authorization: `Bearer ${await stage.token("wang.fang", "supervisor")}`, "content-type": "application/json" },
      payload: JSON.stringify(people),
    });
    await expect.poll(async () => (await get(CONFIRMATION)).body, { timeout: 5_000 }).toContain("李娜 (li.na)");
  });

  test("is made from the records when the run is gone or nobody answers", async () => {
    stage.weather.silent = true;
    const page = await get(CONFIRMATION);
    stage.weather.silent = false;
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain("客户B");
  });
});
