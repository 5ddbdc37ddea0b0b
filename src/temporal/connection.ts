import { loadClientConnectConfig, type ClientConnectConfig } from "@temporalio/envconfig";
import type { Settings } from "../settings.ts";
import { exit } from "../composition/process.ts";

/** The namespace that a dev server has. */
export const EMBEDDED_NAMESPACE = "default";

/**
 * Where the engine is. Embedded: the supervisor's own and nothing else, whatever a configuration file of this machine's
 * user says; otherwise as in `@temporalio/envconfig`. What cannot be read ends the process with one line.
 */
export function engineAddress(name: string, settings: Settings): ClientConnectConfig & { readonly namespace: string } {
  const { EMBEDDED_ENGINE: embedded } = settings;
  if (embedded !== undefined) return { connectionOptions: { address: embedded }, namespace: EMBEDDED_NAMESPACE };
  try {
    const { connectionOptions, namespace = "default" } = loadClientConnectConfig();
    return { connectionOptions, namespace };
  } catch (error) {
    return exit(name, `TEMPORAL_*: ${error instanceof Error ? error.message : String(error)}`);
  }
}
