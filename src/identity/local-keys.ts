import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JSONWebKeySet } from "jose";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Role } from "../domain/people.ts";
import { ms, type Duration } from "../domain/time.ts";
import { secretFile } from "../node/secret-file.ts";
import type { Trust } from "./verify.ts";

/** Embedded only: this service's own issuer, with a key that is made at the first start and never leaves `GENDAN_HOME`. */
export const LOCAL_ISSUER = "gendan-local";
export const LOCAL_AUDIENCE = "gendan";

const keyFile = z.looseObject({ kty: z.literal("OKP"), crv: z.string(), x: z.string(), d: z.string(), kid: z.string() });

/** The home's key; made when there is none. */
async function privateKey(home: string): Promise<z.infer<typeof keyFile>> {
  const text = await secretFile(join(home, "identity-key.json"), async () => {
    const { privateKey: made } = await generateKeyPair("Ed25519", { extractable: true });
    return JSON.stringify({ ...(await exportJWK(made)), kid: randomUUID() });
  });
  try {
    return keyFile.parse(JSON.parse(text));
  } catch (error) {
    throw new Error("identity-key.json cannot be read; move it away to have a new key made", { cause: error });
  }
}

/** Whose token: an id, their roles, how long it is good. */
export interface TokenRequest {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly machine?: boolean | undefined;
  readonly name?: string | undefined;
  readonly ttl?: Duration | undefined;
}

/** This home's own issuer of tokens. */
export interface LocalIssuer {
  readonly trust: Trust;
  token(request: TokenRequest): Promise<string>;
}

/** Opens the issuer of a home, and makes its key at the first start. */
export async function openLocalIssuer(home: string): Promise<LocalIssuer> {
  const jwk = await privateKey(home);
  const { d: _secret, ...shown } = jwk;
  const keys: JSONWebKeySet = { keys: [{ ...shown, alg: "EdDSA", use: "sig" }] };
  const key: CryptoKey | Uint8Array = await importJWK(jwk, "EdDSA");
  return {
    trust: { issuer: LOCAL_ISSUER, audience: LOCAL_AUDIENCE, keys },
    async token({ id, roles, machine = false, name, ttl = "PT8H" }) {
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT({ roles: [...roles], kind: machine ? "machine" : "person", ...(name === undefined ? {} : { name }) })
        .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid })
        .setSubject(id)
        .setIssuer(LOCAL_ISSUER)
        .setAudience(LOCAL_AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(now + Math.max(1, Math.floor(ms(ttl) / 1_000)))
        .sign(key);
    },
  };
}
