import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import { SECOND } from "../domain/time.ts";
import { serverTimeOuts } from "../node/server-time-outs.ts";
import { answerUnreadableRequest } from "./responses/unreadable-requests.ts";
import { compileValidator } from "./requests/validation.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { businessMetrics } from "./plugins/business-metrics.ts";
import { identity } from "./plugins/identity.ts";
import { limits } from "./plugins/limits.ts";
import { metrics } from "./plugins/metrics.ts";
import { openapi } from "./plugins/openapi.ts";
import { rendering } from "./plugins/rendering.ts";
import { answerError, problems } from "./plugins/problems.ts";
import { requestEncoding } from "./plugins/request-encoding.ts";
import { commandRoutes } from "./routes/commands.ts";
import { formRoutes } from "./routes/forms.ts";
import { historyRoutes } from "./routes/history.ts";
import { administrationRoutes } from "./routes/administration/administration.ts";
import { performanceRoutes } from "./routes/performance.ts";
import { probeRoutes } from "./routes/probes.ts";
import { inspectionRoutes } from "./routes/inspections.ts";
import { reportRoutes } from "./routes/reports.ts";
import { queryRoutes } from "./routes/queries.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { rewardsRoutes } from "./routes/rewards.ts";

/** A request as it is logged: without its query, which may name a customer, and without the client's address. */
function serializeRequest({ method, url }: FastifyRequest) {
  return { method, url: url.split("?")[0] };
}

/** Builds the API as a Fastify application, which the caller makes listen. */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { logger, verify, staff, now, rateLimit, atOnce = 500, trustedProxies = [], patience = 30 * SECOND } = dependencies;
  const times = serverTimeOuts(patience);
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: 1_048_576,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    ...times,
    // A missing Host is refused by the `request-encoding` plugin: Node's own answer has no body.
    http: { ...times.http, requireHostHeader: false },
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 250 },
    // On close, idle connections end at once and running requests are finished.
    forceCloseConnections: "idle",
    return503OnClosing: true,
    childLoggerFactory: (parent, bindings, options) =>
      parent.child(bindings, { ...options, serializers: { ...options.serializers, req: serializeRequest } }),
    // Errors before routing are answered as problems too.
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply);
    },
    clientErrorHandler: answerUnreadableRequest,
  });
  // An unknown `Expect` may be ignored (RFC 9110, 10.1.1); Node would answer 417 without a body.
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(() => JSON.stringify);

  // First, so that refusals carry the security headers too. There is no CORS: pages of other origins may not call the API.
  await app.register(helmet, {
    // Swagger UI needs `data:` images.
    contentSecurityPolicy: { directives: { "img-src": ["'self'", "data:"], "upgrade-insecure-requests": null } },
  });
  if (dependencies.tracing) await app.register(dependencies.tracing);
  await app.register(problems);
  await app.register(requestEncoding);
  await app.register(metrics);
  await app.register(businessMetrics, { db: dependencies.db, now });
  await app.register(identity, { verify, staff, now });
  await app.register(limits, { rateLimit, atOnce });
  await app.register(rendering);
  await app.register(openapi);
  await app.register(probeRoutes(dependencies));
  await app.register(commandRoutes(dependencies));
  await app.register(queryRoutes(dependencies));
  await app.register(historyRoutes(dependencies));
  await app.register(webhookRoutes(dependencies));
  await app.register(formRoutes(dependencies));
  await app.register(administrationRoutes(dependencies));
  await app.register(performanceRoutes(dependencies));
  await app.register(reportRoutes(dependencies));
  await app.register(inspectionRoutes(dependencies));
  await app.register(rewardsRoutes(dependencies));
  return app;
}
