import { z } from "zod";
import { carrierAnswer, done, meanings, problem, reports, requests, told } from "../contracts/outside.ts";
import type { OutsideSystem } from "../domain/order/effects.ts";
import { behaviour, reportRequest } from "./behaviour.ts";

/** The systems whose contract is published as `openapi/{system}.json`. */
export const systems = ["production", "warehouse", "logistics", "messages"] as const satisfies readonly OutsideSystem[];

const titles: Readonly<Record<OutsideSystem, string>> = {
  production: "生产系统 Production, as Gendan asks it",
  warehouse: "仓库系统 Warehouse, as Gendan asks it",
  logistics: "物流系统 Logistics, as Gendan asks it",
  messages: "消息系统 Messages, as Gendan asks it",
};

const ABOUT = `What a system must offer so that Gendan (order follow-up) can work with it.

- The same \`Idempotency-Key\` is the same request: it is answered as before and nothing is done twice. Gendan repeats a request whose answer it did not get.
- 2xx with the JSON below: done. 408, 429, 5xx, no answer within the time-out (10 s by default), a redirect or an unreadable answer: Gendan tries again, after \`Retry-After\` if there is one. Any other 4xx: refused for good, \`detail\` is shown to the person who takes over.
- Fields may be added to requests: ignore those that are unknown.
- The answer says only that the request was taken on. What comes of it is reported to Gendan's own API, by the callbacks.`;

const CALLBACK = `Reported to Gendan's API (its own OpenAPI document has the body) with a machine's token of this department, as soon as it happened, and repeated
with the same \`Idempotency-Key\` and body until Gendan answers 202. \`at\` is when it happened. Order and repetition do no harm.`;

type Json = Readonly<Record<string, unknown>>;

/** The JSON schema of a shape; named schemas are added to `shared` and referred to. */
function schemaOf(shape: z.ZodType, shared: Map<string, unknown>): unknown {
  const json = z.toJSONSchema(shape, { target: "draft-2020-12", io: "input" });
  const {
    $schema: _dialect,
    $defs,
    ...schema
  } = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(json).replaceAll("#/$defs/", "#/components/schemas/")));
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const { id: _id, ...rest } = z.record(z.string(), z.unknown()).parse(definition);
    shared.set(name, rest);
  }
  const { id, ...rest } = schema;
  if (typeof id !== "string") return rest;
  shared.set(id, rest);
  return { $ref: `#/components/schemas/${id}` };
}

function callbackOf(command: string): Json {
  return {
    post: {
      summary: `Report ${command}`,
      description: CALLBACK,
      security: [{ gendan: [] }],
      parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }],
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: "#/components/schemas/Report" } } },
      },
      responses: {
        202: { description: "Taken on, durably" },
        "4XX": { description: "Wrong body, token or order: repeating does not help", content: problemContent },
        "5XX": { description: "Repeat, after `Retry-After`" },
      },
    },
  };
}

function callbacks(system: OutsideSystem, ask: string): Json {
  const commands: readonly string[] = Object.entries(reports[system]).find(([name]) => name === ask)?.[1] ?? [];
  return Object.fromEntries(
    commands.map((command) => [
      command,
      { [`https://gendan.example/orders/{$request.body#/orderNo}/${command}`]: callbackOf(command) },
    ]),
  );
}

const problemContent = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

function operationOf(system: OutsideSystem, ask: string, request: z.ZodType, shared: Map<string, unknown>): Json {
  const called = callbacks(system, ask);
  return {
    post: {
      operationId: ask,
      summary: Object.entries(meanings[system]).find(([name]) => name === ask)?.[1],
      parameters: [{ $ref: "#/components/parameters/IdempotencyKey" }],
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(request, shared) } } },
      responses: {
        200: {
          description: system === "messages" ? "Who got it and who could not be found" : "Taken on",
          content: { "application/json": { schema: schemaOf(system === "messages" ? told : done, shared) } },
        },
        "4XX": { description: "Refused for good (408 and 429: to be tried again)", content: problemContent },
        "5XX": { description: "To be tried again", content: problemContent },
      },
      ...(Object.keys(called).length > 0 ? { callbacks: called } : {}),
    },
  };
}

/** The contract of an outside system as an OpenAPI 3.1 document. */
export function openApi(system: OutsideSystem): Json {
  const shared = new Map<string, unknown>();
  schemaOf(problem, shared);
  const paths: Record<string, Json> = Object.fromEntries(
    Object.entries(requests[system]).map(([ask, request]) => [`/${ask}`, operationOf(system, ask, request, shared)]),
  );
  if (system === "logistics") {
    paths["/shipments/{trackingNumber}"] = {
      get: {
        operationId: "shipment",
        summary: "承运人记录 · Where a shipment is by the carrier's own record (R6.2)",
        parameters: [{ name: "trackingNumber", in: "path", required: true, schema: { type: "string", minLength: 1 } }],
        responses: {
          200: {
            description: "The carrier's record",
            content: { "application/json": { schema: schemaOf(carrierAnswer, shared) } },
          },
          404: { description: "The carrier has no such shipment", content: problemContent },
          "5XX": { description: "It could not be found out now", content: problemContent },
        },
      },
    };
  }
  const callsBack = Object.values(reports[system]).some((commands) => commands.length > 0);
  if (callsBack) {
    shared.set("Report", {
      type: "object",
      required: ["at"],
      properties: { at: { type: "string", format: "date-time", description: "When it happened" }, note: { type: "string" } },
      additionalProperties: true,
      description: "The command's body, as in Gendan's OpenAPI document, and the business time",
    });
  }
  return {
    openapi: "3.1.0",
    info: { title: titles[system], version: "1.0.0", description: ABOUT },
    servers: [{ url: `https://${system}.example` }],
    paths,
    components: {
      schemas: Object.fromEntries([...shared].toSorted(([a], [b]) => a.localeCompare(b))),
      parameters: {
        IdempotencyKey: { name: "Idempotency-Key", in: "header", required: true, schema: { type: "string", minLength: 1 } },
      },
      ...(callsBack
        ? {
            securitySchemes: {
              gendan: {
                type: "http",
                scheme: "bearer",
                bearerFormat: "JWT",
                description: "A machine's token, with the department's role",
              },
            },
          }
        : {}),
    },
  };
}

const controls: Readonly<Record<string, { readonly summary: string; readonly body?: z.ZodType }>> = {
  behaviour: { summary: "Says how it is to misbehave; `{}` ends all of it", body: behaviour },
  report: { summary: "Has it report a command to Gendan", body: reportRequest },
  reset: { summary: "Has it forget everything, and behave" },
};

/** A stand-in's own document: the contract, and the controls that a real system does not have. */
export function standInApi(system: OutsideSystem): Json {
  const api = openApi(system);
  const control = Object.entries(controls).map(([name, { summary, body }]): [string, Json] => [
    `/control/${name}`,
    {
      post: {
        operationId: name,
        tags: ["stand-in"],
        summary,
        ...(body ? { requestBody: { content: { "application/json": { schema: schemaOf(body, new Map()) } } } } : {}),
        responses: { "2XX": { description: "Done" }, "4XX": { description: "Wrong body", content: problemContent } },
      },
    },
  ]);
  return { ...api, paths: { ...z.record(z.string(), z.unknown()).parse(api["paths"]), ...Object.fromEntries(control) } };
}

/** The text of a system's committed document. */
export function openApiText(system: OutsideSystem): string {
  return `${JSON.stringify(openApi(system), null, 2)}\n`;
}
