import { expect, it } from "vitest";
import { staffFrom } from "../../src/contracts/staff.ts";

it("reads who is who", () => {
  const staff = staffFrom([
    { id: "li.na", name: "李娜", roles: ["sales_rep"], reportsTo: "wang", deputies: ["wang"], reach: { email: "a@example.com" } },
    { id: "wang", name: "王", roles: ["supervisor"], absences: [{ from: "2026-11-24", to: "2026-11-24" }] },
  ]);
  expect(staff.byId.get("li.na")).toMatchObject({ name: "李娜", reportsTo: "wang", deputies: ["wang"], absences: [] });
  // The whole day in the factory's zone, UTC+8.
  expect(staff.byId.get("wang")?.absences).toEqual([
    { from: Date.parse("2026-11-23T16:00:00Z"), to: Date.parse("2026-11-24T16:00:00Z") },
  ]);
});

it("names every wrong field at once", () => {
  expect(() =>
    staffFrom([
      { id: "", name: "x", roles: ["boss"] },
      { id: "b", name: "y", roles: ["design"], reach: { email: "no" }, extra: 1 },
    ]),
  ).toThrow(/^staff: \[0\]\.id: .+; \[0\]\.roles\[0\]: .+; \[1\]\.reach\.email: .+; \[1\]: .+extra/);
  expect(() => staffFrom({ people: [] })).toThrow(/^staff: \(the whole\): /);
});

it("names everybody who is not there, twice there, or before themselves", () => {
  const wrong = [
    { id: "a", name: "A", roles: ["design"], reportsTo: "ghost", deputies: ["a", "nobody"] },
    { id: "a", name: "A", roles: ["design"], reportsTo: "a" },
    { id: "b", name: "B", roles: ["design"], absences: [{ from: "2026-11-24", to: "2026-11-20" }] },
  ];
  expect(() => staffFrom(wrong)).toThrow(
    'staff: [0].reportsTo: nobody has the id "ghost"; [0].deputies[0]: nobody is their own deputy; ' +
      '[0].deputies[1]: nobody has the id "nobody"; [1].id: "a" is [0]\'s id already; ' +
      "[1].reportsTo: nobody reports to themselves; [2].absences[0].to: ends before it begins",
  );
});
