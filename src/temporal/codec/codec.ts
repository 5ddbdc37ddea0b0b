import type { DataConverter, Payload, PayloadCodec, SerializationContext } from "@temporalio/common";
import proto from "@temporalio/proto";
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { deflateSync, inflateSync } from "node:zlib";
import type { KeyRing } from "./keys.ts";

/**
 * Payloads for Temporal are encrypted (AES-256-GCM, NIST SP 800-38D): arguments, results, summaries, details, failures. The format is that of
 * Temporal's samples: nonce, encrypted payload, tag; the key's id is in the metadata. Long payloads are compressed first, as Temporal takes no
 * payload of more than 2 MiB. Search attributes, ids, names of commands and types stay in clear and hold nothing personal.
 */

const ENCRYPTED = "binary/encrypted";
const CIPHER = "aes-256-gcm";
const [NONCE, TAG] = [12, 16];

/** The encoding of Temporal's own zlib codec (Go SDK, `converter.NewZlibCodec`). */
const COMPRESSED = "binary/zlib";
/** Payloads shorter than this, in bytes, are not compressed: they gain little, and most payloads are short. */
const WORTH_COMPRESSING = 4_096;
/** The most that a payload is inflated to, bytes: ten times an order's events. A payload of more than half of it is not compressed. */
const INFLATED_AT_MOST = 32 * 1024 * 1024;

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** Thrown for a payload that cannot be decrypted: an unknown key, or altered bytes. Its message quotes nothing of the payload. */
export class Undecodable extends Error {
  override readonly name = "Undecodable";
}

function textOf(bytes: Uint8Array | null | undefined): string | undefined {
  return bytes ? Buffer.from(bytes).toString("utf8") : undefined;
}

/** Compresses a long payload (RFC 1950). Before encryption: encrypted bytes do not compress. */
function deflated(payload: Payload): Payload {
  const length = payload.data?.length ?? 0;
  if (length < WORTH_COMPRESSING || length > INFLATED_AT_MOST / 2) return payload;
  const bytes = PayloadMessage.encode(PayloadMessage.fromObject(payload)).finish();
  return { metadata: { encoding: Buffer.from(COMPRESSED) }, data: deflateSync(bytes) };
}

/** Inflates a payload. Only for payloads that were authenticated: any other may inflate without end. */
function inflated(payload: Payload): Payload {
  if (textOf(payload.metadata?.["encoding"]) !== COMPRESSED) return payload;
  try {
    return PayloadMessage.decode(inflateSync(payload.data ?? new Uint8Array(), { maxOutputLength: INFLATED_AT_MOST }));
  } catch (error) {
    throw new Undecodable("a compressed payload is not what was written", { cause: error });
  }
}

function encrypted(payload: Payload, { newest, keys }: KeyRing): Payload {
  const key = keys.get(newest);
  if (!key) throw new Error(`no key ${newest}`);
  // A random nonce needs no agreement between processes; one key is safe for 2^32 payloads, some 20 million orders.
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG });
  const plain = PayloadMessage.encode(PayloadMessage.fromObject(payload)).finish();
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), "encryption-key-id": Buffer.from(newest) },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypted({ metadata, data }: Payload, { keys }: KeyRing): Payload {
  const id = textOf(metadata?.["encryption-key-id"]);
  const key = id === undefined ? undefined : keys.get(id);
  if (!key) throw new Undecodable(`a payload is encrypted with the key ${JSON.stringify(id)}, which is not in GENDAN_KEYS`);
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < NONCE + TAG) throw new Undecodable("an encrypted payload is too short");
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(-TAG));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
    return PayloadMessage.decode(plain);
  } catch (error) {
    throw new Undecodable("an encrypted payload is not what was written", { cause: error });
  }
}

/**
 * Metadata of an encrypted payload: its sender, `service` or the caller for whom the codec server encrypted it ({@link fromAuthor}). Decoding
 * sets it on payloads that it has authenticated, and removes it from payloads in clear.
 */
const FROM = "gendan-from";
/** Metadata of an encrypted payload: the workflow or activity that it was sent to, so that it proves nothing to another order. */
const FOR = "for";
/** Metadata of a payload that could not be decrypted: why. */
const UNDECODABLE = "gendan-undecodable";

/** Short, as a summary has 400 bytes: nobody can choose two workflows' ids that agree in it and has one of our payloads for the first. */
function targetOf({ type, workflowId = "" }: SerializationContext): Buffer {
  return createHash("sha256").update(`${type} ${workflowId}`).digest().subarray(0, 8);
}

function withMetadata(payload: Payload, more: Readonly<Record<string, Uint8Array>>): Payload {
  return { ...payload, metadata: { ...payload.metadata, ...more } };
}

function bound(payload: Payload, context: SerializationContext | undefined): Payload {
  return context ? withMetadata(payload, { [FOR]: targetOf(context) }) : payload;
}

/**
 * What has been authenticated, with who sent it: where it is read for whom it was sent to. What an older release sent was to nobody in
 * particular.
 */
function proved(inner: Payload, context: SerializationContext | undefined): Payload {
  const { [FOR]: target, [FROM]: from = Buffer.from("service"), ...metadata } = inner.metadata ?? {};
  const isHere = context !== undefined && (!target || targetOf(context).equals(target));
  return { ...inner, metadata: isHere ? { ...metadata, [FROM]: from } : metadata };
}

/** What a stranger writes into a payload in clear proves nothing. */
function unproved(payload: Payload): Payload {
  const { [FROM]: from, [UNDECODABLE]: why, ...metadata } = payload.metadata ?? {};
  return from || why ? { ...payload, metadata } : payload;
}

/** A payload that somebody is proved to have sent once it is encrypted: for them, once, and not for this service. */
export function fromAuthor(payload: Payload, author: object): Payload {
  return withMetadata(payload, { [FROM]: Buffer.from(JSON.stringify({ author, once: randomUUID() })) });
}

/**
 * Encrypts with the newest key; reads with whichever wrote, and says who sent it. What is not encrypted passes, and nobody is proved to have
 * sent it.
 */
export function encryptionCodec(ring: KeyRing): PayloadCodec {
  return {
    encode: async (payloads, context) => payloads.map((payload) => encrypted(deflated(bound(payload, context)), ring)),
    decode: async (payloads, context) =>
      payloads.map((payload) =>
        textOf(payload.metadata?.["encoding"]) === ENCRYPTED
          ? proved(inflated(decrypted(payload, ring)), context)
          : unproved(payload),
      ),
  };
}

/** Passes on what cannot be decrypted with why, so that it fails where it is read: a stranger's signal would stop a worker's task for ever. */
function unfailing({ encode, decode }: PayloadCodec): PayloadCodec {
  const decodeOne = async (payload: Payload, context: SerializationContext | undefined): Promise<Payload> => {
    try {
      return (await decode([payload], context))[0] ?? payload;
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      return withMetadata(payload, { [UNDECODABLE]: Buffer.from(error.message) });
    }
  };
  return { encode, decode: (payloads, context) => Promise.all(payloads.map((payload) => decodeOne(payload, context))) };
}

/** What every client and worker of this service is given: nothing else may speak to the engine. */
export function dataConverterOf(ring: KeyRing): DataConverter {
  return { payloadCodecs: [unfailing(encryptionCodec(ring))], ...converterPaths };
}

/** How values become payloads: by path, for a workflow's bundle too. */
export const converterPaths = {
  payloadConverterPath: fileURLToPath(new URL("payload-converter.cjs", import.meta.url)),
  failureConverterPath: fileURLToPath(new URL("failure-converter.cjs", import.meta.url)),
};
