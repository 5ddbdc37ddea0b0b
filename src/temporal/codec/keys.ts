import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { secretFile } from "../../node/secret-file.ts";

/** Keys of 256 bits, by their ids. All of them read, one writes. */
export interface KeyRing {
  /** The id of the key that encrypts: the last of the list. */
  readonly newest: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** An id goes with every payload in clear, and within the 400 bytes that the engine allows a summary. */
const keyId = z.string().regex(/^[\w.-]{1,32}$/u, "is no key id: 1 to 32 of A-Z a-z 0-9 . _ -");
const key = z.base64().refine((text) => Buffer.from(text, "base64").length === 32, "is no key: 32 bytes in base64");
const ringSchema = z
  .array(z.strictObject({ id: keyId, key }))
  .min(1, "names no key")
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "names a key twice");

/**
 * Reads `GENDAN_KEYS`: `[{"id": "2026-11", "key": "<32 bytes in base64>"}]`, oldest first.
 * @throws Error in one line that quotes nothing of what was read: it is secret.
 */
export function keyRingFrom(text: string): KeyRing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("is no JSON");
  }
  const parsed = ringSchema.safeParse(json);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim()).join("; "));
  }
  const keys = new Map(parsed.data.map(({ id, key: text }) => [id, createSecretKey(Buffer.from(text, "base64"))] as const));
  return { newest: parsed.data.at(-1)?.id ?? "", keys };
}

/** A list of keys, and a new one at its end: from then on the new one encrypts, and the others still read. */
export function withNewKey(text: string | undefined, id: string): string {
  const before = text === undefined ? undefined : keyRingFrom(text);
  const old = [...(before?.keys ?? [])].map(([each, secret]) => ({ id: each, key: secret.export().toString("base64") }));
  const ring = `${JSON.stringify([...old, { id, key: randomBytes(32).toString("base64") }], null, 2)}\n`;
  keyRingFrom(ring);
  return ring;
}

/** Where a home keeps the keys that were made for it. */
export function localKeysPath(home: string): string {
  return join(home, "encryption-keys.json");
}

/** Embedded only: this home's own keys; the first is made at the first start and never leaves `GENDAN_HOME`. */
export async function openLocalKeys(home: string): Promise<KeyRing> {
  const text = await secretFile(localKeysPath(home), async () => withNewKey(undefined, "1"));
  try {
    return keyRingFrom(text);
  } catch (error) {
    // Never replaced: without it nothing that the engine holds can be read.
    throw new Error(`encryption-keys.json ${error instanceof Error ? error.message : ""}`, { cause: error });
  }
}
