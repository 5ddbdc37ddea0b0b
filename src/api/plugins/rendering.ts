import fp from "fastify-plugin";
import { openRenderer, type Renderer } from "../rendering/pool.ts";

declare module "fastify" {
  interface FastifyInstance {
    renderer: Renderer;
  }
}

/** Decorates the application with the process's renderer of PDFs and workbooks. */
export const rendering = fp(
  async (app) => {
    app.decorate("renderer", openRenderer());
    app.addHook("onClose", () => app.renderer.close());
  },
  { name: "rendering" },
);
