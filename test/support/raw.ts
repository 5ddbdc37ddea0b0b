import fc from "fast-check";
import { connect } from "node:net";
import { z } from "zod";
import { problemSchema } from "../../src/contracts/problem.ts";

/** Requests as bytes, beneath what any client or schema would send: hostile bodies, headers, addresses, cursors and sizes. */

/** What is known of the service that is asked. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Its OpenAPI document. */
  readonly document: unknown;
  /** Tokens that are good. */
  readonly tokens: readonly string[];
  /** Orders that there are. */
  readonly orders: readonly string[];
}

const documented = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional() })),
  ),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({ example: z.unknown().optional() })) }),
});

/** Texts that somebody's parser has fallen over. */
const NASTY = [
  "\u0000",
  "\ud800",
  "..",
  ".",
  "%",
  "%00",
  "%ff",
  "%E5%AE",
  "%C0%AF",
  "%ED%A0%80",
  "+300000-01-01T00:00:00.000Z",
  "0000-00-00",
  "9007199254740993",
  "1e400",
  "-0",
  "__proto__",
  "constructor",
  "'; drop table orders; --",
  "${7*7}",
  "*",
  "客户",
  "Cafe\u0301",
  "𠮷😀",
  "\uFEFF",
  "a".repeat(5_000),
  " ".repeat(5_000),
  ",".repeat(5_000),
  ";q=".repeat(2_000),
  '"'.repeat(3_000),
  '"\\'.repeat(2_000),
];
const nasty = fc.constantFrom(...NASTY);
const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all).toString("latin1"));
const text = fc.oneof(nasty, fc.string({ unit: "binary" }), fc.string(), bytes, fc.double().map(String));
const encoded = text.map((value) => encodeURIComponent(Buffer.from(value).toString()));
const anything = fc.oneof(text, encoded);
const cursor = fc.oneof(
  fc.json().map((json) => Buffer.from(json).toString("base64url")),
  fc
    .array(
      fc.oneof(
        nasty,
        fc.integer(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      { maxLength: 4 },
    )
    .map((key) => Buffer.from(JSON.stringify(key)).toString("base64url")),
  anything,
);

/** Values of headers that are read somewhere, right, wrong and long. */
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom("content-type"),
    fc.oneof(
      fc.constantFrom(
        "application/json; charset=gbk",
        "application/json; charset=utf-16",
        'application/json; charset="utf-8"',
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json;;;=;charset",
        "/",
        "",
      ),
      text,
    ),
  ),
  fc.tuple(fc.constantFrom("content-encoding"), fc.oneof(fc.constantFrom("gzip", "br", "identity", "gzip, gzip"), text)),
  fc.tuple(
    fc.constantFrom("accept", "accept-language", "accept-encoding", "prefer", "if-none-match", "range"),
    fc.oneof(
      text,
      fc.constantFrom(
        "*/*;q=0",
        "application/pdf",
        "text/csv",
        "zh",
        "respond-async",
        'respond-async="',
        "bytes=0-1,2-3",
        `zh${" ".repeat(15_000)}x`,
        "a/b,".repeat(3_500),
        "zh-".repeat(5_000),
      ),
    ),
  ),
  fc.tuple(fc.constantFrom("idempotency-key"), text),
  fc.tuple(
    fc.constantFrom("authorization"),
    fc.oneof(text, fc.constantFrom("Bearer", "Bearer  x", "Basic eA==", `Bearer ${"a.".repeat(6_000)}`)),
  ),
  fc.tuple(
    fc.constantFrom(
      "x-forwarded-for",
      "forwarded",
      "x-http-method-override",
      "expect",
      "upgrade",
      "te",
      "traceparent",
      "cookie",
      "x-request-id",
    ),
    text,
  ),
);

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Requests of every operation that the document tells of, each wrong somewhere. */
export function hostileRequests({ document, orders, tokens }: Target): fc.Arbitrary<RawRequest> {
  const { paths, components } = documented.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      query: (operation.parameters ?? []).filter((each) => each.in === "query").map(({ name }) => name),
      example: components.schemas[/schemas\/([\w-]+)/u.exec(JSON.stringify(operation["requestBody"] ?? ""))?.[1] ?? ""]?.example,
    })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, query, example }) => {
    const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...orders, "2026-11", "2026-W47") }, anything);
    const url = fc.tuple(
      fc.array(name, { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...query, "x") }, anything), cursor), { maxLength: 3 }),
    );
    const body = fc.oneof(
      fc.constant(Buffer.alloc(0)),
      fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all)),
      fc.json().map((json) => Buffer.from(json)),
      // The operation's own example, with some of its bytes changed.
      fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 4 }).map((changes) => {
        const said = Buffer.from(JSON.stringify(example ?? {}));
        for (const [at, byte] of changes) said[at % said.length] = byte;
        return said;
      }),
      // One of its texts replaced.
      nasty.map((value) => {
        const said = JSON.stringify(example ?? {});
        return Buffer.from(said.replace(/:"[^"]*"/u, `:${JSON.stringify(value)}`));
      }),
      fc.constantFrom(1_048_577, 200_000).map((size) => Buffer.alloc(size, "[")),
    );
    return fc
      .record({
        method: fc.oneof(
          { weight: 12, arbitrary: fc.constant(method) },
          fc.constantFrom("HEAD", "OPTIONS", "PATCH", "TRACE", "QUERY"),
        ),
        url: url.map(([names, pairs]) => {
          const filled = path.replaceAll(/\{\w+\}/gu, () => names.pop() ?? "x");
          return pairs.length === 0 ? filled : `${filled}?${pairs.map((pair) => pair.join("=")).join("&")}`;
        }),
        token: fc.constantFrom(...tokens),
        headers: fc.array(header, { maxLength: 3 }),
        body,
      })
      .map(({ token, headers, ...rest }) => ({
        ...rest,
        headers: [["authorization", `Bearer ${token}`] as const, ["content-type", "application/json"] as const, ...headers],
      }));
  });
}

/** As bytes: what would end a line early is left out, or there would be another request than the one that is meant. */
function written({ method, url, headers, body }: RawRequest): Buffer {
  const line = (part: string): Buffer => Buffer.from(part.replaceAll(/[\r\n]/gu, ""), "utf8");
  const address = Buffer.from(url.replaceAll(/\s/gu, "").replaceAll("\0", ""), "utf8");
  // The last of a name is the one that counts.
  const named = new Map([["host", "127.0.0.1"], ...headers, ["content-length", String(body.length)], ["connection", "close"]]);
  const head = [...named].flatMap(([name, value]) => [Buffer.from("\r\n"), line(`${name}: ${value}`)]);
  return Buffer.concat([line(`${method} `), address, Buffer.from(" HTTP/1.1"), ...head, Buffer.from("\r\n\r\n"), body]);
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes; answers what came back until the end. */
export function exchange({ host, port }: Pick<Target, "host" | "port">, sent: Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, host, () => socket.write(sent));
    const end = (): void => {
      const all = Buffer.concat(chunks).toString();
      const [head = "", ...body] = all.split("\r\n\r\n");
      const status = Number(/^HTTP\/1\.1 (\d{3}) /u.exec(head)?.[1] ?? 0);
      resolve({ status, head, body: body.join("\r\n\r\n") });
    };
    socket.setTimeout(30_000, () => socket.destroy(new Error("no answer within 30 s")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", end);
    // Whoever is refused before all is sent may find the line cut; what was answered counts.
    socket.on("error", (error) => (chunks.length > 0 ? end() : reject(error)));
  });
}

/** What gives away how the service is made. */
const INSIDE = /\bselect\b.*\bfrom\b|syntax error|node_modules|node:internal|\.ts:\d|\n\s+at \S+ \(|\/work\/|\/root\//iu;

/** What is wrong with an answer, whatever was asked; `undefined`: nothing. */
export function faultOf({ status, head, body }: RawAnswer, method: string): string | undefined {
  if (status === 0) return "no HTTP answer";
  if (status >= 500 && status !== 503) return "a fault of the service's";
  if (INSIDE.test(body)) return "the answer shows what is inside";
  if (status < 400 || method === "HEAD") return undefined;
  if (!/content-type: application\/problem\+json/iu.test(head)) return "no problem document";
  const json = body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
  try {
    return problemSchema.safeParse(JSON.parse(json)).success ? undefined : "a problem document of another form";
  } catch {
    return "a problem document that is no JSON";
  }
}

/** Asks so many hostile requests, the same for the same seed. @throws Error with the smallest request that was answered wrongly */
export async function fuzzRaw(
  target: Target,
  { seed, requests }: { readonly seed: number; readonly requests: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(hostileRequests(target), async (request) => {
      const answer = await exchange(target, written(request));
      const fault = faultOf(answer, request.method);
      if (fault)
        throw new Error(`${fault}: ${request.method} ${request.url} was answered ${answer.status} ${answer.body.slice(0, 400)}`);
    }),
    { seed, numRuns: requests, endOnFailure: false },
  );
}
