import { createServer } from "node:net";

/** Where what is embedded listens. */
export const LOOPBACK = "127.0.0.1";

/** Listens on a port for a moment; answers which. 0: any that is free. */
function tried(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : port));
    });
  });
}

/** Below those that systems give to outgoing connections: what is free there is still free when a process wants it later. */
const [LOWEST, COUNT] = [20_000, 10_000];

/** A port that is free now, and likely to stay so until it is used, and while its process is started again. */
export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await tried(host, LOWEST + Math.floor(Math.random() * COUNT)).catch(() => undefined);
    if (port !== undefined) return port;
  }
  return tried(host, 0);
}

/** Why a port cannot be listened on, as one line; undefined when it can. */
export async function whyNot(host: string, port: number): Promise<string | undefined> {
  try {
    await tried(host, port);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EADDRINUSE") return `port ${port} is in use`;
    if (code === "EACCES") return `port ${port} may not be listened on by this user`;
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine (HOST)`;
    return `port ${port} on ${host} cannot be listened on (${String(code)})`;
  }
}

/** An address to call a server at that listens on `host`. */
export function urlOf(host: string, port: number): string {
  // A server that listens on every interface is called at the loopback one.
  const called = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${called.includes(":") ? `[${called}]` : called}:${port}`;
}
