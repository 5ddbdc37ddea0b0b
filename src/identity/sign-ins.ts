import ipaddr from "ipaddr.js";
import { createHash } from "node:crypto";
import { FifoMap, LruMap } from "toad-cache";
import { MINUTE, SECOND } from "../domain/time.ts";
import { NotAuthenticated, type Caller, type Verify } from "./verify.ts";

/** Failed sign-ins of one address in a minute; then no token of it is checked that was not good before. */
const MOST_FAILED = 30;
const WINDOW = MINUTE;
/** How long a token that was good is remembered, by its digest. */
const KNOWN = 15 * MINUTE;
/** Addresses and tokens that are remembered at most. */
const REMEMBERED = 10_000;

/** An address that has sent too many bad tokens; how long until it is listened to again, s. */
export class TooManyFailures extends Error {
  override readonly name = "TooManyFailures";
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super("too many bad tokens came from this address");
    this.retryAfter = retryAfter;
  }
}

/** What counts as one address: of IPv6 a network of 64 bits, all of whose addresses one house has. */
export function neighbourhood(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const plain = ipaddr.process(address);
  return plain instanceof ipaddr.IPv6 ? plain.parts.slice(0, 4).join(":") : plain.toString();
}

/**
 * A check of tokens that costs an attacker more than it costs us: who sends bad ones is not listened to for the rest of the
 * minute. Many people may share an address with them, so tokens that were good lately go on being checked.
 * @throws TooManyFailures beside what `verify` throws
 */
export function guardedSignIns(verify: Verify): (token: string, address: string) => Promise<Caller> {
  const failures = new FifoMap<{ count: number; readonly until: number }>(REMEMBERED, WINDOW);
  const good = new LruMap<true>(REMEMBERED, KNOWN);
  return async (token, address) => {
    const digest = createHash("sha256").update(token).digest("base64");
    if (good.get(digest)) return verify(token);
    const from = neighbourhood(address);
    const failed = failures.get(from) ?? { count: 0, until: Date.now() + WINDOW };
    if (failed.count === 0) failures.set(from, failed);
    if (failed.count >= MOST_FAILED) throw new TooManyFailures(Math.max(1, Math.ceil((failed.until - Date.now()) / SECOND)));
    // One that is being checked counts as failed until it is not: thousands may come at once.
    failed.count += 1;
    try {
      const caller = await verify(token);
      failed.count -= 1;
      good.set(digest, true);
      return caller;
    } catch (error) {
      if (!(error instanceof NotAuthenticated)) failed.count -= 1;
      throw error;
    }
  };
}
