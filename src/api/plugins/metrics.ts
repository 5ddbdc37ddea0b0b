import fp from "fastify-plugin";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

declare module "fastify" {
  interface FastifyInstance {
    metrics: Registry;
  }
}

/** Prometheus metrics of this process: request durations by route, and Node's own. */
export const metrics = fp(
  async (app) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const durations = new Histogram({
      name: "gendan_http_request_duration_seconds",
      help: "Time to answer a request, by route",
      labelNames: ["method", "route", "status"] as const,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    });
    app.decorate("metrics", registry);
    app.addHook("onResponse", async (request, reply) => {
      const route = request.routeOptions.url ?? "none";
      durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    });
  },
  { name: "metrics" },
);
