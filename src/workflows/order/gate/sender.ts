import type { Actor } from "../../../domain/people.ts";
import { readActor } from "./actor.ts";
import { isObject, LONGEST_ID, ownField, readLine } from "./values.ts";

/** Who is proved to have sent something, by the key that it was encrypted with. */
export type Proof =
  /** This service: its API, for the caller that the message names, or its worker. It has checked what it says it has. */
  | { readonly by: "service" }
  /** A person or machine for whom the codec server encoded it, once. What else the message claims is not proved. */
  | { readonly by: "author"; readonly author: Actor; readonly once: string };

/** Symbols that `src/temporal/codec/payload-converter.cjs` sets. A sender cannot: JSON has no symbols. */
const [FROM, UNDECODABLE] = [Symbol.for("gendan.from"), Symbol.for("gendan.undecodable")];

function readMark(value: unknown, name: symbol): string | undefined {
  const mark: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof mark === "string" ? mark : undefined;
}

/** Why a value cannot be decrypted; `undefined`: it was decrypted, or never encrypted. */
export function undecodableReason(value: unknown): string | undefined {
  return readMark(value, UNDECODABLE);
}

/** Who is proved to have sent a value; `undefined`: nobody. */
export function proofOf(value: unknown): Proof | undefined {
  const from = readMark(value, FROM);
  if (from === undefined) return undefined;
  if (from === "service") return { by: "service" };
  const said: unknown = JSON.parse(from);
  const read = isObject(said) ? readActor(ownField(said, "author")) : undefined;
  const once = isObject(said) ? readLine(ownField(said, "once"), LONGEST_ID) : undefined;
  return read && "actor" in read && once !== undefined ? { by: "author", author: read.actor, once } : undefined;
}
