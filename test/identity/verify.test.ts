import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from "jose";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { IssuerAway, NotAuthenticated, verifierFor, type Trust, type Verify } from "../../src/identity/verify.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "gendan";
const good: JWTPayload = { sub: "li.na", roles: ["sales_rep"], kind: "person", iss: ISSUER, aud: AUDIENCE };

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
  verify = verifierFor(trust);
});

/** Seconds since the epoch, so many from now. */
function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

function signed(payload: JWTPayload, { key = privateKey, kid = "1" }: { key?: CryptoKey; kid?: string } = {}): Promise<string> {
  return new SignJWT({ exp: inSeconds(60), ...payload }).setProtectedHeader({ alg: "ES256", kid }).sign(key);
}
function without(claim: string): JWTPayload {
  return Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim));
}

describe("a token is accepted", () => {
  test("when the issuer signed it for this service, and says who sends", async () => {
    const payload = { ...good, roles: ["sales_rep", "supervisor"], name: "李娜", other: "claim" };
    expect(await verify(await signed(payload))).toEqual({
      id: "li.na",
      roles: ["sales_rep", "supervisor"],
      kind: "person",
      name: "李娜",
    });
  });

  test("with the roles that are ours, whatever others its issuer gives", async () => {
    const keycloak = { ...good, roles: ["offline_access", "sales_rep", 7, null, "default-roles-factory"] };
    expect(await verify(await signed(keycloak))).toMatchObject({ roles: ["sales_rep"] });
  });

  test("while clocks are a few seconds apart", async () => {
    await expect(verify(await signed({ ...good, exp: inSeconds(-2) }))).resolves.toMatchObject({ id: "li.na" });
  });
});

describe("a token is refused", () => {
  const refused: Readonly<Record<string, () => Promise<string> | string>> = {
    "that is none": () => "x.y.z",
    "without a signature (alg none)": () => new UnsecuredJWT({ ...good, exp: inSeconds(60) }).encode(),
    "signed with a shared secret, such as the public key itself": () =>
      new SignJWT({ ...good, exp: inSeconds(60) })
        .setProtectedHeader({ alg: "HS256", kid: "1" })
        .sign(new TextEncoder().encode(publicX.padEnd(32, "="))),
    "signed with another key": () => signed(good, { key: foreignKey }),
    "signed with a key that the issuer does not know": () => signed(good, { kid: "2" }),
    "of an algorithm that is not on the list, by the issuer's own key": () =>
      new SignJWT({ ...good, exp: inSeconds(60) }).setProtectedHeader({ alg: "ES384", kid: "unlisted" }).sign(unlistedKey),
    "whose claims were changed": async () => {
      const [head = "", , signature = ""] = (await signed(good)).split(".");
      const claims = { ...good, roles: ["management"], exp: inSeconds(60) };
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
    },
    "that has expired": () => signed({ ...good, exp: inSeconds(-30) }),
    "that never expires": () => new SignJWT(good).setProtectedHeader({ alg: "ES256", kid: "1" }).sign(privateKey),
    "that is not good yet": () => signed({ ...good, nbf: inSeconds(60) }),
    "for another service": () => signed({ ...good, aud: "warehouse" }),
    "of another issuer": () => signed({ ...good, iss: "https://elsewhere.example" }),
    "of nobody": () => signed(without("sub")),
    "with an empty sub": () => signed({ ...good, sub: "" }),
    "with roles of which none is ours": () => signed({ ...good, roles: ["emperor", "offline_access"] }),
    "with a padded sub": () => signed({ ...good, sub: " li.na" }),
    "with a sub of several lines": () => signed({ ...good, sub: "li\nna" }),
    "with control characters in its sub": () => signed({ ...good, sub: "li\u0000na" }),
    "in the name of the service itself": () => signed({ ...good, sub: "Gendan" }),
    "without roles": () => signed({ ...good, roles: [] }),
    "whose roles are no list": () => signed({ ...good, roles: "management" }),
    "that does not say whether a person or a machine sends": () => signed(without("kind")),
  };
  test.each(Object.entries(refused))("%s", async (_what, token) => {
    await expect(verify(await token())).rejects.toBeInstanceOf(NotAuthenticated);
  });

  test("without a word about what it said", async () => {
    const error: unknown = await verify(await signed({ ...good, sub: "secret.person", roles: ["emperor"] })).catch(
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

  /** An issuer of which a test says how it answers. */
  async function openIssuer() {
    let answer: RequestListener = (_request, response) => response.writeHead(500).end();
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      answer(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    return {
      url,
      asked: () => asked,
      answers: (next: RequestListener) => (answer = next),
      serves: () =>
        (answer = (request, response) => {
          response.end(JSON.stringify(request.url === "/jwks" ? trust.keys : { issuer: url, jwks_uri: `${url}/jwks` }));
        }),
      token: () => signed({ ...good, iss: url }),
    };
  }

  test("is asked once for many tokens", async () => {
    const issuer = await openIssuer();
    issuer.serves();
    const check = verifierFor({ issuer: issuer.url, audience: AUDIENCE });
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 5 }, () => check(token)));
    expect(issuer.asked()).toBe(2);
  });

  test("changes its keys: the new one is good at once, and the one withdrawn no longer after some", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const issuer = await openIssuer();
      const { publicKey, privateKey: next } = await generateKeyPair("ES256");
      const added = { ...(await exportJWK(publicKey)), kid: "next", alg: "ES256", use: "sig" };
      const says = (keys: readonly object[]) =>
        issuer.answers((request, response) => {
          const url = `${issuer.url}/jwks`;
          response.end(JSON.stringify(request.url === "/jwks" ? { keys } : { issuer: issuer.url, jwks_uri: url }));
        });
      const old = { ...trust.keys?.keys[0] };
      const check = verifierFor({ issuer: issuer.url, audience: AUDIENCE });
      const byOld = () => signed({ ...good, iss: issuer.url });
      const byNext = () => signed({ ...good, iss: issuer.url }, { key: next, kid: "next" });
      says([old]);
      await check(await byOld());
      await expect(check(await byNext())).rejects.toBeInstanceOf(NotAuthenticated);
      says([old, added]);
      for (const token of [await byNext(), await byOld()]) expect(await check(token)).toMatchObject({ id: "li.na" });
      says([added]);
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
    "does not say where its keys are": (_request, response) => response.end("{}"),
    "is another than the one that was asked for": ({ headers }, response) =>
      response.end(JSON.stringify({ issuer: ISSUER, jwks_uri: `http://${headers.host}/jwks` })),
    "does not answer": () => undefined,
    "breaks off": (request) => request.socket.destroy(),
  };
  test.each(Object.entries(failures))(
    "and %s is away: no fault of the token's, and once it is back tokens are checked again",
    async (_what, failing) => {
      const issuer = await openIssuer();
      issuer.answers(failing);
      const check = verifierFor({ issuer: issuer.url, audience: AUDIENCE }, 200);
      const token = await issuer.token();
      await expect(check(token)).rejects.toBeInstanceOf(IssuerAway);
      issuer.serves();
      await expect(check(token)).resolves.toMatchObject({ id: "li.na" });
    },
  );

  test("and whose keys cannot be had is away too, but a token that is none is refused all the same", async () => {
    const issuer = await openIssuer();
    issuer.answers((request, response) => {
      if (request.url === "/jwks") response.writeHead(500).end();
      else response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }));
    });
    const check = verifierFor({ issuer: issuer.url, audience: AUDIENCE });
    await expect(check(await issuer.token())).rejects.toBeInstanceOf(IssuerAway);
    await expect(check("x.y.z")).rejects.toBeInstanceOf(NotAuthenticated);
  });
});
