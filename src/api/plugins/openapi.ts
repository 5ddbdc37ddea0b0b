import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fp from "fastify-plugin";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { describeDocument } from "../labels.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The names of the schemas that something refers to. */
function referredTo(value: unknown): string[] {
  if (!isRecord(value)) return [];
  const own = typeof value["$ref"] === "string" ? [value["$ref"].replace("#/components/schemas/", "")] : [];
  return [...own, ...Object.values(value).flatMap(referredTo)];
}

/** Each schema comes once as sent and once as answered: without those that no route leads to. */
function reachableOnly(document: unknown): void {
  if (!isRecord(document) || !isRecord(document["components"]) || !isRecord(document["components"]["schemas"])) return;
  const { schemas } = document["components"];
  const reached = new Set<string>();
  for (let next = referredTo(document["paths"]); next.length > 0;) {
    const fresh = next.filter((name) => !reached.has(name));
    for (const name of fresh) reached.add(name);
    next = [...new Set(fresh)].flatMap((name) => referredTo(schemas[name]));
  }
  for (const name of Object.keys(schemas)) if (!reached.has(name)) delete schemas[name];
}

/** Where the document is in Chinese. */
const CHINESE = "/openapi.zh.json";

/** The OpenAPI 3.1 document, derived from the routes, and its page at `/docs`. */
export const openapi = fp(
  async (app) => {
    /** The same document in Chinese, made with it. */
    let chinese: object = {};
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: {
          title: "Gendan 跟单",
          version: "1.0.0",
          description:
            "Follows every sales order from the customer's call to the signed receipt, and watches every duty of the regulation. Times are RFC 3339, answered in UTC; dates are days in Asia/Shanghai; money is integer fen.",
          license: { name: "Apache-2.0", identifier: "Apache-2.0" },
        },
        servers: [{ url: "/" }],
        tags: [
          { name: "commands", description: "What people do and systems report" },
          { name: "queries", description: "Orders, duties, what is overdue" },
          { name: "forms", description: "The regulation's three forms, to be printed (R5.2)" },
          { name: "reports", description: "Figures over many orders" },
          { name: "webhooks", description: "Who is told that something happened to an order" },
          { name: "administration", description: "The calendar, who is who, the policy" },
          { name: "probes", description: "For operators" },
        ],
        components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
        security: [{ bearer: [] }],
      },
      transform: jsonSchemaTransform,
      transformObject: (input) => {
        const document = jsonSchemaTransformObject(input);
        reachableOnly(document);
        chinese = structuredClone(document);
        describeDocument(chinese, "zh");
        describeDocument(document, "en");
        return document;
      },
    });
    app.get(CHINESE, { schema: { hide: true }, config: { access: "public" } }, () => {
      app.swagger();
      return chinese;
    });
    await app.register(swaggerUi, {
      routePrefix: "/docs",
      uiConfig: {
        displayRequestDuration: true,
        docExpansion: "list",
        urls: [
          { name: "English", url: "/openapi.json" },
          { name: "中文", url: CHINESE },
        ],
      },
    });
  },
  { name: "openapi" },
);
