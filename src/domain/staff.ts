import { samePerson, type Role, type Recipient } from "./people.ts";
import type { Ms } from "./time.ts";

/** How a person can be reached. */
interface Reach {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly wecom?: string | undefined;
}

/** A person of the factory. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly reportsTo?: string | undefined;
  /** Who acts for them while they are away, best first. */
  readonly deputies: readonly string[];
  /** Away from `from` until before `to`, ms. */
  readonly absences: readonly { readonly from: Ms; readonly to: Ms }[];
  readonly reach: Reach;
}

/** Who is who (`GENDAN_STAFF`). Ids are unique, and everybody named in it is in it. */
export interface Staff {
  readonly people: readonly Person[];
  readonly byId: ReadonlyMap<string, Person>;
}

function isAway(person: Person, at: Ms): boolean {
  return person.absences.some(({ from, to }) => from <= at && at < to);
}

/**
 * Who is to be asked instead of a person at a time: the person, or while they are away the first of their deputies who
 * is there, a deputy's deputies before the next deputy. `undefined` when nobody of them is there. Cycles end.
 */
function presentFor(
  staff: Staff,
  person: Person,
  at: Ms,
  may: (deputy: Person) => boolean,
  passed: ReadonlySet<string> = new Set(),
): Person | undefined {
  if (!isAway(person, at)) return person;
  const seen = new Set([...passed, person.id]);
  for (const id of person.deputies) {
    const deputy = seen.has(id) ? undefined : staff.byId.get(id);
    const present = deputy && may(deputy) ? presentFor(staff, deputy, at, may, seen) : undefined;
    if (present) return present;
  }
  return undefined;
}

/**
 * Whose deputy a person is at a time: everybody who is away and names them, directly or through deputies who are away
 * too. Nobody's while they are away themselves. Several deputies of one person may all act.
 */
export function deputyFor(staff: Staff, id: string, at: Ms): string[] {
  const self = staff.byId.get(id);
  if (!self || isAway(self, at)) return [];
  const acting = new Set([id]);
  const found: string[] = [];
  // Breadth first from the deputy towards those who are away: each is met once, so that cycles end.
  for (const deputy of acting) {
    for (const person of staff.people) {
      if (acting.has(person.id) || !person.deputies.includes(deputy) || !isAway(person, at)) continue;
      acting.add(person.id);
      found.push(person.id);
    }
  }
  return found;
}

function named(staff: Staff, { role, id, except }: Recipient): readonly Person[] {
  if (id !== undefined) {
    const person = staff.byId.get(id);
    return person ? [person] : [];
  }
  return staff.people.filter((person) => !samePerson(person.id, except ?? "") && person.roles.some((one) => one === role));
}

/** Somebody who is there, and for whom they are when that is not for themselves. */
export interface Present extends Person {
  readonly deputyFor?: string;
}

/**
 * The persons that a message to a recipient goes to at a time: the one with that id, or all of that role but the one who
 * is barred from it; whoever is away is skipped for their deputy. When being barred leaves no supervisor, management
 * (`docs/order.md`, Lapse). Empty when nobody is known or there; customers are not staff.
 */
export function recipientsOf(staff: Staff, recipient: Recipient, at: Ms): Present[] {
  const present = (asked: Recipient): Present[] => {
    // A deputy can do what they hold the role for: others would be told of work that is not theirs to do.
    const may = ({ roles }: Person): boolean => asked.role === "staff" || roles.some((role) => role === asked.role);
    const people = named(staff, asked).flatMap((person): Present[] => {
      const found = presentFor(staff, person, at, may);
      if (!found) return [];
      return [found === person ? found : { ...found, deputyFor: person.id }];
    });
    const once = people.filter(({ id }, index) => people.findIndex((other) => other.id === id) === index);
    return once.filter((person) => !samePerson(person.id, asked.except ?? ""));
  };
  const people = present(recipient);
  const barred = recipient.except !== undefined && recipient.role === "supervisor" && people.length === 0;
  return barred ? present({ role: "management", except: recipient.except }) : people;
}
