import { mkdtempSync, readFileSync, rmSync, appendFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStandIns } from "../../src/stand-ins/start.ts";
import { receiveReports, lines, place, ship, openStandIns, until } from "./stand-ins-under-test.ts";

const manual = { mode: "manual" } as const;
const tell = {
  orderNo: "A-1",
  to: [
    { role: "sales_rep", id: "li.na" },
    { role: "customer", name: "陈先生", address: { phone: "+8613800000000" } },
  ],
  message: "made",
  params: { orderNo: "A-1" },
  texts: { zh: { subject: "生产完成", body: "订单 A-1" }, en: { subject: "Made", body: "Order A-1" } },
};

describe("a stand-in's contract", () => {
  it("accepts an ask with a reference, and shows it", async () => {
    const { ask, state } = await openStandIns(manual);
    const response = await ask("production", "place", place, "k1");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ reference: expect.stringMatching(/^production-\d+$/) });
    expect((await state("production")).asks).toMatchObject([{ ask: "place", key: "k1", orderNo: "A-1", times: 1, body: place }]);
  });

  it("gives a repeated key the same answer, and refuses it with another body", async () => {
    const { ask, state } = await openStandIns(manual);
    const first = await (await ask("logistics", "ship", ship, "k1")).json();
    expect(await (await ask("logistics", "ship", ship, "k1")).json()).toEqual(first);
    expect((await state("logistics")).asks).toMatchObject([{ times: 2 }]);
    const other = await ask("logistics", "ship", { ...ship, carrier: "other" }, "k1");
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: "idempotency-conflict" });
  });

  it("does once what is asked twice at the same time", async () => {
    const { ask, state, control } = await openStandIns(manual);
    await control("production", "behaviour", { slowMs: 20 });
    const answers = await Promise.all([1, 2, 3].map(async () => (await ask("production", "place", place, "k1")).json()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await state("production")).asks).toHaveLength(1);
  });

  it("refuses a body that does not match, naming every wrong field, and a missing key", async () => {
    const { ask, urls, state } = await openStandIns(manual);
    const wrong = await ask("warehouse", "hand-out", { orderNo: "A-1", lines: [{ ...lines[0], quantity: 0 }] });
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get("content-type")).toContain("application/problem+json");
    expect(await wrong.json()).toMatchObject({
      code: "invalid-body",
      errors: [{ path: "lines.0.quantity" }, { path: "carrier" }],
    });
    const keyless = await fetch(`${urls.warehouse}/take-back`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(keyless.status).toBe(400);
    expect((await ask("warehouse", "sell", {})).status).toBe(404);
    expect((await state("warehouse")).asks).toEqual([]);
  });

  it("delivers messages except to unreachable recipients, and takes a repeated key with other recipients as the same message", async () => {
    const { ask, control } = await openStandIns(manual);
    expect(await (await ask("messages", "tell", tell, "k1")).json()).toMatchObject({ delivered: tell.to, unreached: [] });
    await control("messages", "behaviour", { unreachable: ["li.na"] });
    expect(await (await ask("messages", "tell", { ...tell, to: tell.to.slice(1) }, "k1")).json()).toMatchObject({
      delivered: tell.to,
    });
    expect(await (await ask("messages", "tell", tell, "k2")).json()).toMatchObject({
      delivered: [tell.to[1]],
      unreached: [tell.to[0]],
    });
    await control("messages", "behaviour", { unreachable: ["sales_rep", "+8613800000000"] });
    expect(await (await ask("messages", "tell", tell, "k3")).json()).toMatchObject({ delivered: [], unreached: tell.to });
    const nowhere = { ...tell, to: [{ role: "customer", name: "客户A" }] };
    expect(await (await ask("messages", "tell", nowhere, "k4")).json()).toMatchObject({ delivered: [] });
  });
});

describe("a stand-in can be told to be", () => {
  it("slow", async () => {
    const { ask, control } = await openStandIns(manual);
    await control("production", "behaviour", { slowMs: 80 });
    const begun = performance.now();
    expect((await ask("production", "place", place)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(75);
  });

  it("failing a number of times, with a status and Retry-After", async () => {
    const { ask, control, state } = await openStandIns(manual);
    await control("production", "behaviour", { failTimes: 2, failStatus: 429, retryAfter: 3 });
    const answers = [await ask("production", "place", place, "k"), await ask("production", "place", place, "k")];
    expect(answers.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [429, "3"],
      [429, "3"],
    ]);
    expect((await state("production")).asks).toEqual([]);
    expect((await ask("production", "place", place, "k")).status).toBe(200);
  });

  it("refusing: all, or one ask", async () => {
    const { ask, control } = await openStandIns(manual);
    await control("production", "behaviour", { refuse: "call-off" });
    expect((await ask("production", "place", place)).status).toBe(200);
    expect((await ask("production", "call-off", { orderNo: "A-1", reason: "x" })).status).toBe(422);
    await control("production", "behaviour", { refuse: true });
    expect((await ask("production", "place", place)).status).toBe(422);
  });

  it("away until told otherwise, for some asks only", async () => {
    const { ask, control } = await openStandIns(manual);
    await control("logistics", "behaviour", { away: true, only: ["ship"] });
    await expect(ask("logistics", "ship", ship)).rejects.toThrow();
    expect((await ask("logistics", "call-off", { orderNo: "A-1", reason: "x" })).status).toBe(200);
    await control("logistics", "behaviour", {});
    expect((await ask("logistics", "ship", ship)).status).toBe(200);
  });

  it("in trouble: the attempts of a request go wrong one after the other, then it is answered, and is done once", async () => {
    const { ask, control, state } = await openStandIns(manual);
    await control("production", "behaviour", { troubles: ["fail", "busy", "garbage", "hang-up", "cut"], retryAfter: 60 });
    const placed = (key: string) => ask("production", "place", place, key);
    expect((await placed("k")).status).toBe(500);
    const busy = await placed("k");
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await state("production")).toMatchObject({ asks: [], hurried: [] });
    expect(await (await placed("k")).text()).toContain("<html>");
    // Another request begins at the beginning.
    expect((await placed("other")).status).toBe(500);
    await expect(placed("k")).rejects.toThrow();
    await expect(placed("k").then((answer) => answer.text())).rejects.toThrow();
    expect(await (await placed("k")).json()).toHaveProperty("reference");
    expect(await state("production")).toMatchObject({ asks: [{ key: "k", times: 4 }], hurried: ["k"] });
  });

  it("late: it does what was asked, and answers when the client has disconnected", async () => {
    const { urls, ask, control, state } = await openStandIns(manual);
    await control("production", "behaviour", { troubles: ["late"] });
    const leaving = new AbortController();
    const asked = fetch(`${urls.production}/place`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "k" },
      body: JSON.stringify(place),
      signal: leaving.signal,
    });
    await until(async () => expect((await state("production")).asks).toMatchObject([{ key: "k" }]));
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect((await ask("production", "place", place, "k")).status).toBe(200);
  });

  it("nothing that it does not know", async () => {
    const { control } = await openStandIns(manual);
    const response = await control("production", "behaviour", { slow: 1, failTimes: -1 });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      errors: expect.arrayContaining([{ path: "failTimes", message: expect.any(String) }]),
    });
  });
});

describe("POST /control/report", () => {
  it("sends the command with a machine's token, a key and the business time", async () => {
    const { url, reported } = await receiveReports();
    const { control, state } = await openStandIns({ ...manual, gendanUrl: `${url}/` });
    const body = { lines: [{ counted: 98, specificationOk: true, finding: "two short" }] };
    const told = await control("warehouse", "report", { orderNo: "A/1", command: "check-goods", body, key: "w1", times: 3 });
    expect([told.status, await told.json()]).toEqual([202, { key: "w1", gendan: "202" }]);
    expect(reported).toHaveLength(3);
    expect(reported[0]).toMatchObject({ orderNo: "A/1", command: "check-goods", body: { ...body, at: expect.any(String) } });
    expect(reported[0]?.headers).toMatchObject({ authorization: "Bearer warehouse/warehouse-stand-in", "idempotency-key": "w1" });
    expect(new Set(reported.map((one) => JSON.stringify(one.body))).size).toBe(1);
    await control("warehouse", "report", { orderNo: "A/1", command: "check-goods", body, key: "w1" });
    expect(reported[3]?.body).toEqual(reported[0]?.body);
    expect((await state("warehouse")).reports).toMatchObject([{ key: "w1", state: "accepted" }]);
  });

  it("retries while Gendan is down or busy, and stops when Gendan refuses", async () => {
    let status = 503;
    const server = await receiveReports(() => status);
    const { control, state } = await openStandIns({ ...manual, gendanUrl: server.url });
    await server.close();
    const told = await control("production", "report", {
      orderNo: "A-1",
      command: "report-delay",
      body: { cause: "材料" },
      key: "p1",
    });
    expect(await told.json()).toMatchObject({ gendan: expect.stringMatching(/^will be retried: no answer/) });
    await server.listen();
    await until(() => expect(server.reported.length).toBeGreaterThanOrEqual(1));
    status = 202;
    await until(async () => expect((await state("production")).reports).toMatchObject([{ key: "p1", state: "accepted" }]));
    expect(new Set(server.reported.map(({ body }) => JSON.stringify(body))).size).toBe(1);

    status = 403;
    const refused = await control("production", "report", { orderNo: "A-1", command: "sign", key: "p2" });
    expect(await refused.json()).toMatchObject({ gendan: expect.stringMatching(/^403 /) });
    expect((await state("production")).reports[0]).toMatchObject({ key: "p2", state: "refused", tries: 1 });
  });

  it("is refused by the message system, which reports nothing", async () => {
    const { control } = await openStandIns(manual);
    expect((await control("messages", "report", { orderNo: "A-1", command: "release" })).status).toBe(409);
  });
});

describe("a stand-in's page", () => {
  it("shows requests escaped, newest first", async () => {
    const { ask, urls } = await openStandIns(manual);
    const hostile = `<script>alert("1")</script>'&`;
    await ask("messages", "tell", {
      ...tell,
      orderNo: hostile,
      to: [{ role: "customer", name: hostile, address: { phone: "1" } }],
      texts: { zh: { subject: hostile, body: hostile }, en: { subject: "Later", body: hostile } },
    });
    await ask("messages", "tell", { ...tell, texts: { ...tell.texts, zh: { subject: "最新消息", body: "…" } } });
    await ask("production", "call-off", { orderNo: hostile, reason: hostile });
    for (const url of [urls.messages, urls.production]) {
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      const html = await response.text();
      expect(html).not.toContain("<script");
      expect(html).toContain("&lt;script&gt;");
      expect(html).not.toContain(`'&<`);
    }
    const html = await (await fetch(urls.messages)).text();
    expect(html.indexOf("最新消息")).toBeLessThan(html.indexOf("Later"));
    expect(html.indexOf("最新消息")).toBeGreaterThan(0);
  });

  it("cannot be used by a page of another site", async () => {
    const { urls, ask, state } = await openStandIns(manual);
    await ask("production", "place", place);
    const reset = (headers: Readonly<Record<string, string>>, body?: string) =>
      fetch(`${urls.production}/control/reset`, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
    expect((await reset({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    // What a browser sends that knows no `Sec-Fetch-Site`, from a page, from another port here, from a file or a sandbox.
    for (const origin of ["https://shop.example", "http://127.0.0.1:1", "null"])
      expect((await reset({ origin })).status).toBe(403);
    // A form, or a page that wants not to be asked first.
    expect((await reset({ "content-type": "text/plain" }, "{}")).status).toBe(415);
    expect((await reset({ "content-type": "application/x-www-form-urlencoded" }, "a=b")).status).toBe(415);
    expect((await state("production")).asks).toHaveLength(1);
    const shown = await fetch(`${urls.production}/state`);
    expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
    expect(shown.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect((await reset({ origin: urls.production, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });
});

describe("a stand-in's journal", () => {
  function home(): string {
    const folder = mkdtempSync(join(tmpdir(), "gendan-stand-ins-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  it("survives a restart, also one during a write", async () => {
    const folder = home();
    const first = await openStandIns({ ...manual, home: folder });
    const answer = await (await first.ask("production", "place", place, "k1")).json();
    await first.close();
    appendFileSync(join(folder, "production.jsonl"), '{"asked":{"num');
    const second = await openStandIns({ ...manual, home: folder });
    expect(await (await second.ask("production", "place", place, "k1")).json()).toEqual(answer);
    const other = await (await second.ask("production", "place", place, "k2")).json();
    expect(other).not.toEqual(answer);
    await second.control("production", "reset");
    await second.close();
    const third = await openStandIns({ ...manual, home: folder });
    expect((await third.state("production")).asks).toEqual([]);
    expect(readFileSync(join(folder, "production.jsonl"), "utf8")).toBe("");
  });

  it("that cannot be read stops the start with an error which names it", async () => {
    const folder = home();
    writeFileSync(join(folder, "warehouse.jsonl"), "{}\n");
    await expect(openStandIns({ ...manual, home: folder })).rejects.toThrow(/warehouse\.jsonl, line 1/);
  });
});

it("a port in use stops the start with a line that names it, and leaves nothing running", async () => {
  const { urls } = await openStandIns(manual);
  const port = Number(new URL(urls.logistics).port);
  const token = (): Promise<string> => Promise.resolve("");
  const again = startStandIns({ ...manual, gendanUrl: "", token, ports: { logistics: port } });
  await expect(again).rejects.toThrow(`port ${port} of the logistics stand-in is in use`);
});
