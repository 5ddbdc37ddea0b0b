import type { FastifyPluginAsync, FastifyPluginOptions, FastifyTypeProvider, RawServerDefault } from "fastify";
import type { z } from "zod";

/** Types a request by the Zod schemas of its route. Answers are not typed here: they are the domain's types, and tests check them against the schemas. */
interface ZodRequestTypes extends FastifyTypeProvider {
  readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  readonly serializer: unknown;
}

/** A group of routes, as a Fastify plugin. */
export type Routes = FastifyPluginAsync<FastifyPluginOptions, RawServerDefault, ZodRequestTypes>;
