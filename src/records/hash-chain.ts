import { createHash, createHmac } from "node:crypto";
import { canonicalJson } from "../contracts/canonical-json.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import { isRemoved, markOf, withPersonal } from "../domain/order/personal.ts";

/**
 * The chain over an order's events: each stored event carries the SHA-256 of the hash before it and of itself, with its
 * personal texts standing as their salted digests. So an edit is found, and texts can be removed while the chain still holds.
 */

/** An order's salt: random, in its first event, and removed with the texts; nobody can try out a text after that. */
export function saltOf(first: OrderEvent | undefined): string {
  return first?.event === "received" ? (first.data.salt ?? "") : "";
}

/** An event without its personal texts: each stands as its digest, HMAC-SHA-256 by the order's salt, cut to 128 bits. */
export function withoutPersonal(event: OrderEvent, salt: string): OrderEvent {
  return withPersonal(event, (text) =>
    isRemoved(text) ? text : markOf(createHmac("sha256", salt).update(text).digest().subarray(0, 16).toString("base64url")),
  );
}

/** What of an event is hashed: all but the personal texts, the salt, and the note that texts were removed. */
function hashedPartOf(event: OrderEvent, salt: string): unknown {
  const bare = withoutPersonal(event, salt);
  if (bare.event !== "received") return bare;
  const { salt: _salt, personalDataRemoved: _removed, ...data } = bare.data;
  return { ...bare, data };
}

/** The hash before an order's first event: the order's own, so that no chain can be given to another order. */
export function initialHashOf(orderNo: string): string {
  return createHash("sha256").update(`gendan order ${orderNo}`).digest("hex");
}

/** The hash of an event, hex, after the one before it. */
export function hashEvent(previous: string, event: OrderEvent, salt: string): string {
  return createHash("sha256")
    .update(previous)
    .update("\n")
    .update(canonicalJson(hashedPartOf(event, salt)))
    .digest("hex");
}

/** The hashes of events that follow on one another, hex. */
export function hashEvents(previous: string, events: readonly OrderEvent[], salt: string): readonly string[] {
  const hashes: string[] = [];
  for (const event of events) hashes.push(hashEvent(hashes.at(-1) ?? previous, event, salt));
  return hashes;
}
