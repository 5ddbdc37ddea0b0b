import { loadClientConnectConfig, type ClientConnectConfig } from "@temporalio/envconfig";

/** The namespace of a dev server. */
export const EMBEDDED_NAMESPACE = "default";

/**
 * Where Temporal is.
 * @param embedded the address of the server that the supervisor runs. It is used alone, whatever a configuration file of this machine's user
 *   says; without it, the address is as `@temporalio/envconfig` reads it
 * @throws Error when the configuration cannot be read
 */
export function engineAddress(embedded: string | undefined): ClientConnectConfig & { readonly namespace: string } {
  if (embedded !== undefined) return { connectionOptions: { address: embedded }, namespace: EMBEDDED_NAMESPACE };
  const { connectionOptions, namespace = "default" } = loadClientConnectConfig();
  return { connectionOptions, namespace };
}
