import type { FastifyBaseLogger, FastifyPluginCallback } from "fastify";
import type { z } from "zod";
import type { Application } from "../application/application.ts";
import type { readySchema } from "../contracts/answers.ts";
import type { Policy } from "../domain/policy.ts";
import type { RoutinePolicy } from "../domain/routine/policy.ts";
import type { Staff } from "../domain/staff.ts";
import type { Ms } from "../domain/time.ts";
import type { Verify } from "../identity/verify.ts";
import type { Database } from "../records/database.ts";
import type { Networks } from "../webhooks/addresses.ts";

/** What the API is built from. Programs pass the real ones, tests and the OpenAPI document substitutes. */
export interface ApiDependencies {
  readonly application: Application;
  readonly db: Database;
  readonly verify: Verify;
  /** The policy that new orders start with. */
  readonly policy: () => Promise<Policy>;
  /** The routine's part of the policy, used until a policy has been put over HTTP. */
  readonly routine: RoutinePolicy;
  /** The staff list, if there is one: who deputises for whom, and the names of people. */
  readonly staff: () => Promise<Staff | undefined>;
  /** The factory's name, printed at the head of forms. */
  readonly company?: string | undefined;
  /** The last result of the check of the service's own clocks (`/readyz`). */
  readonly clocks: () => z.infer<typeof readySchema>["clocks"];
  /** Whether this process is shutting down: it still serves, and `/readyz` answers 503. */
  readonly stopping: () => boolean;
  /** The present time, ms. */
  readonly now: () => Ms;
  readonly logger?: FastifyBaseLogger | undefined;
  /** Traces each request, where tracing is on. */
  readonly tracing?: FastifyPluginCallback | undefined;
  /** Networks that webhooks may be sent to besides the public internet. */
  readonly webhookNetworks: Networks;
  /** Proxies whose `X-Forwarded-For` is trusted, as addresses or CIDR. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Requests per minute of one caller. */
  readonly rateLimit: number;
  /** Requests processed at once. Default: 500. */
  readonly atOnce?: number | undefined;
  /** How long a client may take to send a request, ms. Default: 30 s. */
  readonly patience?: Ms | undefined;
}
