import type { FastifyReply } from "fastify";
import { PAGE_POLICY } from "../../forms/page.ts";
import type { Locale } from "../../texts/locale.ts";
import { mediaTypes, type Format } from "../requests/accept.ts";

interface DocumentOptions {
  readonly format: Format;
  readonly locale: Locale;
  readonly fileName: string;
  /** `inline`: browsers show it; `attachment`: they save it. */
  readonly disposition: "inline" | "attachment";
}

/** Sets the headers of a document: type, language, file name, and for a page its Content-Security-Policy. It is never cached, as it has customers' data. */
export function setDocumentHeaders(reply: FastifyReply, { format, locale, fileName, disposition }: DocumentOptions): void {
  void reply
    .type(mediaTypes[format])
    .header("content-language", locale)
    .header("cache-control", "no-store")
    .header("content-disposition", `${disposition}; filename="${fileName}"`);
  if (format === "html") void reply.header("content-security-policy", PAGE_POLICY);
}
