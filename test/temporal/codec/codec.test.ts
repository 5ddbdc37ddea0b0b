import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import fc from "fast-check";
import { createCipheriv, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import proto from "@temporalio/proto";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encryptionCodec, Undecodable } from "../../../src/temporal/codec/codec.ts";
import { keyRingFrom, openLocalKeys, withNewKey } from "../../../src/temporal/codec/keys.ts";

const before = withNewKey(undefined, "2026-11");
const after = withNewKey(before, "2027-11");
const [old, rotated] = [keyRingFrom(before), keyRingFrom(after)];
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();

async function one(payloads: Promise<Payload[]>): Promise<Payload> {
  const [first] = await payloads;
  if (!first) throw new Error("no payload");
  return first;
}

/** A payload encrypted as it was before long ones were compressed. */
function uncompressed(payload: Payload): Payload {
  const nonce = randomBytes(12);
  const key = old.keys.get("2026-11");
  if (!key) throw new Error("no key");
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  const message = proto.temporal.api.common.v1.Payload;
  const bytes = message.encode(message.fromObject(payload)).finish();
  return {
    metadata: { encoding: Buffer.from("binary/encrypted"), "encryption-key-id": Buffer.from("2026-11") },
    data: Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]),
  };
}

describe("the codec", () => {
  test("gives back what it was given, and shows nothing of it", async () => {
    const codec = encryptionCodec(old);
    await fc.assert(
      fc.asyncProperty(fc.json(), async (value) => {
        const payload = plain(value);
        const [encoded] = await codec.encode([payload]);
        if (!encoded) throw new Error("nothing came");
        expect(textOf(encoded.metadata?.["encoding"])).toBe("binary/encrypted");
        expect(textOf(encoded.metadata?.["encryption-key-id"])).toBe("2026-11");
        expect(defaultPayloadConverter.fromPayload(await one(codec.decode([encoded])))).toEqual(value);
      }),
    );
    const secret = await one(codec.encode([plain("陈先生 +8613800000000")]));
    expect(Buffer.from(secret.data ?? []).includes("8613800000000")).toBe(false);
  });

  test("a long payload takes less room, and comes back as it was", async () => {
    const codec = encryptionCodec(old);
    const long = Array.from({ length: 5_000 }, (_, number) => ({ number, event: "tracking-reported", place: "中山分拨中心" }));
    const encoded = await one(codec.encode([plain(long)]));
    expect(textOf(encoded.metadata?.["encoding"])).toBe("binary/encrypted");
    expect(encoded.data?.length).toBeLessThan((plain(long).data?.length ?? 0) / 10);
    expect(defaultPayloadConverter.fromPayload(await one(codec.decode([encoded])))).toEqual(long);
    // What cannot be compressed grows by next to nothing.
    const noise = randomBytes(1_000_000);
    const written = await one(codec.encode([plain(noise)]));
    expect(written.data?.length).toBeLessThan(noise.length + 1_000);
    const read: Uint8Array = defaultPayloadConverter.fromPayload(await one(codec.decode([written])));
    expect(noise.equals(read)).toBe(true);
  });

  test("what was written before payloads were compressed still reads", async () => {
    const long = "x".repeat(10_000);
    expect(defaultPayloadConverter.fromPayload(await one(encryptionCodec(old).decode([uncompressed(plain(long))])))).toBe(long);
  });

  test("a payload that would inflate without end is refused; one in clear is never inflated", async () => {
    const codec = encryptionCodec(old);
    const bomb = { metadata: { encoding: Buffer.from("binary/zlib") }, data: deflateSync(Buffer.alloc(40 * 1024 * 1024)) };
    expect(await one(codec.decode([bomb]))).toBe(bomb);
    await expect(codec.decode([uncompressed(bomb)])).rejects.toBeInstanceOf(Undecodable);
  });

  test("uses a nonce of its own each time", async () => {
    const codec = encryptionCodec(old);
    const all = await codec.encode(Array.from({ length: 1_000 }, () => plain("the same")));
    expect(
      new Set(
        all.map(({ data }) =>
          Buffer.from(data ?? [])
            .subarray(0, 12)
            .toString("hex"),
        ),
      ).size,
    ).toBe(1_000);
  });

  test("after a rotation the newest key writes, and what the old one wrote still reads", async () => {
    const written = await one(encryptionCodec(old).encode([plain("old")]));
    const codec = encryptionCodec(rotated);
    expect(defaultPayloadConverter.fromPayload(await one(codec.decode([written])))).toBe("old");
    expect(textOf((await one(codec.encode([plain("new")]))).metadata?.["encryption-key-id"])).toBe("2027-11");
  });

  test("what is not encrypted passes: the CLI's payloads, and those from before", async () => {
    const codec = encryptionCodec(old);
    const payloads = [plain({ from: "the CLI" }), plain(undefined), plain(Buffer.from("bytes")), { metadata: null, data: null }];
    expect(await codec.decode(payloads)).toEqual(payloads);
  });

  const bytesOf = ({ data }: Payload): Buffer => Buffer.from(data ?? []);
  const encryptedBy = (id: string) => ({ encoding: Buffer.from("binary/encrypted"), "encryption-key-id": Buffer.from(id) });
  test.each<[string, (payload: Payload) => Payload]>([
    ["of a key that is not ours", (payload) => ({ ...payload, metadata: encryptedBy("lost") })],
    ["without a key's id", (payload) => ({ ...payload, metadata: { encoding: Buffer.from("binary/encrypted") } })],
    ["that was changed", (payload) => ({ ...payload, data: bytesOf(payload).map((byte, at) => (at === 20 ? byte ^ 1 : byte)) })],
    ["that was cut", (payload) => ({ ...payload, data: bytesOf(payload).subarray(0, -1) })],
    ["that is too short", (payload) => ({ ...payload, data: Buffer.from("short") })],
    ["that is empty", (payload) => ({ ...payload, data: null })],
  ])("a payload %s is refused, without a word of what it said", async (_what, spoil) => {
    const codec = encryptionCodec(old);
    const spoilt = spoil(await one(codec.encode([plain("客户A")])));
    const error: unknown = await codec.decode([spoilt]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Undecodable);
    expect(String(error)).not.toContain("客户A");
  });

  test("a summary of 200 characters still fits the 400 bytes that the engine allows, with the longest id of a key", async () => {
    const codec = encryptionCodec(keyRingFrom(withNewKey(undefined, "k".repeat(32))));
    const summary = `records · R1.2: ${"communication-recorded, ".repeat(20)}`.slice(0, 200);
    const payload = await one(codec.encode([plain(summary)]));
    expect(proto.temporal.api.common.v1.Payload.encode(payload).finish().length).toBeLessThanOrEqual(400);
  });
});

describe("keys", () => {
  const good = { id: "1", key: Buffer.alloc(32, 7).toString("base64") };
  test.each([
    ["{", /^is no JSON$/u],
    ["[]", /names no key/u],
    ['{"id":"1"}', /expected array/u],
    [JSON.stringify([good, good]), /names a key twice/u],
    [JSON.stringify([{ ...good, id: "a b" }]), /0\.id is no key id/u],
    [JSON.stringify([{ ...good, key: Buffer.alloc(16, 7).toString("base64") }]), /0\.key is no key: 32 bytes/u],
    [JSON.stringify([{ ...good, key: "tell-nobody!" }]), /0\.key/u],
    [JSON.stringify([{ ...good, more: 1 }]), /more/u],
  ])("%s is refused, and not quoted", (text, why) => {
    const error: unknown = (() => {
      try {
        return keyRingFrom(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(String(error instanceof Error ? error.message : error)).toMatch(why);
    expect(String(error)).not.toMatch(/BwcHBwcH|tell-nobody/u);
  });

  test("an id that is there already is not added again", () => {
    expect(() => withNewKey(after, "2026-11")).toThrow("names a key twice");
  });

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gendan-keys-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a home's are made at the first start, for its owner's eyes alone, and kept; of several at once all use the same", async () => {
    const home = join(folder, "home");
    const rings = await Promise.all(Array.from({ length: 8 }, () => openLocalKeys(home)));
    expect(await readdir(home)).toEqual(["encryption-keys.json"]);
    expect((await stat(join(home, "encryption-keys.json"))).mode & 0o777).toBe(0o600);
    const secrets = rings.map(({ newest, keys }) => keys.get(newest)?.export().toString("hex"));
    expect(new Set(secrets).size).toBe(1);
  });

  test("a file that cannot be read is never replaced", async () => {
    const home = join(folder, "spoilt");
    await openLocalKeys(home);
    await writeFile(join(home, "encryption-keys.json"), "{}");
    await expect(openLocalKeys(home)).rejects.toThrow(/^encryption-keys\.json/u);
    expect(await readFile(join(home, "encryption-keys.json"), "utf8")).toBe("{}");
  });
});
