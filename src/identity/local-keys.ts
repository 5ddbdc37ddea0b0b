import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JSONWebKeySet } from "jose";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Role } from "../domain/people.ts";
import { ms, type Duration } from "../domain/time.ts";
import { secretFile } from "../node/secret-file.ts";
import type { Trust } from "./verify.ts";

/** The issuer of `npm start` (never in production): its key is made at the first start and stays in `GENDAN_HOME`. */
export const LOCAL_ISSUER = "gendan-local";
export const LOCAL_AUDIENCE = "gendan";

const keyFile = z.looseObject({ kty: z.literal("OKP"), crv: z.string(), x: z.string(), d: z.string(), kid: z.string() });

/** Reads the private key in the home folder, and makes one if there is none. */
async function readPrivateKey(home: string): Promise<z.infer<typeof keyFile>> {
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

/** The claims of a token to be issued. `ttl`: how long it is valid, 8 h by default. */
export interface TokenRequest {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly machine?: boolean | undefined;
  readonly name?: string | undefined;
  readonly ttl?: Duration | undefined;
}

/** Issues tokens, and says how they are verified. */
export interface LocalIssuer {
  readonly trust: Trust;
  issueToken(request: TokenRequest): Promise<string>;
}

/** Opens the issuer of a home folder; makes its key at the first start. */
export async function openLocalIssuer(home: string): Promise<LocalIssuer> {
  const jwk = await readPrivateKey(home);
  const { d: _secret, ...publicJwk } = jwk;
  const keys: JSONWebKeySet = { keys: [{ ...publicJwk, alg: "EdDSA", use: "sig" }] };
  const key: CryptoKey | Uint8Array = await importJWK(jwk, "EdDSA");
  return {
    trust: { issuer: LOCAL_ISSUER, audience: LOCAL_AUDIENCE, keys },
    async issueToken({ id, roles, machine = false, name, ttl = "PT8H" }) {
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
