import { Webhook } from "standardwebhooks";
import { setTimeout as wait } from "node:timers/promises";
import { HOUR, MINUTE, SECOND, type Ms } from "../domain/time.ts";
import type { Database } from "../records/database.ts";
import { forgetAnswers } from "../records/idempotency.ts";
import { claim, lanes, prune, settle, type Claimed, type Settled } from "../records/webhooks.ts";
import { retryAfter } from "../node/retry-after.ts";
import type { Networks } from "./addresses.ts";
import { post } from "./post.ts";

/** How deliveries are tried. */
export interface DeliveryPolicy {
  /** How long after a failed try the next one is made, ms; after the last of them a delivery is given up. */
  readonly retryAfter: readonly Ms[];
  /** For one try, ms. */
  readonly within: Ms;
  /** After so long what a worker had taken on is another's: it has died, ms. */
  readonly lease: Ms;
  /** Deliveries of one subscription at the same time. */
  readonly atOnce: number;
  /** How often it is looked whether something is to be sent, ms. */
  readonly every: Ms;
  /** Deliveries, and the answers to what was asked of webhooks under a key, are kept so long, ms. */
  readonly keep: Ms;
}

/** The times that Standard Webhooks recommends: three days in all. */
export const deliveryPolicy: DeliveryPolicy = {
  retryAfter: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  within: 15 * SECOND,
  lease: MINUTE,
  atOnce: 4,
  every: SECOND,
  keep: 30 * 24 * HOUR,
};

/** A receiver that asks for more patience than this is asked again anyway. */
const PATIENCE = 24 * HOUR;

/** The headers of Standard Webhooks: id, time, and a signature by each secret that is good now. */
export function signed({ deliveryId, secrets }: Pick<Claimed, "deliveryId" | "secrets">, body: string, now: Ms) {
  const at = new Date(now);
  return {
    "content-type": "application/json",
    "user-agent": "Gendan-Webhooks",
    "webhook-id": deliveryId,
    "webhook-timestamp": String(Math.floor(now / SECOND)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(deliveryId, at, body)).join(" "),
  };
}

/** What is sent: that something happened. What it was is asked for with a token, by whoever may read it. */
export function bodyOf({ type, at, orderNo, number }: Claimed): string {
  return JSON.stringify({ type, timestamp: at, data: { orderNo, number } });
}

async function tryOnce(claimed: Claimed, networks: Networks, { within, retryAfter: pauses }: DeliveryPolicy): Promise<Settled> {
  const body = bodyOf(claimed);
  const answer = await post({ url: claimed.url, headers: signed(claimed, body, Date.now()), body, within, networks });
  const status = answer.result === "answered" ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { result: "delivered", status };
  const why = answer.result === "unanswered" ? answer.why : `answered ${answer.status}`;
  // 410: the receiver does not want any more (Standard Webhooks).
  if (status === 410) return { result: "gone", status, why };
  const pause = pauses[claimed.attempts - 1];
  if (pause === undefined) return { result: "given-up", status, why };
  const asked = answer.result === "answered" ? retryAfter(answer.retryAfter, Date.now(), PATIENCE) : undefined;
  return { result: "again", status, why, after: Math.max(pause, asked ?? 0) };
}

interface DeliveringOptions {
  readonly db: Database;
  readonly networks: Networks;
  readonly policy?: DeliveryPolicy;
  /** Told of what could not be done here: the database is away, and the like. */
  readonly onError: (error: unknown) => void;
}

/** Sends what is to be sent, any number of workers at once. Ends what is under way when stopped. */
export function startDelivering({ db, networks, policy = deliveryPolicy, onError }: DeliveringOptions): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();

  /** A subscription's own lane, so that a slow receiver holds up nobody else. */
  async function drain(webhookId: string): Promise<void> {
    while (!stopping.signal.aborted) {
      const claimed = await claim(db, webhookId, policy.atOnce, policy.lease);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map(async (each) => settle(db, each, await tryOnce(each, networks, policy))));
    }
  }

  async function run(): Promise<void> {
    let pruned = -Infinity;
    while (!stopping.signal.aborted) {
      try {
        for (const webhookId of await lanes(db)) {
          if (running.has(webhookId)) continue;
          running.set(
            webhookId,
            drain(webhookId)
              .catch(onError)
              .finally(() => running.delete(webhookId)),
          );
        }
        if (performance.now() - pruned > HOUR) {
          await prune(db, policy.keep);
          await forgetAnswers(db, policy.keep);
          pruned = performance.now();
        }
      } catch (error) {
        onError(error);
      }
      await wait(policy.every, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await Promise.all(running.values());
  }

  const done = run();
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
