import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import { SECOND } from "../domain/time.ts";
import { impatient } from "../node/server-time-outs.ts";
import { answerBrokenRequest } from "./responses/unreadable-requests.ts";
import { checkParameters } from "./requests/validation.ts";
import type { Parts } from "./dependencies.ts";
import { figures } from "./plugins/business-metrics.ts";
import { identity } from "./plugins/identity.ts";
import { limits } from "./plugins/limits.ts";
import { metrics } from "./plugins/metrics.ts";
import { openapi } from "./plugins/openapi.ts";
import { press } from "./plugins/rendering.ts";
import { answerError, problems } from "./plugins/problems.ts";
import { utf8 } from "./plugins/request-encoding.ts";
import { commandRoutes } from "./routes/commands.ts";
import { formRoutes } from "./routes/forms.ts";
import { historyRoutes } from "./routes/history.ts";
import { houseRoutes } from "./routes/administration.ts";
import { performanceRoutes } from "./routes/performance.ts";
import { policyRoutes } from "./routes/policy.ts";
import { probeRoutes } from "./routes/probes.ts";
import { inspectionRoutes } from "./routes/inspections.ts";
import { reportRoutes } from "./routes/reports.ts";
import { queryRoutes } from "./routes/queries.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { rewardsRoutes } from "./routes/rewards.ts";

/** A request in the log: without its query, which may name a customer, and without who sent it from where. */
function logged({ method, url }: FastifyRequest) {
  return { method, url: url.split("?")[0] };
}

/** The API as a Fastify application; whoever starts it makes it listen. */
export async function buildApp(parts: Parts): Promise<FastifyInstance> {
  const { logger, verify, staff, now, rateLimit, atOnce = 500, trustedProxies = [], patience = 30 * SECOND } = parts;
  const times = impatient(patience);
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: 1_048_576,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    ...times,
    // Refused by us: Node would answer without a word.
    http: { ...times.http, requireHostHeader: false },
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 250 },
    // Idle connections are closed while requests that run are finished.
    forceCloseConnections: "idle",
    return503OnClosing: true,
    childLoggerFactory: (parent, bindings, options) =>
      parent.child(bindings, { ...options, serializers: { ...options.serializers, req: logged } }),
    // What does not get as far as a route is answered as everything else is.
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
  });
  // A server may pass over what it does not know (RFC 9110, 10.1.1); Node would answer 417 without a word.
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  app.setValidatorCompiler(checkParameters);
  app.setSerializerCompiler(() => JSON.stringify);

  // First, so that whoever is turned away is told to be careful, too. No CORS: other sites' pages have no business here.
  await app.register(helmet, {
    // Swagger UI's page needs its own styles and data: images; nothing else is served as a page.
    contentSecurityPolicy: { directives: { "img-src": ["'self'", "data:"], "upgrade-insecure-requests": null } },
  });
  if (parts.tracing) await app.register(parts.tracing);
  await app.register(problems);
  await app.register(utf8);
  await app.register(metrics);
  await app.register(figures, { db: parts.db, now });
  await app.register(identity, { verify, staff, now });
  await app.register(limits, { rateLimit, atOnce });
  await app.register(press);
  await app.register(openapi);
  await app.register(probeRoutes(parts));
  await app.register(commandRoutes(parts));
  await app.register(queryRoutes(parts));
  await app.register(historyRoutes(parts));
  await app.register(webhookRoutes(parts));
  await app.register(formRoutes(parts));
  await app.register(houseRoutes(parts));
  await app.register(policyRoutes(parts));
  await app.register(performanceRoutes(parts));
  await app.register(reportRoutes(parts));
  await app.register(inspectionRoutes(parts));
  await app.register(rewardsRoutes(parts));
  return app;
}
