import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { roles, samePerson, SYSTEM, type Actor, type Role } from "../domain/people.ts";
import { MINUTE, SECOND, type Ms } from "../domain/time.ts";

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

/** An id as elsewhere: on one line, without padding; and nobody's that the service itself is called by. */
const id = z
  .string()
  .min(1)
  .max(100)
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  .refine((sub) => sub === sub.trim() && !/[\u0000-\u001F\u007F-\u009F\u2028\u2029\p{Cs}]/u.test(sub))
  .refine((sub) => !samePerson(sub, SYSTEM.id));

function isRole(word: unknown): word is Role {
  return roles.some((role) => role === word);
}

const claims = z.object({
  sub: id,
  // An issuer has roles of its own, and of other services: they are passed over.
  roles: z
    .array(z.unknown())
    .transform((all) => all.filter(isRole))
    .refine((known) => known.length > 0),
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

/** So often a minute an issuer is asked anew for a key that it did not have: a rotated one is found at once, and it is not flooded. */
const NEW_KEYS_A_MINUTE = 30;

/** The keys at an address. One that is not known is looked for at once, as keys change without notice. */
function keysAt(address: URL, timeout: Ms): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(address, { timeoutDuration: timeout, cooldownDuration: Infinity });
  let asked: Ms[] = [];
  return async (...args) => {
    try {
      return await remote(...args);
    } catch (error) {
      asked = asked.filter((at) => at > Date.now() - MINUTE);
      if (!(error instanceof errors.JWKSNoMatchingKey) || asked.length >= NEW_KEYS_A_MINUTE) throw error;
      asked.push(Date.now());
      await remote.reload();
      return remote(...args);
    }
  };
}

/** The issuer's keys by OpenID Connect Discovery 1.0; looked up when first needed, again after a failure. */
function discovered(issuer: string, timeout: Ms): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  async function find(): Promise<JWTVerifyGetKey> {
    const address = new URL(`${issuer.replace(/\/$/u, "")}/.well-known/openid-configuration`);
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error(`discovery answered ${answer.status}`);
    // Who answers for another issuer has no say in whose keys are good here.
    const discovery = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() });
    const { jwks_uri: uri } = discovery.parse(await answer.json());
    return keysAt(new URL(uri), timeout);
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
 * A check of tokens (RFC 7519): signature, issuer, audience, time, and the claims of `docs/http.md`, Identity.
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
