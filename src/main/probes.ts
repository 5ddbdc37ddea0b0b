import Fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { SECOND, type Ms } from "../domain/time.ts";
import { impatient } from "../impatient.ts";

/** A worker's own HTTP server: whether it lives and works, and its metrics. Whoever asks takes `patience` ms at most. */
export function probeServer(isReady: () => boolean, registry: Registry, patience: Ms = 5 * SECOND): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: "idle", ...impatient(patience) });
  app.get("/livez", async () => ({ alive: true }));
  app.get("/readyz", async (_request, reply) => reply.code(isReady() ? 200 : 503).send({ ready: isReady() }));
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}
