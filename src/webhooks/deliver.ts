import { Webhook } from "standardwebhooks";
import { setTimeout as wait } from "node:timers/promises";
import { HOUR, MINUTE, SECOND, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { forgetAnswers } from "../records/idempotency.ts";
import {
  claimDeliveries,
  findDueSubscriptions,
  deleteOldDeliveries,
  settleDelivery,
  type ClaimedDelivery,
  type DeliveryOutcome,
} from "../records/webhooks.ts";
import { retryAfter } from "../node/retry-after.ts";
import type { Networks } from "./addresses.ts";
import { post } from "./post.ts";

/** The times and limits of deliveries. */
export interface DeliveryPolicy {
  /** Pause after each failed attempt, ms; after the last one a delivery is given up. */
  readonly pauses: readonly Ms[];
  /** Time limit of one attempt, ms. */
  readonly timeout: Ms;
  /** How long a claim lasts, ms; after it the worker counts as dead and another one may claim the delivery. */
  readonly lease: Ms;
  /** Deliveries of one subscription sent at the same time. */
  readonly concurrency: number;
  /** How often the outbox is polled, ms. */
  readonly pollEvery: Ms;
  /** How long deliveries, and answers to keyed requests about webhooks, are kept, ms. */
  readonly keep: Ms;
}

/** Pauses as Standard Webhooks recommends: about three days in all. */
export const defaultDeliveryPolicy: DeliveryPolicy = {
  pauses: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  timeout: 15 * SECOND,
  lease: MINUTE,
  concurrency: 4,
  pollEvery: SECOND,
  keep: 30 * 24 * HOUR,
};

/** The longest `Retry-After` that is honoured. */
const MAX_RETRY_AFTER = 24 * HOUR;

/** The headers of Standard Webhooks: id, time, and a signature by each valid secret. */
function signHeaders({ deliveryId, secrets }: Pick<ClaimedDelivery, "deliveryId" | "secrets">, body: string, now: Ms) {
  const at = new Date(now);
  return {
    "content-type": "application/json",
    "user-agent": "Gendan-Webhooks",
    "webhook-id": deliveryId,
    "webhook-timestamp": String(Math.floor(now / SECOND)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(deliveryId, at, body)).join(" "),
  };
}

/** The body: only that something happened. What it was the receiver reads from the API, with a token. */
function deliveryBody({ type, at, orderNo, number }: ClaimedDelivery): string {
  return JSON.stringify({ type, timestamp: at, data: { orderNo, number } });
}

async function attempt(
  claimed: ClaimedDelivery,
  networks: Networks,
  { timeout, pauses }: DeliveryPolicy,
): Promise<DeliveryOutcome> {
  const body = deliveryBody(claimed);
  const answer = await post({ url: claimed.url, headers: signHeaders(claimed, body, Date.now()), body, timeout, networks });
  const status = answer.result === "answered" ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { result: "delivered", status };
  const why = answer.result === "unanswered" ? answer.why : `answered ${answer.status}`;
  // 410 ends the subscription (Standard Webhooks).
  if (status === 410) return { result: "gone", status, why };
  const pause = pauses[claimed.attempts - 1];
  if (pause === undefined) return { result: "given-up", status, why };
  const asked = answer.result === "answered" ? retryAfter(answer.retryAfter, Date.now(), MAX_RETRY_AFTER) : undefined;
  return { result: "again", status, why, after: Math.max(pause, asked ?? 0) };
}

interface DeliveryOptions {
  readonly db: Database;
  readonly networks: Networks;
  readonly policy?: DeliveryPolicy;
  /** Called with errors of this process, such as an unreachable database. */
  readonly onError: (error: unknown) => void;
}

/** Starts sending deliveries from the outbox; any number of workers may do so. `stop` waits for running attempts. */
export function startDeliveries({ db, networks, policy = defaultDeliveryPolicy, onError }: DeliveryOptions): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  /** By subscription. */
  const running = new Map<string, Promise<void>>();

  /** Sends what is due for one subscription, so that a slow receiver delays only its own deliveries. */
  async function drain(webhookId: string): Promise<void> {
    while (!stopping.signal.aborted) {
      const claimed = await claimDeliveries(db, webhookId, policy.concurrency, policy.lease);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map(async (each) => settleDelivery(db, each, await attempt(each, networks, policy))));
    }
  }

  async function poll(): Promise<void> {
    let pruned = -Infinity;
    while (!stopping.signal.aborted) {
      try {
        for (const webhookId of await findDueSubscriptions(db)) {
          if (running.has(webhookId)) continue;
          running.set(
            webhookId,
            drain(webhookId)
              .catch(onError)
              .finally(() => running.delete(webhookId)),
          );
        }
        if (performance.now() - pruned > HOUR) {
          await deleteOldDeliveries(db, policy.keep);
          await forgetAnswers(db, policy.keep);
          pruned = performance.now();
        }
      } catch (error) {
        onError(error);
      }
      await wait(policy.pollEvery, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await Promise.all(running.values());
  }

  const done = poll();
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
