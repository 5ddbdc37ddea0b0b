import type { OpenTelemetryPlugin } from "@temporalio/interceptors-opentelemetry-v2";
import type { FastifyPluginCallback } from "fastify";

/** Traces (OpenTelemetry) of one process, from a request through the order's workflow to what it asks outside. */
export interface Tracing {
  /** For the engine's client and worker: carries the trace along in headers, which hold nothing else. */
  readonly engine: OpenTelemetryPlugin;
  /** For the API: a span a request. */
  readonly requests: FastifyPluginCallback;
  /** Sends what is still to be sent. */
  readonly close: () => Promise<void>;
}

/**
 * Tracing to an OTLP/HTTP endpoint, or `undefined` when there is none: off by default, and then none of its code is loaded.
 * @param endpoint `OTEL_EXPORTER_OTLP_ENDPOINT`; the exporter reads the other `OTEL_EXPORTER_OTLP_*` settings by itself
 */
export async function openTracing(name: string, endpoint: string | undefined): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const { BatchSpanProcessor, NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const { FastifyOtelInstrumentation } = await import("@fastify/otel");
  const { OpenTelemetryPlugin: Plugin } = await import("@temporalio/interceptors-opentelemetry-v2");
  const resource = resourceFromAttributes({ "service.name": `gendan-${name}` });
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  const instrumentation = new FastifyOtelInstrumentation({ ignorePaths: ({ url }) => /^\/(?:livez|readyz|metrics)/u.test(url) });
  instrumentation.setTracerProvider(provider);
  return {
    engine: new Plugin({ resource, spanProcessor }),
    requests: instrumentation.plugin(),
    close: () => provider.shutdown(),
  };
}
