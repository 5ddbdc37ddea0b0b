import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Role } from "../../domain/people.ts";
import { deputyFor, type Staff } from "../../domain/staff.ts";
import type { Ms } from "../../domain/time.ts";
import { limitFailedSignIns, TooManyFailures } from "../../identity/sign-ins.ts";
import { IssuerUnavailable, NotAuthenticated, type Caller, type Verify } from "../../identity/verify.ts";
import { ProblemError } from "../responses/problem.ts";

/** Who may call a route: everybody, everybody with a valid token, or the holders of one of these roles. */
export type Access = "public" | "authenticated" | readonly Role[];

declare module "fastify" {
  interface FastifyContextConfig {
    /** Required: registering a route without it throws. */
    access?: Access;
    /** Whether machines may call it. Default: false, for administration, decisions and personal matters. */
    machine?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

interface IdentityOptions {
  readonly verify: Verify;
  readonly staff: () => Promise<Staff | undefined>;
  readonly now: () => Ms;
}

/**
 * The caller of a route that is not public.
 * @throws ProblemError `unauthenticated` on a public route
 */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new ProblemError("unauthenticated", { detail: "token-missing" });
  return request.caller;
}

function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer ([\w.~+/=-]+)$/iu.exec(request.headers.authorization ?? "")?.[1];
}

/** Authenticates each request and checks its caller against the access that its route declares (`docs/http.md`, Identity). */
export const identity = fp<IdentityOptions>(
  async (app, { verify, staff, now }) => {
    const signIn = limitFailedSignIns(verify);
    app.decorateRequest("caller", undefined);
    app.addHook("onRoute", (route) => {
      // Swagger UI registers its own routes.
      if (route.url.startsWith("/docs")) route.config = { ...route.config, access: "public" };
      if (route.config?.access === undefined) throw new Error(`route ${String(route.method)} ${route.url} declares no access`);
    });
    app.addHook("onRequest", async (request) => {
      const { access, machine = false } = request.routeOptions.config;
      if (access === "public" || request.is404) return;
      const token = bearerToken(request);
      if (token === undefined) throw new ProblemError("unauthenticated", { detail: "token-missing" });
      const caller = await signIn(token, request.ip).catch((error: unknown) => {
        if (error instanceof IssuerUnavailable) {
          request.log.warn({ err: error }, "tokens cannot be checked");
          throw new ProblemError("unavailable", { detail: "slow-down", retryAfter: 5 });
        }
        if (error instanceof TooManyFailures)
          throw new ProblemError("too-many-requests", { detail: "sign-ins-failed", retryAfter: error.retryAfter });
        if (!(error instanceof NotAuthenticated)) throw error;
        throw new ProblemError("unauthenticated", { detail: "token-invalid" });
      });
      const isMachine = caller.kind === "machine";
      if (isMachine && !machine) throw new ProblemError("forbidden", { detail: "role-missing" });
      const people = isMachine ? undefined : await staff();
      request.caller = { ...caller, deputyFor: people ? deputyFor(people, caller.id, now()) : [] };
      if (access === "authenticated" || access === undefined) return;
      const { roles } = caller;
      const allowed = access.some((role) => roles.includes(role) || (role === "supervisor" && roles.includes("management")));
      if (!allowed) throw new ProblemError("forbidden", { detail: "role-missing" });
    });
  },
  { name: "identity" },
);
