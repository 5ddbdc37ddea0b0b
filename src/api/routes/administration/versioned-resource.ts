import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { newestVersionOf, versionsOf, type Version } from "../../../records/versions.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import type { Access } from "../../plugins/identity.ts";
import { problemResponses } from "../../responses/problem.ts";
import type { Routes } from "../routes.ts";

/** The problems that every administration route may answer with. */
const refusals = problemResponses(400, 401, 403, 413, 415, 422, 429, 500, 503);

/** The part of a route's schema that all administration routes share. */
export function operation(operationId: string, summary: string, answer: z.ZodType) {
  return { tags: ["administration"], operationId, summary, response: { 200: answer, ...refusals } };
}

/** What is put over HTTP as a whole and kept version by version: the calendar, the staff list, the policy. */
export interface VersionedResource {
  readonly name: "calendar" | "staff" | "policy";
  readonly get: { readonly summary: string; readonly access: Access; readonly machine?: boolean };
  readonly put: { readonly summary: string; readonly description: string; readonly access: Access; readonly body: z.ZodType };
  readonly versions: { readonly summary: string; readonly schema: z.ZodType };
  /** The schema of what GET and PUT answer. */
  readonly schema: z.ZodType;
  /** What GET and PUT answer; `newest` is absent before the first PUT. */
  answer(newest: Version | undefined): unknown;
  /** A version in the list of versions. */
  answerVersion(version: Version): unknown;
  /**
   * Checks a PUT's body and stores it as the next version.
   * @throws ProblemError `invalid-body`
   */
  save(request: FastifyRequest): Promise<Version>;
}

type Application = Parameters<Routes>[0];

/** Registers `GET /{name}` and `PUT /{name}`: the version in force. */
export function registerVersionInForce(app: Application, { db }: Pick<ApiDependencies, "db">, resource: VersionedResource): void {
  const { name, get, put, schema } = resource;
  app.get(
    `/${name}`,
    { config: { access: get.access, machine: get.machine ?? false }, schema: operation(name, get.summary, schema) },
    async () => resource.answer(await newestVersionOf(db, name)),
  );
  app.put(
    `/${name}`,
    {
      config: { access: put.access },
      schema: { ...operation(`put-${name}`, put.summary, schema), description: put.description, body: put.body },
    },
    async (request) => resource.answer(await resource.save(request)),
  );
}

/** Registers `GET /{name}/versions`, newest first. */
export function registerVersions(app: Application, { db }: Pick<ApiDependencies, "db">, resource: VersionedResource): void {
  const { name, versions } = resource;
  app.get(
    `/${name}/versions`,
    { config: { access: ["supervisor"] }, schema: operation(`${name}-versions`, versions.summary, z.array(versions.schema)) },
    async () => (await versionsOf(db, name)).map((version) => resource.answerVersion(version)),
  );
}

/** The schema of a version whose content is listed as it was put. */
export function versionSchema(body: z.ZodType) {
  return z.object({ version: z.int(), by: z.string(), at: z.string(), body });
}
