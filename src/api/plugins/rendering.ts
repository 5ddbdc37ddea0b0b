import fp from "fastify-plugin";
import { openRenderer, type Renderer } from "../rendering/pool.ts";

declare module "fastify" {
  interface FastifyInstance {
    renderer: Renderer;
  }
}

/** The renderer of this process, for whatever is slow to make. */
export const rendering = fp(
  async (app) => {
    app.decorate("renderer", openRenderer());
    app.addHook("onClose", () => app.renderer.close());
  },
  { name: "rendering" },
);
