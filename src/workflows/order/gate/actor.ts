import { roles, type Actor } from "../../../domain/people.ts";
import { isObject, LONGEST_ID, ownField, readIds, readLine } from "./values.ts";

/** Reads an actor as a message names one, or answers which of its fields are wrong. Unknown roles are ignored. */
export function readActor(value: unknown): { readonly actor: Actor } | { readonly wrong: readonly string[] } {
  if (!isObject(value)) return { wrong: ["actor"] };
  const id = readLine(ownField(value, "id"), LONGEST_ID);
  const given = ownField(value, "roles");
  const held: readonly unknown[] | undefined = Array.isArray(given) ? given : undefined;
  const kind = ownField(value, "kind");
  const deputyFor = ownField(value, "deputyFor") === undefined ? [] : readIds(ownField(value, "deputyFor"));
  const wrong = [
    ...(id === undefined ? ["actor.id"] : []),
    ...(held === undefined ? ["actor.roles"] : []),
    ...(kind === "person" || kind === "machine" ? [] : ["actor.kind"]),
    ...(deputyFor === undefined ? ["actor.deputyFor"] : []),
  ];
  if (id === undefined || held === undefined || deputyFor === undefined || wrong.length > 0) return { wrong };
  const named = deputyFor.length === 0 ? {} : { deputyFor };
  return {
    actor: { id, roles: roles.filter((role) => held.includes(role)), kind: kind === "machine" ? kind : "person", ...named },
  };
}
