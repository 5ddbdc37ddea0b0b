import { createHash } from "node:crypto";
import { aliveSchema, readySchema } from "../../contracts/answers.ts";
import { isReachable } from "../../records/database.ts";
import { mediaTypes } from "../requests/accept.ts";
import type { ApiDependencies } from "../dependencies.ts";
import type { Routes } from "./routes.ts";

/** Liveness, readiness, metrics and the OpenAPI document, for operators and orchestrators. */
export function probeRoutes({ application, db, clocks, stopping }: ApiDependencies): Routes {
  let checking: Promise<[boolean, boolean]> | undefined;
  /** Whether Temporal and the records are reachable. Concurrent requests share one check, as anybody may ask. */
  async function checkReachable(): Promise<[boolean, boolean]> {
    checking ??= Promise.all([application.isEngineReachable(), isReachable(db)]).finally(() => (checking = undefined));
    return checking;
  }

  return async function probes(app) {
    app.get(
      "/livez",
      {
        config: { access: "public" },
        schema: {
          tags: ["probes"],
          operationId: "livez",
          summary: "The process is alive",
          security: [],
          response: { 200: aliveSchema },
        },
      },
      async () => ({ alive: true as const }),
    );
    app.get(
      "/readyz",
      {
        config: { access: "public" },
        schema: {
          tags: ["probes"],
          operationId: "readyz",
          summary: "Engine and records are reachable",
          security: [],
          response: { 200: readySchema, 503: readySchema },
        },
      },
      async (_request, reply) => {
        const [up, recording] = await checkReachable();
        const ready = up && recording && !stopping();
        if (!ready) void reply.code(503).header("retry-after", 2);
        return {
          ready,
          engine: up ? ("up" as const) : ("away" as const),
          records: recording ? ("up" as const) : ("away" as const),
          clocks: clocks(),
        };
      },
    );
    app.get("/metrics", { config: { access: "public" }, schema: { hide: true } }, async (_request, reply) => {
      await app.refreshBusinessMetrics();
      void reply.type(app.metrics.contentType);
      return app.metrics.metrics();
    });
    let document: { readonly text: string; readonly tag: string } | undefined;
    app.get("/openapi.json", { config: { access: "public" }, schema: { hide: true } }, async (request, reply) => {
      const text = document?.text ?? JSON.stringify(app.swagger());
      document ??= { text, tag: `"${createHash("sha256").update(text).digest("base64url")}"` };
      void reply.header("etag", document.tag).header("cache-control", "no-cache").type(mediaTypes.json);
      // Weak comparison (RFC 9110, 13.1.2).
      const had = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//u, "")) ?? [];
      if (had.includes(document.tag) || had.includes("*")) return reply.code(304).send();
      return reply.serializer((body: string) => body).send(text);
    });
  };
}
