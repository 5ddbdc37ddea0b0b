import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { openLocalIssuer } from "../../src/identity/local-keys.ts";
import { NotAuthenticated, createVerifier } from "../../src/identity/verify.ts";

const folders: string[] = [];
let home: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "gendan-identity-"));
  folders.push(folder);
  home = join(folder, "home");
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

test("the key is made at the first start, readable by its owner only, and kept", async () => {
  const token = await (await openLocalIssuer(home)).issueToken({ id: "li.na", roles: ["sales_rep"], name: "李娜" });
  expect(await readdir(home)).toEqual(["identity-key.json"]);
  expect((await stat(join(home, "identity-key.json"))).mode & 0o777).toBe(0o600);
  const { trust } = await openLocalIssuer(home);
  expect(await createVerifier(trust)(token)).toEqual({ id: "li.na", roles: ["sales_rep"], kind: "person", name: "李娜" });
});

test("processes that start at once use one key, and leave no other file behind", async () => {
  const issuers = await Promise.all(Array.from({ length: 8 }, () => openLocalIssuer(home)));
  const tokens = await Promise.all(issuers.map((issuer) => issuer.issueToken({ id: "m", roles: ["production"], machine: true })));
  for (const { trust } of issuers) {
    for (const token of tokens) expect(await createVerifier(trust)(token)).toMatchObject({ id: "m", kind: "machine" });
  }
  expect(await readdir(home)).toEqual(["identity-key.json"]);
});

test("the public part of the key cannot sign", async () => {
  const { trust } = await openLocalIssuer(home);
  const secret: unknown = JSON.parse(await readFile(join(home, "identity-key.json"), "utf8"));
  expect(secret).toHaveProperty("d");
  expect(trust.keys?.keys).toHaveLength(1);
  expect(trust.keys?.keys[0]).not.toHaveProperty("d");
});

test("a token of another home folder, or an expired one, is refused", async () => {
  const [mine, other] = await Promise.all([openLocalIssuer(home), openLocalIssuer(`${home}-other`)]);
  const verify = createVerifier(mine.trust);
  await expect(verify(await other.issueToken({ id: "a", roles: ["management"] }))).rejects.toBeInstanceOf(NotAuthenticated);
  const [, claims = ""] = (await mine.issueToken({ id: "a", roles: ["management"], ttl: "PT2M" })).split(".");
  const { iat, exp }: { iat: number; exp: number } = JSON.parse(Buffer.from(claims, "base64url").toString());
  expect(exp - iat).toBe(120);
});

test("an unreadable key file is never replaced", async () => {
  await openLocalIssuer(home);
  await writeFile(join(home, "identity-key.json"), "{}");
  await expect(openLocalIssuer(home)).rejects.toThrow(/identity-key\.json cannot be read/u);
  expect(await readFile(join(home, "identity-key.json"), "utf8")).toBe("{}");
});
