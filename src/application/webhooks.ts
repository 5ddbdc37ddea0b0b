import { randomBytes } from "node:crypto";
import { HOUR, iso, type Instant, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { findSubscription, replaceSecret, subscribe, type Subscription } from "../records/webhooks.ts";
import { canonical, sha256 } from "./request-hash.ts";

/** How long the previous secret still signs, so that receivers can take over the new one, ms. */
const SECRET_OVERLAP = 24 * HOUR;

function makeSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

interface SubscribeOptions {
  readonly by: string;
  /** The caller's idempotency key; the subscription's id is derived from it. */
  readonly key: string | undefined;
  readonly at: Ms;
}

/**
 * Subscribes a receiver to the events of orders, once per key.
 * @returns the subscription with its secret; `"key-used"` when the key was used for another one; `undefined` when the one of that key
 * has been removed meanwhile
 */
export async function subscribeWebhook(
  db: Database,
  wanted: Pick<Subscription, "url" | "events" | "description">,
  { by, key, at }: SubscribeOptions,
): Promise<(Subscription & { readonly secret: string }) | "key-used" | undefined> {
  const webhookId = `wh_${key !== undefined ? sha256(by, key).slice(0, 24) : randomBytes(12).toString("hex")}`;
  const hash = sha256(canonical(wanted));
  await subscribe(db, { webhookId, ...wanted, state: "on", createdBy: by, createdAt: iso(at) }, makeSecret(), hash);
  const stored = await findSubscription(db, webhookId);
  return stored && stored.hash !== hash ? "key-used" : stored;
}

/** Replaces a subscription's secret; until `previousUntil` both sign. `undefined`: there is no such subscription. */
export async function rotateWebhookSecret(
  db: Database,
  webhookId: string,
  now: Ms,
): Promise<{ readonly secret: string; readonly previousUntil: Instant } | undefined> {
  const secret = makeSecret();
  return (await replaceSecret(db, webhookId, secret, SECRET_OVERLAP))
    ? { secret, previousUntil: iso(now + SECRET_OVERLAP) }
    : undefined;
}
