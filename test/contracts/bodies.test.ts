import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bodySchemas, checkBody, commandSchema, orderNumber } from "../../src/contracts/bodies.ts";
import { examples } from "../../src/contracts/bodies.ts";
import type { CommandName } from "../../src/domain/order/bodies.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";

/** The paths that are wrong, in the order in which they are named. */
function wrongPaths(command: CommandName, value: unknown): string[] {
  const said = checkBody(command, value, "en");
  return "errors" in said ? said.errors.map(({ path }) => path) : [];
}

function messageAt(command: CommandName, value: unknown, path: string, locale: "zh" | "en"): string | undefined {
  const said = checkBody(command, value, locale);
  return "errors" in said ? said.errors.find((each) => each.path === path)?.message : undefined;
}

describe.each(commandNames)("%s", (command) => {
  const example = examples[command];

  it("takes its example as it is", () => {
    expect(checkBody(command, example, "en")).toEqual({ body: example });
  });
  it("names unknown fields, each by itself", () => {
    expect(wrongPaths(command, { ...example, colour: 1, constructor: 2 })).toEqual(["colour", "constructor"]);
  });
  it("names a field called __proto__", () => {
    const sent: unknown = JSON.parse(
      `{"__proto__": {"polluted": true}, ${JSON.stringify(example).slice(1).replace(/^\}$/u, '"note": "x"}')}`,
    );
    expect(wrongPaths(command, sent)).toEqual(["__proto__"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
  it("keeps the business time apart from the body", () => {
    const at = "2026-12-01T10:00:00+08:00";
    expect(checkBody(command, { ...example, at }, "en")).toEqual({ body: example, at });
    expect(wrongPaths(command, { ...example, at: "yesterday" })).toEqual(["at"]);
  });
  it("takes an order number only where an order is received", () => {
    const sent = { ...example, orderNo: "SO-1" };
    expect(checkBody(command, sent, "en")).toEqual(
      command === "receive"
        ? { body: example, orderNo: "SO-1" }
        : { errors: [{ path: "orderNo", message: "there is no such field" }] },
    );
  });
  it.each([[null], [[]], ["text"], [7], [undefined]])("refuses %j as a whole", (value) => {
    expect(wrongPaths(command, value)).toEqual([""]);
  });
  it("has a schema for the OpenAPI document, closed to unknown fields", () => {
    const schema = z.toJSONSchema(commandSchema(command), { io: "input" });
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(["note", "at", ...Object.keys(example)]));
  });
  it("takes the remark that every body may carry", () => {
    expect(checkBody(command, { ...example, note: " 已电话确认 \r\n 客户在场" }, "en")).toMatchObject({
      body: { note: "已电话确认 \n 客户在场" },
    });
    expect(wrongPaths(command, { ...example, note: "字".repeat(2_001) })).toEqual(["note"]);
  });
});

it("never throws, whatever is sent, and what it took it takes again unchanged", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...commandNames),
      fc.anything({ withNullPrototype: true }),
      fc.object(),
      (command, whole, extra) => {
        for (const value of [whole, { ...examples[command], ...extra }]) {
          const said = checkBody(command, value, "zh");
          if ("errors" in said) expect(said.errors.length).toBeGreaterThan(0);
          else expect(checkBody(command, said.body, "zh")).toEqual({ body: said.body });
        }
      },
    ),
    { numRuns: 500 },
  );
});

it("names a field that is left out or of another type, wherever it is in the example", () => {
  const places = commandNames.flatMap((command) => Object.keys(examples[command]).map((field) => ({ command, field })));
  for (const { command, field } of places) {
    const wrong = { ...examples[command], [field]: Symbol("wrong") };
    expect(wrongPaths(command, wrong), `${command} ${field}`).toContain(field);
  }
});

describe("an entry", () => {
  const entry = examples.enter;

  it("names every missing field at once", () => {
    expect(wrongPaths("enter", {}).toSorted()).toEqual([
      "custom",
      "customer",
      "deliveryAddress",
      "lines",
      "requestedDate",
      "selfChecked",
    ]);
    expect(messageAt("enter", {}, "customer", "en")).toBe("is needed");
    expect(messageAt("enter", {}, "customer", "zh")).toBe("必填");
  });
  it("names every wrong field at once, however deep", () => {
    const sent = {
      ...entry,
      customer: { name: " ", contact: { person: "陈先生", fax: "1" } },
      lines: [{ model: "A", specification: "B", quantity: 0.5, unitPriceFen: -1 }, { model: "A" }],
      requestedDate: "2026-02-29",
      selfChecked: false,
    };
    expect(wrongPaths("enter", sent).toSorted()).toEqual([
      "customer.contact",
      "customer.contact.fax",
      "customer.name",
      "lines.0.quantity",
      "lines.0.unitPriceFen",
      "lines.1.quantity",
      "lines.1.specification",
      "lines.1.unitPriceFen",
      "requestedDate",
      "selfChecked",
    ]);
  });
  it("speaks the reader's language, also when two read at once", () => {
    const sent = { ...entry, customer: { name: "A", contact: { email: "no" } } };
    expect(messageAt("enter", sent, "customer.contact.email", "zh")).toBe("不是有效的电子邮箱地址");
    expect(messageAt("enter", sent, "customer.contact.email", "en")).toBe("is no e-mail address");
    expect(messageAt("enter", { ...entry, lines: "x" }, "lines", "zh")).toMatch(/\p{Script=Han}/u);
    expect(messageAt("enter", { ...entry, lines: "x" }, "lines", "en")).not.toMatch(/\p{Script=Han}/u);
  });
  it("needs one way to reach the customer", () => {
    const reached = (contact: object) => wrongPaths("enter", { ...entry, customer: { name: "A", contact } });
    expect(reached({ phone: "+86 138-0000-0000" })).toEqual([]);
    expect(reached({ email: "a@example.com" })).toEqual([]);
    expect(reached({})).toEqual(["customer.contact"]);
    expect(reached({ phone: "call me" })).toEqual(["customer.contact.phone"]);
  });
  it("is not worth more than can be counted exactly", () => {
    const line = { model: "A", specification: "B", quantity: 1_000_000, unitPriceFen: 1_000_000 };
    expect(wrongPaths("enter", { ...entry, lines: [line] })).toEqual([]);
    expect(wrongPaths("enter", { ...entry, lines: [line, line] })).toEqual(["lines"]);
    expect(wrongPaths("enter", { ...entry, lines: [] })).toEqual(["lines"]);
    expect(wrongPaths("enter", { ...entry, lines: Array.from({ length: 201 }, () => ({ ...line, quantity: 1 })) })).toEqual([
      "lines",
    ]);
  });
});

it.each<[CommandName, object, string[]]>([
  ["report-lead-time", {}, ["days"]],
  ["report-lead-time", { days: 3, finishDate: "2026-12-01" }, ["days"]],
  ["report-lead-time", { finishDate: "2026-12-01" }, []],
  ["report-delay", { cause: "x" }, ["newFinish"]],
  ["report-delay", { cause: "x", newFinish: "2026-12-01", newArrival: "2026-12-04" }, ["newFinish"]],
  ["report-delay", { newArrival: "2026-12-04" }, ["cause"]],
  ["report-delay", {}, ["cause", "newFinish"]],
  ["confirm-final-terms", { accepted: false, channel: "phone" }, ["why"]],
  ["confirm-final-terms", { accepted: false, channel: "phone", why: "太贵" }, []],
  ["confirm-final-terms", { accepted: true, channel: "phone" }, []],
  ["assess-change", { changeId: "c", feasible: false }, ["reason"]],
  ["answer-amendment", { changeId: "c", accepted: false }, ["reason"]],
  ["report-trace", { trackingNumber: "SF1", result: "in_transit" }, ["expectedArrival"]],
  ["report-trace", { trackingNumber: "SF1", result: "lost" }, []],
  ["confirm-receiving-time", { from: "2026-12-18T09:00:00+08:00", to: "2026-12-18T01:00:00Z", channel: "phone" }, ["to"]],
  ["confirm-receiving-time", { from: "2026-12-18T09:00:00+08:00", to: "2026-12-18T01:00:01Z", channel: "phone" }, []],
  ["confirm-receipt", { satisfaction: 0 }, ["satisfaction"]],
  ["confirm-receipt", { satisfaction: 6 }, ["satisfaction"]],
  ["confirm-receipt", {}, []],
  ["request-change", { kind: "date", patch: { promisedDate: null, salesRep: "x" }, revision: 1, why: "x" }, ["patch.salesRep"]],
  ["request-change", { kind: "date", patch: { deliveryAddress: { postcode: null } }, revision: 0, why: "x" }, ["revision"]],
])("%s %j: wrong are %j", (command, body, wrong) => {
  expect(wrongPaths(command, body)).toEqual(wrong);
});

describe("numbers", () => {
  it.each(["1e400", "-1e400", "0.5", "1000001", "-1", "9007199254740993", '"5"', "null", "true"])("%s is no count", (json) => {
    expect(wrongPaths("finish-production", JSON.parse(`{"quantity": [${json}]}`))).toEqual(["quantity.0"]);
  });
  it("has no minus zero", () => {
    const said = checkBody("finish-production", JSON.parse('{"quantity": [-0]}'), "en");
    expect("body" in said && Object.is(said.body.quantity[0], 0)).toBe(true);
  });
});

describe("texts", () => {
  const why = (reason: string) => wrongPaths("refuse-release", { reason });

  it.each(["\u0000", "a\u0007b", "a\u001B[31m", "a\u0085", "\uD800", "\uDC00\uD800", "a\rb", "", "   ", "\u3000"])(
    "%j is no text",
    (reason) => {
      expect(why(reason)).toEqual(["reason"]);
    },
  );
  it.each(["第一行\n第二行\t缩进", "💡 E27", "a\r\nb", "𠮷野家"])("%j is one", (reason) => {
    expect(why(reason)).toEqual([]);
  });
  it("has names of one line", () => {
    const sent = { stage: "组装\nSubject: x", quantityDone: [1] };
    expect(wrongPaths("report-progress", sent)).toEqual(["stage"]);
    expect(messageAt("report-progress", sent, "stage", "zh")).toContain("一行");
  });
  it("trims", () => {
    expect(checkBody("reassign", { salesRep: " li.na " }, "en")).toEqual({ body: { salesRep: "li.na" } });
  });
});

describe("where a day is asked for a moment will do, and a day where a moment is", () => {
  const saying = <K extends CommandName>(command: K, body: object) => {
    const said = checkBody(command, { ...examples[command], ...body }, "en");
    return "errors" in said ? said.errors.map(({ path }) => path) : said.body;
  };

  it.each([
    ["2026-12-10T18:00:00+08:00", "2026-12-10"],
    ["2026-12-10T18:00:00Z", "2026-12-11"],
    ["2026-12-10T16:00:00Z", "2026-12-11"],
    ["2026-12-10T15:59:59Z", "2026-12-10"],
    ["2028-02-29T00:00:00+08:00", "2028-02-29"],
  ])("%s is %s in Shanghai", (moment, day) => {
    expect(saying("dispatch", { expectedArrival: moment })).toMatchObject({ expectedArrival: day });
    expect(saying("confirm", { deliveryDate: moment })).toMatchObject({ deliveryDate: day });
    expect(saying("request-change", { patch: { promisedDate: moment } })).toMatchObject({ patch: { promisedDate: day } });
  });

  it("takes windows, force majeure, deliveries and new times as days, and keeps how they were said", () => {
    const window = { from: "2026-12-10", to: "2026-12-10" };
    expect(saying("confirm-receiving-time", window)).toMatchObject(window);
    expect(saying("confirm-receiving-time", { from: "2026-12-10T23:00:00+08:00", to: "2026-12-10" })).toMatchObject({});
    expect(saying("confirm-receiving-time", { from: "2026-12-11", to: "2026-12-10" })).toEqual(["to"]);
    expect(saying("confirm-receiving-time", { from: "2026-12-11", to: "2026-12-10T16:00:00Z" })).toEqual(["to"]);
    expect(saying("declare-force-majeure", { from: "2026-12-10", until: "2026-12-10" })).toMatchObject({ from: "2026-12-10" });
    expect(saying("declare-force-majeure", { from: "2026-12-10", until: "2026-12-09" })).toEqual(["until"]);
    expect(saying("report-delivery", { deliveredAt: "2026-12-10" })).toMatchObject({ deliveredAt: "2026-12-10" });
    expect(saying("acknowledge", { promisedAt: "2026-12-10" })).toMatchObject({ promisedAt: "2026-12-10" });
  });

  it("reads a machine's business time that is a day as the end of it", () => {
    expect(checkBody("dispatch", { ...examples.dispatch, at: "2026-12-10" }, "en")).toMatchObject({
      at: "2026-12-10T16:00:00.000Z",
    });
  });
});

it.each([
  "2026-13-01",
  "2026-02-29",
  "26-12-01",
  "2026-12-1",
  "0000-01-01",
  "1999-12-31",
  "2200-01-01",
  "2199-12-31T23:00:00Z",
  "2026-12-01T00:00:00",
  "2026-12-01T24:00:00Z",
  "20261201",
  "",
])("%j is no day", (date) => {
  expect(wrongPaths("inform-delivery-date", { date, channel: "phone" })).toEqual(["date"]);
});
it.each([
  "2026-12-01T10:00:00",
  "2026-12-01 10:00:00Z",
  "2026-12-01T10:00Z",
  "2026-02-30T10:00:00Z",
  "2026-12-01T25:00:00Z",
  "0001-01-01T00:00:00Z",
  "now",
])("%j is no instant", (promisedAt) => {
  expect(wrongPaths("acknowledge", { dutyId: "d", promisedAt })).toEqual(["promisedAt"]);
});

it.each(["+8613800000000", "13800000000", "0760-2231 0000", "(0760) 22310000", "+1 (555) 010-9999", "400-800-1234转 8012"])(
  "%s is a phone",
  (phone) => {
    expect(wrongPaths("confirm-shipping-data", { ...examples["confirm-shipping-data"], phone })).toEqual([]);
  },
);
it.each(["12", "phone", "+86", "138000000001380000000013800", "138 0000 0000; DROP", "+"])("%s is no phone", (phone) => {
  expect(wrongPaths("confirm-shipping-data", { ...examples["confirm-shipping-data"], phone })).toEqual(["phone"]);
});

it("has order numbers that are safe in an address and as a workflow's id", () => {
  for (const good of ["SO-2026-0001", "a", "_x", "-", "A.b_c-9", "x".repeat(64)])
    expect(orderNumber.safeParse(good).success, good).toBe(true);
  for (const bad of ["", ".", "..", ".hidden", "a/b", "a b", "a\n", "订单1", "a%2F", "x".repeat(65), 7]) {
    expect(orderNumber.safeParse(bad).success, String(bad)).toBe(false);
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      if (orderNumber.safeParse(text).success) expect(encodeURIComponent(text)).toBe(text);
    }),
  );
});

it("has a schema for every command and for nothing else", () => {
  expect(Object.keys(bodySchemas).toSorted()).toEqual([...commandNames].toSorted());
});
