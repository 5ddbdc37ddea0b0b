import { createHash, createHmac } from "node:crypto";
import { canonicalJson } from "../contracts/canonical-json.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { isRemoved, markOf, withPersonal } from "../domain/order/personal.ts";

/**
 * The hash chain of an order's events. Each stored event has the SHA-256 of the previous hash and of the event, in which personal texts
 * are replaced by salted digests. So an edit is found, and personal texts can be removed without breaking the chain.
 */

/** An order's salt: random, in its first event. It is removed with the texts; after that nobody can test a guess at a text. */
export function saltOf(first: OrderEvent | undefined): string {
  return first?.event === "received" ? (first.data.salt ?? "") : "";
}

/** An event in which each personal text is replaced by its digest: HMAC-SHA-256 with the order's salt, cut to 128 bits. */
export function withoutPersonal(event: OrderEvent, salt: string): OrderEvent {
  return withPersonal(event, (text) =>
    isRemoved(text) ? text : markOf(createHmac("sha256", salt).update(text).digest().subarray(0, 16).toString("base64url")),
  );
}

/** The part of an event that is hashed: without personal texts, the salt, and the note that texts were removed. */
function hashedPartOf(event: OrderEvent, salt: string): unknown {
  const bare = withoutPersonal(event, salt);
  if (bare.event !== "received") return bare;
  const { salt: _salt, personalDataRemoved: _removed, ...data } = bare.data;
  return { ...bare, data };
}

/** The hash before an order's first event. It depends on the order's number, so that a chain cannot be moved to another order. */
export function initialHashOf(orderNo: string): string {
  return createHash("sha256").update(`gendan order ${orderNo}`).digest("hex");
}

/** The hash of an event, hex, given the previous event's hash. */
export function hashEvent(previous: string, event: OrderEvent, salt: string): string {
  return createHash("sha256")
    .update(previous)
    .update("\n")
    .update(canonicalJson(hashedPartOf(event, salt)))
    .digest("hex");
}

/** The hashes of consecutive events, hex. */
export function hashEvents(previous: string, events: readonly OrderEvent[], salt: string): readonly string[] {
  const hashes: string[] = [];
  for (const event of events) hashes.push(hashEvent(hashes.at(-1) ?? previous, event, salt));
  return hashes;
}
