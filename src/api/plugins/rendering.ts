import fp from "fastify-plugin";
import { openPress, type Press } from "../rendering/pool.ts";

declare module "fastify" {
  interface FastifyInstance {
    press: Press;
  }
}

/** The press of this process, for whatever is slow to make. */
export const press = fp(
  async (app) => {
    app.decorate("press", openPress());
    app.addHook("onClose", () => app.press.close());
  },
  { name: "press" },
);
