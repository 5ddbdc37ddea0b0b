import type { ApiDependencies } from "../../dependencies.ts";
import type { Routes } from "../routes.ts";
import { calendarResource } from "./calendar.ts";
import { staffResource } from "./staff.ts";
import { policyResource } from "./policy.ts";
import { policyRehearsalRoutes } from "./policy-rehearsal.ts";
import { registerVersionInForce, registerVersions } from "./versioned-resource.ts";

/** What supervisors and management administer: the calendar, the staff list, the policy. */
export function administrationRoutes(dependencies: ApiDependencies): Routes {
  // The order of registration is the order of the OpenAPI document.
  return async function administration(app) {
    const [calendar, staff] = [calendarResource(dependencies), staffResource(dependencies)];
    for (const resource of [calendar, staff]) registerVersionInForce(app, dependencies, resource);
    for (const resource of [calendar, staff]) registerVersions(app, dependencies, resource);
    const policy = policyResource(dependencies);
    registerVersionInForce(app, dependencies, policy);
    registerVersions(app, dependencies, policy);
    await app.register(policyRehearsalRoutes(dependencies));
  };
}
