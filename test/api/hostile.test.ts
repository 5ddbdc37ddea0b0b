import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { historySchema } from "../../src/contracts/answers.ts";
import { examples } from "../../src/contracts/bodies.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import { commandNames, commands } from "../../src/domain/order/chapters.ts";
import { openStage, type Stage } from "./api-under-test.ts";

/** Hostile input in every field of every command, and everywhere else that text comes in: a clear answer, never a fault of ours. */

const strings: Readonly<Record<string, string>> = {
  NUL: "a\u0000b",
  "NUL alone": "\u0000",
  "a terminal's escape": "\u001B[31mred",
  "a lone surrogate": "a\uD800b",
  "a line of a header": "x\r\nSet-Cookie: a=b",
  emoji: "🧑‍🏭😀",
  "beyond the BMP": "𠮷野家",
  "right to left": "مرحبا \u202Etxt.exe",
  "a byte order mark": "\uFEFFtext",
  "combining marks": `Z${"\u0301".repeat(50)}`,
  __proto__: "__proto__",
  constructor: "constructor",
  SQL: "'; drop table orders; --",
  HTML: "<script>alert(1)</script>",
  templates: "${7*7}{{7*7}}#{7*7}",
  "a path": "../../../../etc/passwd",
  "a format": "%s%n%00",
  nothing: "",
  blanks: " \t\n",
  "100,000 letters": "x".repeat(100_000),
};
const values: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  "-1": -1,
  "1e308": 1e308,
  list: [[]],
  object: { a: { b: 1 } },
};

let stage: Stage;
const tokens = new Map<string, string>();
beforeAll(async () => {
  stage = await openStage();
  for (const role of [
    "sales_rep",
    "supervisor",
    "order_admin",
    "customer_service",
    "production",
    "design",
    "warehouse",
    "logistics",
    "management",
  ] as const)
    tokens.set(role, await stage.token(role === "sales_rep" ? "li.na" : `${role}.1`, role));
  expect((await send("/orders", "sales_rep", JSON.stringify({ ...examples.receive, orderNo: "SO-1" }))).statusCode).toBe(201);
}, 120_000);
afterAll(() => stage.end());

async function send(url: string, role: string, payload: string, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Bearer ${tokens.get(role) ?? ""}`;
  return stage.app.inject({
    method: "POST",
    url,
    payload,
    headers: { authorization, "content-type": "application/json", ...headers },
  });
}

type Path = readonly (string | number)[];

/** Where in a body text or numbers are. */
function leaves(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([name, item]) => leaves(item, [...at, Array.isArray(value) ? Number(name) : name]));
}
function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === name ? replaced(item, rest, by) : item));
  return { ...(value as object), [name]: replaced((value as Record<string, unknown>)[name], rest, by) };
}

/** An answer that is one of ours: carried out, or a problem that says what is wrong. */
function isClear(answer: { readonly statusCode: number; readonly body: string }): boolean {
  const { statusCode, body } = answer;
  if (statusCode < 300) return true;
  return statusCode < 500 && problemSchema.safeParse(JSON.parse(body)).success;
}

describe.each(commandNames)("%s", (command) => {
  const url = command === "receive" ? "/orders" : `/orders/SO-1/${command}`;
  const role = commands[command].by[0] ?? "supervisor";
  const example: object = { ...examples[command], note: "x" };

  test("is clear about whatever is in any of its fields, answered or reported", async () => {
    const wrong: unknown[] = [];
    for (const [turn, path] of leaves(example).entries()) {
      for (const [index, [name, by]] of [...Object.entries(strings), ...Object.entries(values)].entries()) {
        // Each field gets a third of them, each command nearly all.
        if ((index + turn) % 3 !== 0) continue;
        const prefer = { prefer: name.length % 2 === 0 ? "respond-async" : "wait" };
        const answer = await send(url, role, JSON.stringify(replaced(example, path, by)), prefer);
        if (!isClear(answer)) wrong.push([path.join("."), name, answer.statusCode, answer.body.slice(0, 300)]);
      }
    }
    expect(wrong).toEqual([]);
    expect(
      (await stage.app.inject({ url: "/orders/SO-1", headers: { authorization: `Bearer ${tokens.get("supervisor")}` } }))
        .statusCode,
    ).toBe(200);
  });
});

/** What else has a body, by the OpenAPI document: how it is sent, with the example that it gives. */
const documented = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ requestBody: z.unknown().optional() }))),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({ example: z.unknown().optional() })) }),
});
const written = documented.parse(JSON.parse(readFileSync(new URL("../../openapi/gendan.json", import.meta.url), "utf8")));
const others = Object.entries(written.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { requestBody }]) => {
    if (requestBody === undefined || path === "/orders" || path.startsWith("/orders/")) return [];
    const [, name = ""] = /#\/components\/schemas\/([\w-]+)/u.exec(JSON.stringify(requestBody)) ?? [];
    return [{ method, path, body: written.components.schemas[name]?.example }];
  }),
);

test("all of what else is sent has an example to begin with", () => {
  expect(others.length).toBeGreaterThan(6);
  expect(others.filter(({ body }) => typeof body !== "object" || body === null).map(({ path }) => path)).toEqual([]);
});

test.each(others)("$method $path is clear about whatever is in any of its fields", async ({ method, path, body }) => {
  const wrong: unknown[] = [];
  const made = await send("/webhooks", "supervisor", JSON.stringify({ url: "https://receiver.example/hook" }));
  const { webhookId } = z.object({ webhookId: z.string() }).parse(made.json());
  const url = path
    .replace("{webhookId}", webhookId)
    .replace("{month}", "2026-10")
    .replaceAll(/\{\w+\}/gu, "x-1");
  for (const at of leaves(body)) {
    for (const [name, by] of [...Object.entries(strings), ...Object.entries(values)]) {
      for (const role of ["supervisor", "management"]) {
        const headers = { authorization: `Bearer ${tokens.get(role) ?? ""}`, "content-type": "application/json" };
        const answer = await stage.app.inject({
          method: method.toUpperCase() as "POST",
          url,
          payload: JSON.stringify(replaced(body, at, by)),
          headers,
        });
        if (!isClear(answer)) wrong.push([at.join("."), name, answer.statusCode, answer.body.slice(0, 300)]);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("what is taken in comes out as it was, with the line ends of text", async () => {
  const received = { ...examples.receive, orderNo: "SO-2" };
  expect((await send("/orders", "sales_rep", JSON.stringify(received))).statusCode).toBe(201);
  for (const [name, text] of Object.entries(strings)) {
    const said = { with: "customer", channel: "phone", summary: text };
    const answer = await send("/orders/SO-2/record-communication", "sales_rep", JSON.stringify(said));
    if (answer.statusCode !== 200) {
      expect([name, answer.statusCode]).toEqual([name, 422]);
      continue;
    }
    const trail = await stage.app.inject({
      url: "/orders/SO-2/history",
      headers: { authorization: `Bearer ${tokens.get("sales_rep")}` },
    });
    expect(historySchema.parse(trail.json()).at(-1)?.data).toMatchObject({
      summary: text.replaceAll("\r\n", "\n").normalize("NFC").trim(),
    });
  }
});

describe("bodies as a whole", () => {
  const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  test.each<[string, string]>([
    ["__proto__ at the top", '{"__proto__":{"roles":["management"]},"with":"customer","channel":"phone","summary":"x"}'],
    ["__proto__ deep inside", '{"with":{"__proto__":{"a":1}},"channel":"phone","summary":"x"}'],
    ["constructor.prototype", '{"constructor":{"prototype":{"a":1}},"with":"customer","channel":"phone","summary":"x"}'],
    ["the same field twice", '{"with":"a","with":"b","channel":"phone","summary":"x"}'],
    ["100,000 lists in each other", deep("[", "]", 100_000)],
    ["50,000 objects in each other", deep('{"a":', "}", 50_000)],
    ["a list of 300,000", `[${"1,".repeat(300_000)}1]`],
    ["20,000 fields", `{${Array.from({ length: 20_000 }, (_, index) => `"f${index}":1`).join(",")}}`],
    ["a number beyond all numbers", '{"with":1e999,"channel":"phone","summary":"x"}'],
    ["no JSON", "{with:customer}"],
    ["nothing", ""],
    ["a string", '"x"'],
    ["null", "null"],
    ["UTF-8 that is none", Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString("latin1")],
  ])("%s", async (_name, payload) => {
    const answer = await send("/orders/SO-1/record-communication", "sales_rep", payload);
    expect(isClear(answer)).toBe(true);
    // Nobody has become what they are not.
    expect(({} as Record<string, unknown>)["roles"]).toBeUndefined();
    expect((await send("/orders/SO-1/sign", "sales_rep", "{}")).statusCode).toBe(403);
  });

  test("10 MB are too large, whatever they say", async () => {
    const answer = await send("/orders/SO-1/record-communication", "sales_rep", JSON.stringify({ with: "x".repeat(10_000_000) }));
    expect([answer.statusCode, answer.json().code]).toEqual([413, "too-large"]);
  });
});

test("addresses, queries and headers", async () => {
  const authorization = `Bearer ${tokens.get("supervisor")}`;
  for (const text of Object.values(strings).filter((each) => each.length < 1_000)) {
    let coded: string;
    try {
      coded = encodeURIComponent(text);
    } catch {
      // A lone surrogate is no URL.
      coded = "%ED%A0%80";
    }
    for (const url of [
      `/orders/${coded}`,
      `/orders/${coded}/history`,
      `/orders/SO-1/commands/${coded}`,
      `/orders?customer=${coded}`,
      `/orders?salesRep=${coded}&cursor=${coded}`,
      `/overdue?duty=${coded}`,
      `/overdue?cursor=${coded}`,
      `/webhooks/${coded}`,
      `/webhooks/${coded}/deliveries?cursor=${coded}`,
      `/${coded}`,
    ]) {
      const answer = await stage.app.inject({ url, headers: { authorization } });
      expect([url, answer.statusCode < 500]).toEqual([url, true]);
    }
  }
  for (const key of ["\u0001", "ü", "x".repeat(201), " ", "__proto__"]) {
    const answer = await send("/orders/SO-1/record-communication", "sales_rep", '{"with":"a","channel":"phone","summary":"x"}', {
      "idempotency-key": key,
      "accept-language": "zz;q=x,*;q=9,\u00ff",
      prefer: ";;;,,respond-async;=",
    });
    expect(isClear(answer)).toBe(true);
  }
});
