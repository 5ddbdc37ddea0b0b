import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as answers from "../../src/contracts/answers.ts";
import { dutiesQuery, eventSchema, orderSchema, ordersQuery, overdueQuery } from "../../src/contracts/answers.ts";
import { commandSchema } from "../../src/contracts/bodies.ts";
import * as outside from "../../src/contracts/outside.ts";
import { problemSchema } from "../../src/contracts/problem.ts";
import type { StartOrder } from "../../src/contracts/workflow.ts";
import { toHistoryLines } from "../../src/api/visibility.ts";
import { replay } from "../../src/domain/order/evolve.ts";
import { readableTo } from "../../src/domain/order/fields.ts";
import { markOf, withPersonal } from "../../src/domain/order/personal.ts";
import { roles } from "../../src/domain/people.ts";
import { isRefusal, refusalCodes } from "../../src/domain/order/refusals.ts";
import { commandNames } from "../../src/domain/order/chapters.ts";
import { view } from "../../src/domain/order/view.ts";
import { HOUR } from "../../src/domain/time.ts";
import { attempt, by, later, machine, reported, type Story } from "../domain/order-fixture.ts";
import { lines, steps, upTo, type Step } from "../domain/regular.ts";

function isStep(name: string): name is Step {
  return name in steps;
}

function sent(story: Story | ReturnType<typeof attempt>): Story {
  if (isRefusal(story)) throw new Error(`refused: ${story.refused}`);
  return story;
}

/** Orders in all sorts of trouble, so that every list of the view has something in it. */
const troubles: { readonly [name: string]: () => Story } = {
  "a question open": () =>
    sent(attempt(upTo("receive"), "ask-customer", by("sales_rep"), { dutyId: "confirm-1", question: "E27?", channel: "phone" })),
  "a change requested": () =>
    sent(
      attempt(upTo("release"), "request-change", by("sales_rep"), {
        kind: "quantity",
        patch: { lines: lines.map((line) => ({ ...line, quantity: 200 })) },
        revision: 1,
        why: "更多",
      }),
    ),
  "a delay": () => sent(attempt(upTo("release"), "report-delay", by("sales_rep"), { cause: "缺料", newFinish: "2026-12-25" })),
  "overdue for days": () => later(upTo("enter"), "P5D"),
  "a discrepancy": () => reported(upTo("enter"), "finish-production", machine("production"), { quantity: [100] }),
  "a complaint and a finding": () =>
    sent(
      attempt(
        sent(attempt(upTo("receipt"), "record-complaint", by("sales_rep"), { about: "色温不符" })),
        "record-finding",
        by("supervisor"),
        { rule: "R3.2", person: "li.na", action: "补录" },
      ),
    ),
  "force majeure": () =>
    sent(
      attempt(upTo("release"), "declare-force-majeure", by("sales_rep"), {
        what: "台风",
        from: "2026-11-23T00:00:00+08:00",
        until: "2026-11-25T00:00:00+08:00",
        evidence: "通知",
      }),
    ),
  "a cancellation": () => sent(attempt(upTo("receive"), "cancel", by("sales_rep"), { reason: "客户取消" })),
};
const stories = [
  ...Object.keys(steps)
    .filter(isStep)
    .map((step) => [step, () => upTo(step)] as const),
  ...Object.entries(troubles),
];

/** Everybody who reads orders: each role as a person, and a machine. */
const readers = [...roles.map((role) => ({ ...by("supervisor"), id: `a ${role}`, roles: [role] })), machine("logistics")];

/** An answer as it is sent. */
function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe.each(stories)("after %s", (_, story) => {
  it.each(readers)("the order as $roles reads it is what the schema says, and nothing of it is missing there", (reader) => {
    const { order, now } = story();
    if (!order) throw new Error("no order");
    const seen = json(readableTo(reader.roles, view(order, reader, now + HOUR)));
    expect(json(orderSchema.parse(seen))).toEqual(seen);
  });
  it.each(readers)("so is the history as $roles reads it", (reader) => {
    for (const line of json(toHistoryLines(reader, story().events)) as unknown[]) {
      expect(json(eventSchema.parse(line))).toEqual(line);
    }
  });
});

describe("what older code recorded", async () => {
  const folder = new URL("../histories/format-1/", import.meta.url);
  const recorded = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { at, start }: { at: number; start: StartOrder } = JSON.parse(await readFile(new URL(name, folder), "utf8"));
      return { name, at, events: start.events ?? [] };
    }),
  );
  it.each(recorded)("$name is answered to every reader, and is what the schemas say", ({ at, events }) => {
    for (const reader of readers) {
      const seen = json(readableTo(reader.roles, view(replay(events), reader, at)));
      expect(json(orderSchema.parse(seen))).toEqual(seen);
      for (const line of json(toHistoryLines(reader, events)) as unknown[]) expect(json(eventSchema.parse(line))).toEqual(line);
    }
  });
  it.each(recorded)("$name also when its personal data are removed", ({ at, events }) => {
    const removed = events.map((event) => withPersonal(event, () => markOf("a".repeat(22))));
    for (const reader of readers) {
      const seen = json(readableTo(reader.roles, view(replay(removed), reader, at)));
      expect(json(orderSchema.parse(seen))).toEqual(seen);
      for (const line of json(toHistoryLines(reader, removed)) as unknown[]) expect(json(eventSchema.parse(line))).toEqual(line);
    }
  });
});

it("fills every list of the view with these stories", () => {
  const views = stories
    .map(([, story]) => story())
    .flatMap(({ order, now }) => (order ? [view(order, by("supervisor"), now + HOUR)] : []));
  for (const field of [
    "duties",
    "questions",
    "effects",
    "forceMajeure",
    "terms",
    "changes",
    "delays",
    "shipments",
    "discrepancies",
    "findings",
    "complaints",
  ] as const) {
    expect(
      views.some((each) => each[field].length > 0),
      field,
    ).toBe(true);
  }
});

it("gives no two things one name in the OpenAPI documents", () => {
  const schemas = [
    ...Object.values(answers).filter((each) => each instanceof z.ZodType),
    ...commandNames.map(commandSchema),
    problemSchema,
    ...Object.values(outside.requests).flatMap((each) => Object.values(each)),
    outside.done,
    outside.told,
    outside.problem,
  ];
  const byName = new Map<string, string>();
  for (const schema of schemas) {
    const { $defs = {}, id, ...rest } = z.toJSONSchema(schema, { io: "input" });
    const own = typeof id === "string" ? { [id]: rest } : {};
    for (const [name, definition] of Object.entries({ ...$defs, ...own })) {
      const { id: _id, $schema: _schema, ...plain } = z.record(z.string(), z.unknown()).parse(definition);
      const json = JSON.stringify(plain);
      expect(byName.get(name) ?? json, name).toBe(json);
      byName.set(name, json);
    }
  }
  expect([...byName.keys()]).toEqual(expect.arrayContaining(["Order", "Duty", "Event", "ProblemDetails", "OrderedLine"]));
});

it("shows examples that are what they exemplify", () => {
  const schemas = [...Object.values(answers).filter((each) => each instanceof z.ZodType), problemSchema];
  const shown = schemas.filter((schema) => schema.meta()?.["example"] !== undefined);
  expect(shown.length).toBeGreaterThan(4);
  for (const schema of shown) expect(schema.safeParse(schema.meta()?.["example"]).error).toBeUndefined();
});

it("has problems with a stable code and reason", () => {
  const refused = {
    type: "about:blank",
    title: "x",
    status: 409,
    code: "refused",
    detail: "y",
    reason: refusalCodes[0],
    permitted: ["sign"],
  };
  expect(problemSchema.parse(refused)).toEqual(refused);
  expect(problemSchema.safeParse({ ...refused, code: "whatever" }).success).toBe(false);
});

describe("queries", () => {
  it("have a limit of 50, or as asked up to 200", () => {
    expect(ordersQuery.parse({})).toEqual({ limit: 50 });
    expect(overdueQuery.parse({ limit: "200", duty: "confirm", role: "sales_rep" })).toMatchObject({ limit: 200 });
    for (const limit of ["0", "201", "-1", "1.5", "", "x", "1e400"])
      expect(ordersQuery.safeParse({ limit }).success, limit).toBe(false);
  });
  it("name a filter that does not exist, rather than answer as if it were not there", () => {
    expect(ordersQuery.safeParse({ satus: "shipped" }).success).toBe(false);
    expect(ordersQuery.safeParse({ status: "lost" }).success).toBe(false);
    expect(dutiesQuery.safeParse({ assignee: "zhang.wei" }).success).toBe(false);
  });
  it("keep out what the database could not read", () => {
    expect(ordersQuery.safeParse({ customer: "A\u0000" }).success).toBe(false);
    expect(ordersQuery.safeParse({ from: "0000-01-01" }).success).toBe(false);
    expect(ordersQuery.safeParse({ cursor: "\u0000" }).success).toBe(false);
    expect(ordersQuery.parse({ customer: " 客户A ", from: "2026-11-01" })).toMatchObject({ customer: "客户A" });
  });
});
