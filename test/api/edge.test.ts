import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { historySchema, orderSchema, ordersSchema } from "../../src/contracts/answers.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema, type ProblemCode } from "../../src/contracts/problem.ts";
import { prefersAsync } from "../../src/api/requests/prefer.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** What of a request is read before anybody decides: bytes, texts, headers, addresses. */

let stage: Stage;
let rep: string;
let port: number;
beforeAll(async () => {
  stage = await openStage();
  rep = await stage.token("li.na", "sales_rep");
  expect((await post("/orders", JSON.stringify({ ...examples.receive, customer: CUSTOMER, orderNo: "SO-1" }))).statusCode).toBe(
    201,
  );
  port = Number(new URL(await stage.app.listen({ port: 0, host: "127.0.0.1" })).port);
}, 120_000);
afterAll(() => stage.end());

const CUSTOMER = { name: "客户A", contact: { phone: "+8613800000000" } };

async function post(url: string, payload: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
  return stage.app.inject({
    method: "POST",
    url,
    payload,
    headers: { authorization: `Bearer ${rep}`, "content-type": "application/json", ...headers },
  });
}
async function get(url: string, headers: Readonly<Record<string, string>> = {}) {
  return stage.app.inject({ url, headers: { authorization: `Bearer ${rep}`, ...headers } });
}
function codeOf(answer: { readonly body: string; json(): unknown }): ProblemCode | undefined {
  return problemSchema.safeParse(answer.json()).data?.code;
}

/** A body with these bytes in the customer's name. */
function named(bytes: Buffer, orderNo: string): Buffer {
  const [before = "", after = ""] = JSON.stringify({ ...examples.receive, customer: { ...CUSTOMER, name: "¤" }, orderNo }).split(
    "¤",
  );
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
}

describe("a body's bytes", () => {
  test.each<[string, Buffer]>([
    ["GBK", Buffer.from([0xbf, 0xcd, 0xbb, 0xa7])],
    ["a character cut in two", Buffer.from([0xe5, 0xae])],
    ["a surrogate (CESU-8)", Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80])],
    ["an overlong slash", Buffer.from([0xc0, 0xaf])],
    ["beyond Unicode", Buffer.from([0xf5, 0x80, 0x80, 0x80])],
    ["Latin-1", Buffer.from("é", "latin1")],
  ])("that are %s are refused", async (_name, bytes) => {
    const answer = await post("/orders", named(bytes, "SO-bytes"));
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, "malformed"]);
    expect((await get("/orders/SO-bytes")).statusCode).toBe(404);
  });

  test("may begin with a byte order mark", async () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), named(Buffer.from("客户B"), "SO-bom")]);
    expect((await post("/orders", bytes)).statusCode).toBe(201);
    expect(orderSchema.parse((await get("/orders/SO-bom")).json()).customer.name).toBe("客户B");
  });

  test.each([
    [{ "content-type": "application/json; charset=gbk" }, 415],
    [{ "content-type": "application/json; charset=UTF-16LE" }, 415],
    [{ "content-type": 'application/json; charset="latin1"' }, 415],
    [{ "content-type": "text/plain" }, 415],
    [{ "content-encoding": "gzip" }, 415],
    [{ "content-encoding": "identity, br" }, 415],
    [{ "content-type": 'application/json; charset="UTF-8"' }, 200],
    [{ "content-type": 'application/json; note="; charset=gbk"; charset=utf8' }, 200],
    [{ "content-encoding": "identity" }, 200],
  ])("are what %j says", async (headers, status) => {
    const said = { with: "customer", channel: "phone", summary: "x" };
    const answer = await post("/orders/SO-1/record-communication", JSON.stringify(said), headers);
    expect(answer.statusCode).toBe(status);
  });

  test("whatever they are, are UTF-8 and kept, or refused", async () => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 12 }), async (bytes) => {
        const orderNo = `SO-any-${turn++}`;
        const answer = await post("/orders", named(Buffer.from(bytes), orderNo));
        expect([201, 400, 422]).toContain(answer.statusCode);
        if (answer.statusCode === 201)
          expect(answer.json().customer.name).toBe(
            JSON.parse(`"${Buffer.from(bytes).toString()}"`)
              .normalize("NFC")
              .trim(),
          );
        else expect(codeOf(answer)).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe("an address", () => {
  /** As it stands, without what a client makes of it. */
  const raw = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(
          Buffer.from(`GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${rep}\r\nconnection: close\r\n\r\n`, "utf8"),
        ),
      );
      socket.on("data", (data) => (answer += data.toString()));
      socket.on("error", reject);
      socket.on("close", () => resolve(answer));
    });

  test.each([
    "/orders?customer=%BF%CD",
    "/orders?customer=%E5%AE",
    "/orders?customer=%ED%A0%80",
    "/orders?customer=%C0%AF",
    "/orders?customer=100%",
    "/orders?%ff=1",
    "/orders/%ff",
    "/orders/SO-1/commands/%E5%AE",
    "/inspections/%zz",
    "/orders?customer=客户",
    "/orders/客户",
  ])("%s is refused", async (path) => {
    const answer = await raw(path);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /u);
    expect(problemSchema.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).code).toBe("malformed");
  });
});

describe("texts", () => {
  test("are kept composed (NFC), whoever's and wherever they are", async () => {
    const name = "Cafe\u0301灯饰";
    const note = "A\u030Angstro\u0308m";
    const sent = { ...examples.receive, customer: { ...CUSTOMER, name }, note, orderNo: "SO-nfc" };
    expect((await post("/orders", JSON.stringify(sent))).statusCode).toBe(201);
    expect(orderSchema.parse((await get("/orders/SO-nfc")).json()).customer.name).toBe("Café灯饰");
    expect(historySchema.parse((await get("/orders/SO-nfc/history")).json())[0]?.note).toBe("Ångström");
  });

  test.each([
    ["１３８００００００００", "13800000000"],
    ["（0760）22345678", "(0760)22345678"],
    ["＋86 138　0000　0000", "+86 138 0000 0000"],
    ["0760—22345678 转 801", "0760-22345678 转 801"],
  ])("of telephone numbers are kept dialable: %s", async (phone, kept) => {
    const orderNo = `SO-tel-${kept.replaceAll(/\D/gu, "")}`;
    const customer = { name: "客户A", contact: { phone, email: "Ａ＠example.com" } };
    expect((await post("/orders", JSON.stringify({ ...examples.receive, customer, orderNo }))).statusCode).toBe(201);
    const read = orderSchema.parse((await get(`/orders/${orderNo}`)).json());
    expect(read.customer.contact).toMatchObject({ phone: kept, email: "A@example.com" });
  });
});

describe("Prefer (RFC 7240)", () => {
  test.each<[string, boolean]>([
    ["respond-async", true],
    ["Respond-Async", true],
    ["return=minimal, respond-async", true],
    ["respond-async; wait=10", true],
    ["respond-async;wait", true],
    ['respond-async=""', true],
    ['foo="a, b", respond-async', true],
    [" , respond-async ,", true],
    ["return=minimal; respond-async", false],
    ['foo="a, respond-async, b"', false],
    ['foo="a\\", respond-async, \\"b"', false],
    ['foo="respond-async', false],
    ['foo="\\', false],
    ['respond-async="no"', false],
    ["respond-asynchronously", false],
    ["x-respond-async", false],
    ["wait=respond-async", false],
    ["", false],
  ])("%j: %s", async (prefer, asynchronously) => {
    expect(prefersAsync(prefer)).toBe(asynchronously);
    const said = { with: "customer", channel: "phone", summary: "x" };
    const answer = await post("/orders/SO-1/record-communication", JSON.stringify(said), { prefer });
    expect([answer.statusCode, answer.headers["preference-applied"]]).toEqual(
      asynchronously ? [202, "respond-async"] : [200, undefined],
    );
  });

  test("any text is read, and a preference within quotes never heard", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{0,40}$/u), (text) => {
        expect(prefersAsync(`a="${text.replaceAll(/["\\]/gu, "\\$&")}", respond-async`)).toBe(true);
        expect(prefersAsync(`a="${text.replaceAll(/["\\]/gu, "\\$&")}, respond-async"`)).toBe(false);
      }),
    );
  });
});

describe("Idempotency-Key", () => {
  test.each([".", "..", "a b", "键", "x".repeat(201)])("%j is none", async (key) => {
    for (const prefer of ["respond-async", "wait=1"]) {
      const said = { with: "customer", channel: "phone", summary: "x" };
      const answer = await post("/orders/SO-1/record-communication", JSON.stringify(said), { "idempotency-key": key, prefer });
      expect([answer.statusCode, codeOf(answer)]).toEqual([422, "invalid-query"]);
      expect(problemSchema.parse(answer.json()).errors?.map(({ path }) => path)).toEqual(["idempotency-key"]);
    }
  });
});

describe("the search for a customer", () => {
  test.each([
    ["Café", "Cafe\u0301灯饰"],
    ["Cafe\u0301", "Café灯饰"],
    ["abc照明", "ＡＢＣ照明"],
    ["ＡＢＣ照明", "abc照明"],
    ["ÉCLAIR", "éclairage 灯"],
    ["(中山)", "（中山）灯具"],
    ["ﾗｲﾄ", "ライト"],
    ["100%_", "100％_"],
  ])("%s finds %s", async (customer, name) => {
    const orderNo = `SO-q-${Buffer.from(name).toString("hex").slice(0, 40)}`;
    const sent = { ...examples.receive, customer: { ...CUSTOMER, name }, orderNo };
    expect((await post("/orders", JSON.stringify(sent))).statusCode).toBe(201);
    const found = ordersSchema.parse((await get(`/orders?customer=${encodeURIComponent(customer)}`)).json());
    expect(found.items.map((order) => order.orderNo)).toContain(orderNo);
    expect((await get(`/orders?customer=${encodeURIComponent(`${customer}?`)}`)).json()).toMatchObject({ items: [] });
  });
});
