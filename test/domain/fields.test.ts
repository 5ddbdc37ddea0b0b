import { describe, expect, test } from "vitest";
import { z } from "zod";
import { dutiesSchema, historySchema, orderSchema, ordersSchema, overdueCountSchema } from "../../src/contracts/answers.ts";
import { bodySchemas } from "../../src/contracts/bodies.ts";
import { isKnownField, isPersonal, mayRead, readableTo } from "../../src/domain/order/fields.ts";
import { view } from "../../src/domain/order/view.ts";
import { roles, type Role } from "../../src/domain/people.ts";
import { by } from "./order-fixture.ts";
import { playing, randomFrom } from "./model/play.ts";

/** One table of every field: who may read it, whether it is personal (`docs/http.md`, Queries). */

const departments: readonly Role[] = ["production", "design", "warehouse", "logistics"];

/** The names of all properties of a JSON Schema, at any depth; what is read whole is not walked. */
function propertiesOf(schema: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof schema !== "object" || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" && typeof value === "object" && value !== null)
      for (const name of Object.keys(value)) found.add(name);
    if (!["example", "examples", "Policy", "VersionedCalendar"].includes(key)) propertiesOf(value, found);
  }
  return found;
}

/** The names of all fields of a value; what is read whole is not walked. */
function namesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) namesIn(item, found);
  else if (typeof value === "object" && value !== null)
    for (const [name, item] of Object.entries(value)) {
      found.add(name);
      if (!["policy", "calendar", "watches", "details", "params"].includes(name)) namesIn(item, found);
    }
  return found;
}

const unknown = (names: Iterable<string>): string[] => [...names].filter((name) => !isKnownField(name));

describe("a field that is not in the table fails", () => {
  test.each(Object.entries(bodySchemas))("in the body of %s", (_command, schema) => {
    expect(unknown(propertiesOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })))).toEqual([]);
  });

  test.each(Object.entries({ orderSchema, ordersSchema, historySchema, dutiesSchema, overdueCountSchema }))(
    "in what is answered: %s",
    (_name, schema) => {
      expect(unknown(propertiesOf(z.toJSONSchema(schema, { unrepresentable: "any" })))).toEqual([]);
    },
  );

  test("in events, and in orders as they are seen, whatever happens to them", () => {
    const names = new Set<string>();
    for (let number = 0; number < 20; number++) {
      const play = playing(randomFrom(4_711 + number), new Map());
      for (let step = 0; step < 100; step++) play.step();
      namesIn(play.events(), names);
      namesIn(view(play.order(), by("supervisor"), Date.UTC(2027, 0)), names);
    }
    expect(unknown(names)).toEqual([]);
  });
});

test("what was said with customers is for the sales department, beside what a department's work needs", () => {
  for (const role of departments)
    for (const name of [
      "note",
      "question",
      "answer",
      "summary",
      "why",
      "askedBy",
      "with",
      "contact",
      "email",
      "amountFen",
      "settlement",
    ])
      expect([role, name, mayRead([role], name)]).toEqual([role, name, false]);
  const needs: Readonly<Record<string, readonly Role[]>> = {
    specification: departments,
    brief: ["production", "design", "warehouse"],
    deliveryAddress: ["logistics"],
    phone: ["logistics"],
    signedBy: ["logistics"],
  };
  for (const [name, readers] of Object.entries(needs))
    expect([name, departments.filter((role) => mayRead([role], name))]).toEqual([name, readers]);
  expect(mayRead(["production"], "summary", "progress-updated")).toBe(true);
  expect(mayRead(["production"], "about", "complaint-recorded")).toBe(false);
  expect(mayRead(["production"], "about")).toBe(true);
  expect(mayRead(["warehouse"], "reason", "cancellation-requested")).toBe(false);
  for (const name of ["salt", "hash", "key"]) expect(mayRead(roles, name)).toBe(false);
});

test("what strangers send under names that nobody knows is read by nobody", () => {
  const body = { with: "a", channel: "phone", summary: "s", secretly: "x", nested: { trackingNumber: "SF1", __proto: "y" } };
  const discrepancy = { discrepancyId: "x1", command: "report-tracking", body: { ...body, event: "拒签" } };
  expect(readableTo(roles, discrepancy)).toEqual({
    discrepancyId: "x1",
    command: "report-tracking",
    body: { with: "a", channel: "phone", summary: "s", event: "拒签" },
  });
  expect(readableTo(["production"], discrepancy)).toEqual({
    discrepancyId: "x1",
    command: "report-tracking",
    body: { channel: "phone" },
  });
});

test("what the chain of older records holds as personal stays so", () => {
  const names =
    "customer contact deliveryAddress recipient phone address signedBy askedBy with note brief question answer summary";
  for (const name of [...names.split(" "), "about", "why", "detail", "event", "place", "hash"])
    expect(isPersonal(name)).toBe(true);
  for (const name of ["reason", "model", "specification", "salesRep", "remedy", "evidence"]) expect(isPersonal(name)).toBe(false);
});

test("what a refused command said is read as that command is, and its reason as its events' is", () => {
  const told = { reason: "for the customer alone", remedy: { kind: "discount", valueFen: 1 } };
  const lines = [
    { event: "command-refused", command: "tell-customer-of-delay", reason: told.reason, data: { refusal: "x", body: told } },
    { event: "command-refused", command: "record-complaint", data: { refusal: "x", body: { about: told.reason } } },
    ...["discrepancy-opened", "discrepancy-repeated", "work-handed-over"].map((event) => ({
      event,
      command: "request-cancellation",
      reason: told.reason,
      data: { command: "request-cancellation", body: told },
    })),
    { event: "customer-told-of-delay", command: "tell-customer-of-delay", reason: told.reason, data: told },
  ];
  for (const role of departments) expect(JSON.stringify(readableTo([role], lines))).not.toContain(told.reason);
  expect(readableTo(["sales_rep"], lines)).toEqual(lines);
  const tracking = { event: "command-refused", command: "report-tracking", data: { body: { event: "派件中", reason: "x" } } };
  expect(readableTo(["logistics"], tracking)).toEqual(tracking);
  expect(readableTo(["design"], { event: "signed", command: "sign", reason: "why", constructor: 1 })).toEqual({
    event: "signed",
    command: "sign",
    reason: "why",
  });
});
