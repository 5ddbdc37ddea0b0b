import Fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { SECOND, type Ms } from "../domain/time.ts";
import { serverTimeOuts } from "../node/server-time-outs.ts";
import { answersToLoopbackOnly } from "../node/loopback.ts";

interface Probes {
  readonly isReady: () => boolean;
  readonly registry: Registry;
  /** Whether it is for this machine alone. */
  readonly embedded: boolean;
  /** How long whoever asks may take. */
  readonly patience?: Ms;
}

/** A worker's own HTTP server: whether it lives and works, and its metrics. */
export function probeServer({ isReady, registry, embedded, patience = 5 * SECOND }: Probes): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: "idle", ...serverTimeOuts(patience) });
  if (embedded) answersToLoopbackOnly(app);
  app.get("/livez", async () => ({ alive: true }));
  app.get("/readyz", async (_request, reply) => reply.code(isReady() ? 200 : 503).send({ ready: isReady() }));
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}
