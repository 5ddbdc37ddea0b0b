import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { castOf, making } from "../scenarios/client.ts";
import { freePort, startGendan, type Gendan } from "../support/gendan.ts";
import { until } from "../support/until.ts";

/** Traces as they are sent: OTLP over HTTP as JSON (opentelemetry.io/docs/specs/otlp, OTLP/HTTP). */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({
        attributes: z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) })),
      }),
      scopeSpans: z.array(
        z.object({ spans: z.array(z.object({ traceId: z.string(), name: z.string(), attributes: z.unknown().optional() })) }),
      ),
    }),
  ),
});

interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly name: string;
}

let gendan: Gendan;
let collector: Server;
let texts = "";
const spans: Span[] = [];
beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      texts += text;
      for (const { resource, scopeSpans } of exported.parse(JSON.parse(text)).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        for (const { traceId, name } of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ service, traceId, name });
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => {
    collector.listen(port, "127.0.0.1", resolve);
  });
  gendan = await startGendan({
    STAND_INS: "manual",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: "200",
  });
});
afterAll(async () => {
  await gendan.end();
  collector.close();
});

test("a trace goes from the request through the order's workflow to what it asks outside, and names nobody", async () => {
  await making(await castOf(gendan), "T-1");
  const traces = async () => {
    const found = new Map<string, Span[]>();
    for (const span of spans) found.set(span.traceId, [...(found.get(span.traceId) ?? []), span]);
    return found;
  };
  const isRequest = ({ service, name }: Span): boolean => service === "gendan-api" && name === "request";
  const isOf = (name: string) => (span: Span) => span.service === "gendan-worker" && span.name === name;
  /** Whether one trace has the request and both what the workflow did about it and what was asked outside. */
  const isWhole = (trace: readonly Span[]): boolean =>
    trace.some(isRequest) && trace.some(isOf("HandleUpdate:receive")) && trace.some(isOf("RunActivity:askProduction"));
  await until(traces, (found) => [...found.values()].some(isWhole)).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${[...new Set(spans.map(({ service, name }) => `${service} ${name}`))].join("; ")}`);
  });
  expect(texts).not.toMatch(/陈先生|13800000000|古镇路|Bearer|eyJ/u);
});
