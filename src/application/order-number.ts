import { createHash, randomBytes } from "node:crypto";
import { sha256 } from "./request-hash.ts";

/** Crockford's base 32: no digit is mistaken for another one on the telephone. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A number for a new order that came without one: the same for the same caller and key, so that a repeated request begins no second order. */
export function makeOrderNumber(callerId: string, key: string | undefined): string {
  const bytes = key === undefined ? randomBytes(12) : createHash("sha256").update(sha256(callerId, key)).digest();
  return `SO-${[...bytes.subarray(0, 12)].map((byte) => DIGITS[byte % 32]).join("")}`;
}
