import ipaddr from "ipaddr.js";
import { createHash } from "node:crypto";
import { FifoMap, LruMap } from "toad-cache";
import { MINUTE, SECOND } from "../domain/time.ts";
import { NotAuthenticated, type Caller, type Verify } from "./verify.ts";

/** Failed sign-ins of one address per window, after which only tokens that were valid lately are checked. */
const MAX_FAILURES = 30;
const WINDOW = MINUTE;
/** How long a valid token is remembered, by its digest. */
const VALID_REMEMBERED_FOR = 15 * MINUTE;
/** Addresses, and tokens, remembered at most. */
const MAX_REMEMBERED = 10_000;

/** An address has sent too many invalid tokens; its new tokens are checked again after `retryAfter` seconds. */
export class TooManyFailures extends Error {
  override readonly name = "TooManyFailures";
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super("too many invalid tokens from this address");
    this.retryAfter = retryAfter;
  }
}

/** The key under which an address is limited: of IPv6 its /64 network, as one subscriber has a whole one. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const plain = ipaddr.process(address);
  return plain instanceof ipaddr.IPv6 ? plain.parts.slice(0, 4).join(":") : plain.toString();
}

/**
 * Limits failed sign-ins by address. Many people may share an address (NAT), so tokens that were valid lately are still checked
 * when the limit is reached.
 * @throws TooManyFailures, and what `verify` throws
 */
export function limitFailedSignIns(verify: Verify): (token: string, address: string) => Promise<Caller> {
  const failures = new FifoMap<{ count: number; readonly until: number }>(MAX_REMEMBERED, WINDOW);
  const valid = new LruMap<true>(MAX_REMEMBERED, VALID_REMEMBERED_FOR);
  return async (token, address) => {
    const digest = createHash("sha256").update(token).digest("base64");
    if (valid.get(digest)) return verify(token);
    const key = addressKey(address);
    const failed = failures.get(key) ?? { count: 0, until: Date.now() + WINDOW };
    if (failed.count === 0) failures.set(key, failed);
    if (failed.count >= MAX_FAILURES) throw new TooManyFailures(Math.max(1, Math.ceil((failed.until - Date.now()) / SECOND)));
    // A token counts as failed while it is being checked, so that thousands sent at once are limited too.
    failed.count += 1;
    try {
      const caller = await verify(token);
      failed.count -= 1;
      valid.set(digest, true);
      return caller;
    } catch (error) {
      if (!(error instanceof NotAuthenticated)) failed.count -= 1;
      throw error;
    }
  };
}
