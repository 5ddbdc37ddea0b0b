import ipaddr from "ipaddr.js";
import { createHash } from "node:crypto";
import { FifoMap, LruMap } from "toad-cache";
import { MINUTE, SECOND } from "../domain/time.ts";
import { NotAuthenticated, type Caller, type Verify } from "../identity/verify.ts";
import { ProblemError } from "./problem.ts";

/** Failed sign-ins of one address in a minute; then no token of it is checked that was not good before. */
const MOST_FAILED = 30;
const WINDOW = MINUTE;
/** How long a token that was good is remembered, by its digest. */
const KNOWN = 15 * MINUTE;
/** Addresses and tokens that are remembered at most. */
const REMEMBERED = 10_000;

/** What counts as one address: of IPv6 a network of 64 bits, all of whose addresses one house has. */
export function neighbourhood(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const plain = ipaddr.process(address);
  return plain instanceof ipaddr.IPv6 ? plain.parts.slice(0, 4).join(":") : plain.toString();
}

/**
 * A check of tokens that costs an attacker more than it costs us: who sends bad ones is not listened to for the rest of the
 * minute. Many people may share an address with them, so tokens that were good lately go on being checked.
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
    if (failed.count >= MOST_FAILED) {
      const retryAfter = Math.max(1, Math.ceil((failed.until - Date.now()) / SECOND));
      throw new ProblemError("too-many-requests", { detail: "sign-ins-failed", retryAfter });
    }
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
