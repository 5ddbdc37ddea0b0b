import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { roles, type Actor } from "../domain/people.ts";
import { SECOND, type Ms } from "../domain/time.ts";

/** Whoever sends a request, as their token says. */
export interface Caller extends Actor {
  readonly name?: string | undefined;
}

/** Why a token is not accepted. Says nothing of the token itself. */
export class NotAuthenticated extends Error {
  override readonly name = "NotAuthenticated";
}

/** The issuer's keys cannot be had, so whether a token is good cannot be said now: no fault of the caller's. */
export class IssuerAway extends Error {
  override readonly name = "IssuerAway";
}

/** Checks a bearer token; answers the caller. @throws NotAuthenticated, IssuerAway */
export type Verify = (token: string) => Promise<Caller>;

/** Asymmetric only: no shared secret can sign a token, and `none` is no algorithm. */
const ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"];

const claims = z.object({
  sub: z.string().min(1).max(100),
  roles: z.array(z.enum(roles)).min(1),
  kind: z.enum(["person", "machine"]),
  name: z.string().max(200).optional(),
});

/** Who may issue tokens for this service, and for whom they must be. */
export interface Trust {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's keys, when they are at hand; else they are found by OpenID Connect discovery. */
  readonly keys?: JSONWebKeySet | undefined;
}

const discovery = z.object({ jwks_uri: z.url() });

/** The issuer's keys by OpenID Connect Discovery 1.0; looked up when first needed, again after a failure. */
function discovered(issuer: string, timeout: Ms): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  async function find(): Promise<JWTVerifyGetKey> {
    const address = new URL(`${issuer.replace(/\/$/u, "")}/.well-known/openid-configuration`);
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error(`discovery answered ${answer.status}`);
    const { jwks_uri: uri } = discovery.parse(await answer.json());
    return createRemoteJWKSet(new URL(uri), { timeoutDuration: timeout });
  }
  async function found(): Promise<JWTVerifyGetKey> {
    keys ??= find();
    const asked = keys;
    try {
      return await asked;
    } catch (error) {
      // A failure is not kept, or one would lock everybody out for good. Another caller may be asking anew by now.
      if (keys === asked) keys = undefined;
      throw error;
    }
  }
  return async (...args) => (await found())(...args);
}

/** What a lookup of keys says against the token; anything else means that the keys could not be had. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/**
 * A check of tokens (RFC 7519): signature, issuer, audience, time, and the claims of `HTTP.md`, Identity.
 * @param timeout how long the issuer may take to answer, ms
 */
export function verifierFor({ issuer, audience, keys }: Trust, timeout: Ms = 5 * SECOND): Verify {
  const lookUp: JWTVerifyGetKey = keys ? createLocalJWKSet(keys) : discovered(issuer, timeout);
  const getKey: JWTVerifyGetKey = async (...args) => {
    try {
      return await lookUp(...args);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new IssuerAway("the issuer's keys cannot be had", { cause: error });
    }
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp", "sub"],
        clockTolerance: 5,
      });
      const { sub, ...rest } = claims.parse(payload);
      return { id: sub, ...rest };
    } catch (error) {
      if (error instanceof IssuerAway) throw error;
      throw new NotAuthenticated(error instanceof Error ? error.name : "unknown");
    }
  };
}
