import rateLimit from "@fastify/rate-limit";
import underPressure from "@fastify/under-pressure";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { neighbourhood } from "../../identity/sign-ins.ts";
import { ProblemError } from "../responses/problem.ts";

/** Documents, figures, the API's page and fonts, a minute and address: some pages' worth. They are large, and wait for no token. */
const DOCUMENTS = 300;

/** Probes are never turned away: they must tell the truth just when everything else is too much. */
const PROBES: readonly (string | undefined)[] = ["/livez", "/readyz"];

interface LimitsOptions {
  /** Requests a minute for one caller. */
  readonly rateLimit: number;
  /** Requests that are worked on at once. */
  readonly atOnce: number;
}

/** What keeps one caller, or too many, from harming the others. */
export const limits = fp<LimitsOptions>(
  async (app, { rateLimit: max, atOnce }) => {
    await app.register(rateLimit, {
      max: (request) => (request.caller ? max : Math.min(max, DOCUMENTS)),
      timeWindow: "1 minute",
      hook: "preHandler",
      // By whoever the token proves, never by a header that anybody can set.
      keyGenerator: ({ caller, ip }) => (caller ? `caller ${caller.id}` : `address ${neighbourhood(ip)}`),
      allowList: (request) => PROBES.includes(request.routeOptions.url),
    });
    await app.register(underPressure, {
      maxEventLoopDelay: 2_000,
      retryAfter: 5,
      pressureHandler: (request, _reply, type) => {
        // Probes must tell the truth just then.
        if (request.routeOptions.config.access === "public") return;
        throw Object.assign(new Error(`under pressure: ${type}`), { code: "FST_UNDER_PRESSURE" });
      },
    });
    // Counted from when all of a request is there, so that who sends slowly takes nobody's place, until there is an answer,
    // also when nobody waits for it any more.
    const working = new Set<FastifyRequest>();
    app.addHook("preHandler", async (request) => {
      if (request.routeOptions.config.access === "public") return;
      if (working.size >= atOnce) throw new ProblemError("unavailable", { detail: "slow-down", retryAfter: 2 });
      working.add(request);
    });
    app.addHook("onSend", async (request) => {
      working.delete(request);
    });
  },
  { name: "limits" },
);
