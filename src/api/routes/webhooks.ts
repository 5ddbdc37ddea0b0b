import type { FastifyRequest } from "fastify";
import { z } from "zod";
import {
  deliveriesQuery,
  deliveriesSchema,
  secretSchema,
  webhookBody,
  webhookChange,
  webhookSchema,
  webhooksSchema,
  webhookWithSecret,
} from "../../contracts/webhooks.ts";
import { rotateWebhookSecret, subscribeWebhook } from "../../application/webhooks.ts";
import {
  alterSubscription,
  deliveriesOf,
  resendDelivery,
  findSubscription,
  listSubscriptions,
  removeSubscription,
  type Subscription,
} from "../../records/webhooks.ts";
import { answerOnce } from "../../records/idempotency.ts";
import type { Database } from "../../records/database.ts";
import { localeOf } from "../../texts/locale.ts";
import { problemDetail } from "../../texts/problems.ts";
import { refuseReceiver } from "../../webhooks/addresses.ts";
import { parseBody } from "../requests/validation.ts";
import { sha256 } from "../../application/request-hash.ts";
import { keyHeaders, keyOf } from "../requests/idempotency.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { callerOf } from "../plugins/identity.ts";
import { invalidBody, keyConflict, problemResponses, ProblemError } from "../responses/problem.ts";
import type { Routes } from "./routes.ts";

/** Only supervisors and management decide where events are sent. */
const access = ["supervisor"] as const;
const refusals = problemResponses(400, 401, 403, 404, 413, 415, 422, 429, 500, 503);

/** The id of a subscription or a delivery. */
const id = z.string().regex(/^\w{1,64}$/u);

/** A subscription without its secret, which only its maker is told. */
function withoutSecret({ webhookId, url, events, state, description, createdBy, createdAt }: Subscription): Subscription {
  return { webhookId, url, events, state, description, createdBy, createdAt };
}

/** Subscriptions to the events of orders (Standard Webhooks), and their deliveries. */
export function webhookRoutes({ db, now, webhookNetworks }: ApiDependencies): Routes {
  const notFound = () => new ProblemError("not-found", { detail: "no-such-webhook" });

  /** @throws ProblemError `invalid-body`. Names are resolved only when a delivery is sent, and checked again then. */
  function checkAddress(request: FastifyRequest, url: string): void {
    const why = refuseReceiver(url, webhookNetworks);
    if (why === undefined) return;
    const message = problemDetail(`receiver-${why}`, localeOf(request.headers["accept-language"]));
    throw invalidBody({ path: "url", message });
  }

  /** Does `work` once per idempotency key, or without a key each time. */
  async function doOnce<T extends object>(
    request: FastifyRequest,
    what: string,
    work: (trx: Database) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(request);
    if (key === undefined) return work(db);
    const done = await answerOnce(db, { id: sha256(callerOf(request).id, key), hash: sha256(what, request.params) }, work);
    if (done === "conflict") throw keyConflict();
    return done.answer;
  }

  const params = z.object({ webhookId: id });
  const operation = <R extends Readonly<Record<number, z.ZodType>>>(operationId: string, summary: string, response: R) => ({
    config: { access },
    schema: { tags: ["webhooks"], operationId, summary, response: { ...response, ...refusals } },
  });

  return async (app) => {
    const subscribing = operation("subscribe", "Subscribes an address to the events of orders", { 201: webhookWithSecret });
    app.post(
      "/webhooks",
      {
        ...subscribing,
        schema: {
          ...subscribing.schema,
          description:
            "Each event is posted as `{type, timestamp, data: {orderNo, number}}`: that it happened, nothing personal; what it says is asked for here. Signed after Standard Webhooks, at least once, an order's events in their order until one is given up, after three days.",
          headers: keyHeaders,
          body: webhookBody,
        },
      },
      async (request, reply) => {
        const wanted = parseBody(request, webhookBody);
        checkAddress(request, wanted.url);
        const subscribed = await subscribeWebhook(db, wanted, { by: callerOf(request).id, key: keyOf(request), at: now() });
        if (!subscribed) throw notFound();
        if (subscribed === "key-used") throw keyConflict();
        void reply.code(201).header("location", `/webhooks/${subscribed.webhookId}`);
        return { ...withoutSecret(subscribed), secret: subscribed.secret };
      },
    );
    app.get("/webhooks", operation("webhooks", "The subscriptions", { 200: webhooksSchema }), async () => ({
      items: await listSubscriptions(db),
    }));

    const one = operation("webhook", "A subscription", { 200: webhookSchema });
    app.get("/webhooks/:webhookId", { ...one, schema: { ...one.schema, params } }, async (request) => {
      const kept = await findSubscription(db, request.params.webhookId);
      if (!kept) throw notFound();
      return withoutSecret(kept);
    });
    const altering = operation("alter-webhook", "Changes a subscription, or switches it on or off", { 200: webhookSchema });
    app.patch(
      "/webhooks/:webhookId",
      {
        ...altering,
        schema: {
          ...altering.schema,
          description: "`off`: what happens meanwhile is not sent later either. `on`: also one that was given up goes on.",
          params,
          body: webhookChange,
        },
      },
      async (request) => {
        const said = parseBody(request, webhookChange);
        if (said.url !== undefined) checkAddress(request, said.url);
        const { webhookId } = request.params;
        if (!(await alterSubscription(db, webhookId, said))) throw notFound();
        const kept = await findSubscription(db, webhookId);
        if (!kept) throw notFound();
        return withoutSecret(kept);
      },
    );
    const ending = operation("unsubscribe", "Ends a subscription; what was still to be sent is not", { 204: z.null() });
    app.delete("/webhooks/:webhookId", { ...ending, schema: { ...ending.schema, params } }, async (request, reply) => {
      if (!(await removeSubscription(db, request.params.webhookId))) throw notFound();
      return reply.code(204).send();
    });
    const rotating = operation("rotate-webhook-secret", "Makes a new secret; for a day the one before signs too", {
      200: secretSchema,
    });
    app.post(
      "/webhooks/:webhookId/rotate-secret",
      { ...rotating, schema: { ...rotating.schema, headers: keyHeaders, params } },
      async (request) =>
        doOnce(request, "rotate-secret", async (trx) => {
          const rotated = await rotateWebhookSecret(trx, request.params.webhookId, now());
          if (!rotated) throw notFound();
          return rotated;
        }),
    );
    const listing = operation("webhook-deliveries", "What was sent, or is to be sent, newest first", { 200: deliveriesSchema });
    app.get(
      "/webhooks/:webhookId/deliveries",
      { ...listing, schema: { ...listing.schema, params, querystring: deliveriesQuery } },
      async (request) => {
        const { webhookId } = request.params;
        if (!(await findSubscription(db, webhookId))) throw notFound();
        return deliveriesOf(db, webhookId, request.query);
      },
    );
    const sending = operation("resend-delivery", "Sends a delivery once more", { 202: z.object({ accepted: z.literal(true) }) });
    app.post(
      "/webhooks/:webhookId/deliveries/:deliveryId/resend",
      { ...sending, schema: { ...sending.schema, headers: keyHeaders, params: params.extend({ deliveryId: id }) } },
      async (request, reply) => {
        const { webhookId, deliveryId } = request.params;
        const answer = await doOnce(request, "resend", async (trx) => {
          if (!(await resendDelivery(trx, webhookId, deliveryId)))
            throw new ProblemError("not-found", { detail: "no-such-delivery" });
          return { accepted: true as const };
        });
        void reply.code(202);
        return answer;
      },
    );
  };
}
