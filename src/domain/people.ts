/** Who works on an order, by the regulation's names (`docs/glossary.md`). */
export const roles = [
  "sales_rep",
  "order_admin",
  "customer_service",
  "supervisor",
  "management",
  "production",
  "design",
  "warehouse",
  "logistics",
] as const;

/** A role that a person or a machine can be given. */
export type Role = (typeof roles)[number];

/** Everybody that a message can go to or an event can come from; `staff` is somebody known by id alone. */
export type Party = Role | "customer" | "staff" | "system";

/** Whom a message goes to: a role, and one person of it where that is known. */
export interface Recipient {
  readonly role: Party;
  readonly id?: string | undefined;
  /** A person of that role who is barred from it: their own entry or request. */
  readonly except?: string | undefined;
  /** Of whoever was reached: the absent person whose deputy they are. */
  readonly deputyFor?: string | undefined;
}

/** Whoever sends a command: a person, or a machine that carries its department's role. */
export interface Actor {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly kind: "person" | "machine";
  /** Sales representatives whose deputy this person is at this moment. */
  readonly deputyFor?: readonly string[];
}

/** Who did something, as an event keeps it: the id, and the one role that allowed it. */
export interface Author {
  readonly id: string;
  /** `unverified`: nobody could prove that it was they who sent it; the id is as it was claimed, or `unknown`. */
  readonly role: Party | "unverified";
  /** The absent person as whose deputy they did it. */
  readonly deputyFor?: string | undefined;
}

/** The author of what the service itself does: the clock, the effects, what follows from other events. */
export const SYSTEM: Author = { id: "gendan", role: "system" };

/** An id as people read it: without case, width, padding, and what cannot be seen. */
function read(id: string): string {
  const seen = id.normalize("NFKC").replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Control}]/gu, "");
  return seen.trim().toUpperCase().toLowerCase().normalize("NFKC");
}

/** Whether two ids are the same person's where four eyes are asked for: access goes by the exact id. */
export function samePerson(a: string, b: string): boolean {
  return a === b || read(a) === read(b);
}

/** Of whom somebody is the deputy at this moment; a machine is nobody's. */
export function absentOnes({ kind, deputyFor = [] }: Actor): readonly string[] {
  return kind === "machine" ? [] : deputyFor;
}

/** Whether an actor holds a role. Management may do all that a supervisor may (`docs/order.md`, Commands). */
export function holds(actor: Actor, role: Role): boolean {
  return actor.roles.includes(role) || (role === "supervisor" && actor.roles.includes("management"));
}

/** The role under which an actor may act, out of those that may: their own first, management's for a supervisor's last. */
export function actingRole(actor: Actor, allowed: readonly Role[]): Role | undefined {
  return (
    allowed.find((role) => actor.roles.includes(role)) ??
    (allowed.includes("supervisor") && actor.roles.includes("management") ? "management" : undefined)
  );
}
