import rateLimit from "@fastify/rate-limit";
import underPressure from "@fastify/under-pressure";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { addressKey } from "../../identity/sign-ins.ts";
import { ProblemError } from "../responses/problem.ts";

/** Requests per minute of one address without a token: the OpenAPI document and its page, metrics, fonts. They are large answers. */
const ANONYMOUS_PER_MINUTE = 300;

/** Probes are never limited: they are needed most when the service is overloaded. */
const PROBES: readonly (string | undefined)[] = ["/livez", "/readyz"];

interface LimitsOptions {
  /** Requests per minute of one caller. */
  readonly rateLimit: number;
  /** Requests processed at once. */
  readonly atOnce: number;
}

/** Rate limit per caller, and load shedding for the process. */
export const limits = fp<LimitsOptions>(
  async (app, { rateLimit: max, atOnce }) => {
    await app.register(rateLimit, {
      max: (request) => (request.caller ? max : Math.min(max, ANONYMOUS_PER_MINUTE)),
      timeWindow: "1 minute",
      hook: "preHandler",
      // By the caller that the token proves, never by a header that anybody can set.
      keyGenerator: ({ caller, ip }) => (caller ? `caller ${caller.id}` : `address ${addressKey(ip)}`),
      allowList: (request) => PROBES.includes(request.routeOptions.url),
    });
    await app.register(underPressure, {
      maxEventLoopDelay: 2_000,
      retryAfter: 5,
      pressureHandler: (request, _reply, type) => {
        if (request.routeOptions.config.access === "public") return;
        throw Object.assign(new Error(`under pressure: ${type}`), { code: "FST_UNDER_PRESSURE" });
      },
    });
    // A request counts from when its body has arrived (a slow sender takes no place) until it is answered, even if the client has gone.
    const processing = new Set<FastifyRequest>();
    app.addHook("preHandler", async (request) => {
      if (request.routeOptions.config.access === "public") return;
      if (processing.size >= atOnce) throw new ProblemError("unavailable", { detail: "slow-down", retryAfter: 2 });
      processing.add(request);
    });
    app.addHook("onSend", async (request) => {
      processing.delete(request);
    });
  },
  { name: "limits" },
);
