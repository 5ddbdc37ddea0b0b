import { describe, expect, it } from "vitest";
import { deputyFor, recipientsOf, type Person, type Staff } from "../../src/domain/staff.ts";
import type { Recipient } from "../../src/domain/people.ts";

const NOON = 1_000;

function person(id: string, more: Partial<Person> & { away?: boolean } = {}): Person {
  const { away = false, ...rest } = more;
  return {
    id,
    name: id,
    roles: ["sales_rep"],
    deputies: [],
    absences: away ? [{ from: 500, to: 1_500 }] : [],
    reach: {},
    ...rest,
  };
}
function staffOf(...people: Person[]): Staff {
  return { people, byId: new Map(people.map((one) => [one.id, one])) };
}
function reached(staff: Staff, recipient: Recipient, at = NOON): string[] {
  return recipientsOf(staff, recipient, at).map(({ id }) => id);
}

describe("whom a message goes to", () => {
  it("the one with that id, all of a role, nobody when unknown", () => {
    const staff = staffOf(person("a"), person("b"), person("s", { roles: ["supervisor"] }));
    expect(reached(staff, { role: "sales_rep", id: "b" })).toEqual(["b"]);
    expect(reached(staff, { role: "sales_rep" })).toEqual(["a", "b"]);
    expect(reached(staff, { role: "sales_rep", id: "ghost" })).toEqual([]);
    expect(reached(staff, { role: "customer" })).toEqual([]);
  });

  it("somebody who is away is skipped for the first deputy who is there, through chains", () => {
    const staff = staffOf(
      person("a", { away: true, deputies: ["b", "c"] }),
      person("b", { away: true, deputies: ["d"] }),
      person("c"),
      person("d"),
    );
    expect(reached(staff, { role: "sales_rep", id: "a" })).toEqual(["d"]);
    expect(reached(staff, { role: "sales_rep", id: "a" }, 1_500)).toEqual(["a"]);
    expect(reached(staff, { role: "sales_rep", id: "a" }, 499)).toEqual(["a"]);
  });

  it("nobody when everybody in a circle is away; the one who is there else", () => {
    const circle = (away: boolean) =>
      staffOf(
        person("a", { away: true, deputies: ["b"] }),
        person("b", { away: true, deputies: ["a", "c"] }),
        person("c", { away, deputies: ["a"] }),
      );
    expect(reached(circle(true), { role: "sales_rep", id: "a" })).toEqual([]);
    expect(reached(circle(false), { role: "sales_rep", id: "a" })).toEqual(["c"]);
  });

  it("a deputy gets one message of a role, and never what they are barred from", () => {
    const staff = staffOf(
      person("s1", { roles: ["supervisor"], away: true, deputies: ["s2"] }),
      person("s2", { roles: ["supervisor"] }),
      person("m", { roles: ["management"] }),
    );
    expect(reached(staff, { role: "supervisor" })).toEqual(["s2"]);
    expect(reached(staff, { role: "supervisor", except: "s1" })).toEqual(["s2"]);
    expect(reached(staff, { role: "supervisor", except: "s2" })).toEqual(["m"]);
  });
});

describe("a deputy", () => {
  it("is told for whom, and only of what they hold the role for", () => {
    const staff = staffOf(
      person("a", { away: true, deputies: ["clerk", "b"] }),
      person("clerk", { roles: ["order_admin"] }),
      person("b"),
    );
    expect(recipientsOf(staff, { role: "sales_rep", id: "a" }, NOON)).toMatchObject([{ id: "b", deputyFor: "a" }]);
    expect(recipientsOf(staff, { role: "sales_rep", id: "b" }, NOON).map(({ deputyFor: whom }) => whom)).toEqual([undefined]);
  });
});

describe("whose deputy somebody is", () => {
  const staff = staffOf(
    person("a", { away: true, deputies: ["b", "c"] }),
    person("b", { away: true, deputies: ["d", "a"] }),
    person("c"),
    person("d", { deputies: ["a"] }),
    person("e", { deputies: ["c"] }),
  );
  it("only while they are away, through deputies who are away too", () => {
    expect(deputyFor(staff, "c", NOON)).toEqual(["a", "b"]);
    expect(deputyFor(staff, "d", NOON)).toEqual(["b", "a"]);
    expect(deputyFor(staff, "e", NOON)).toEqual([]);
    expect(deputyFor(staff, "c", 1_500)).toEqual([]);
  });
  it("nobody's while away, or when unknown", () => {
    expect(deputyFor(staff, "b", NOON)).toEqual([]);
    expect(deputyFor(staff, "ghost", NOON)).toEqual([]);
  });
});
