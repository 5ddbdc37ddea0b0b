import { absentOnes, type Actor } from "../domain/people.ts";

/** The representatives whose orders a caller may read: their own and those they deputise for; `undefined`: everybody's. */
export function visibleReps(caller: Actor): readonly string[] | undefined {
  const ownOnly = caller.kind === "person" && caller.roles.every((role) => role === "sales_rep");
  return ownOnly ? [caller.id, ...absentOnes(caller)] : undefined;
}

/** Whether a caller may read the orders of a representative. */
export function mayReadOrderOf(caller: Actor, salesRep: string | undefined): boolean {
  const reps = visibleReps(caller);
  return reps === undefined || (salesRep !== undefined && reps.includes(salesRep));
}
