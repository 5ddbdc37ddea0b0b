import type { FastifyInstance } from "fastify";

/** What this machine is called by its own programs and browsers, with any port: a tunnel's is another. */
const NAMES = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/iu;

/**
 * For a server of this machine's own that has no sign-in: it answers to the names of the loopback and to no other, 421 else. A page
 * of another site that has its own name resolve to 127.0.0.1 (DNS rebinding) would be of the same origin as this server to a browser;
 * the name in `Host` is what it cannot change.
 */
export function answersToLoopbackOnly(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ headers: { host } }, reply) => {
    if (host !== undefined && NAMES.test(host)) return;
    const status = 421;
    const detail = "this server answers to localhost, 127.0.0.1 and [::1] only";
    await reply
      .code(status)
      .type("application/problem+json")
      .send(JSON.stringify({ type: "about:blank", status, detail }));
  });
}
