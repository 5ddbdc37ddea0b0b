import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { roles, samePerson, SYSTEM, type Actor, type Role } from "../domain/people.ts";
import { MINUTE, SECOND, type Ms } from "../domain/time.ts";

/** The sender of a request, by their token. */
export interface Caller extends Actor {
  readonly name?: string | undefined;
}

/** A token is not accepted. The message contains nothing of the token. */
export class NotAuthenticated extends Error {
  override readonly name = "NotAuthenticated";
}

/** The issuer's keys cannot be fetched, so tokens cannot be checked: not the caller's fault. */
export class IssuerUnavailable extends Error {
  override readonly name = "IssuerUnavailable";
}

/** Checks a bearer token and returns its caller. @throws NotAuthenticated, IssuerUnavailable */
export type Verify = (token: string) => Promise<Caller>;

/** Asymmetric algorithms only: neither shared secrets nor `none`. */
const ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"];

/** An id as in the contracts: one line, not padded; and not the id by which the service signs its own events. */
const sub = z
  .string()
  .min(1)
  .max(100)
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  .refine((text) => text === text.trim() && !/[\u0000-\u001F\u007F-\u009F\u2028\u2029\p{Cs}]/u.test(text))
  .refine((text) => !samePerson(text, SYSTEM.id));

function isRole(word: unknown): word is Role {
  return roles.some((role) => role === word);
}

const claims = z.object({
  sub,
  // Roles of the issuer's own or of other services are ignored.
  roles: z
    .array(z.unknown())
    .transform((all) => all.filter(isRole))
    .refine((known) => known.length > 0),
  kind: z.enum(["person", "machine"]),
  name: z.string().max(200).optional(),
});

/** The trusted issuer, and the audience that its tokens must name. */
export interface Trust {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's keys; without them they are found by OpenID Connect discovery. */
  readonly keys?: JSONWebKeySet | undefined;
}

/** How often per minute the key set is fetched again for an unknown key: a rotated key is found at once, and the issuer is not flooded. */
const RELOADS_PER_MINUTE = 30;

/** The keys of a key set's URL, fetched again at once when a token names an unknown key. */
function keysAtUrl(url: URL, timeout: Ms): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { timeoutDuration: timeout, cooldownDuration: Infinity });
  let reloads: Ms[] = [];
  return async (...args) => {
    try {
      return await remote(...args);
    } catch (error) {
      reloads = reloads.filter((at) => at > Date.now() - MINUTE);
      if (!(error instanceof errors.JWKSNoMatchingKey) || reloads.length >= RELOADS_PER_MINUTE) throw error;
      reloads.push(Date.now());
      await remote.reload();
      return remote(...args);
    }
  };
}

/** The issuer's keys by OpenID Connect Discovery 1.0; looked up at the first token, and again after a failure. */
function keysByDiscovery(issuer: string, timeout: Ms): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  async function discover(): Promise<JWTVerifyGetKey> {
    const address = new URL(`${issuer.replace(/\/$/u, "")}/.well-known/openid-configuration`);
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) throw new Error(`discovery answered ${answer.status}`);
    // The discovery document must name the configured issuer (OpenID Connect Discovery 1.0, 4.3).
    const discovery = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() });
    const { jwks_uri: uri } = discovery.parse(await answer.json());
    return keysAtUrl(new URL(uri), timeout);
  }
  async function cached(): Promise<JWTVerifyGetKey> {
    keys ??= discover();
    const current = keys;
    try {
      return await current;
    } catch (error) {
      // A failure is not cached. Another caller may have started a new look-up meanwhile.
      if (keys === current) keys = undefined;
      throw error;
    }
  }
  return async (...args) => (await cached())(...args);
}

/** Whether a failed key look-up is the token's fault; otherwise the keys could not be fetched. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/**
 * Makes a verifier of tokens (RFC 7519): signature, issuer, audience, time, and the claims of `docs/http.md`, Identity.
 * @param timeout for the issuer's answers, ms
 */
export function createVerifier({ issuer, audience, keys }: Trust, timeout: Ms = 5 * SECOND): Verify {
  const lookUp: JWTVerifyGetKey = keys ? createLocalJWKSet(keys) : keysByDiscovery(issuer, timeout);
  const getKey: JWTVerifyGetKey = async (...args) => {
    try {
      return await lookUp(...args);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new IssuerUnavailable("the issuer's keys cannot be fetched", { cause: error });
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
      if (error instanceof IssuerUnavailable) throw error;
      throw new NotAuthenticated(error instanceof Error ? error.name : "unknown");
    }
  };
}
