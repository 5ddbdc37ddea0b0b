import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { Payload } from "@temporalio/common";
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Role } from "../../domain/people.ts";
import { SECOND, type Ms } from "../../domain/time.ts";
import { limitFailedSignIns, TooManyFailures } from "../../identity/sign-ins.ts";
import { IssuerUnavailable, type Caller, type Verify } from "../../identity/verify.ts";
import { serverTimeOuts } from "../../node/server-time-outs.ts";
import { answersToLoopbackOnly } from "../../node/loopback.ts";
import { encryptionCodec, fromAuthor, Undecodable } from "./codec.ts";
import type { KeyRing } from "./keys.ts";

/** What the codec server is put together from. */
interface CodecServerParts {
  readonly ring: KeyRing;
  readonly verify: Verify;
  /** Origins whose pages may ask. A page of any other is refused, whatever it knows. */
  readonly origins: readonly string[];
  /** Embedded: the path below which the Temporal UI, which has no sign-in there, needs no token. */
  readonly openPath?: string | undefined;
  /** Requests a minute for one caller. */
  readonly rateLimit: number;
  /** How long whoever asks may take to send, or to take their answer, ms. */
  readonly patience?: Ms | undefined;
  readonly logger?: FastifyBaseLogger | undefined;
}

/** Whoever may read every order of everybody, with its customers' data. */
const READERS: readonly Role[] = ["supervisor", "management"];
/** Bytes: a page of a history, each payload at most 2 MiB. */
const BODY_AT_MOST = 32 * 1024 * 1024;

// As Go writes it (protojson): what is empty is left out or null, a list of no payloads too.
const bytes = z.base64().nullish();
const payloadSchema = z.looseObject({ metadata: z.record(z.string(), bytes).nullish(), data: bytes });
const bodySchema = z.object({ payloads: z.array(payloadSchema.nullable()).max(10_000).nullish() });
type WirePayload = z.infer<typeof payloadSchema>;

function fromWire(payload: WirePayload | null): Payload {
  const { metadata, data } = payload ?? {};
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, text]) => [name, Buffer.from(text ?? "", "base64")])),
    data: Buffer.from(data ?? "", "base64"),
  };
}

function toWire({ metadata, data }: Payload): WirePayload {
  const encoded = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString("base64")]);
  return { metadata: Object.fromEntries(encoded), data: Buffer.from(data ?? []).toString("base64") };
}

/** A request that is not answered, with the status that says why. */
class Refused extends Error {
  override readonly name = "Refused";
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/**
 * The codec server that the Temporal UI and CLI are pointed at: `POST /decode` for supervisors and management, `POST /encode` for
 * everybody, as what they send is theirs; people only, by their token. No payload is ever logged.
 */
export async function buildCodecServer(parts: CodecServerParts): Promise<FastifyInstance> {
  const { ring, verify, origins, openPath, logger, patience = 30 * SECOND } = parts;
  const codec = encryptionCodec(ring);
  const signIn = limitFailedSignIns(verify);
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: BODY_AT_MOST,
    ...serverTimeOuts(patience),
    forceCloseConnections: "idle",
    // The path may be the embedded one, which is secret, and who asks is in a header: neither is logged.
    childLoggerFactory: (parent, bindings, options) =>
      parent.child(bindings, { ...options, serializers: { ...options.serializers, req: ({ method }) => ({ method }) } }),
  });

  /** Who asks; `undefined`: whoever can open the embedded UI. */
  async function allowed(request: FastifyRequest): Promise<Caller | undefined> {
    const { origin, authorization } = request.headers;
    if (origin !== undefined && !origins.includes(origin)) throw new Refused(403, "pages of this origin may not ask");
    const { path } = z.object({ path: z.string().optional() }).parse(request.params);
    if (path !== undefined) {
      if (openPath === undefined || !isSame(path, openPath)) throw new Refused(404, "there is nothing here");
      return undefined;
    }
    const token = /^Bearer ([\w.~+/=-]+)$/iu.exec(authorization ?? "")?.[1];
    if (token === undefined) throw new Refused(401, "a token is needed");
    const caller = await signIn(token, request.ip).catch((error: unknown) => {
      if (error instanceof TooManyFailures) throw new Refused(429, error.message);
      throw error instanceof IssuerUnavailable
        ? new Refused(503, "tokens cannot be checked now")
        : new Refused(401, "the token is not good");
    });
    if (caller.kind !== "person") throw new Refused(403, "people only");
    return caller;
  }

  /** What cannot be decoded is shown as it is, so that the rest of a page can be read. */
  async function decodeOne(payload: Payload, request: FastifyRequest): Promise<Payload> {
    try {
      return (await codec.decode([payload]))[0] ?? payload;
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      request.log.warn({ reason: error.message }, "a payload could not be decoded");
      return payload;
    }
  }

  /** By its name, what is answered to a caller. What somebody has encoded is theirs: the workflow takes them for its author. */
  const answers: Readonly<
    Record<"decode" | "encode", (payloads: Payload[], request: FastifyRequest, caller?: Caller) => Promise<Payload[]>>
  > = {
    async decode(payloads, request, caller) {
      if (caller && !READERS.some((role) => caller.roles.includes(role)))
        throw new Refused(403, "supervisors and management only");
      return Promise.all(payloads.map((payload) => decodeOne(payload, request)));
    },
    // Without a caller it is encrypted all the same, and nobody's.
    encode: (payloads, _request, caller) =>
      codec.encode(
        payloads.map((payload) => fromAuthor(payload, caller ? { id: caller.id, roles: caller.roles, kind: caller.kind } : {})),
      ),
  };

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: { name: error.name, code: error.code } }, "a request failed");
    const title = status >= 500 && !(error instanceof Refused) ? "our fault" : error.message;
    if (status === 401) void reply.header("www-authenticate", 'Bearer realm="gendan"');
    return reply.code(status).type("application/problem+json; charset=utf-8").send({ type: "about:blank", title, status });
  });
  if (openPath !== undefined) answersToLoopbackOnly(app);
  await app.register(helmet);
  await app.register(cors, {
    origin: [...origins],
    methods: ["POST"],
    allowedHeaders: ["X-Namespace", "Content-Type", "Authorization"],
    maxAge: 600,
  });
  await app.register(rateLimit, { max: parts.rateLimit, timeWindow: "1 minute" });
  app.get("/livez", async () => ({ alive: true }));
  /** Known before a body is read. */
  const callers = new WeakMap<FastifyRequest, Caller | undefined>();
  for (const [name, answer] of Object.entries(answers)) {
    for (const url of [`/${name}`, `/:path/${name}`]) {
      app.post(url, { onRequest: async (request) => void callers.set(request, await allowed(request)) }, async (request) => {
        const said = bodySchema.safeParse(request.body);
        // The CLI sends that for the arguments of a query that has none.
        const payloads = said.data?.payloads ?? (said.success && name === "encode" ? [] : undefined);
        if (!payloads) throw new Refused(400, "the body is no list of payloads");
        return { payloads: (await answer(payloads.map(fromWire), request, callers.get(request))).map(toWire) };
      });
    }
  }
  return app;
}
