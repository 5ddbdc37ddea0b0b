import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";

/** An activity's context, with this time for one try in ms; failures that a test provokes are not logged. */
export function activityWith(startToCloseTimeoutMs: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ startToCloseTimeoutMs }, { logger: new DefaultLogger("ERROR") });
}
