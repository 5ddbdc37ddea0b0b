import type {
  FastifyBaseLogger,
  FastifyPluginAsync,
  FastifyPluginCallback,
  FastifyPluginOptions,
  FastifyTypeProvider,
  RawServerDefault,
} from "fastify";
import type { z } from "zod";
import type { readySchema } from "../contracts/answers.ts";
import type { Calendar } from "../domain/clock/calendar.ts";
import type { Policy } from "../domain/policy.ts";
import type { RoutinePolicy } from "../domain/routine/policy.ts";
import type { Staff } from "../domain/staff.ts";
import type { Ms } from "../domain/time.ts";
import type { Verify } from "../identity/verify.ts";
import type { Database } from "../records/database.ts";
import type { Networks } from "../webhooks/addresses.ts";
import type { Engine } from "./engine.ts";

/** What the API is put together from; the start-up decides what is real. */
export interface Parts {
  readonly engine: Engine;
  readonly db: Database;
  readonly verify: Verify;
  /** What new orders start with. */
  readonly policy: () => Promise<Policy>;
  /** The routine's part of it until somebody has put one. */
  readonly routine: RoutinePolicy;
  readonly calendar: () => Promise<Calendar>;
  /** Who is who, when that is known: whose deputy somebody is. */
  readonly staff: () => Promise<Staff | undefined>;
  /** The factory's name, at the head of forms. */
  readonly company?: string | undefined;
  /** What the dead-man check found last (`/readyz`). */
  readonly clocks: () => z.infer<typeof readySchema>["clocks"];
  /** Whether this process is about to stop: it serves still, and says that it is not ready. */
  readonly stopping: () => boolean;
  /** The time of asking, ms. */
  readonly now: () => Ms;
  readonly logger?: FastifyBaseLogger | undefined;
  /** Makes a trace of each request, where there is tracing. */
  readonly tracing?: FastifyPluginCallback | undefined;
  /** Networks that webhooks may go to beside the public internet. */
  readonly webhookNetworks: Networks;
  /** Proxies in front of the API, as addresses or CIDR: what they say in `X-Forwarded-For` is believed. None unless said. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Requests a minute for one caller. */
  readonly rateLimit: number;
  /** Requests that are worked on at once; 500 unless said otherwise. */
  readonly atOnce?: number | undefined;
  /** How long a client may take to send a request, ms; 30 s unless said otherwise. */
  readonly patience?: Ms | undefined;
}

/** Requests have the types of their contracts. Answers are the domain's own, which tests hold to theirs. */
interface Contracted extends FastifyTypeProvider {
  readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  readonly serializer: unknown;
}

/** A group of routes. */
export type Routes = FastifyPluginAsync<FastifyPluginOptions, RawServerDefault, Contracted>;
