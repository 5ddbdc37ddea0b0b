import { parse as parseType } from "content-type";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { ProblemError } from "../responses/problem.ts";

/** Throws on bytes that are not UTF-8; ignores a byte order mark (RFC 8259, 8.1 allows it). */
const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws ProblemError `unsupported-media-type` when a body declares another charset or a compression */
function checkEncoding({ headers }: FastifyRequest): void {
  const charset = parseType(headers["content-type"] ?? "").parameters["charset"]?.toLowerCase();
  const coding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if ((charset !== undefined && charset !== "utf-8" && charset !== "utf8") || coding !== "identity")
    throw new ProblemError("unsupported-media-type", { detail: "utf-8-only" });
}

/** Whether a URL is visible ASCII that decodes as UTF-8. Node would read other bytes as Latin-1. */
function isWellEncoded(url: string): boolean {
  if (!/^[\u0021-\u007E]*$/u.test(url)) return false;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** Refuses requests that are not well-formed UTF-8, so that no text is ever stored with replacement characters. */
export const requestEncoding = fp(
  async (app) => {
    app.addHook("onRequest", async ({ raw }) => {
      // RFC 9112, 3.2: HTTP/1.1 requires Host.
      if (raw.headers.host === undefined && raw.httpVersion === "1.1") throw new ProblemError("malformed");
      if (!isWellEncoded(raw.url ?? "")) throw new ProblemError("malformed", { detail: "address-malformed" });
    });
    const parse = app.getDefaultJsonParser("error", "error");
    app.removeAllContentTypeParsers();
    app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
      let text: string;
      try {
        checkEncoding(request);
        text = decoder.decode(bytes);
      } catch (error) {
        done(error instanceof ProblemError ? error : new ProblemError("malformed", { detail: "not-utf-8" }));
        return;
      }
      void parse(request, text, done);
    });
  },
  { name: "request-encoding" },
);
