import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from "jose";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { IssuerUnavailable, NotAuthenticated, createVerifier, type Trust, type Verify } from "../../src/identity/verify.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "gendan";
const validClaims: JWTPayload = { sub: "li.na", roles: ["sales_rep"], kind: "person", iss: ISSUER, aud: AUDIENCE };

let privateKey: CryptoKey;
let foreignKey: CryptoKey;
let unlistedKey: CryptoKey;
let publicX: string;
let trust: Trust & { keys: NonNullable<Trust["keys"]> };
let verify: Verify;

beforeAll(async () => {
  const [own, foreign, unlisted] = await Promise.all([
    generateKeyPair("ES256"),
    generateKeyPair("ES256"),
    generateKeyPair("ES384"),
  ]);
  privateKey = own.privateKey;
  foreignKey = foreign.privateKey;
  unlistedKey = unlisted.privateKey;
  const jwk = await exportJWK(own.publicKey);
  publicX = String(jwk.x);
  const keys = [
    { ...jwk, kid: "1", alg: "ES256", use: "sig" },
    { ...(await exportJWK(unlisted.publicKey)), kid: "unlisted", alg: "ES384", use: "sig" },
  ];
  trust = { issuer: ISSUER, audience: AUDIENCE, keys: { keys } };
  verify = createVerifier(trust);
});

/** A NumericDate (RFC 7519) that many seconds from now. */
function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

function sign(payload: JWTPayload, { key = privateKey, kid = "1" }: { key?: CryptoKey; kid?: string } = {}): Promise<string> {
  return new SignJWT({ exp: inSeconds(60), ...payload }).setProtectedHeader({ alg: "ES256", kid }).sign(key);
}
function claimsWithout(claim: string): JWTPayload {
  return Object.fromEntries(Object.entries(validClaims).filter(([name]) => name !== claim));
}

describe("a token is accepted", () => {
  test("when the issuer signed it for this service, with the claims of the caller", async () => {
    const payload = { ...validClaims, roles: ["sales_rep", "supervisor"], name: "李娜", other: "claim" };
    expect(await verify(await sign(payload))).toEqual({
      id: "li.na",
      roles: ["sales_rep", "supervisor"],
      kind: "person",
      name: "李娜",
    });
  });

  test("with roles that this service does not know, which are ignored", async () => {
    const keycloak = { ...validClaims, roles: ["offline_access", "sales_rep", 7, null, "default-roles-factory"] };
    expect(await verify(await sign(keycloak))).toMatchObject({ roles: ["sales_rep"] });
  });

  test("while clocks are a few seconds apart", async () => {
    await expect(verify(await sign({ ...validClaims, exp: inSeconds(-2) }))).resolves.toMatchObject({ id: "li.na" });
  });
});

describe("a token is refused", () => {
  const refused: Readonly<Record<string, () => Promise<string> | string>> = {
    "that is not a JWT": () => "x.y.z",
    "without a signature (alg none)": () => new UnsecuredJWT({ ...validClaims, exp: inSeconds(60) }).encode(),
    "signed with a shared secret, such as the public key itself": () =>
      new SignJWT({ ...validClaims, exp: inSeconds(60) })
        .setProtectedHeader({ alg: "HS256", kid: "1" })
        .sign(new TextEncoder().encode(publicX.padEnd(32, "="))),
    "signed with another key": () => sign(validClaims, { key: foreignKey }),
    "signed with a key that the issuer does not know": () => sign(validClaims, { kid: "2" }),
    "of an algorithm that is not on the list, by the issuer's own key": () =>
      new SignJWT({ ...validClaims, exp: inSeconds(60) }).setProtectedHeader({ alg: "ES384", kid: "unlisted" }).sign(unlistedKey),
    "whose claims were changed": async () => {
      const [head = "", , signature = ""] = (await sign(validClaims)).split(".");
      const claims = { ...validClaims, roles: ["management"], exp: inSeconds(60) };
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
    },
    "that has expired": () => sign({ ...validClaims, exp: inSeconds(-30) }),
    "that never expires": () => new SignJWT(validClaims).setProtectedHeader({ alg: "ES256", kid: "1" }).sign(privateKey),
    "that is not valid yet": () => sign({ ...validClaims, nbf: inSeconds(60) }),
    "for another service": () => sign({ ...validClaims, aud: "warehouse" }),
    "of another issuer": () => sign({ ...validClaims, iss: "https://elsewhere.example" }),
    "without a sub": () => sign(claimsWithout("sub")),
    "with an empty sub": () => sign({ ...validClaims, sub: "" }),
    "with unknown roles only": () => sign({ ...validClaims, roles: ["emperor", "offline_access"] }),
    "with a padded sub": () => sign({ ...validClaims, sub: " li.na" }),
    "with a sub of several lines": () => sign({ ...validClaims, sub: "li\nna" }),
    "with control characters in its sub": () => sign({ ...validClaims, sub: "li\u0000na" }),
    "in the name of the service itself": () => sign({ ...validClaims, sub: "Gendan" }),
    "without roles": () => sign({ ...validClaims, roles: [] }),
    "whose roles are not a list": () => sign({ ...validClaims, roles: "management" }),
    "without kind": () => sign(claimsWithout("kind")),
  };
  test.each(Object.entries(refused))("%s", async (_what, token) => {
    await expect(verify(await token())).rejects.toBeInstanceOf(NotAuthenticated);
  });

  test("with an error that quotes nothing of it", async () => {
    const error: unknown = await verify(await sign({ ...validClaims, sub: "secret.person", roles: ["emperor"] })).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).not.toMatch(/secret|emperor/u);
  });
});

describe("an issuer that is found by discovery", () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.closeAllConnections();
  });

  /** An issuer whose answers the test sets. */
  async function openIssuer() {
    let answer: RequestListener = (_request, response) => response.writeHead(500).end();
    let requests = 0;
    const server = createServer((request, response) => {
      requests += 1;
      answer(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    return {
      url,
      requests: () => requests,
      answerWith: (next: RequestListener) => (answer = next),
      answerWithKeys: () =>
        (answer = (request, response) => {
          response.end(JSON.stringify(request.url === "/jwks" ? trust.keys : { issuer: url, jwks_uri: `${url}/jwks` }));
        }),
      token: () => sign({ ...validClaims, iss: url }),
    };
  }

  test("is asked once for several tokens", async () => {
    const issuer = await openIssuer();
    issuer.answerWithKeys();
    const check = createVerifier({ issuer: issuer.url, audience: AUDIENCE });
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 5 }, () => check(token)));
    expect(issuer.requests()).toBe(2);
  });

  test("rotates its keys: a new key is accepted at once, and a withdrawn one no longer after eleven minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const issuer = await openIssuer();
      const { publicKey, privateKey: next } = await generateKeyPair("ES256");
      const added = { ...(await exportJWK(publicKey)), kid: "next", alg: "ES256", use: "sig" };
      const publish = (keys: readonly object[]) =>
        issuer.answerWith((request, response) => {
          const url = `${issuer.url}/jwks`;
          response.end(JSON.stringify(request.url === "/jwks" ? { keys } : { issuer: issuer.url, jwks_uri: url }));
        });
      const old = { ...trust.keys?.keys[0] };
      const check = createVerifier({ issuer: issuer.url, audience: AUDIENCE });
      const byOld = () => sign({ ...validClaims, iss: issuer.url });
      const byNext = () => sign({ ...validClaims, iss: issuer.url }, { key: next, kid: "next" });
      publish([old]);
      await check(await byOld());
      await expect(check(await byNext())).rejects.toBeInstanceOf(NotAuthenticated);
      publish([old, added]);
      for (const token of [await byNext(), await byOld()]) expect(await check(token)).toMatchObject({ id: "li.na" });
      publish([added]);
      vi.advanceTimersByTime(11 * 60_000);
      expect(await check(await byNext())).toMatchObject({ id: "li.na" });
      await expect(check(await byOld())).rejects.toBeInstanceOf(NotAuthenticated);
    } finally {
      vi.useRealTimers();
    }
  });

  const failures: Readonly<Record<string, RequestListener>> = {
    "answers with an error": (_request, response) => response.writeHead(503).end(),
    "answers nonsense": (_request, response) => response.end("<html>"),
    "does not name its key set": (_request, response) => response.end("{}"),
    "names another issuer": ({ headers }, response) =>
      response.end(JSON.stringify({ issuer: ISSUER, jwks_uri: `http://${headers.host}/jwks` })),
    "does not answer": () => undefined,
    "breaks off": (request) => request.socket.destroy(),
  };
  test.each(Object.entries(failures))(
    "that %s is unavailable, which is not the token's fault; tokens are checked again once it answers",
    async (_what, failing) => {
      const issuer = await openIssuer();
      issuer.answerWith(failing);
      const check = createVerifier({ issuer: issuer.url, audience: AUDIENCE }, 200);
      const token = await issuer.token();
      await expect(check(token)).rejects.toBeInstanceOf(IssuerUnavailable);
      issuer.answerWithKeys();
      await expect(check(token)).resolves.toMatchObject({ id: "li.na" });
    },
  );

  test("whose key set cannot be fetched is unavailable too, but what is not a JWT is refused all the same", async () => {
    const issuer = await openIssuer();
    issuer.answerWith((request, response) => {
      if (request.url === "/jwks") response.writeHead(500).end();
      else response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }));
    });
    const check = createVerifier({ issuer: issuer.url, audience: AUDIENCE });
    await expect(check(await issuer.token())).rejects.toBeInstanceOf(IssuerUnavailable);
    await expect(check("x.y.z")).rejects.toBeInstanceOf(NotAuthenticated);
  });
});
