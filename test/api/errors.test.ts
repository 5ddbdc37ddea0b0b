import type { FastifyInstance } from "fastify";
import { connect } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildApp } from "../../src/api/app.ts";
import { nothingBehind } from "../../src/api/document.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { IssuerUnavailable, NotAuthenticated, type Verify } from "../../src/identity/verify.ts";
import { openDatabase } from "../../src/records/database.ts";

/** The API with everything behind it broken: whatever goes wrong is told in the one form, and no more than that. */
const SECRET = "SELECT secret FROM somewhere -- /root/somewhere/file.ts";
const broken = async (): Promise<never> => {
  throw new Error(SECRET);
};
const db = openDatabase("postgres://127.0.0.1:1/none");
const apps: FastifyInstance[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await db.destroy();
});

const known: Verify = async (token) => {
  if (token === "away") throw new IssuerUnavailable("away", { cause: new Error(SECRET) });
  if (token !== "good") throw new NotAuthenticated("JWTInvalid");
  return { id: "wang.fang", roles: ["supervisor"], kind: "person" };
};

interface Wanted {
  readonly verify?: Verify;
  readonly trustedProxies?: readonly string[];
  readonly rateLimit?: number;
  /** Where what is logged goes, line by line. */
  readonly lines?: string[];
}
async function open({ rateLimit = 10_000, lines = [], verify = known, trustedProxies }: Wanted = {}): Promise<FastifyInstance> {
  const app = await buildApp({
    ...nothingBehind(db, broken),
    verify,
    trustedProxies,
    rateLimit,
    logger: pino({ level: "trace" }, { write: (text: string) => void lines.push(text) }),
  });
  apps.push(app);
  return app;
}

let app: FastifyInstance;
beforeAll(async () => {
  app = await open();
});

type Method = "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH";
interface Sent {
  readonly method?: Method;
  readonly token?: string;
  readonly language?: string;
  readonly to?: FastifyInstance;
}
/** Sends a request that must fail, and checks what every failure has in common. */
async function failing(url: string, { method = "GET", token = "good", language, to = app }: Sent = {}) {
  const headers = { authorization: `Bearer ${token}`, ...(language === undefined ? {} : { "accept-language": language }) };
  const answer = await to.inject({ url, method, headers });
  expect(answer.headers).toMatchObject({
    "content-type": "application/problem+json; charset=utf-8",
    "content-language": language ?? "en",
    vary: "accept-language",
  });
  expect(answer.body).not.toMatch(/SELECT|somewhere|node_modules|\.ts\b|stack/u);
  const problem = problemSchema.parse(answer.json());
  expect(problem.status).toBe(answer.statusCode);
  return { ...problem, headers: answer.headers };
}

describe("every error is a problem document", () => {
  test("500, which says nothing of what went wrong and is in the log under its id", async () => {
    const lines: string[] = [];
    const { code, instance } = await failing("/orders/T-1", { to: await open({ lines }) });
    expect(code).toBe("internal");
    const logged = lines.filter((line) => line.includes(String(instance)) && line.includes("SELECT secret"));
    expect(logged).toHaveLength(1);
  });

  test("404 for an address that there is not, also without a token", async () => {
    for (const url of ["/nowhere", "/orders/T-1/fly", "/docs/static/none.js", `/orders/${"x".repeat(300)}`])
      expect(await failing(url, { token: "bad" })).toMatchObject({ code: "not-found", status: 404 });
  });

  test("405 for a method that the address does not take, with those that it takes", async () => {
    const wrong: readonly (readonly [method: Method, url: string, allow: string])[] = [
      ["DELETE", "/orders", "GET, HEAD, POST"],
      ["OPTIONS", "/orders?limit=1", "GET, HEAD, POST"],
      ["GET", "/orders/T-1/confirm", "POST"],
      ["POST", "/orders/T-1", "GET, HEAD"],
      ["PATCH", "/calendar", "GET, HEAD, PUT"],
      ["POST", "/openapi.json", "GET, HEAD"],
    ];
    for (const [method, url, allow] of wrong) {
      const { code, status, headers } = await failing(url, { method });
      expect([url, code, status, headers["allow"]]).toEqual([url, "method-not-allowed", 405, allow]);
    }
    // A dot in a pattern is a dot.
    expect(await failing("/openapiXjson", { method: "POST" })).toMatchObject({ code: "not-found" });
  });

  test("400 for an address that cannot be decoded, without repeating it", async () => {
    const problem = await failing("/orders/%zz");
    expect(problem).toMatchObject({ code: "malformed", status: 400 });
    expect(JSON.stringify(problem)).not.toContain("%zz");
  });

  test("429 with the time to wait, for one caller and not for the next", async () => {
    const to = await open({ rateLimit: 2 });
    for (const _ of [1, 2]) expect(await failing("/orders/T-1", { to })).toMatchObject({ status: 500 });
    const { code, status, headers } = await failing("/orders/T-1", { to });
    expect([code, status]).toEqual(["too-many-requests", 429]);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect((await to.inject("/livez")).statusCode).toBe(200);
  });

  test("422 for text that no database takes, wherever an address has it", async () => {
    for (const url of [
      "/rewards/2026-11?cursor=a%00",
      "/rewards/proposals/a%00",
      "/inspections/a%00",
      "/inspections?cursor=%00a",
    ])
      expect([url, await failing(url)]).toMatchObject([url, { code: "invalid-query", status: 422 }]);
  });

  test("503 with the time to wait while the records are away", async () => {
    const { code, headers } = await failing("/overdue");
    expect([code, headers["retry-after"]]).toEqual(["unavailable", "5"]);
  });

  test("what is no HTTP at all", async () => {
    const to = await open();
    const { port } = new URL(await to.listen({ port: 0, host: "127.0.0.1" }));
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = "";
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
        socket.on("data", (data) => (answer += data.toString()));
        socket.on("error", reject);
        socket.on("close", () => resolve(answer));
      });
    const sent = [
      ["GARBAGE\r\n\r\n", 400, "malformed"],
      [`GET /livez HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 413, "too-large"],
    ] as const;
    for (const [text, status, code] of sent) {
      const [head = "", body = ""] = (await raw(text)).split("\r\n\r\n");
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*content-type: application/problem\\+json`, "u"));
      expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ status, code });
    }
  });
});

describe("who is not known", () => {
  test("is told how to be, and no more than that: RFC 6750", async () => {
    const none = await app.inject("/orders");
    expect([none.statusCode, none.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="gendan"']);
    const { headers } = await failing("/orders", { token: "bad" });
    expect(headers["www-authenticate"]).toBe('Bearer realm="gendan", error="invalid_token"');
  });

  test("while the issuer is away is asked to come again, not turned away", async () => {
    const { code, headers } = await failing("/orders", { token: "away" });
    expect([code, headers["retry-after"], headers["www-authenticate"]]).toEqual(["unavailable", "5", undefined]);
  });

  test("reaches no route that says nothing of who may: it does not come up", async () => {
    const fresh = await open();
    expect(() => fresh.get("/forgotten", async () => "")).toThrow(/\/forgotten declares no access/u);
  });
});

describe("who sends many bad tokens", () => {
  const ask = async (to: FastifyInstance, token: string, remoteAddress = "192.0.2.1") =>
    to.inject({ url: "/orders/T-1", headers: { authorization: `Bearer ${token}` }, remoteAddress });

  test("is not listened to for the rest of the minute, by address; whoever was known goes on", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    try {
      let checks = 0;
      const to = await open({
        verify: async (token) => {
          checks += 1;
          return known(token === "good too" ? "good" : token);
        },
      });
      const statusOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).statusCode;
      expect(await statusOf(to, "good")).toBe(500);
      // All at once: none is checked before it is counted.
      const many = await Promise.all(Array.from({ length: 100 }, () => statusOf(to, "bad")));
      expect([many.filter((status) => status === 401).length, checks]).toEqual([30, 31]);
      const { statusCode, headers, body } = await ask(to, "bad");
      expect([statusCode, problemSchema.parse(JSON.parse(body)).code]).toEqual([429, "too-many-requests"]);
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      // Whoever shares the address, and was known before; whoever is elsewhere; whoever has no token at all.
      expect([await statusOf(to, "good"), await statusOf(to, "other"), await statusOf(to, "bad", "192.0.2.2")]).toEqual([
        500, 429, 401,
      ]);
      expect((await to.inject({ url: "/orders", remoteAddress: "192.0.2.1" })).statusCode).toBe(401);
      vi.setSystemTime(61_000);
      expect([await statusOf(to, "other"), await statusOf(to, "good")]).toEqual([401, 500]);
      // A network of IPv6 is one address.
      for (let host = 0; host < 30; host++) expect(await statusOf(to, "bad", `2001:db8::${host.toString(16)}`)).toBe(401);
      expect(await statusOf(to, "bad", "2001:db8::ffff:1")).toBe(429);
      expect(await statusOf(to, "bad", "2001:db8:0:1::1")).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

test("an address is the client's own where a proxy that is trusted says it, and no one else's word counts", async () => {
  const to = await open({ rateLimit: 2, trustedProxies: ["10.0.0.0/8"] });
  const status = async (remoteAddress: string, forwarded: string) =>
    (await to.inject({ url: "/openapi.json", remoteAddress, headers: { "x-forwarded-for": forwarded } })).statusCode;
  for (const client of ["192.0.2.1", "192.0.2.2"])
    expect([
      await status("10.1.1.1", client),
      await status("10.1.1.1", `6.6.6.6, ${client}`),
      await status("10.1.1.1", client),
    ]).toEqual([200, 200, 429]);
  expect([
    await status("192.0.2.7", "1.1.1.1"),
    await status("192.0.2.7", "1.1.1.2"),
    await status("192.0.2.7", "1.1.1.3"),
  ]).toEqual([200, 200, 429]);
});

describe("documents that wait for no token", () => {
  test("are limited by address, probes never", async () => {
    const to = await open({ rateLimit: 5 });
    const statuses = async (url: string, remoteAddress: string) => {
      const each: number[] = [];
      for (let turn = 0; turn < 7; turn++) each.push((await to.inject({ url, remoteAddress })).statusCode);
      return each;
    };
    for (const [host, url] of ["/openapi.json", "/fonts/noto-sans-sc-400.ttf", "/docs/static/swagger-ui.css"].entries())
      expect([url, await statuses(url, `192.0.2.${host}`)]).toEqual([url, [200, 200, 200, 200, 200, 429, 429]]);
    expect(await statuses("/livez", "192.0.2.0")).toEqual(Array.from({ length: 7 }, () => 200));
    expect((await to.inject({ url: "/openapi.json", remoteAddress: "192.0.2.99" })).statusCode).toBe(200);
  });

  test("nor can anybody make us ask the engine and the records more than once at a time", async () => {
    let asked = 0;
    const nothing = nothingBehind(db, broken);
    const isEngineReachable = async (): Promise<boolean> => {
      asked += 1;
      return false;
    };
    const to = await buildApp({ ...nothing, application: { ...nothing.application, isEngineReachable }, rateLimit: 5 });
    apps.push(to);
    await to.ready();
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await to.inject("/readyz")).statusCode));
    expect([new Set(statuses), asked]).toEqual([new Set([503]), 1]);
    expect((await to.inject("/readyz")).statusCode).toBe(503);
    expect(asked).toBe(2);
  });

  test("are sent once: 304 for whoever has it", async () => {
    const { headers, body } = await app.inject("/openapi.json");
    const tag = String(headers["etag"]);
    expect(JSON.parse(body)).toMatchObject({ openapi: "3.1.0" });
    for (const had of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
      const again = await app.inject({ url: "/openapi.json", headers: { "if-none-match": had } });
      expect([again.statusCode, again.body, again.headers["etag"]]).toEqual([304, "", tag]);
    }
    expect((await app.inject({ url: "/openapi.json", headers: { "if-none-match": '"x"' } })).statusCode).toBe(200);
  });
});

describe("the reader's language", () => {
  test("is that of wrong parameters too", async () => {
    const url = "/orders?limit=201&status=lost&unknown=1";
    const { errors: english = [] } = await failing(url);
    const { errors: chinese = [], title } = await failing(url, { language: "zh" });
    expect(title).toBe("查询参数有误");
    for (const errors of [english, chinese])
      expect(errors.map(({ path }) => path).toSorted()).toEqual(["limit", "status", "unknown"]);
    for (const { message } of chinese) expect(message).toMatch(/\p{Script=Han}/u);
    for (const { message } of english) expect(message).not.toMatch(/\p{Script=Han}/u);
  });

  test("is that of a wrong order number and a wrong cursor", async () => {
    const number = await failing("/orders/.x", { language: "zh" });
    expect(number.errors).toEqual([{ path: "orderNo", message: expect.stringMatching(/须为/u) }]);
    const cursor = await failing("/orders?cursor=zzz", { language: "zh" });
    expect(cursor.errors).toEqual([{ path: "cursor", message: "cursor 无效。" }]);
  });
});

test("the log names neither customers nor tokens", async () => {
  const lines: string[] = [];
  const to = await open({ lines });
  await failing(`/orders?customer=${encodeURIComponent("陈先生")}`, { to });
  const log = lines.join("");
  expect(log).toContain('"url":"/orders"');
  for (const personal of ["陈先生", encodeURIComponent("陈先生"), "Bearer", "good"]) expect(log).not.toContain(personal);
});

test("no page of another site is told that it may ask, and every answer tells browsers to be careful", async () => {
  const origin = "https://elsewhere.example";
  const asking = { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
  const answers = [
    await app.inject({ method: "OPTIONS", url: "/orders", headers: asking }),
    await app.inject({ url: "/livez", headers: { origin } }),
    await app.inject({ url: "/orders", headers: { origin } }),
  ];
  for (const { headers } of answers) {
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "strict-transport-security": expect.stringContaining("max-age="),
      "content-security-policy": expect.stringContaining("default-src 'self'"),
    });
  }
});
