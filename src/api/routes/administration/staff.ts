import { z } from "zod";
import { staffFrom, staffSchema } from "../../../contracts/staff.ts";
import { putVersion } from "../../../records/versions.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { callerOf } from "../../plugins/identity.ts";
import { parseBody } from "../../requests/validation.ts";
import { invalidBody } from "../../responses/problem.ts";
import { versionSchema, type VersionedResource } from "./versioned-resource.ts";

/** The staff list: roles, superiors, deputies, absences, how people are reached. */
export function staffResource({ db, now }: Pick<ApiDependencies, "db" | "now">): VersionedResource {
  return {
    name: "staff",
    get: {
      summary: "Who is who, as it was put here",
      access: ["sales_rep", "customer_service", "order_admin", "supervisor"],
    },
    put: {
      summary: "Puts who is who",
      description:
        "The whole list: roles, who reports to whom, deputies, absences, how they are reached. Holds at once for messages and permissions.",
      access: ["supervisor"],
      body: staffSchema,
    },
    versions: { summary: "Who put which staff, newest first", schema: versionSchema(staffSchema) },
    schema: z.object({ version: z.int(), people: staffSchema }),
    answer: (newest) => ({ version: newest?.version ?? 0, people: newest?.body ?? [] }),
    answerVersion: (version) => version,
    async save(request) {
      const people = parseBody(request, staffSchema);
      try {
        staffFrom(people);
      } catch (error) {
        throw invalidBody({ path: "", message: error instanceof Error ? error.message : String(error) });
      }
      return putVersion(db, "staff", people, callerOf(request).id, now());
    },
  };
}
