import { policyFrom, policySchema, routinePolicyFrom, WrongPolicy } from "../../../contracts/policy.ts";
import { policyAnswer } from "../../../contracts/policy-answers.ts";
import type { Policy } from "../../../domain/policy.ts";
import { policyOf, putVersion, type Version } from "../../../records/versions.ts";
import { localeOf, type Locale } from "../../../texts/locale.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { callerOf } from "../../plugins/identity.ts";
import { invalidBody } from "../../responses/problem.ts";
import type { VersionedResource } from "./versioned-resource.ts";

/**
 * A policy from a request, laid over the default one.
 * @param path where in the body it stands
 * @throws ProblemError `invalid-body` with every wrong field
 */
export function parsePolicy(json: unknown, locale: Locale, path = ""): Policy {
  try {
    return policyFrom(json, locale);
  } catch (error) {
    if (!(error instanceof WrongPolicy)) throw error;
    throw invalidBody(...error.fields.map((field) => ({ ...field, path: [path, field.path].filter(Boolean).join(".") })));
  }
}

function answerVersion(version: Version) {
  return {
    version: version.version,
    by: version.by,
    at: version.at,
    given: policySchema.parse(version.body),
    policy: { ...policyOf(version), routine: routinePolicyFrom(version.body) },
  };
}

/** The policy: what new orders start with, and the routine's numbers. */
export function policyResource({ db, policy, routine, now }: ApiDependencies): VersionedResource {
  return {
    name: "policy",
    get: { summary: "The policy that new orders start with", access: "authenticated", machine: true },
    put: {
      summary: "Puts another policy",
      description:
        "By management. A whole new version: what it does not say is the default, not the version before. It holds at once, for orders received from now on; an order that runs keeps the policy that it started with. The numbers of `routine` hold from its next run on, and schedules follow within a minute. `POST /policy/rehearsal` tells beforehand what it would have meant.",
      access: ["management"],
      body: policySchema,
    },
    versions: { summary: "Who put which policy, newest first", schema: policyAnswer },
    schema: policyAnswer,
    answer: async (newest) => (newest ? answerVersion(newest) : { version: 0, policy: { ...(await policy()), routine } }),
    answerVersion,
    async save(request) {
      parsePolicy(request.body, localeOf(request.headers["accept-language"]));
      return putVersion(db, "policy", request.body, callerOf(request).id, now());
    },
  };
}
