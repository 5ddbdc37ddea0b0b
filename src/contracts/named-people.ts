import type { CommandName } from "../domain/order/bodies.ts";
import { roles, type Role } from "../domain/people.ts";
import type { Staff } from "../domain/staff.ts";
import { fieldTexts, type FieldFault } from "../texts/fields.ts";
import type { Locale } from "../texts/locale.ts";
import { isRecord } from "./fields.ts";
import type { WrongField } from "./wrong-fields.ts";

/** Who is named somewhere: a person in a role; anybody of the factory; or, where nobody in person is meant, a role. */
type Meant = Role | "anybody" | "anybody or a role";

/** The fields of bodies that name a person of the factory (`docs/order.md`, Commands). */
const named: { readonly [C in CommandName]?: { readonly [field: string]: Meant } } = {
  receive: { salesRep: "sales_rep" },
  enter: { salesRep: "sales_rep" },
  "correct-entry": { salesRep: "sales_rep" },
  reassign: { salesRep: "sales_rep" },
  "record-finding": { person: "anybody or a role" },
  "answer-inspection": { person: "anybody or a role" },
  "resolve-complaint": { fault: "anybody" },
};

function faultIn(id: string, meant: Meant, { byId }: Staff): FieldFault | undefined {
  if (meant === "anybody or a role" && roles.some((role) => role === id)) return undefined;
  const person = byId.get(id);
  if (!person) return "nobody-by-that-id";
  const isMeant = meant === "anybody" || meant === "anybody or a role" || person.roles.includes(meant);
  return isMeant ? undefined : "not-in-that-role";
}

/**
 * The fields of a command's body that name somebody whom the staff list does not know, or not in that role. Nothing where there is no list.
 * @param body also one that its schema has not passed
 */
export function wrongPeople(command: CommandName, body: unknown, staff: Staff | undefined, locale: Locale): WrongField[] {
  if (!isRecord(body) || !staff || staff.people.length === 0) return [];
  return Object.entries(named[command] ?? {}).flatMap(([path, meant]) => {
    const id = body[path];
    const fault = typeof id === "string" ? faultIn(id.normalize("NFC").trim(), meant, staff) : undefined;
    return fault ? [{ path, message: fieldTexts[fault][locale] }] : [];
  });
}
